//! What a view can tell: the one place that says which measures it supports (METRICS §0.3, §3).

use crate::measured::{Measured, Quality};

/// What a measure needs of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "for the measures of each movement")]
pub(crate) enum Needs {
    /// Timing and vertical displacement: any view.
    Vertical,
    /// Angles of knee, hip, ankle and trunk in the plane of movement, and displacement forward and back.
    Sagittal,
    /// Both limbs apart in the picture, for their difference.
    BothSides,
    /// Angles and widths across the body, such as knees that fall in.
    Frontal,
}

/// From where the athlete is seen: angle between line of sight and facing direction, 0 from the front, 90 from the side.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(dead_code, reason = "for the measures of each movement")]
pub(crate) struct Sight {
    yaw_deg: Option<f64>,
}

/// METRICS §3: sagittal angles are refused when the view is off by more; lengths in the plane have lost 9 % by then.
const REFUSED_DEG: f64 = 25.0;
/// Off by more, a value keeps a remark: lengths in the plane have lost 1.5 %.
const REMARKED_DEG: f64 = 10.0;
/// The far limb is seen up to this yaw (METRICS §0.3: frontal or 45°, with the error of the yaw itself).
const BOTH_SIDES_DEG: f64 = 60.0;

#[allow(dead_code, reason = "for the measures of each movement")]
impl Sight {
    pub(crate) fn new(yaw_deg: Option<f64>) -> Self {
        Self { yaw_deg }
    }

    /// Why the view can't support a measure; `None` where it can.
    pub(crate) fn refuses(self, needs: Needs) -> Option<&'static str> {
        let yaw = self.yaw_deg?;
        match needs {
            Needs::Sagittal if (90.0 - yaw).abs() > REFUSED_DEG => Some("view_not_sagittal"),
            Needs::BothSides if yaw > BOTH_SIDES_DEG => Some("far_side_hidden"),
            Needs::Frontal if yaw > REFUSED_DEG => Some("view_not_frontal"),
            _ => None,
        }
    }

    /// The value as far as the view supports it: unavailable with the reason, of medium quality, or as it is. `measure` only
    /// runs where it can be measured.
    pub(crate) fn judge(
        self,
        needs: Needs,
        method: &'static str,
        measure: impl FnOnce() -> Measured,
    ) -> Measured {
        if let Some(reason) = self.refuses(needs) {
            return Measured::unavailable(method, reason);
        }
        let off_deg = match (needs, self.yaw_deg) {
            (Needs::Vertical | Needs::BothSides, _) => 0.0,
            (_, None) => return measure().capped(Quality::Medium, "view_unknown"),
            (Needs::Sagittal, Some(yaw)) => (90.0 - yaw).abs(),
            (Needs::Frontal, Some(yaw)) => yaw,
        };
        if off_deg > REMARKED_DEG { measure().capped(Quality::Medium, "view_off_plane") } else { measure() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_view_supports_what_the_specification_says() {
        let judged = |yaw: Option<f64>, needs| {
            let value = Sight::new(yaw).judge(needs, "x", || Measured::new(1.0, 0.1, "x"));
            value.value().map_or_else(|| Err(value.reasons()[0]), |_| Ok(value.quality()))
        };
        for (yaw, needs, expected) in [
            (Some(90.0), Needs::Sagittal, Ok(Quality::High)),
            (Some(72.0), Needs::Sagittal, Ok(Quality::Medium)),
            (Some(64.0), Needs::Sagittal, Err("view_not_sagittal")),
            (Some(45.0), Needs::Sagittal, Err("view_not_sagittal")),
            (None, Needs::Sagittal, Ok(Quality::Medium)),
            (Some(45.0), Needs::Vertical, Ok(Quality::High)),
            (None, Needs::Vertical, Ok(Quality::High)),
            (Some(45.0), Needs::BothSides, Ok(Quality::High)),
            (Some(85.0), Needs::BothSides, Err("far_side_hidden")),
            (Some(5.0), Needs::Frontal, Ok(Quality::High)),
            (Some(45.0), Needs::Frontal, Err("view_not_frontal")),
        ] {
            assert_eq!(judged(yaw, needs), expected, "{yaw:?}, {needs:?}");
        }
    }
}
