//! One event of each kind with plausible numbers, as movement reports them.

use spotter_movement::{Event, Jump, JumpKind, Measured, Quality, Refusal, Rep, RepStatus, Set};

/// A repetition, its set, a jump, and one that could not be measured.
pub(super) fn events() -> Vec<Event> {
    vec![Event::Rep(rep()), Event::SetEnded(set()), Event::Jump(jump()), Event::Refused(refusal())]
}

fn seconds(value: f64) -> Measured {
    Measured::new(value, 0.005, "sub_frame")
}

fn other(value: f64) -> Measured {
    Measured::new(value, 0.01, "bar_on_shoulders")
}

fn rep() -> Rep {
    Rep {
        person_id: 1,
        exercise: "back_squat",
        set_number: 1,
        rep_number: Some(3),
        status: RepStatus::Counted,
        quality: Quality::High,
        point: "bar_on_shoulders",
        depth: Some("below"),
        decided_s: 14.733,
        start_s: seconds(11.912),
        bottom_s: seconds(13.304),
        end_s: seconds(14.633),
        rom_m: other(0.612),
        hip_rom_m: other(0.575),
        knee_flexion_deg: other(118.4),
        depth_m: other(0.041),
        eccentric_s: seconds(1.392),
        pause_s: seconds(0.118),
        concentric_s: seconds(1.211),
        mean_concentric_velocity_m_s: other(0.505),
        peak_concentric_velocity_m_s: other(0.921),
        velocity_loss_pct: other(6.2),
    }
}

fn set() -> Set {
    Set {
        person_id: 1,
        set_number: 1,
        exercise: "back_squat",
        rep_count: 5,
        partial_count: 0,
        start_s: 4.1,
        end_s: 21.9,
        decided_s: 31.9,
        best_mean_concentric_velocity_m_s: other(0.538),
        velocity_loss_pct: other(14.1),
    }
}

fn jump() -> Jump {
    Jump {
        person_id: 1,
        kind: JumpKind::Cmj,
        quality: Quality::High,
        decided_s: 7.383,
        takeoff_s: seconds(6.721),
        apex_s: seconds(6.984),
        landing_s: seconds(7.247),
        flight_time_s: seconds(0.526),
        height_m: other(0.338),
        height_flight_m: other(0.339),
        height_standing_m: other(0.441),
        takeoff_velocity_m_s: other(2.575),
        countermovement_depth_m: other(0.297),
        time_to_takeoff_s: seconds(0.781),
        unweighting_s: seconds(0.322),
        braking_s: seconds(0.181),
        eccentric_s: seconds(0.503),
        concentric_s: seconds(0.278),
        peak_eccentric_velocity_m_s: other(1.214),
        peak_concentric_velocity_m_s: other(2.702),
        rsi_modified_m_s: other(0.433),
    }
}

fn refusal() -> Refusal {
    Refusal { person_id: 2, what: "jump", t_s: 40.2, decided_s: 41.0, reason: "tracking_lost" }
}
