//! The plug-in's functions, called. All that is unsafe about TensorRT is here and says why it holds.

#![allow(unsafe_code, reason = "a C ABI that is loaded at run time")]

mod loaded;
mod video_memory;

use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::ptr;
use std::sync::atomic::AtomicBool;

use libloading::Library;

use super::abi::{self, Handle, Reason};
use super::info::text;
use super::status::error_of;
use super::{TensorRtError, elf};

pub(super) use loaded::{Loaded, Usage};
pub use video_memory::{Surface, VideoMemory};

/// The functions of a plug-in.
struct Functions {
    open: abi::OpenFn,
    close: abi::CloseFn,
    memory: abi::MemoryFn,
    build: abi::BuildFn,
    load: abi::LoadFn,
    unload: abi::UnloadFn,
    put: abi::PutFn,
    put_nvmm: abi::PutNvmmFn,
    map_nvmm: abi::MapNvmmFn,
    run: abi::RunFn,
    read: abi::ReadFn,
    /// Never unloaded: CUDA's code does not survive it, and the functions above would dangle.
    _library: ManuallyDrop<Library>,
}

impl Functions {
    fn load(path: &Path) -> Result<Self, TensorRtError> {
        let refused = |reason: String| TensorRtError::Plugin { path: path.to_owned(), reason };
        if let Some(complaint) = elf::complaint(path) {
            return Err(refused(complaint));
        }
        // SAFETY: loading runs the library's initialisers. It is the plug-in that the operator installed; its own code has none.
        let library = unsafe { Library::new(path) }.map_err(|error| refused(in_full(&error)))?;
        let library = ManuallyDrop::new(library);
        // SAFETY: the type is the header's, the same in every version of the ABI.
        let number = unsafe { symbol::<abi::AbiFn>(&library, c"spotter_trt_abi") }.map_err(refused)?;
        // SAFETY: it takes nothing and returns a constant.
        let number = unsafe { number() };
        if number != abi::ABI {
            return Err(refused(format!("it speaks version {number} of the interface, not {}", abi::ABI)));
        }
        // SAFETY: the types are the header's in the version of the ABI that was just compared.
        unsafe {
            Ok(Self {
                open: symbol(&library, c"spotter_trt_open").map_err(refused)?,
                close: symbol(&library, c"spotter_trt_close").map_err(refused)?,
                memory: symbol(&library, c"spotter_trt_memory").map_err(refused)?,
                build: symbol(&library, c"spotter_trt_build").map_err(refused)?,
                load: symbol(&library, c"spotter_trt_load").map_err(refused)?,
                unload: symbol(&library, c"spotter_trt_unload").map_err(refused)?,
                put: symbol(&library, c"spotter_trt_put").map_err(refused)?,
                put_nvmm: symbol(&library, c"spotter_trt_put_nvmm").map_err(refused)?,
                map_nvmm: symbol(&library, c"spotter_trt_map_nvmm").map_err(refused)?,
                run: symbol(&library, c"spotter_trt_run").map_err(refused)?,
                read: symbol(&library, c"spotter_trt_read").map_err(refused)?,
                _library: library,
            })
        }
    }
}

/// # Safety
/// `F` is the function's type.
unsafe fn symbol<F: Copy>(library: &Library, name: &CStr) -> Result<F, String> {
    // SAFETY: as the caller says.
    unsafe { library.get::<F>(name) }.map(|symbol| *symbol).map_err(|error| in_full(&error))
}

