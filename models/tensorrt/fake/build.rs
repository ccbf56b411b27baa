//! Compiles the plug-in's kernel for the CPU, and the C++ compiler's view of the ABI.

fn main() {
    let plugin = "..";
    for file in [
        "src/pixels_cpu.cpp",
        "src/pixels.h",
        "src/sampling.h",
        "include/spotter_trt.h",
        "fake/src/layout.cpp",
    ] {
        println!("cargo::rerun-if-changed={plugin}/{file}");
    }
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .flag("-ffp-contract=off")
        .opt_level(2)
        .include(format!("{plugin}/include"))
        .include(format!("{plugin}/src"))
        .files([format!("{plugin}/src/pixels_cpu.cpp"), "src/layout.cpp".to_owned()])
        .compile("spotter_trt_kernel");
}
