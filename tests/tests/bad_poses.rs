//! Pose files that are wrong in every way that recordings are: an error with file and line, or values that stay within
//! their uncertainty. What was measured is never lost, and nothing is invented.

#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

use serde_json::{Value, json};
use spotter_tests::{Finished, PoseLines, run_to_end, truth_of};

/// Repetitions of `squat_set` by its truth.
const REPS: usize = 5;

struct Analysed {
    finished: Finished,
    report: Value,
}

impl Analysed {
    fn of(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("poses.jsonl");
        std::fs::write(&path, text).unwrap();
        let height_m = truth_of("squat_set")["athlete_height_shod_m"].to_string();
        let path = path.to_str().unwrap();
        let finished =
            run_to_end(&["analyze", "--poses", path, "--format", "json", "--athlete-height", &height_m]);
        let report = serde_json::from_str(&finished.stdout).unwrap_or_default();
        Self { finished, report }
    }

    fn code(&self) -> Option<i32> {
        self.finished.status.code()
    }

    fn reps(&self) -> Vec<&Value> {
        let sets = self.report["sets"].as_array().unwrap().iter();
        let reps = sets.flat_map(|set| set["reps"].as_array().unwrap());
        reps.filter(|rep| rep["status"] == "counted").collect()
    }

    fn jumps(&self) -> usize {
        self.report["jumps"].as_array().unwrap().len()
    }

    fn warns_of(&self, words: &str) -> bool {
        let warnings = self.report["quality"]["warnings"].as_array().unwrap();
        warnings.iter().any(|warning| warning.as_str().unwrap().contains(words))
    }

    fn says(&self, words: &[&str]) {
        for words in words {
            assert!(self.finished.stderr.contains(words), "`{words}` is not in: {}", self.finished.stderr);
        }
    }
}

/// Every number of each repetition lies as close to the undisturbed one as both uncertainties (2 σ) say.
fn assert_within_uncertainty(disturbed: &Analysed, clean: &Analysed) {
    let (disturbed, clean) = (disturbed.reps(), clean.reps());
    assert_eq!(disturbed.len(), clean.len());
    for (disturbed, clean) in disturbed.iter().zip(clean) {
        for (name, origin) in clean["provenance"].as_object().unwrap() {
            let (Some(a), Some(b)) = (disturbed[name].as_f64(), clean[name].as_f64()) else { continue };
            let u = origin["u"].as_f64().unwrap().max(disturbed["provenance"][name]["u"].as_f64().unwrap());
            assert!((a - b).abs() <= 2.0 * u, "{name}: {a} disturbed, {b} clean, u {u}");
        }
    }
}

fn squats() -> PoseLines {
    PoseLines::of_clip("squat_set")
}

#[test]
fn undisturbed_joints_are_counted_exactly() {
    let clean = Analysed::of(&squats().text());
    assert_eq!((clean.code(), clean.reps().len(), clean.jumps()), (Some(0), REPS, 0));
}

#[test]
fn a_truncated_file_keeps_what_was_measured_before() {
    let truth = truth_of("squat_set");
    let ends: Vec<f64> =
        truth["truth"]["reps"].as_array().unwrap().iter().map(|rep| rep["t_end"].as_f64().unwrap()).collect();
    let text = squats().text();
    // Within the line of a moment between the third and the fourth repetition.
    let cut_s = ends[2] + 0.6;
    let line = 2 + squats().frames.iter().filter(|frame| frame["t"].as_f64().unwrap() < cut_s).count();
    let before: usize = text.lines().take(line - 1).map(|line| line.len() + 1).sum();
    let cut = Analysed::of(&text[..before + 40]);
    assert_eq!(cut.code(), Some(65), "{}", cut.finished.stderr);
    cut.says(&["poses.jsonl", &format!("line {line}"), "cut off"]);
    assert_eq!(cut.reps().len(), 3);
    assert!(cut.warns_of(&format!("line {line}")));
}

#[test]
fn a_header_that_does_not_fit_the_lines_is_told_with_the_line() {
    let mut poses = squats();
    poses.people(100)[0]["kp"].as_array_mut().unwrap().pop();
    let short = Analysed::of(&poses.text());
    assert_eq!(short.code(), Some(65));
    short.says(&["poses.jsonl", "line 102", "18 keypoints; the header names 19"]);

    let mut poses = squats();
    let (width, height) = (poses.header["width"].as_f64().unwrap(), poses.header["height"].as_f64().unwrap());
    poses.each_keypoint(|_, _, point| {
        *point = json!([point[0].as_f64().unwrap() / width, point[1].as_f64().unwrap() / height, 1]);
    });
    let normalised = Analysed::of(&poses.text());
    assert_eq!((normalised.code(), normalised.finished.stdout.as_str()), (Some(65), ""));
    normalised.says(&["poses.jsonl", "line 1", "pixels"]);

    let mut poses = squats();
    (poses.header["width"], poses.header["height"]) = (json!(64), json!(48));
    assert!(Analysed::of(&poses.text()).warns_of("does the header fit"));
}

