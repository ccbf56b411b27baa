//! A loaded engine as a [`Network`].

use std::sync::{Mutex, PoisonError};

use super::raw::{Loaded, Usage};
use super::view::{picture, view};
use super::{Plugin, TensorRtError};
use crate::backend::{BackendError, Network, NetworkSpec};
use crate::image::Image;
use crate::region::Region;

/// One is filled while the other runs.
const SETS: usize = 2;
/// Regions of a run. The optimisation profile of a build ends here.
pub(super) const SLOTS: usize = 8;
/// More outputs than any model of ours has.
const MAX_OUTPUTS: usize = 4;

/// An engine on the GPU.
pub(crate) struct Engine {
    loaded: Loaded,
    spec: NetworkSpec,
    /// Held while a set runs and is read.
    running: [Mutex<()>; SETS],
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl Engine {
    /// Loads a plan and checks that it takes and gives what `spec` says.
    pub(crate) fn load(plugin: &Plugin, plan: &[u8], spec: &NetworkSpec) -> Result<Self, TensorRtError> {
        let [low, high] = spec.input.range;
        let usage = Usage {
            width: spec.input.width,
            height: spec.input.height,
            low,
            gain: (high - low) / 255.0,
            sets: SETS,
            slots: SLOTS,
            outputs: &spec.outputs,
        };
        let loaded = Loaded::load(&plugin.opened, plan, &usage)?;
        Ok(Self { loaded, spec: spec.clone(), running: [Mutex::new(()), Mutex::new(())] })
    }
}

impl Engine {
    /// As [`Network::put`], from a Jetson's video memory without a copy: picture `index` of the `NvBufSurface` that a GStreamer buffer of
    /// `memory:NVMM` maps to. `image` says its size and colours; its planes are not read.
    ///
    /// # Safety
    /// `surface` is such a surface, and stays mapped until the set was run.
    #[allow(unsafe_code, reason = "the surface goes over a C ABI")]
    #[allow(dead_code, reason = "for a capture that hands over NVMM buffers; none does yet")]
    pub(crate) unsafe fn put_nvmm(
        &self,
        set: usize,
        slot: usize,
        surface: *mut std::ffi::c_void,
        index: i32,
        (image, region): (&Image<'_>, Region),
    ) -> Result<(), BackendError> {
        let view = view(image, region, self.spec.border, &self.spec.input);
        // SAFETY: as the caller says.
        unsafe { self.loaded.put_nvmm(set, slot, surface, index, &view) }.map_err(at_run)
    }
}

impl Network for Engine {
    fn sets(&self) -> usize {
        self.loaded.sets()
    }

    fn slots(&self) -> usize {
        self.loaded.slots()
    }

    #[allow(unsafe_code, reason = "the planes go over a C ABI")]
    fn put(&self, set: usize, slot: usize, image: &Image<'_>, region: Region) -> Result<(), BackendError> {
        let view = view(image, region, self.spec.border, &self.spec.input);
        // SAFETY: the picture passed `Image::check`, as the trait says: every row of every plane is inside its bytes.
        unsafe { self.loaded.put(set, slot, &picture(image), &view) }.map_err(at_run)
    }

    fn run(
        &self,
        set: usize,
        count: usize,
        read: &mut dyn FnMut(usize, &[&[f32]]),
    ) -> Result<(), BackendError> {
        let locked = self.running[set].lock().unwrap_or_else(PoisonError::into_inner);
        self.loaded.run(set, count).map_err(at_run)?;
        for slot in 0..count {
            let mut values: [&[f32]; MAX_OUTPUTS] = [&[]; MAX_OUTPUTS];
            let wanted = &mut values[..self.spec.outputs.len()];
            for (output, values) in wanted.iter_mut().enumerate() {
                *values = self
                    .loaded
                    .output(&locked, set, slot, output)
                    .ok_or_else(|| BackendError::Run(format!("no output {output} of slot {slot}")))?;
            }
            read(slot, wanted);
        }
        Ok(())
    }
}

fn at_run(error: TensorRtError) -> BackendError {
    match error {
        TensorRtError::Lost(reason) => BackendError::Lost(reason),
        other => BackendError::Run(other.to_string()),
    }
}
