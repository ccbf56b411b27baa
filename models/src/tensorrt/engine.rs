//! A loaded engine as a [`Network`].

use std::sync::{Mutex, PoisonError};

use super::abi::View;
use super::raw::{Loaded, Usage};
use super::view::{picture, view};
use super::{Plugin, TensorRtError};
use crate::backend::{BackendError, Network, NetworkSpec};
use crate::image::{Image, Planes};
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
    /// As [`Network::put`], from video memory without a copy. None where the picture is not there or the platform can't read it: the CPU's
    /// planes are uploaded then.
    fn put_surface(
        &self,
        set: usize,
        slot: usize,
        image: &Image<'_>,
        view: &View,
    ) -> Option<Result<(), BackendError>> {
        let Planes::Nvmm { surface, .. } = image.planes else { return None };
        if !self.loaded.takes_surfaces() {
            return None;
        }
        match self.loaded.put_nvmm(set, slot, surface, view) {
            Err(TensorRtError::Unsupported(reason)) => {
                if self.loaded.give_up_surfaces() {
                    tracing::warn!(reason, "pictures are copied to the GPU: it can't read video memory");
                }
                None
            }
            outcome => Some(outcome.map_err(at_run)),
        }
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
        if let Some(outcome) = self.put_surface(set, slot, image, &view) {
            return outcome;
        }
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