/// The dynamic linker's own words stand in the error's source.
fn in_full(error: &libloading::Error) -> String {
    use std::error::Error;
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// Calls a function that gives a status and a reason.
fn call(function: impl FnOnce(*mut Reason) -> i32) -> Result<(), TensorRtError> {
    let mut reason = Reason { text: [0; 1024] };
    let status = function(&raw mut reason);
    if status == abi::status::OK { Ok(()) } else { Err(error_of(status, text(&reason.text))) }
}

/// An open plug-in.
pub(super) struct Opened {
    functions: Functions,
    handle: Handle,
    /// False once a surface in video memory could not be read: it holds for all engines.
    takes_surfaces: AtomicBool,
}

// SAFETY: the ABI says that any thread may call its functions.
unsafe impl Send for Opened {}
// SAFETY: as above; what is not thread-safe behind it (a set of slots) is guarded by `Loaded`'s callers.
unsafe impl Sync for Opened {}

impl Drop for Opened {
    fn drop(&mut self) {
        // SAFETY: the handle is that of `open`, and no engine is left: each holds this alive.
        unsafe { (self.functions.close)(self.handle) };
    }
}

impl Opened {
    /// Loads the plug-in and opens it. `nvinfer` none: what the dynamic linker finds.
    pub(super) fn open(path: &Path, nvinfer: Option<&Path>) -> Result<(Self, abi::Info), TensorRtError> {
        let functions = Functions::load(path)?;
        let nvinfer = nvinfer.map(c_path).transpose()?;
        let nvinfer = nvinfer.as_deref().map_or(ptr::null(), CStr::as_ptr);
        let mut info = abi::Info {
            abi: 0,
            tensorrt: [0; 4],
            built_for: [0; 3],
            driver: 0,
            compute_capability: 0,
            integrated: 0,
            gpu: [0; 128],
            plugin: [0; 32],
        };
        let mut handle = ptr::null_mut();
        // SAFETY: all pointers are to locals that live through the call; `write_log` needs no user data and lives as long as the program.
        call(|reason| unsafe {
            (functions.open)(
                nvinfer,
                ptr::null(),
                Some(write_log),
                ptr::null_mut(),
                &raw mut handle,
                &raw mut info,
                reason,
            )
        })?;
        Ok((Self { functions, handle, takes_surfaces: AtomicBool::new(true) }, info))
    }

    /// Free and total bytes of the device.
    pub(super) fn memory(&self) -> Result<(u64, u64), TensorRtError> {
        let (mut free, mut total) = (0, 0);
        // SAFETY: the plug-in is open; all pointers are to locals that live through the call.
        call(|reason| unsafe {
            (self.functions.memory)(self.handle, &raw mut free, &raw mut total, reason)
        })?;
        Ok((free, total))
    }

    /// Builds an engine. `progress` gets phase, step and number of steps, and cancels with false; `sink` gets the plan once.
    pub(super) fn build(
        &self,
        settings: &abi::BuildSettings,
        progress: &mut dyn FnMut(&str, i32, i32) -> bool,
        sink: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), TensorRtError> {
        let mut progress: &mut dyn FnMut(&str, i32, i32) -> bool = progress;
        let mut sink: &mut dyn FnMut(&[u8]) -> bool = sink;
        // SAFETY: the settings point to a model that the caller holds; the users are locals that live through the call, of the types that
        // the two functions take them for. The plug-in calls `progress` under a lock, so never twice at once.
        call(|reason| unsafe {
            (self.functions.build)(
                self.handle,
                settings,
                Some(tell_progress),
                (&raw mut progress).cast(),
                Some(take_plan),
                (&raw mut sink).cast(),
                reason,
            )
        })
    }
}

/// Severity as TensorRT counts it.
unsafe extern "C" fn write_log(_user: *mut c_void, severity: i32, text: *const c_char) {
    // SAFETY: the ABI gives a text that ends with a zero.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    match severity {
        0 | 1 => tracing::error!(target: "tensorrt", "{text}"),
        2 => tracing::warn!(target: "tensorrt", "{text}"),
        3 => tracing::debug!(target: "tensorrt", "{text}"),
        _ => tracing::trace!(target: "tensorrt", "{text}"),
    }
}

unsafe extern "C" fn tell_progress(user: *mut c_void, phase: *const c_char, step: i32, total: i32) -> i32 {
    // SAFETY: `build` gives this function the address of such a reference, and the plug-in hands it on; the phase ends with a zero.
    let (progress, phase) =
        unsafe { (&mut *user.cast::<&mut dyn FnMut(&str, i32, i32) -> bool>(), CStr::from_ptr(phase)) };
    i32::from(progress(&phase.to_string_lossy(), step, total))
}

unsafe extern "C" fn take_plan(user: *mut c_void, data: *const c_void, length: usize) -> i32 {
    // SAFETY: as above; the plan is as long as the plug-in says.
    let (sink, plan) = unsafe {
        (
            &mut *user.cast::<&mut dyn FnMut(&[u8]) -> bool>(),
            std::slice::from_raw_parts(data.cast::<u8>(), length),
        )
    };
    i32::from(sink(plan))
}

fn c_path(path: &Path) -> Result<CString, TensorRtError> {
    use std::os::unix::ffi::OsStrExt;
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| TensorRtError::NoLibrary(format!("{} is no path", path.display())))
}
