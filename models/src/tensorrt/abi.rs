//! `models/tensorrt/include/spotter_trt.h` in Rust. The stand-in for tests is made of this same file, and a test compares its layout with
//! the C++ compiler's.

use std::ffi::{c_char, c_void};

/// The ABI's number: a plug-in of another is refused.
pub(crate) const ABI: i32 = 2;

/// `spotter_trt_status`.
pub(crate) mod status {
    pub(crate) const OK: i32 = 0;
    pub(crate) const ARGUMENT: i32 = 1;
    pub(crate) const NO_LIBRARY: i32 = 2;
    pub(crate) const WRONG_VERSION: i32 = 3;
    pub(crate) const NO_DRIVER: i32 = 4;
    pub(crate) const NO_DEVICE: i32 = 5;
    pub(crate) const REFUSED: i32 = 6;
    pub(crate) const CANCELLED: i32 = 7;
    pub(crate) const SHAPE: i32 = 8;
    pub(crate) const MEMORY: i32 = 9;
    pub(crate) const WRITE: i32 = 10;
    pub(crate) const FAILED: i32 = 11;
    pub(crate) const LOST: i32 = 12;
    pub(crate) const UNSUPPORTED: i32 = 13;
}

/// Where a function says why it failed.
#[repr(C)]
pub(crate) struct Reason {
    pub(crate) text: [u8; 1024],
}

pub(crate) type Log = unsafe extern "C" fn(user: *mut c_void, severity: i32, text: *const c_char);
pub(crate) type Progress =
    unsafe extern "C" fn(user: *mut c_void, phase: *const c_char, step: i32, total: i32) -> i32;
pub(crate) type Sink = unsafe extern "C" fn(user: *mut c_void, data: *const c_void, length: usize) -> i32;

#[repr(C)]
pub(crate) struct Info {
    pub(crate) abi: i32,
    pub(crate) tensorrt: [i32; 4],
    pub(crate) built_for: [i32; 3],
    pub(crate) driver: i32,
    pub(crate) compute_capability: i32,
    pub(crate) integrated: i32,
    pub(crate) gpu: [u8; 128],
    pub(crate) plugin: [u8; 32],
}

#[repr(C)]
pub(crate) struct BuildSettings {
    pub(crate) onnx: *const c_void,
    pub(crate) onnx_length: usize,
    /// 0 fp32, 1 fp16, 2 int8 by the model's own quantisation nodes.
    pub(crate) precision: i32,
    /// −1: none.
    pub(crate) dla_core: i32,
    pub(crate) max_batch: i32,
    pub(crate) workspace_bytes: u64,
}

#[repr(C)]
pub(crate) struct Output {
    pub(crate) name: *const c_char,
    pub(crate) values: u64,
}

#[repr(C)]
pub(crate) struct Use {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) low: f32,
    pub(crate) gain: f32,
    pub(crate) sets: i32,
    pub(crate) slots: i32,
    pub(crate) outputs: *const Output,
    pub(crate) output_count: usize,
}

/// `spotter_trt_format`.
pub(crate) mod format {
    pub(crate) const I420: i32 = 0;
    pub(crate) const NV12: i32 = 1;
    pub(crate) const RGB: i32 = 2;
}

#[repr(C)]
pub(crate) struct Picture {
    pub(crate) planes: [*const u8; 3],
    pub(crate) strides: [usize; 3],
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) format: i32,
}

#[repr(C)]
pub(crate) struct View {
    pub(crate) origin: [i64; 2],
    pub(crate) column: [i64; 2],
    pub(crate) row: [i64; 2],
    pub(crate) matrix: [[f32; 3]; 3],
    pub(crate) offset: [f32; 3],
    pub(crate) black: [u8; 3],
    pub(crate) replicate: u8,
}

/// `spotter_trt_plugin` and `spotter_trt_engine`: only their addresses are known here.
pub(crate) type Handle = *mut c_void;

pub(crate) type AbiFn = unsafe extern "C" fn() -> i32;
pub(crate) type OpenFn = unsafe extern "C" fn(
    nvinfer: *const c_char,
    parser: *const c_char,
    log: Option<Log>,
    user: *mut c_void,
    out: *mut Handle,
    info: *mut Info,
    reason: *mut Reason,
) -> i32;
pub(crate) type CloseFn = unsafe extern "C" fn(plugin: Handle);
pub(crate) type MemoryFn = unsafe extern "C" fn(
    plugin: Handle,
    free_bytes: *mut u64,
    total_bytes: *mut u64,
    reason: *mut Reason,
) -> i32;
pub(crate) type BuildFn = unsafe extern "C" fn(
    plugin: Handle,
    settings: *const BuildSettings,
    progress: Option<Progress>,
    progress_user: *mut c_void,
    sink: Option<Sink>,
    sink_user: *mut c_void,
    reason: *mut Reason,
) -> i32;
pub(crate) type LoadFn = unsafe extern "C" fn(
    plugin: Handle,
    plan: *const c_void,
    length: usize,
    used: *const Use,
    out: *mut Handle,
    reason: *mut Reason,
) -> i32;
pub(crate) type UnloadFn = unsafe extern "C" fn(engine: Handle);
pub(crate) type PutFn = unsafe extern "C" fn(
    engine: Handle,
    set: i32,
    slot: i32,
    picture: *const Picture,
    view: *const View,
    reason: *mut Reason,
) -> i32;
pub(crate) type PutNvmmFn = unsafe extern "C" fn(
    engine: Handle,
    set: i32,
    slot: i32,
    surface: *const c_void,
    length: usize,
    view: *const View,
    reason: *mut Reason,
) -> i32;
pub(crate) type MapNvmmFn = unsafe extern "C" fn(
    surface: *const c_void,
    length: usize,
    picture: *mut Picture,
    reason: *mut Reason,
) -> i32;
pub(crate) type RunFn =
    unsafe extern "C" fn(engine: Handle, set: i32, count: i32, reason: *mut Reason) -> i32;
pub(crate) type ReadFn =
    unsafe extern "C" fn(engine: Handle, set: i32, slot: i32, output: usize) -> *const f32;
