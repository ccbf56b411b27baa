mod fp16;

use super::*;

fn points(shift_px: f32) -> Vec<Vec<f32>> {
    let mut values: Vec<f32> = (0..195).map(|at| 40.0 + at as f32).collect();
    values.iter_mut().step_by(POINT_VALUES).for_each(|x| *x += shift_px);
    vec![values, vec![0.95], vec![-3.0; 64]]
}

fn boxes(logit: f32, shift_px: f32) -> Vec<Vec<f32>> {
    vec![(0..24).map(|at| 100.0 + at as f32 + shift_px).collect(), vec![logit, -8.0]]
}

fn complaint(role: Role, expected: &[Vec<f32>], found: &[Vec<f32>]) -> Option<String> {
    compare_slot(role, expected, found).err()
}

#[test]
fn small_differences_are_let_pass_and_large_ones_named() {
    let points_off = |px| complaint(Role::Landmarks, &points(0.0), &points(px));
    assert_eq!(points_off(0.8), None);
    assert!(points_off(0.9).unwrap().contains("0.90 px off on average"));
    let mut one_off = points(0.0);
    one_off[0][5] += 3.0;
    assert!(complaint(Role::Landmarks, &points(0.0), &one_off).unwrap().contains("3.00 px at most"));
    let mut absent = points(0.0);
    absent[1][0] = 0.93;
    assert_eq!(complaint(Role::Landmarks, &points(0.0), &absent), None);
    // The points beyond the body's steer the next region; they count in the output as a whole only.
    let mut heatmap = points(0.0);
    heatmap[2].fill(-2.8);
    assert!(complaint(Role::Landmarks, &points(0.0), &heatmap).unwrap().contains("output 2 differs by"));
}

/// By arithmetic: every body point is 0.5 px to the right, and one of the 33 is 1.5 px.
#[test]
fn what_is_let_pass_is_told_in_numbers() {
    let mut found = points(0.5);
    found[0][POINT_VALUES] += 1.0;
    found[1][0] = 0.93;
    let agreement = compare_slot(Role::Landmarks, &points(0.0), &found).unwrap();
    let is = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    is(agreement.points_mean_px, 0.5 + 1.0 / 33.0);
    is(agreement.points_worst_px, 1.5);
    is(agreement.probability, 0.02);
    is(agreement.output_rms, 0.02 / 0.95);
    is(agreement.box_px, 0.0);
    let (near, far) = (boxes(3.0, 0.5), boxes(3.0, 2.5));
    let seen = compare(Role::Detector, &[boxes(3.0, 0.0)], &[near.clone(), far, near]).unwrap();
    is(seen.box_px, 2.5);
    is(seen.points_worst_px, 0.0);
    assert_eq!(agreement.or_worse(seen), seen.or_worse(agreement));
}

#[test]
fn boxes_count_where_a_person_is() {
    let boxes_off = |logit, px| complaint(Role::Detector, &boxes(3.0, 0.0), &boxes(logit, px));
    assert_eq!(boxes_off(3.05, 2.5), None);
    assert!(boxes_off(3.0, 3.0).unwrap().contains("box is 3.00 px off"));
    // A logit that is off by more than its output as a whole may be.
    assert!(boxes_off(4.0, 0.0).unwrap().contains("output 1 differs by"));
    assert!(complaint(Role::Detector, &boxes(-3.0, 0.0), &boxes(-3.0, 0.0)).unwrap().contains("nobody"));
}

#[test]
fn what_is_no_number_is_refused() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for output in 0..3 {
            let mut found = points(0.0);
            *found[output].last_mut().unwrap() = bad;
            assert!(complaint(Role::Landmarks, &points(0.0), &found).unwrap().contains("no number"));
        }
    }
}
