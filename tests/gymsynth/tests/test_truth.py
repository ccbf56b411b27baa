"""The truth files of the committed clips: against physics, and against what the generator says today."""

import json
from pathlib import Path

import numpy as np
import pytest

from gymsynth import truth
from gymsynth.stage import Stage

ROOT = Path(__file__).resolve().parents[1]
CLIPS = ROOT.parent / "clips"
NAMES = sorted(path.stem for path in (ROOT / "configs").glob("*.json"))
G = 9.81
EVERY = 5  # frames, to save time


def committed(name):
    return json.loads((CLIPS / f"{name}.truth.json").read_text())


def hips(t):
    left, right = (t["joint_names"].index(f"{side}_hip") for side in ("left", "right"))
    xyz = np.array([row["xyz"] for row in t["per_frame"]])
    return np.array([row["t"] for row in t["per_frame"]]), 0.5 * (xyz[:, left] + xyz[:, right])


@pytest.mark.parametrize("name", NAMES)
def test_generator_gives_the_committed_truth(name, tmp_path):
    stage = Stage(json.loads((ROOT / "configs" / f"{name}.json").read_text()))
    truth.write(tmp_path / "again.json", truth.truth(stage, name, every=EVERY))
    again, before = json.loads((tmp_path / "again.json").read_text()), committed(name)
    for key in ("frames", "joint_names", "config"):
        assert again[key] == before[key]
    before["per_frame"] = before["per_frame"][::EVERY]
    for key, last_digit in (("uv", 0.01), ("xyz", 1e-4)):
        a, b = (np.array([row[key] for row in t["per_frame"]]) for t in (again, before))
        assert np.abs(a - b).max() <= last_digit * 1.01
    assert [e["t"] for e in again["truth"]["events"]] == pytest.approx([e["t"] for e in before["truth"]["events"]])


@pytest.mark.parametrize("name", NAMES)
def test_athlete_stays_in_the_picture(name):
    t = committed(name)
    uv = np.array([row["uv"] for row in t["per_frame"]])
    assert uv.min() > 20
    assert uv[..., 0].max() < t["width"] - 20
    assert uv[..., 1].max() < t["height"] - 20


@pytest.mark.parametrize("path", sorted((ROOT / "configs" / "more").glob("*.json")), ids=lambda path: path.stem)
def test_clips_on_demand_can_be_rendered(path):
    stage = Stage(json.loads(path.read_text()))
    t = truth.truth(stage, path.stem, every=max(1, truth.frame_count(stage) // 6))
    assert t["ik_overreach_m"] < 3e-3
    uv = np.array([row["uv"] for row in t["per_frame"]])
    assert uv.min() > 0
    assert uv[..., 0].max() < t["width"]
    assert uv[..., 1].max() < t["height"]


def test_flight_is_a_parabola():
    t = committed("cmj_three")
    assert len(t["truth"]["jumps"]) == 3
    times, hip = hips(t)
    for jump in t["truth"]["jumps"]:
        air = (times > jump["t_takeoff"]) & (times < jump["t_landing"])
        a, v, _ = np.polyfit(times[air] - jump["t_takeoff"], hip[air, 2], 2)
        assert 2 * a == pytest.approx(-G, rel=2e-3)
        assert v**2 / 2 / G == pytest.approx(jump["height_pelvis_rise_from_takeoff_m"], abs=1e-3)
        assert G * jump["flight_time_s"] ** 2 / 8 == pytest.approx(jump["height_flight_time_m"], abs=1e-6)


def test_repetitions_are_where_the_hip_is_low():
    t = committed("squat_set")
    times, hip = hips(t)
    reps = t["truth"]["reps"]
    assert len(reps) == 5
    for rep in reps:
        during = (times >= rep["t_start"]) & (times <= rep["t_end"])
        lowest = hip[during, 2].min()
        assert hip[during, 2].max() - lowest == pytest.approx(rep["pelvis_rom_m"], abs=1e-3)
        assert rep["t_bottom"] <= times[during][np.argmin(hip[during, 2])] + 0.05
    between = (times > reps[0]["t_end"]) & (times < reps[1]["t_start"])
    assert np.ptp(hip[between, 2]) < 1e-3


def test_steps_come_at_the_cadence():
    t = committed("treadmill_run")["truth"]
    strikes = sorted(e["t"] for e in t["events"] if e["type"] == "foot_strike")
    assert np.diff(strikes) == pytest.approx(60 / t["cadence_spm"], abs=1e-6)
    sides = [e["side"] for e in t["events"] if e["type"] == "foot_strike"]
    assert all(a != b for a, b in zip(sides, sides[1:], strict=False))
