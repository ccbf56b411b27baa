"""Each strength exercise against what a coach would check on the floor, on joints and mesh of the posed body."""

import numpy as np
import pytest

from gymsynth.body import Body
from gymsynth.geometry import angle_deg
from gymsynth.motion import MOTIONS, STRENGTH
from gymsynth.motion.hand_bar import palm
from gymsynth.segments import middle

# Least range of motion that counts (design METRICS 5.1), and an amplitude between a half and the whole of it.
LEAST_RANGE_M = dict(
    back_squat=0.20,
    front_squat=0.20,
    deadlift=0.30,
    bench_press=0.20,
    overhead_press=0.30,
    push_up=0.12,
    pull_up=0.30,
    row=0.20,
    hip_thrust=0.15,
)
PARTIAL_AMP = dict(
    back_squat=0.3,
    front_squat=0.28,
    deadlift=0.4,
    bench_press=0.26,
    overhead_press=0.4,
    biceps_curl=0.4,
    lunge=0.35,
    push_up=0.28,
    pull_up=0.42,
    row=0.4,
    hip_thrust=0.46,
)
BY_PELVIS = ("back_squat", "front_squat", "lunge", "hip_thrust")


@pytest.fixture(scope="module")
def body():
    return Body(dict(gender=1.0, muscle=0.62, weight=0.5), 1.78)


def motion_of(body, kind, **cfg):
    return MOTIONS[kind](body, cfg, np.random.default_rng(3))


def joints_at(motion, t):
    return motion.po.joints(motion.pose(t))


def height_of(motion, kind, t):
    """Height that the exercise lives by: hips, shoulders, or the bar."""
    moment = motion.moment(t)
    return moment["pelvis_z" if kind in BY_PELVIS else "implement_z"]


@pytest.mark.parametrize("kind", [m.name for m in STRENGTH])
def test_full_partial_and_failed_repetitions(body, kind):
    motion = motion_of(body, kind, reps=3, partial=[2], failed=[3], partial_amp=PARTIAL_AMP[kind], fail_stall=0.9)
    truth = motion.truth()
    assert [rep["status"] for rep in truth["reps"]] == ["counted", "partial", "failed"]
    assert (truth["rep_count"], truth["partial_count"], truth["failed_count"]) == (1, 1, 1)
    full, partial, failed = truth["reps"]
    heights = {k: height_of(motion, kind, full[f"t_{k}"]) for k in ("start", "far", "end")}
    whole = heights["far"] - heights["start"]
    assert heights["end"] == pytest.approx(heights["start"], abs=1e-3)
    part = height_of(motion, kind, partial["t_far"]) - heights["start"]
    assert 0 < part / whole < 0.5
    if kind in LEAST_RANGE_M:
        assert abs(whole) > LEAST_RANGE_M[kind]
        assert 0.5 * LEAST_RANGE_M[kind] < abs(part) < LEAST_RANGE_M[kind]
    # The failed one rises, stands still for longer than 0.7 s short of the top, and sinks again.
    assert failed["t_stall_end"] - failed["t_stall_start"] > 0.7
    stall, stall_end, sunk = (height_of(motion, kind, failed[k]) for k in ("t_stall_start", "t_stall_end", "t_end"))
    low, top = sorted((heights["start"], heights["far"]))
    assert stall_end == pytest.approx(stall, abs=1e-6)
    assert low + 0.25 * (top - low) < stall < low + 0.8 * (top - low)
    assert sunk < low + 0.05 * (top - low)


@pytest.mark.parametrize("kind", [m.name for m in STRENGTH])
def test_the_far_end_is_an_extreme_and_the_pauses_are_still(body, kind):
    motion = motion_of(body, kind, reps=1, lead_in=0.5)
    rep = motion.truth()["reps"][0]
    times = np.linspace(rep["t_start"], rep["t_end"], 41)
    heights = np.array([height_of(motion, kind, t) for t in times])
    far = height_of(motion, kind, rep["t_far"])
    extreme = heights.max() if far > heights[0] else heights.min()
    assert far == pytest.approx(extreme, abs=2e-3)
    assert height_of(motion, kind, rep["t_far_end"]) == pytest.approx(far, abs=1e-6)
    assert height_of(motion, kind, 0.1) == pytest.approx(heights[0], abs=1e-6)


@pytest.mark.parametrize("kind", ["bench_press", "row"])
def test_the_bar_lies_in_the_hands_and_touches_the_trunk(body, kind):
    motion = motion_of(body, kind, reps=1, lead_in=0.5)
    far = motion.truth()["reps"][0]["t_far"]
    pose = motion.pose(far)
    bar = motion.props(far, None, pose)[0][1][:3, 3]
    for s in "lr":
        assert np.linalg.norm((palm(motion.po, pose, s) - bar)[[0, 2]]) < 0.02
    trunk = [i for i, name in enumerate(body.names) if name.startswith(("spine", "pelvis"))]
    skin = np.isin(body.mesh_bi[:, 0], trunk) & (np.abs(body.mesh_v[:, 1]) < 0.12)
    points = np.c_[body.mesh_v[skin], np.ones(skin.sum())]
    matrices = body.matrices(pose.R, pose.p)
    placed = sum(
        body.mesh_bw[skin, k, None] * np.einsum("nij,nj->ni", matrices[body.mesh_bi[skin, k]], points)[:, :3]
        for k in range(4)
    )
    distance = np.linalg.norm((placed - bar)[:, [0, 2]], axis=1).min()
    assert 0.0 < distance < 0.04  # the bar's radius is 1.4 cm


