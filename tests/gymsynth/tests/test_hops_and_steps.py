"""Repeated jumps and uneven gait against physics and against the sole of the posed mesh."""

import numpy as np
import pytest

from gymsynth.body import Body
from gymsynth.check import Soles
from gymsynth.motion import MOTIONS
from gymsynth.segments import middle

G = 9.81
UNEVEN = dict(
    step_time_cv=0.02,
    contact_time_cv=0.02,
    step_time_asymmetry_pct=6,
    contact_time_asymmetry_pct=-8,
    duration=14,
)


@pytest.fixture(scope="module")
def body():
    return Body(dict(gender=1.0, muscle=0.62, weight=0.5), 1.78)


def motion_of(body, kind, **cfg):
    return MOTIONS[kind](body, cfg, np.random.default_rng(5))


def hip_z(motion, t):
    return middle(motion.po.joints(motion.pose(t)), "hip")[2]


def test_hops_have_the_prescribed_contacts_and_fly_on_parabolas(body):
    contacts, speeds = [0.20, 0.18, 0.24, 0.30], [1.9, 2.1, 1.7, 2.2]
    motion = motion_of(body, "repeated_jumps", hops=4, contact_time=contacts, v_takeoff=speeds)
    jumps = motion.truth()["jumps"]
    assert len(jumps) == 5
    soles = Soles(body)
    for before, hop, contact, speed in zip(jumps, jumps[1:], contacts, speeds, strict=False):
        assert hop["t_contact"] == before["t_landing"]
        assert hop["t_takeoff"] - hop["t_contact"] == pytest.approx(contact)
        assert hop["rsi"] == pytest.approx(G * hop["flight_time_s"] ** 2 / 8 / contact)
        times = np.linspace(hop["t_takeoff"], hop["t_landing"], 12)[1:-1]
        a, v, _ = np.polyfit(times - hop["t_takeoff"], [hip_z(motion, t) for t in times], 2)
        assert 2 * a == pytest.approx(-G, rel=1e-3)
        assert v == pytest.approx(speed, rel=1e-3)
        for t in np.linspace(hop["t_contact"] + 1e-4, hop["t_takeoff"] - 1e-4, 7):
            pose = motion.pose(t)
            assert pose.over < 1e-4
            assert soles.height(pose, "l") == pytest.approx(0, abs=1e-4)
        for t in times:
            assert soles.height(motion.pose(t), "r") > 1e-3


@pytest.mark.parametrize("kind", ["run", "walk"])
def test_uneven_steps_are_what_the_truth_says(body, kind):
    motion = motion_of(body, kind, **UNEVEN)
    truth, soles = motion.truth(), Soles(body)
    assert not truth["even"]
    strikes = [e for e in truth["events"] if e["type"] == "foot_strike"]
    offs = [e for e in truth["events"] if e["type"] == "toe_off"]
    gaps = np.diff([e["t"] for e in strikes])
    assert gaps.std() / gaps.mean() > 0.015
    assert 60 / gaps.mean() == pytest.approx(truth["cadence_spm"], abs=1.0)
    assert truth["symmetry_index_pct"]["contact_time_s"] == pytest.approx(-8, abs=3)
    assert truth["symmetry_index_pct"]["step_time_s"] == pytest.approx(6, abs=3)
    for events, inside in ((strikes[2:8], 0.004), (offs[2:8], -0.004)):
        for event in events:
            s = event["side"][0]
            assert soles.height(motion.pose(event["t"] + inside), s) == pytest.approx(0, abs=1e-3)
            assert soles.height(motion.pose(event["t"] - 8 * inside), s) > 2e-3


@pytest.mark.parametrize("kind", ["run", "walk"])
def test_uneven_feet_stay_on_the_belt(body, kind):
    motion = motion_of(body, kind, **UNEVEN)
    step = motion.truth()["steps"][3]
    s = step["side"][0]
    name = body.J[f"ball_{s}"]
    times = step["t_strike"] + step["contact_time_s"] * np.array([0.2, 0.3, 0.4])
    x = [motion.pose(t).p[name][0] for t in times]
    assert np.diff(x) / np.diff(times) == pytest.approx(-motion.v, rel=1e-3)


def test_uneven_running_flies_on_parabolas_and_lands_smoothly(body):
    motion = motion_of(body, "run", **UNEVEN)
    for step in motion.truth()["steps"][2:6]:
        times = np.linspace(step["t_off"], step["t_off"] + step["flight_time_s"], 9)[1:-1]
        a = np.polyfit(times - times[0], [hip_z(motion, t) for t in times], 2)[0]
        assert 2 * a == pytest.approx(-G, rel=1e-3)
        # No jump of height or speed at strike and toe-off.
        for t in (step["t_strike"], step["t_off"]):
            e = 1e-4
            z = [motion._dz(t + k * e) for k in (-2, -1, 1, 2)]
            assert (z[3] - z[2]) / e == pytest.approx((z[1] - z[0]) / e, abs=0.01)
