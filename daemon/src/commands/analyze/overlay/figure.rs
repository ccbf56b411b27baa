//! A person's skeleton.

use embedded_graphics::Drawable;
use embedded_graphics::pixelcolor::{Rgb888, WebColors};
use embedded_graphics::prelude::{Point, Primitive};
use embedded_graphics::primitives::{Circle, Line, PrimitiveStyle};
use spotter_models::{Keypoint, Pose};

use super::canvas::Canvas;
use super::caption;

/// Left limbs, right limbs, trunk: blue and orange stay apart for every kind of colour vision.
const LEFT: Rgb888 = Rgb888::CSS_ORANGE;
const RIGHT: Rgb888 = Rgb888::CSS_DEEP_SKY_BLUE;
const TRUNK: Rgb888 = Rgb888::CSS_WHITE;

/// Points less certain than this are not drawn: they are guesses.
const DRAWN: f32 = 0.3;
/// Limbs less certain than this are drawn thin.
const CERTAIN: f32 = 0.5;

/// Limbs between keypoints of BlazePose's order.
const LIMBS: [(usize, usize, Rgb888); 16] = [
    (11, 12, TRUNK),
    (23, 24, TRUNK),
    (11, 23, LEFT),
    (12, 24, RIGHT),
    (11, 13, LEFT),
    (13, 15, LEFT),
    (12, 14, RIGHT),
    (14, 16, RIGHT),
    (23, 25, LEFT),
    (25, 27, LEFT),
    (27, 29, LEFT),
    (29, 31, LEFT),
    (24, 26, RIGHT),
    (26, 28, RIGHT),
    (28, 30, RIGHT),
    (30, 32, RIGHT),
];
const NOSE: usize = 0;
const SHOULDERS: [usize; 2] = [11, 12];

/// Draws the limbs that are seen and the person's number above the head.
pub(super) fn draw(canvas: &mut Canvas, pose: &Pose) {
    let thickness = thickness(canvas);
    for (from, to, color) in LIMBS {
        let (Some(a), Some(b)) = (point(pose, from), point(pose, to)) else { continue };
        let certain = pose.keypoints[from].confidence.min(pose.keypoints[to].confidence) >= CERTAIN;
        let style =
            PrimitiveStyle::with_stroke(color, if certain { thickness } else { thickness.div_ceil(3) });
        let Ok(()) = Line::new(a, b).into_styled(style).draw(canvas);
    }
    for joint in SHOULDERS.into_iter().chain(13..=16).chain(23..=32) {
        let Some(centre) = point(pose, joint) else { continue };
        let dot = Circle::with_center(centre, 2 * thickness + 1);
        let Ok(()) = dot.into_styled(PrimitiveStyle::with_fill(TRUNK)).draw(canvas);
    }
    if let Some(head) = head(pose) {
        let above = Point::new(head.x, head.y.saturating_sub(above_head_px(pose, head, thickness)));
        caption::label(canvas, above, &format!("#{}", pose.id));
    }
}

/// Line width that is seen at the size at which the picture is looked at.
fn thickness(canvas: &Canvas) -> u32 {
    (canvas.size().1 / 240).max(2)
}

fn head(pose: &Pose) -> Option<Point> {
    point(pose, NOSE).or_else(|| SHOULDERS.into_iter().find_map(|shoulder| point(pose, shoulder)))
}

/// Clear of the head, whose top lies as far above the nose as the shoulders lie below it.
fn above_head_px(pose: &Pose, head: Point, thickness: u32) -> i32 {
    let shoulder = SHOULDERS.into_iter().find_map(|shoulder| point(pose, shoulder));
    let neck_px = shoulder.map_or(0, |shoulder| shoulder.y.saturating_sub(head.y).max(0));
    neck_px.saturating_add(8 * thickness as i32)
}

/// Where a keypoint is drawn; `None` where it is not seen or so far outside that a line to it is of no use.
fn point(pose: &Pose, index: usize) -> Option<Point> {
    const FARTHEST_PX: f32 = 20_000.0;
    let Keypoint { x_px, y_px, confidence, .. } = pose.keypoints[index];
    let near = x_px.abs() < FARTHEST_PX && y_px.abs() < FARTHEST_PX;
    (near && confidence >= DRAWN).then(|| Point::new(x_px.round() as i32, y_px.round() as i32))
}