#[test]
fn points_that_are_no_numbers_are_missing_points() {
    let clean = Analysed::of(&squats().text());
    let mut poses = squats();
    // One point in twenty, another one each time.
    poses.each_keypoint(|frame, point, keypoint| {
        if (frame * 19 + point * 7) % 20 == 0 {
            *keypoint = json!([Value::Null, Value::Null, 0.0]);
        }
    });
    for word in ["null", "NaN", "-Infinity"] {
        let holes = Analysed::of(&poses.text().replace("[null,null,", &format!("[{word},{word},")));
        assert_eq!((holes.code(), holes.jumps()), (Some(0), 0), "{}", holes.finished.stderr);
        assert_within_uncertainty(&holes, &clean);
    }
    poses.each_keypoint(|_, _, keypoint| *keypoint = json!([1e300, 1.0, 1.0]));
    let nowhere = Analysed::of(&poses.text());
    assert_eq!((nowhere.code(), nowhere.reps().len(), nowhere.jumps()), (Some(0), 0, 0));
    assert!(nowhere.warns_of("line 2: coordinates beyond any picture"));
}

#[test]
fn confidences_outside_nought_and_one_are_told_and_never_trusted() {
    let mut poses = squats();
    poses.each_keypoint(|_, _, keypoint| keypoint[2] = json!(1.05));
    let scores = Analysed::of(&poses.text());
    assert_eq!(scores.reps().len(), REPS);
    assert!(scores.warns_of("line 2: a confidence outside 0–1"));
    poses.each_keypoint(|_, _, keypoint| keypoint[2] = json!(95));
    let percent = Analysed::of(&poses.text());
    assert_eq!((percent.code(), percent.reps().len()), (Some(0), 0));
    assert!(percent.warns_of("far outside 0–1"));
}

#[test]
fn time_that_stands_or_goes_back_changes_no_number() {
    let clean = Analysed::of(&squats().text());
    let mut poses = squats();
    let frames = std::mem::take(&mut poses.frames);
    for (index, frame) in frames.iter().enumerate() {
        poses.frames.push(frame.clone());
        if index % 10 == 5 {
            // Once more at the same time, and one of two seconds ago.
            poses.frames.push(frame.clone());
            poses.frames.push(frames[index.saturating_sub(60)].clone());
        }
    }
    let disturbed = Analysed::of(&poses.text());
    assert_eq!(disturbed.code(), Some(0));
    assert!(disturbed.warns_of("line 8: the time does not come after"), "{}", disturbed.report["quality"]);
    assert_within_uncertainty(&disturbed, &clean);
}

#[test]
fn nobody_and_everybody_in_view() {
    let mut poses = squats();
    for index in 0..poses.frames.len() {
        poses.people(index).clear();
    }
    let nobody = Analysed::of(&poses.text());
    assert_eq!((nobody.code(), nobody.reps().len(), nobody.jumps()), (Some(0), 0, 0));
    assert!(nobody.warns_of("nobody was seen"));

    // Nine people who stand still around the one who squats.
    let mut poses = squats();
    let standing = poses.people(0)[0].clone();
    for index in 0..poses.frames.len() {
        for id in 2..=10 {
            let mut person = standing.clone();
            person["id"] = json!(id);
            for point in person["kp"].as_array_mut().unwrap() {
                point[0] = json!(point[0].as_f64().unwrap() + f64::from(id - 6) * 70.0);
            }
            poses.people(index).push(person);
        }
    }
    let everybody = Analysed::of(&poses.text());
    assert_eq!((everybody.code(), everybody.reps().len(), everybody.jumps()), (Some(0), REPS, 0));
    assert!(everybody.reps().iter().all(|rep| rep["person_id"] == 1));
}

#[test]
fn people_who_swap_numbers_add_no_repetition() {
    let mut poses = squats();
    let mut standing = poses.people(0)[0].clone();
    for point in standing["kp"].as_array_mut().unwrap() {
        point[0] = json!(point[0].as_f64().unwrap() + 220.0);
    }
    for index in 0..poses.frames.len() {
        let swapped = index / 70 % 2 == 1;
        let people = poses.people(index);
        people.push(standing.clone());
        people[0]["id"] = json!(1 + u32::from(swapped));
        people[1]["id"] = json!(2 - u32::from(swapped));
    }
    let swapping = Analysed::of(&poses.text());
    assert_eq!((swapping.code(), swapping.jumps()), (Some(0), 0));
    assert!(swapping.reps().len() <= REPS, "{} repetitions of {REPS}", swapping.reps().len());
}
