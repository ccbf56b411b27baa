//! The C ABI. Its functions are the header's; what they promise is written there.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::abi::{ABI, BuildSettings, Handle, Info, Log, Picture, Progress, Reason, Sink, Use, View, status};
use crate::behaviour::{Behaviour, Outcome};
use crate::engine::{self, Engine, Failure};
use crate::nvmm::{self, Viewer};
use crate::plan::Plan;

struct Plugin {
    behaviour: Behaviour,
    /// Bytes that runs of its engines took for good.
    leaked: Arc<AtomicU64>,
}

/// What the stand-in says of its memory: so much, of which so much is free at first.
const TOTAL_BYTES: u64 = 8_000_000_000;
const FREE_BYTES: u64 = 6_000_000_000;

/// Turns what went wrong into a status and a text.
unsafe fn tell(reason: *mut Reason, outcome: Result<(), Failure>) -> i32 {
    let (status, text) = outcome.map_or_else(|failure| failure, |()| (status::OK, String::new()));
    // SAFETY: the caller of the ABI gives a reason or null.
    if let Some(reason) = unsafe { reason.as_mut() } {
        let length = text.len().min(reason.text.len() - 1);
        reason.text[..length].copy_from_slice(&text.as_bytes()[..length]);
        reason.text[length] = 0;
    }
    status
}

