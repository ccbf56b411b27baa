"""What the truth file says of a strength set."""

import numpy as np

from ..segments import frontal_figures

# Share of a smooth-step's time at which 5 % of the range is passed.
TIME_TO_5_PERCENT = 0.18939
STATUSES = ("counted", "partial", "failed")


def set_truth(motion):
    """Repetitions, events and velocity loss of a `RepMotion`."""
    out = [_rep(motion, r) for r in motion.reps]
    v = [d["mean_concentric_velocity_implement"] for d in out if d["status"] == "counted"]
    kinds = ("start", "bottom", "top", "end")
    return dict(
        kind="strength",
        exercise=motion.name,
        first_phase=motion.first,
        rep_count=len(v),
        **{f"{s}_count": sum(d["status"] == s for d in out) for s in STATUSES[1:]},
        reps=out,
        events=[dict(type=k, t=d["t_" + k], rep=d["index"]) for d in out for k in kinds],
        velocity_loss_pct=float(100 * (max(v) - v[-1]) / max(v)) if v else None,
    )


def _rep(motion, r):
    eccentric_first = motion.first == "ecc"
    stalled = r["status"] == "failed"
    rise_end = r["t_stall"] if stalled and eccentric_first else r["t3"]
    times = dict(start=r["t0"], far=r["t1"], far_end=r["t2"], end=r["t3"], rise_end=rise_end)
    at = {k: motion.moment(t) for k, t in times.items()}
    there, back = (r["t0"], r["t1"]), (r["t2"], r["t3"])
    ecc, con = (there, (r["t2"], rise_end)) if eccentric_first else (back, there)
    con_start, con_end = (at["far_end"], at["rise_end"]) if eccentric_first else (at["start"], at["far"])
    start, far = at["start"], at["far"]
    out = dict(
        index=r["i"] + 1,
        status=r["status"],
        amplitude=float(r["amp"]),
        t_start=r["t0"],
        t_far=r["t1"],
        t_far_end=r["t2"],
        t_end=r["t3"],
        t_concentric_start=con[0],
        t_concentric_end=con[1],
        t_eccentric_start=ecc[0],
        t_eccentric_end=ecc[1],
        eccentric_s=r["ecc"],
        pause_s=r["far"],
        concentric_s=r["con"],
        concentric_s_5to95=r["con"] * (1 - 2 * TIME_TO_5_PERCENT),
        eccentric_s_5to95=r["ecc"] * (1 - 2 * TIME_TO_5_PERCENT),
        pelvis_rom_m=float(start["pelvis_z"] - far["pelvis_z"]),
        implement_rom_m=float(far["implement_z"] - start["implement_z"]) * (-1 if eccentric_first else 1),
        mean_concentric_velocity_pelvis=float((con_end["pelvis_z"] - con_start["pelvis_z"]) / r["con"]),
        mean_concentric_velocity_implement=float((con_end["implement_z"] - con_start["implement_z"]) / r["con"]),
        angles_start=start["angles"],
        angles_far=far["angles"],
        rom_deg={k: start["angles"][k] - far["angles"][k] for k in start["angles"]},
        t_bottom=r["t1"] if eccentric_first else r["t0"],
        t_top=con[1] if eccentric_first else r["t1"],
    )
    if r["side"]:
        out["side"] = {"l": "left", "r": "right"}[r["side"]]
    if stalled:
        out.update(t_stall_start=r["t_stall"], t_stall_end=r["t_stall"] + r["stall"], stalled_at=float(r["reach"]))
    if motion.frontal:
        out.update(_frontal(motion, con, start, far))
    return out


def _frontal(motion, con, start, far):
    """What a camera in front sees at the start, at the far end, and at most in the concentric phase."""
    rising = [frontal_figures(motion.moment(t)["joints"]) for t in np.linspace(*con, 25)]
    sides = ("left", "right")
    return dict(
        frontal_start=frontal_figures(start["joints"]),
        frontal_far=frontal_figures(far["joints"]),
        knee_flexion_difference_far_deg=far["angles"]["left_knee"] - far["angles"]["right_knee"],
        **{f"{side}_fppa_max_concentric_deg": max(f[f"{side}_fppa_deg"] for f in rising) for side in sides},
    )
