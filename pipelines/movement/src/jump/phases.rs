//! What comes from the movement before take-off (METRICS §4.1, §4.2).

use super::JumpKind;
use super::report::Found;
use super::values::Values;
use crate::bounds;
use crate::measured::Measured;

/// Standard uncertainty of the first movement and of the turning point, seconds.
const U_ONSET_S: f64 = 0.03;
const U_TURN_S: f64 = 0.015;
/// Standard uncertainty of a peak velocity, metres per second, and of a height difference of the hips, metres.
const U_PEAK_M_S: f64 = 0.08;
const U_HEIGHT_M: f64 = 0.005;

/// Phases, depth and velocities.
pub(super) struct Phases {
    pub(super) height_standing_m: Measured,
    pub(super) countermovement_depth_m: Measured,
    pub(super) time_to_takeoff_s: Measured,
    pub(super) unweighting_s: Measured,
    pub(super) braking_s: Measured,
    pub(super) eccentric_s: Measured,
    pub(super) concentric_s: Measured,
    pub(super) squat_hold_s: Measured,
    pub(super) peak_eccentric_velocity_m_s: Measured,
    pub(super) peak_concentric_velocity_m_s: Measured,
}

impl Phases {
    fn none(reason: &'static str) -> Self {
        let missing = || Measured::unavailable("hip_kinematics", reason);
        Self {
            height_standing_m: missing(),
            countermovement_depth_m: missing(),
            time_to_takeoff_s: missing(),
            unweighting_s: missing(),
            braking_s: missing(),
            eccentric_s: missing(),
            concentric_s: missing(),
            squat_hold_s: Measured::unavailable("hip_kinematics", "no_hold"),
            peak_eccentric_velocity_m_s: missing(),
            peak_concentric_velocity_m_s: missing(),
        }
    }

    pub(super) fn of(found: &Found<'_>, values: &Values) -> Self {
        let Some(approach) = &found.approach else { return Self::none("no_push_off_seen") };
        let (events, scale, dip) = (&found.events, &values.scale, values.dip_m_per_px);
        let seconds = |s: f64, u: f64| values.plain(s, u, "hip_kinematics");
        let velocity = |px: f64| values.metres(px * dip, U_PEAK_M_S, "hip_kinematics");
        let concentric = bounds::CONCENTRIC_S
            .judge(seconds(events.takeoff - approach.bottom, values.takeoff_u.hypot(U_TURN_S)));
        let peak_down = || bounds::PEAK_ECCENTRIC_M_S.judge(velocity(-approach.fastest_down.1));
        let common = Self {
            concentric_s: concentric.clone(),
            peak_concentric_velocity_m_s: bounds::PEAK_CONCENTRIC_M_S.judge(velocity(approach.fastest_up)),
            ..Self::none("no_countermovement")
        };
        match (found.kind.kind, approach.onset, &found.ground) {
            (JumpKind::Cmj, Some((onset, standing)), _) => {
                let depth = (standing - approach.bottom_y) * dip;
                let above = (events.hip.y(events.apex) - standing) * scale.m_per_px;
                let fastest = approach.fastest_down.0;
                Self {
                    height_standing_m: values.metres(above, U_HEIGHT_M, "hip_apex"),
                    countermovement_depth_m: bounds::DEPTH_M.judge(values.metres(
                        depth,
                        U_HEIGHT_M,
                        "hip_kinematics",
                    )),
                    time_to_takeoff_s: bounds::TIME_TO_TAKEOFF_S
                        .judge(seconds(events.takeoff - onset, U_ONSET_S.hypot(values.takeoff_u))),
                    unweighting_s: seconds(fastest - onset, U_ONSET_S.hypot(U_TURN_S)),
                    braking_s: seconds(approach.bottom - fastest, U_TURN_S * 1.5),
                    eccentric_s: bounds::ECCENTRIC_S
                        .judge(seconds(approach.bottom - onset, U_ONSET_S.hypot(U_TURN_S))),
                    peak_eccentric_velocity_m_s: peak_down(),
                    ..common
                }
            }
            (JumpKind::Cmj, None, _) => Self {
                concentric_s: common.concentric_s,
                peak_concentric_velocity_m_s: common.peak_concentric_velocity_m_s,
                ..Self::none("no_standing_before")
            },
            // The push-off out of a hold begins slowly, and is seen late.
            (JumpKind::SquatJump, _, _) => Self {
                time_to_takeoff_s: seconds(
                    events.takeoff - approach.bottom,
                    values.takeoff_u.hypot(U_ONSET_S),
                ),
                concentric_s: bounds::CONCENTRIC_S
                    .judge(seconds(events.takeoff - approach.bottom, values.takeoff_u.hypot(U_ONSET_S))),
                squat_hold_s: seconds(approach.hold_s, U_ONSET_S * 2.0),
                ..common
            },
            (JumpKind::DropJump | JumpKind::RepeatedJump, _, Some(ground)) => {
                let down = seconds(approach.bottom - ground.start, ground.u_s.hypot(U_TURN_S));
                Self {
                    braking_s: down.clone(),
                    eccentric_s: down,
                    peak_eccentric_velocity_m_s: peak_down(),
                    ..common
                }
            }
            _ => common,
        }
    }
}
