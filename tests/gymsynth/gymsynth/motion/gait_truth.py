"""What the truth file says of a gait."""

import numpy as np

from ..segments import joint_angles

SIDES = {"l": "left", "r": "right"}


def gait_truth(motion):
    """Strikes, toe-offs and what follows from them; means over the steps that are in the clip as a whole."""
    first = next(step for step in motion.steps.list if abs(step.t - motion.t_first) < 1e-9)
    steps = [_step(motion, *pair) for pair in zip(motion.steps.list, motion.steps.list[1:], strict=False)]
    steps = [s for s in steps if s["t_strike"] >= 0 and s["t_strike"] + s["step_time_s"] < motion.duration]
    mean = {k: float(np.mean([s[k] for s in steps])) for k in steps[0] if k.endswith(("_s", "_m"))}
    step_time, contact, flight = mean["step_time_s"], mean["contact_time_s"], mean["flight_time_s"]
    joints = motion.po.joints(motion.pose(first.t + 1e-6))
    half_way = motion.po.joints(motion.pose(first.t + first.contact / 2))
    return dict(
        kind="gait",
        exercise=motion.name,
        overground=bool(motion.over),
        even=motion.steps.even,
        speed_m_s=motion.v,
        cadence_spm=60 / step_time,
        step_time_s=step_time,
        stride_time_s=2 * step_time,
        contact_time_s=contact,
        swing_time_s=2 * step_time - contact,
        flight_time_s=max(0.0, flight),
        double_support_s=max(0.0, -flight),
        duty_factor=contact / 2 / step_time,
        step_length_m=motion.v * step_time,
        vertical_oscillation_pelvis_m=mean["vertical_oscillation_m"],
        trunk_lean_deg=float(np.degrees(motion.lean)),
        angles_at_left_strike=joint_angles(joints),
        angles_at_left_midstance=joint_angles(half_way),
        symmetry_index_pct={k: _symmetry(steps, k) for k in ("contact_time_s", "step_time_s")},
        by_side={
            side: {k: _mean_of(steps, side, k) for k in ("contact_time_s", "step_time_s")} for side in SIDES.values()
        },
        steps=steps,
        events=_events(motion),
    )


def _step(motion, step, following):
    """One contact; `step_time_s` leads to the next strike, `side` is that of the foot on the ground."""
    times = np.linspace(step.t, following.t, 121)
    height = [motion._dz(t) for t in times]
    return dict(
        side=SIDES[step.s],
        t_strike=step.t,
        t_off=step.off,
        contact_time_s=step.contact,
        step_time_s=step.time,
        flight_time_s=step.flight,
        vertical_oscillation_m=float(max(height) - min(height)),
    )


def _mean_of(steps, side, key):
    """Mean over one side; a step time belongs to the side whose strike ends it."""
    own = {"left": "right", "right": "left"}[side] if key == "step_time_s" else side
    values = [s[key] for s in steps if s["side"] == own]
    return float(np.mean(values)) if values else None


def _symmetry(steps, key):
    left, right = (_mean_of(steps, side, key) for side in ("left", "right"))
    return None if left is None or right is None else 200 * (right - left) / (right + left)


def _events(motion):
    events = []
    for step in motion.steps.list:
        for kind, t in (("foot_strike", step.t), ("toe_off", step.off)):
            if 0 <= t < motion.duration:
                events.append(dict(type=kind, side=SIDES[step.s], t=t))
    return sorted(events, key=lambda e: e["t"])