fn text<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    std::array::from_fn(|index| text.as_bytes().get(index).copied().unwrap_or(0))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_abi() -> i32 {
    ABI
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_open(
    nvinfer: *const c_char,
    _parser: *const c_char,
    log: Option<Log>,
    user: *mut c_void,
    out: *mut Handle,
    info: *mut Info,
    reason: *mut Reason,
) -> i32 {
    let path = if nvinfer.is_null() {
        "fake:ok".to_owned()
    } else {
        // SAFETY: a path of the ABI ends with a zero.
        unsafe { CStr::from_ptr(nvinfer) }.to_string_lossy().into_owned()
    };
    let outcome =
        Behaviour::parse(&path).map_err(|error| (status::NO_LIBRARY, error)).and_then(|behaviour| {
            // SAFETY: the ABI's caller gives a place for both.
            unsafe {
                *info = Info {
                    abi: ABI,
                    tensorrt: behaviour.tensorrt,
                    built_for: [10, 3, 0],
                    driver: 12060,
                    compute_capability: 87,
                    integrated: 1,
                    gpu: text("stand-in GPU"),
                    plugin: text("fake-1"),
                };
                *out = std::ptr::null_mut();
            }
            if let Some(log) = log {
                // SAFETY: the text ends with a zero; the caller's function takes it.
                unsafe { log(user, 3, c"stand-in opened".as_ptr()) };
            }
            match behaviour.open_status {
                Some(status) => Err((status, format!("the stand-in was told so: {path}"))),
                None => {
                    Ok(Box::into_raw(Box::new(Plugin { behaviour, leaked: Arc::default() })).cast::<c_void>())
                }
            }
        });
    let outcome = outcome.map(|handle| {
        // SAFETY: as above.
        unsafe { *out = handle };
    });
    // SAFETY: the reason is the caller's.
    unsafe { tell(reason, outcome) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_close(plugin: Handle) {
    if !plugin.is_null() {
        // SAFETY: made by `open`, closed once.
        drop(unsafe { Box::from_raw(plugin.cast::<Plugin>()) });
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_memory(
    plugin: Handle,
    free_bytes: *mut u64,
    total_bytes: *mut u64,
    reason: *mut Reason,
) -> i32 {
    // SAFETY: the plug-in is open, and the caller gives a place for both numbers.
    unsafe {
        let leaked = (*plugin.cast::<Plugin>()).leaked.load(Ordering::SeqCst);
        *free_bytes = FREE_BYTES.saturating_sub(leaked);
        *total_bytes = TOTAL_BYTES;
        tell(reason, Ok(()))
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_build(
    plugin: Handle,
    settings: *const BuildSettings,
    progress: Option<Progress>,
    progress_user: *mut c_void,
    sink: Option<Sink>,
    sink_user: *mut c_void,
    reason: *mut Reason,
) -> i32 {
    // SAFETY: what the ABI's caller gives is what its types say; the model is as long as it says.
    let (behaviour, settings, onnx) = unsafe {
        let settings = &*settings;
        let onnx = std::slice::from_raw_parts(settings.onnx.cast::<u8>(), settings.onnx_length);
        (&(*plugin.cast::<Plugin>()).behaviour, settings, onnx)
    };
    // SAFETY: the caller's function takes what the ABI says.
    let step = |step: i32, total: i32| {
        progress.is_none_or(|tell| unsafe { tell(progress_user, c"Building".as_ptr(), step, total) } != 0)
    };
    let outcome = build(behaviour, settings.precision, onnx, step).and_then(|plan| {
        // SAFETY: the caller's function takes the plan.
        let taken =
            sink.is_some_and(|sink| unsafe { sink(sink_user, plan.as_ptr().cast(), plan.len()) } != 0);
        if taken { Ok(()) } else { Err((status::WRITE, "the engine can't be written".to_owned())) }
    });
    // SAFETY: the reason is the caller's.
    unsafe { tell(reason, outcome) }
}

fn build(
    behaviour: &Behaviour,
    precision: i32,
    onnx: &[u8],
    step: impl Fn(i32, i32) -> bool,
) -> Result<Vec<u8>, Failure> {
    const STEPS: i32 = 4;
    drop(engine::session(onnx)?);
    let cancelled = || (status::CANCELLED, "the build was cancelled".to_owned());
    for done in 0..STEPS {
        if !step(done, STEPS) {
            return Err(cancelled());
        }
        if done == STEPS / 2 {
            match behaviour.build {
                Outcome::Right => {}
                Outcome::Crashes => std::process::abort(),
                Outcome::Fails => {
                    return Err((status::REFUSED, "no implementation of a layer (stand-in)".to_owned()));
                }
                Outcome::Endless => {
                    while step(done, STEPS) {
                        // Builders report some hundred steps a second; nobody waits for this one.
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    return Err(cancelled());
                }
            }
        }
    }
    Ok(Plan { tensorrt: behaviour.tensorrt, precision, onnx }.write())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_load(
    plugin: Handle,
    plan: *const c_void,
    length: usize,
    used: *const Use,
    out: *mut Handle,
    reason: *mut Reason,
) -> i32 {
    // SAFETY: what the ABI's caller gives is what its types say; the plan is as long as it says.
    let outcome = unsafe {
        let Plugin { behaviour, leaked } = &*plugin.cast::<Plugin>();
        match behaviour.load {
            Outcome::Crashes => std::process::abort(),
            Outcome::Fails => Err((status::REFUSED, "the plan is refused (stand-in)".to_owned())),
            _ => {
                let plan = std::slice::from_raw_parts(plan.cast::<u8>(), length);
                Engine::load(behaviour.clone(), Arc::clone(leaked), plan, &*used)
            }
        }
    };
    let outcome = outcome.map(|engine| {
        // SAFETY: the caller gives a place for the engine.
        unsafe { *out = Box::into_raw(Box::new(engine)).cast() };
    });
    // SAFETY: the reason is the caller's.
    unsafe { tell(reason, outcome) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_unload(engine: Handle) {
    if !engine.is_null() {
        // SAFETY: made by `load`, unloaded once.
        drop(unsafe { Box::from_raw(engine.cast::<Engine>()) });
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_put(
    engine: Handle,
    set: i32,
    slot: i32,
    picture: *const Picture,
    view: *const View,
    reason: *mut Reason,
) -> i32 {
    // SAFETY: what the ABI's caller gives is what its types say.
    unsafe { tell(reason, (*engine.cast::<Engine>()).put(set, slot, &*picture, &*view)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_put_nvmm(
    engine: Handle,
    set: i32,
    slot: i32,
    surface: *const c_void,
    length: usize,
    view: *const View,
    reason: *mut Reason,
) -> i32 {
    // SAFETY: the surface is as long as it is said to be; a picture that is found in it is whole, and what else the ABI's caller gives is
    // what its types say.
    unsafe {
        let outcome = nvmm::picture(bytes_of(surface, length), Viewer::Gpu)
            .and_then(|picture| (*engine.cast::<Engine>()).put_nvmm(set, slot, &picture, &*view));
        tell(reason, outcome)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_map_nvmm(
    surface: *const c_void,
    length: usize,
    picture: *mut Picture,
    reason: *mut Reason,
) -> i32 {
    // SAFETY: as above; the ABI's caller gives a place for the picture.
    unsafe {
        let outcome = nvmm::picture(bytes_of(surface, length), Viewer::Cpu).map(|found| *picture = found);
        tell(reason, outcome)
    }
}

/// # Safety
/// There are so many, for as long as they are used.
unsafe fn bytes_of<'a>(surface: *const c_void, length: usize) -> &'a [u8] {
    // SAFETY: as the caller says.
    if surface.is_null() { &[] } else { unsafe { std::slice::from_raw_parts(surface.cast(), length) } }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_run(engine: Handle, set: i32, count: i32, reason: *mut Reason) -> i32 {
    // SAFETY: the engine is one of ours.
    unsafe { tell(reason, (*engine.cast::<Engine>()).run(set, count)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_read(engine: Handle, set: i32, slot: i32, output: usize) -> *const f32 {
    // SAFETY: the engine is one of ours.
    unsafe { (*engine.cast::<Engine>()).read(set, slot, output) }
}
