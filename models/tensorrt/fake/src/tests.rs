//! The ABI is the same on both sides.

use std::mem::{offset_of, size_of};

use crate::abi::{BuildSettings, Info, Output, Picture, Reason, Use, View};
use crate::behaviour::{Behaviour, Wrong};
use crate::kernel::Sampling;
use crate::plan::Plan;

const LAYOUT: [usize; 19] = [
    size_of::<Reason>(),
    size_of::<Info>(),
    offset_of!(Info, driver),
    offset_of!(Info, plugin),
    size_of::<BuildSettings>(),
    offset_of!(BuildSettings, max_batch),
    offset_of!(BuildSettings, workspace_bytes),
    size_of::<Output>(),
    size_of::<Use>(),
    offset_of!(Use, slots),
    offset_of!(Use, outputs),
    size_of::<Picture>(),
    offset_of!(Picture, format),
    size_of::<View>(),
    offset_of!(View, matrix),
    offset_of!(View, replicate),
    size_of::<Sampling>(),
    offset_of!(Sampling, matrix),
    offset_of!(Sampling, gain),
];

unsafe extern "C" {
    static spotter_trt_layout: [usize; 19];
    static spotter_trt_layout_count: usize;
}

#[test]
fn both_compilers_lay_the_abi_out_alike() {
    // SAFETY: constants of layout.cpp, whose number is compared before they are read.
    let (layout, count) = unsafe { (&raw const spotter_trt_layout, spotter_trt_layout_count) };
    assert_eq!(count, LAYOUT.len());
    // SAFETY: as many as were compared.
    assert_eq!(unsafe { *layout }, LAYOUT);
}

#[test]
fn behaviours_are_read_from_the_path() {
    let behaviour = Behaviour::parse("fake:run-fails=3,nan-fp16,tensorrt=10.9.1.2").unwrap();
    assert_eq!((behaviour.run_fails, behaviour.nan), (Some(3), Wrong::Fp16));
    assert_eq!(behaviour.tensorrt, [10, 9, 1, 2]);
    assert_eq!(Behaviour::parse("fake:leaks=7").unwrap().leaks, 7);
    assert!(Behaviour::parse("fake:run-fails=x").is_err());
    assert!(Behaviour::parse("fake:tired").is_err());
    assert!(Behaviour::parse("libnvinfer.so").is_err());
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let plan = Plan { tensorrt: [10, 3, 0, 26], precision: 1, onnx: b"model" }.write();
    let read = Plan::read(&plan).unwrap();
    assert_eq!((read.tensorrt, read.precision, read.onnx), ([10, 3, 0, 26], 1, &b"model"[..]));
    assert!(Plan::read(&plan[..20]).is_none());
    assert!(Plan::read(b"a plan of somebody else, and long enough").is_none());
}