def test_push_up_is_a_plank_on_still_hands(body):
    motion = motion_of(body, "push_up", reps=1, lead_in=0.5)
    rep = motion.truth()["reps"][0]
    top, bottom = (joints_at(motion, rep[k]) for k in ("t_start", "t_far"))
    for joints in (top, bottom):
        assert angle_deg(middle(joints, "shoulder"), middle(joints, "hip"), middle(joints, "ankle")) > 168
    assert np.linalg.norm(top["left_wrist"] - bottom["left_wrist"]) < 1e-3
    assert 0.02 < top["left_wrist"][2] < 0.10
    assert middle(bottom, "shoulder")[2] > 0.18  # the chest stays off the floor


def test_pull_up_brings_the_chin_over_a_still_bar(body):
    motion = motion_of(body, "pull_up", reps=1, lead_in=0.5)
    rep = motion.truth()["reps"][0]
    hang, top = (joints_at(motion, rep[k]) for k in ("t_start", "t_far"))
    bar_z = motion.bar[2]
    assert hang["nose"][2] < bar_z - 0.2
    assert top["nose"][2] > bar_z + 0.05
    assert np.linalg.norm(hang["left_wrist"] - top["left_wrist"]) < 1e-3
    pose = motion.pose(rep["t_far"])
    assert np.linalg.norm((palm(motion.po, pose, "l") - motion.bar)[[0, 2]]) < 1e-3
    assert min(hang["left_toe"][2], hang["right_toe"][2]) > 0.1


def test_hip_thrust_ends_level(body):
    motion = motion_of(body, "hip_thrust", reps=1, lead_in=0.5)
    joints = joints_at(motion, motion.truth()["reps"][0]["t_far"])
    shoulder, hip, knee = (middle(joints, k)[[0, 2]] for k in ("shoulder", "hip", "knee"))
    trunk, thigh = hip - shoulder, knee - hip
    bend = np.degrees(np.arctan2(trunk[1], trunk[0]) - np.arctan2(thigh[1], thigh[0]))
    assert abs(bend) < 12
    shank = joints["left_knee"] - joints["left_ankle"]
    assert np.degrees(np.arctan2(abs(shank[0]), shank[2])) < 12


@pytest.mark.parametrize("style", ["split", "step"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_lunge_bends_the_leading_knee_and_spares_the_other(body, style, side):
    motion = motion_of(body, "lunge", style=style, side=side, reps=1, lead_in=0.5)
    rep = motion.truth()["reps"][0]
    assert rep["side"] == side
    joints = joints_at(motion, rep["t_far"])
    other = "right" if side == "left" else "left"
    assert 80 < 180 - rep["angles_far"][f"{side}_knee"] < 115
    assert joints[f"{side}_ankle"][0] > joints[f"{other}_ankle"][0] + 0.6
    assert 0.03 < joints[f"{other}_knee"][2] < 0.25
    assert abs(joints[f"{side}_knee"][0] - joints[f"{side}_ankle"][0]) < 0.15


@pytest.mark.parametrize("kind", [m.name for m in STRENGTH])
def test_nothing_jumps(body, kind):
    cfg = dict(style="step", side="alternate") if kind == "lunge" else {}
    motion = motion_of(body, kind, reps=2, lead_in=0.3, **cfg)
    times = np.arange(0, motion.duration, 1 / 60)
    points = np.array([list(joints_at(motion, t).values()) for t in times])
    step = np.linalg.norm(np.diff(points, axis=0), axis=2)
    assert step.max() * 60 < 3.5  # m/s, the foot that steps out
    # Acceleration: a joint that is put elsewhere within a frame shows as hundreds of m/s2.
    assert np.abs(np.diff(points, 2, axis=0)).max() * 60**2 < 60


def test_front_squat_keeps_elbows_and_trunk_up(body):
    reps = {k: motion_of(body, k, reps=1, lead_in=0.5) for k in ("front_squat", "back_squat")}
    far = {k: m.truth()["reps"][0] for k, m in reps.items()}
    assert far["front_squat"]["angles_far"]["trunk_lean"] < far["back_squat"]["angles_far"]["trunk_lean"] - 10
    joints = joints_at(reps["front_squat"], far["front_squat"]["t_far"])
    arm = joints["left_elbow"] - joints["left_shoulder"]
    assert arm[0] > 0.15
    assert np.degrees(np.arctan2(arm[2], np.hypot(arm[0], arm[1]))) > -15


def test_squat_faults_show_in_the_frontal_plane(body):
    def far(**cfg):
        plain = dict(reps=1, depth_m=0.36, toe_out=8, stance_half=0.17, lead_in=0.5, amp_sd=0.0)
        return motion_of(body, "back_squat", **plain, **cfg).truth()["reps"][0]

    straight, valgus, shifted = far(), far(valgus_deg=[0, 14]), far(hip_shift_m=0.05, pelvis_roll_deg=-6)
    frontal = straight["frontal_far"]
    assert frontal["left_fppa_deg"] == pytest.approx(frontal["right_fppa_deg"], abs=0.5)
    assert abs(frontal["hip_shift_m"]) < 1e-3
    assert valgus["frontal_far"]["right_fppa_deg"] > frontal["right_fppa_deg"] + 10
    assert valgus["frontal_far"]["left_fppa_deg"] == pytest.approx(frontal["left_fppa_deg"], abs=3)
    assert valgus["frontal_far"]["knee_ankle_separation"] < frontal["knee_ankle_separation"] - 0.1
    assert shifted["frontal_far"]["hip_shift_m"] == pytest.approx(0.05, abs=5e-3)
    assert shifted["knee_flexion_difference_far_deg"] < -3  # inner angles: the left knee bends more
    assert abs(straight["knee_flexion_difference_far_deg"]) < 0.5
