//! The corrections of the pose model's known errors, switched on one after the other.

use spotter_movement::{GaitProfile, ModelProfile};

use crate::common::Recording;

/// How much is corrected. Each stage has what the one before it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Stage {
    /// The model's points as they are; velocities from shoulders or wrists.
    Nothing,
    /// Take-off, landing, foot strike and toe-off by the model's offsets.
    Events,
    /// Ranges by the model's gains, knee angles by its bias.
    Gains,
    /// The bar's plate tracked in the picture: what ships.
    Bar,
    /// The coach states the plate's diameter.
    Plate,
}

impl Stage {
    pub(crate) const ALL: [Self; 5] = [Self::Nothing, Self::Events, Self::Gains, Self::Bar, Self::Plate];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "uncorrected",
            Self::Events => "+ event offsets",
            Self::Gains => "+ gains, knee bias",
            Self::Bar => "+ bar in the picture (ships)",
            Self::Plate => "plate's size stated",
        }
    }

    /// The model's figures as far as this stage uses them. The stated uncertainties stay.
    pub(crate) fn profile(self, shipped: &ModelProfile) -> ModelProfile {
        let mut profile = shipped.clone();
        if self < Self::Gains {
            let none = ModelProfile::default();
            profile = ModelProfile {
                standing_scale_gain: none.standing_scale_gain,
                hip_vertical_gain_jump: none.hip_vertical_gain_jump,
                hip_vertical_gain_countermovement: none.hip_vertical_gain_countermovement,
                hip_vertical_gain_squat: none.hip_vertical_gain_squat,
                shoulder_vertical_gain_squat: none.shoulder_vertical_gain_squat,
                wrist_vertical_gain_press: none.wrist_vertical_gain_press,
                wrist_vertical_gain_bench_press: none.wrist_vertical_gain_bench_press,
                wrist_vertical_gain_row: none.wrist_vertical_gain_row,
                wrist_vertical_gain_curl: none.wrist_vertical_gain_curl,
                wrist_vertical_gain_deadlift: none.wrist_vertical_gain_deadlift,
                knee_flexion_bias_deg: none.knee_flexion_bias_deg,
                gait: GaitProfile { hip_vertical_gain: 1.0, ..profile.gait },
                ..profile
            };
        }
        if self < Self::Events {
            profile.takeoff_bias_s = 0.0;
            profile.takeoff_bias_oblique_s = None;
            profile.landing_bias_s = 0.0;
            profile.landing_bias_oblique_s = None;
            profile.gait = GaitProfile {
                run_strike_bias_s: 0.0,
                run_toe_off_bias_s: 0.0,
                walk_strike_bias_s: 0.0,
                walk_toe_off_bias_s: 0.0,
                ..profile.gait
            };
        }
        profile
    }

    /// The recording as this stage sees it.
    pub(crate) fn recording(self, seen: &Recording) -> Recording {
        let mut recording = seen.clone();
        if self < Self::Bar {
            for person in recording.frames.iter_mut().flat_map(|frame| &mut frame.people) {
                person.bar = None;
                person.bar_past.clear();
            }
        }
        recording
    }
}
