//! What runs the graphs. A backend is a [`Network`] a model; everything above it is the same for all of them.

pub(crate) mod batcher;
mod lanes;
pub(crate) mod onnx;

use crate::image::Image;
use crate::region::Region;
use crate::tensor::{Border, TensorSpec};

/// One loaded graph on one backend. Its tensors are its own, so that a GPU can fill and read them where they are.
///
/// It has sets of slots; one set can be filled while others run. The caller ([`batcher::Batcher`]) sees to it that a slot is written by
/// one thread at a time, and that no slot of a set is written while the set runs.
pub(crate) trait Network: Send + Sync {
    /// Number of sets: two at least.
    fn sets(&self) -> usize;

    /// Regions that one run can take.
    fn slots(&self) -> usize;

    /// Sets that can run at once: fewer than there are, so that one can be filled.
    fn runs_at_once(&self) -> usize {
        1
    }

    /// Puts what `region` of `image` shows into a slot. The picture passed [`Image::check`], the region [`Region::is_usable`].
    fn put(&self, set: usize, slot: usize, image: &Image<'_>, region: Region) -> Result<(), BackendError>;

    /// Runs the first `count` slots of a set and hands the outputs of each to `read`: the slot, and a slice for each of
    /// [`NetworkSpec::outputs`].
    fn run(
        &self,
        set: usize,
        count: usize,
        read: &mut dyn FnMut(usize, &[&[f32]]),
    ) -> Result<(), BackendError>;
}

/// What a graph takes and gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NetworkSpec {
    /// The picture that it takes.
    pub(crate) input: TensorSpec,
    /// What it shall see outside of the picture.
    pub(crate) border: Border,
    /// Name and number of values of each output that is read.
    pub(crate) outputs: Vec<(&'static str, usize)>,
}

/// A backend failed while it ran.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BackendError {
    /// This run failed; the next one may not.
    #[error("{0}")]
    Run(String),
    /// The device can't be used by this process any more.
    #[error("{0}")]
    Lost(String),
}
