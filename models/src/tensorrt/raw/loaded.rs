//! A loaded engine's functions, called.

use std::ffi::CString;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Opened, Surface, call};
use crate::tensorrt::TensorRtError;
use crate::tensorrt::abi::{self, Handle};

/// A loaded engine.
pub(in crate::tensorrt) struct Loaded {
    handle: Handle,
    opened: Arc<Opened>,
    sets: usize,
    slots: usize,
    /// Number of values of each output.
    lengths: Vec<usize>,
}

// SAFETY: as for `Opened`.
unsafe impl Send for Loaded {}
// SAFETY: as for `Opened`; [`Loaded::with_outputs`] takes the set's lock of its caller.
unsafe impl Sync for Loaded {}

impl Drop for Loaded {
    fn drop(&mut self) {
        // SAFETY: the handle is that of `load`; `opened` is still there.
        unsafe { (self.opened.functions.unload)(self.handle) };
    }
}

/// How an engine is used.
pub(in crate::tensorrt) struct Usage<'a> {
    pub(in crate::tensorrt) width: usize,
    pub(in crate::tensorrt) height: usize,
    pub(in crate::tensorrt) low: f32,
    pub(in crate::tensorrt) gain: f32,
    pub(in crate::tensorrt) sets: usize,
    pub(in crate::tensorrt) slots: usize,
    pub(in crate::tensorrt) outputs: &'a [(&'a str, usize)],
}

impl Loaded {
    pub(in crate::tensorrt) fn load(
        opened: &Arc<Opened>,
        plan: &[u8],
        usage: &Usage<'_>,
    ) -> Result<Self, TensorRtError> {
        let names: Vec<CString> =
            usage.outputs.iter().filter_map(|(name, _)| CString::new(*name).ok()).collect();
        let outputs: Vec<abi::Output> = (names.iter().zip(usage.outputs))
            .map(|(name, (_, values))| abi::Output { name: name.as_ptr(), values: *values as u64 })
            .collect();
        let used = abi::Use {
            width: usage.width as i32,
            height: usage.height as i32,
            low: usage.low,
            gain: usage.gain,
            sets: usage.sets as i32,
            slots: usage.slots as i32,
            outputs: outputs.as_ptr(),
            output_count: outputs.len(),
        };
        let mut handle = ptr::null_mut();
        // SAFETY: all pointers are to locals that live through the call; the plan is as long as it is said to be.
        call(|reason| unsafe {
            (opened.functions.load)(
                opened.handle,
                plan.as_ptr().cast(),
                plan.len(),
                &raw const used,
                &raw mut handle,
                reason,
            )
        })?;
        let lengths = usage.outputs.iter().map(|&(_, values)| values).collect();
        Ok(Self { handle, opened: Arc::clone(opened), sets: usage.sets, slots: usage.slots, lengths })
    }

    pub(in crate::tensorrt) fn sets(&self) -> usize {
        self.sets
    }

    pub(in crate::tensorrt) fn slots(&self) -> usize {
        self.slots
    }

    /// # Safety
    /// Every row of every plane of the picture lies in memory that can be read.
    pub(in crate::tensorrt) unsafe fn put(
        &self,
        set: usize,
        slot: usize,
        picture: &abi::Picture,
        view: &abi::View,
    ) -> Result<(), TensorRtError> {
        // SAFETY: the engine is alive; the picture is whole, as the caller says. The plug-in guards the set itself.
        call(|reason| unsafe {
            (self.opened.functions.put)(self.handle, set as i32, slot as i32, picture, view, reason)
        })
    }

    /// From NVMM memory, without a copy. A surface that is given back before the set was run gives other pixels, nothing worse: what is
    /// registered keeps its memory.
    pub(in crate::tensorrt) fn put_nvmm(
        &self,
        set: usize,
        slot: usize,
        surface: Surface<'_>,
        view: &abi::View,
    ) -> Result<(), TensorRtError> {
        let bytes = surface.bytes();
        // SAFETY: the engine is alive; the bytes are as many as are said, and the plug-in finds out itself whether they are a surface.
        call(|reason| unsafe {
            (self.opened.functions.put_nvmm)(
                self.handle,
                set as i32,
                slot as i32,
                bytes.as_ptr().cast(),
                bytes.len(),
                view,
                reason,
            )
        })
    }

    /// Whether surfaces in video memory can be put, as far as is known.
    pub(in crate::tensorrt) fn takes_surfaces(&self) -> bool {
        self.opened.takes_surfaces.load(Ordering::Relaxed)
    }

    /// They can't. True the first time that this is said.
    pub(in crate::tensorrt) fn give_up_surfaces(&self) -> bool {
        self.opened.takes_surfaces.swap(false, Ordering::Relaxed)
    }

    pub(in crate::tensorrt) fn run(&self, set: usize, count: usize) -> Result<(), TensorRtError> {
        // SAFETY: the engine is alive.
        call(|reason| unsafe { (self.opened.functions.run)(self.handle, set as i32, count as i32, reason) })
    }

    /// An output of a slot that ran. The caller holds a lock that keeps the set from running while the values are borrowed.
    pub(in crate::tensorrt) fn output<'l>(
        &'l self,
        _set_is_locked: &'l (),
        set: usize,
        slot: usize,
        output: usize,
    ) -> Option<&'l [f32]> {
        // SAFETY: the engine is alive.
        let values = unsafe { (self.opened.functions.read)(self.handle, set as i32, slot as i32, output) };
        // SAFETY: the plug-in gives null or as many values as `load` asked for, which nobody writes while the set does not run.
        (!values.is_null()).then(|| unsafe { std::slice::from_raw_parts(values, self.lengths[output]) })
    }
}
