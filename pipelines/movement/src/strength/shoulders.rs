//! Where a bar on the shoulders is.

use super::phases::Phases;
use super::spec::Spec;
use crate::body::BodySample;
use crate::settings::ModelProfile;
use crate::signal::{Ring, median};

/// From this angle on the trunk's lean shows in the picture (METRICS §3).
const SAGITTAL_DEG: f64 = 65.0;

/// Nobody stands with a bar and without any lean: 8°, so that the first centimetre that the trunk loses is no sudden lean.
const LEAST_LEAN_COS: f64 = 0.99;

/// A bar that the trunk carries: it lies behind or before the shoulder joints, so it sinks less or more than they do when
/// the trunk leans.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnShoulders {
    /// Trunk lengths behind the shoulder joints.
    behind: f64,
    shoulder_gain: f64,
    hip_gain: f64,
    /// The upright trunk, where lean must be told from its height.
    upright: Option<Upright>,
}

/// The trunk where the repetition begins: its length, and the heights of its ends. Pixels.
#[derive(Debug, Clone, Copy)]
struct Upright {
    length: f64,
    shoulder: f64,
    hip: f64,
}

impl OnShoulders {
    /// As seen from the side, where the lean shows.
    pub(crate) fn new(behind: f64, profile: &ModelProfile) -> Self {
        Self {
            behind,
            shoulder_gain: profile.shoulder_vertical_gain_squat,
            hip_gain: profile.hip_vertical_gain_squat,
            upright: None,
        }
    }

    /// As an exercise carries it, seen from the side. The gain of squats comes from plates that hide the shoulders: in lunges, free of
    /// them, the shoulders of two rendered clips move by 1.01–1.04 of the truth.
    pub(crate) fn of(spec: &Spec, profile: &ModelProfile) -> Self {
        let squat = Self::new(spec.bar_behind_shoulder, profile);
        if spec.is_squat() { squat } else { Self { shoulder_gain: 1.0, ..squat } }
    }

    /// As seen from `yaw_deg`: from the front a lean shows only in the height that the trunk loses.
    pub(crate) fn seen_from(self, yaw_deg: Option<f64>, ring: &Ring<BodySample>, phases: &Phases) -> Self {
        if yaw_deg.is_none_or(|yaw| yaw >= SAGITTAL_DEG) {
            return self;
        }
        let near = || ring.window(phases.start - 0.15, phases.start + 0.1);
        let middle = |value: fn(&BodySample) -> Option<f64>| median(near().filter_map(value));
        let upright = || {
            Some(Upright {
                length: middle(BodySample::trunk)? / LEAST_LEAN_COS,
                shoulder: middle(|s| s.shoulder.map(|p| p[1]))?,
                hip: middle(|s| s.hip.map(|p| p[1]))?,
            })
        };
        Self { upright: upright(), ..self }
    }

    /// Height of the bar up to a constant, in pixels of true movement.
    pub(crate) fn height(&self, sample: &BodySample) -> Option<f64> {
        let shoulder = sample.shoulder?;
        Some(shoulder[1] / self.shoulder_gain + self.behind * self.lean_px(sample).unwrap_or(0.0))
    }

    /// Length of the trunk times the sine of its lean.
    fn lean_px(&self, sample: &BodySample) -> Option<f64> {
        let Some(upright) = self.upright else {
            return Some(sample.trunk()? * sample.lean_sin()?);
        };
        let (shoulder, hip) = (sample.shoulder?[1], sample.hip?[1]);
        let sunk = (upright.shoulder - shoulder) / self.shoulder_gain - (upright.hip - hip) / self.hip_gain;
        let height = upright.shoulder - upright.hip - sunk;
        Some((upright.length.powi(2) - height.powi(2)).max(0.0).sqrt())
    }
}
