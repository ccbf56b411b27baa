//! The stated uncertainties hold: over all rendered clips, from their joints with 0, 1 and 2 px of noise. `make accuracy` prints the table by metric,
//! and with the pose model's keypoints.

mod common;

use common::coverage::{self, Coverage, within};

#[test]
fn stated_uncertainties_hold() {
    let mut coverage = Coverage::default();
    for (_, clip) in coverage::all_clips() {
        coverage::of_joints(&clip, &mut coverage);
    }
    let errors = coverage.all();
    let (one, two) = (within(&errors, 1.0), within(&errors, 2.0));
    println!("{} errors: {:.1} % within 1 u, {:.1} % within 2 u", errors.len(), 100.0 * one, 100.0 * two);
    assert!(errors.len() > 1000, "the rendered clips are there");
    assert!((0.60..=0.75).contains(&one) && two >= 0.93, "{one:.3} within 1 u, {two:.3} within 2 u");
}
