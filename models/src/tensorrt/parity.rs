//! Golden frames: an engine is used only if it sees in them what the CPU sees.
//!
//! Both networks get the same picture and region and do everything on their own: sampling, inference, fetching. The limits are the unit's
//! own for keypoints (mean 1.5 %, worst 5 % of the torso's length); a torso is about 56 of the input's 256 pixels.

use serde::{Deserialize, Serialize};

use super::TensorRtError;
use crate::backend::Network;
use crate::image::{ColorMatrix, Image, Plane, Planes};
use crate::manifest::Role;
use crate::region::Region;

/// A picture with a person, and where.
struct Golden {
    name: &'static str,
    i420: &'static [u8],
    region: Region,
}

const WIDTH: usize = 144;
const HEIGHT: usize = 192;

/// Frames of rendered clips (`tests/clips/cmj_three.mp4`, `front_squat.mp4`), made small. The regions are turned a little and reach beyond
/// the picture, so that turning and the border are compared too.
const GOLDEN: [Golden; 2] = [
    Golden {
        name: "standing",
        i420: include_bytes!("../../golden/standing_144x192.i420"),
        region: Region { x_px: 78.0, y_px: 115.0, width_px: 160.0, height_px: 160.0, rotation_rad: 0.06 },
    },
    Golden {
        name: "squatting",
        i420: include_bytes!("../../golden/squatting_144x192.i420"),
        region: Region { x_px: 76.0, y_px: 137.0, width_px: 150.0, height_px: 150.0, rotation_rad: -0.09 },
    },
];

/// How far an engine's answers are from the CPU's: the worst of all frames, sets and slots. Pixels are those of the model's input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Mean distance of the body's points in a frame, pixels.
    pub points_mean_px: f32,
    /// Largest distance of a point, pixels.
    pub points_worst_px: f32,
    /// Of the probability that somebody is there.
    pub probability: f32,
    /// Of a value of the detector's box where a person is, pixels.
    pub box_px: f32,
    /// Of all values of an output, root mean square against that of the values themselves.
    pub output_rms: f32,
}

impl Agreement {
    /// What is let pass.
    pub const LIMITS: Self =
        Self { points_mean_px: 0.85, points_worst_px: 2.8, probability: 0.05, box_px: 2.8, output_rms: 0.03 };

    /// The worse of both, figure by figure.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        Self {
            points_mean_px: self.points_mean_px.max(other.points_mean_px),
            points_worst_px: self.points_worst_px.max(other.points_worst_px),
            probability: self.probability.max(other.probability),
            box_px: self.box_px.max(other.box_px),
            output_rms: self.output_rms.max(other.output_rms),
        }
    }
}

const LIMITS: Agreement = Agreement::LIMITS;

/// Body points of the landmark model; five values each.
const BODY_POINTS: usize = 33;
const POINT_VALUES: usize = 5;
const BOX_VALUES: usize = 12;

/// Compares an engine with the CPU on every golden frame. Returns how far they are apart.
///
/// # Errors
/// [`TensorRtError::Parity`] says what differs too much, and by how much; other errors are a network's that failed.
pub(crate) fn check(engine: &dyn Network, cpu: &dyn Network, role: Role) -> Result<Agreement, TensorRtError> {
    let mut worst = Agreement::default();
    for golden in &GOLDEN {
        let image = golden.image();
        let region = match role {
            Role::Detector => Region::square_around(WIDTH as f32, HEIGHT as f32),
            Role::Landmarks => golden.region,
        };
        let expected = outputs(cpu, 0, &image, region)?;
        // Every set has memory of its own.
        for set in 0..engine.sets() {
            let found = outputs(engine, set, &image, region)?;
            let agreement = compare(role, &expected, &found)
                .map_err(|what| TensorRtError::Parity(format!("frame `{}`: {what}", golden.name)))?;
            worst = worst.or_worse(agreement);
        }
    }
    Ok(worst)
}

impl Golden {
    fn image(&self) -> Image<'static> {
        let (y, chroma) = self.i420.split_at(WIDTH * HEIGHT);
        let (u, v) = chroma.split_at(chroma.len() / 2);
        let plane = |data, stride| Plane { data, stride };
        let planes = Planes::I420 { y: plane(y, WIDTH), u: plane(u, WIDTH / 2), v: plane(v, WIDTH / 2) };
        Image { width: WIDTH as u32, height: HEIGHT as u32, planes, color: ColorMatrix::Bt601 }
    }
}

/// The outputs of the last slot when all are run with the same region: the first ones are then compared by their own.
fn outputs(
    network: &dyn Network,
    set: usize,
    image: &Image<'_>,
    region: Region,
) -> Result<Vec<Vec<Vec<f32>>>, TensorRtError> {
    let failed = |error: crate::backend::BackendError| match error {
        crate::backend::BackendError::Lost(reason) => TensorRtError::Lost(reason),
        crate::backend::BackendError::Run(reason) => TensorRtError::Failed(reason),
    };
    let slots = network.slots();
    for slot in 0..slots {
        network.put(set, slot, image, region).map_err(failed)?;
    }
    let mut all = Vec::new();
    network
        .run(set, slots, &mut |_, outputs| all.push(outputs.iter().map(|values| values.to_vec()).collect()))
        .map_err(failed)?;
    Ok(all)
}

