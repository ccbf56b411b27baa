"""Numeric self-check of the motions: `python -m gymsynth.check [MOTION...]`.

Measures on the skinned mesh what the truth promises: soles on the ground exactly in contact, nothing out of reach,
acceleration above free fall, the deadlift's plates on the floor.  `tests/test_motions.py` holds the limits."""

import sys

import numpy as np

from .body import Body
from .motion import IDLE, MOTIONS


class Soles:
    """Height of the lowest point of each shoe sole."""

    def __init__(self, body):
        self.body = body
        low = body.mesh_v[:, 2] < 0.05
        self.vertices = {}
        for s in "lr":
            bones = [body.J[f"foot_{s}"], body.J[f"ball_{s}"]]
            self.vertices[s] = np.where(np.isin(body.mesh_bi[:, 0], bones) & low)[0]

    def height(self, pose, s):
        """Metres above the floor."""
        body, idx = self.body, self.vertices[s]
        m = body.matrices(pose.R, pose.p)
        points = np.c_[body.mesh_v[idx], np.ones(len(idx))]
        z = np.zeros(len(idx))
        for k in range(4):
            z += body.mesh_bw[idx, k] * np.einsum("nj,nj->n", m[body.mesh_bi[idx, k]][:, 2], points)
        return z.min()


def measure(kind, fps=120, longest_s=6.0, cfg=None):
    """Figures of one motion, in metres and m/s2; a dictionary."""
    body = Body(dict(gender=1.0, muscle=0.65, weight=0.5), 1.78)
    motion = MOTIONS[kind](body, dict(cfg or {}), np.random.default_rng(1))
    soles, truth = Soles(body), motion.truth()
    ts = np.arange(0, min(motion.duration, longest_s), 1 / fps)
    over, rows = 0.0, []
    for t in ts:
        pose = motion.pose(t)
        over = max(over, pose.over)
        rows.append([soles.height(pose, "l"), soles.height(pose, "r")])
    sole_z = np.array(rows)
    figures = dict(over_reach=over)
    if truth["kind"] == "jump":
        figures |= _jump(ts, sole_z, truth)
    elif truth["kind"] == "gait":
        figures |= _gait(ts, sole_z, motion, truth)
    else:
        figures |= _strength(ts, sole_z, motion, truth)
    if kind == "deadlift":
        figures["bar_z_at_start"] = motion.implement_point(0.0, None, motion.pose(0.0))[2]
    return {k: float(v) for k, v in figures.items()}


def _jump(ts, sole_z, truth):
    in_air, well_in_air = np.zeros(len(ts), bool), np.zeros(len(ts), bool)
    for j in truth["jumps"]:
        in_air |= (ts > j["t_takeoff"]) & (ts < j["t_landing"])
        well_in_air |= (ts > j["t_takeoff"] + 0.012) & (ts < j["t_landing"] - 0.012)
        if "t_leave_box" in j:  # on the box and in the fall
            in_air |= ts < j["t_contact"]
    ground = sole_z[~in_air]
    return dict(
        sole_low=ground.min(),
        sole_high=ground.max(),
        sole_low_in_flight=sole_z[well_in_air].min(),
        lowest_acceleration=truth["min_pelvis_acceleration"],
    )


def _strength(ts, sole_z, motion, truth):
    planted = np.array([[motion.on_ground(s, t) for s in "lr"] for t in ts])
    figures = {k: abs(truth["reps"][0][f"{k}_rom_m"]) for k in ("pelvis", "implement")}
    if planted.any():
        figures |= dict(sole_low=sole_z[planted].min(), sole_high=sole_z[planted].max())
    if not planted.all():
        figures["sole_low_in_air"] = sole_z[~planted].min()
    return figures


def _gait(ts, sole_z, motion, truth):
    contact = np.array([[motion.on_ground(s, t) for s in "lr"] for t in ts])
    return dict(
        sole_low=sole_z[contact].min(),
        sole_high=sole_z[contact].max(),
        sole_low_in_flight=sole_z[~contact].min(),
        vertical_oscillation=truth["vertical_oscillation_pelvis_m"],
    )


if __name__ == "__main__":
    for name in sys.argv[1:] or [k for k in MOTIONS if MOTIONS[k] not in IDLE]:
        print(name, *(f"{k} {v:.4f}" for k, v in measure(name).items()), sep="  ", flush=True)