/// Each of `found` with the first of `expected`.
fn compare(role: Role, expected: &[Vec<Vec<f32>>], found: &[Vec<Vec<f32>>]) -> Result<Agreement, String> {
    let expected = expected.first().ok_or("the CPU gave nothing")?;
    let mut worst = Agreement::default();
    for (slot, found) in found.iter().enumerate() {
        let agreement = compare_slot(role, expected, found).map_err(|what| format!("slot {slot}: {what}"))?;
        worst = worst.or_worse(agreement);
    }
    Ok(worst)
}

fn compare_slot(role: Role, expected: &[Vec<f32>], found: &[Vec<f32>]) -> Result<Agreement, String> {
    let mut output_rms: f32 = 0.0;
    for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
        if let Some(at) = found.iter().position(|value| !value.is_finite()) {
            return Err(format!("output {index}: value {at} is {}, no number", found[at]));
        }
        let difference = relative_rms(expected, found);
        if difference > LIMITS.output_rms {
            return Err(format!(
                "output {index} differs by {:.1} % (limit {:.0} %)",
                100.0 * difference,
                100.0 * LIMITS.output_rms
            ));
        }
        output_rms = output_rms.max(difference);
    }
    let agreement = match role {
        Role::Detector => compare_boxes(expected, found)?,
        Role::Landmarks => compare_points(expected, found)?,
    };
    Ok(Agreement { output_rms, ..agreement })
}

fn relative_rms(expected: &[f32], found: &[f32]) -> f32 {
    let square = |sum: f32, value: f32| sum + value * value;
    let size = expected.iter().copied().fold(0.0, square);
    let difference = expected.iter().zip(found).map(|(a, b)| a - b).fold(0.0, square);
    // An output that is nearly nothing is compared as if it were of the size one.
    (difference / size.max(expected.len() as f32 * 1e-6)).sqrt()
}

/// Outputs of the landmark model: points, probability of a person, heatmap.
fn compare_points(expected: &[Vec<f32>], found: &[Vec<f32>]) -> Result<Agreement, String> {
    let [points, presence, ..] = expected else { return Err("the model has too few outputs".to_owned()) };
    let distances = points.chunks(POINT_VALUES).zip(found[0].chunks(POINT_VALUES)).take(BODY_POINTS);
    let distances: Vec<f32> = distances.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).collect();
    let mean = distances.iter().sum::<f32>() / distances.len() as f32;
    let worst = distances.iter().copied().fold(0.0, f32::max);
    if mean > LIMITS.points_mean_px || worst > LIMITS.points_worst_px {
        return Err(format!(
            "points are {mean:.2} px off on average and {worst:.2} px at most (limits {} and {})",
            LIMITS.points_mean_px, LIMITS.points_worst_px
        ));
    }
    let (a, b) = (presence[0], found[1][0]);
    let probability = (a - b).abs();
    if probability > LIMITS.probability {
        return Err(format!(
            "the person is there with {b:.3}, on the CPU with {a:.3} (limit {})",
            LIMITS.probability
        ));
    }
    Ok(Agreement { points_mean_px: mean, points_worst_px: worst, probability, ..Agreement::default() })
}

/// Outputs of the detector: boxes, logits.
fn compare_boxes(expected: &[Vec<f32>], found: &[Vec<f32>]) -> Result<Agreement, String> {
    let [boxes, logits, ..] = expected else { return Err("the model has too few outputs".to_owned()) };
    let probability = |logit: f32| 1.0 / (1.0 + (-logit).exp());
    let mut people: Option<Agreement> = None;
    for (anchor, (&a, &b)) in logits.iter().zip(&found[1]).enumerate() {
        let (a, b) = (probability(a), probability(b));
        if a.max(b) < 0.5 {
            continue;
        }
        let probability = (a - b).abs();
        if probability > LIMITS.probability {
            return Err(format!(
                "anchor {anchor}: a person with {b:.3}, on the CPU with {a:.3} (limit {})",
                LIMITS.probability
            ));
        }
        let range = anchor * BOX_VALUES..(anchor + 1) * BOX_VALUES;
        let worst =
            boxes[range.clone()].iter().zip(&found[0][range]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        if worst > LIMITS.box_px {
            return Err(format!("anchor {anchor}: the box is {worst:.2} px off (limit {})", LIMITS.box_px));
        }
        let agreement = Agreement { probability, box_px: worst, ..Agreement::default() };
        people = Some(people.unwrap_or_default().or_worse(agreement));
    }
    people.ok_or_else(|| "nobody is seen".to_owned())
}

#[cfg(test)]
mod tests;
