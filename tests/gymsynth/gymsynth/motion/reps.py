"""Strength sets: repetitions between a start position and the far end of the range of motion."""

from ..segments import joint_angles, middle
from .base import Motion
from .curves import smooth_step

# Share of a smooth-step's time at which 5 % of the range is passed.
TIME_TO_5_PERCENT = 0.18939


class RepMotion(Motion):
    """A phase variable goes 0 -> 1 -> 0: 0 at the start position, 1 at the far end of the range of motion.

    `first` is 'ecc' (squat: eccentric first) or 'con' (deadlift, press, curl: concentric first)."""

    first = "ecc"

    def setup_reps(self):
        c = self.cfg
        n = c.get("reps", 8)
        r = self.rng
        vl = c.get("velocity_loss", 0.25)
        t = c.get("lead_in", 1.2)
        self.reps = []
        for i in range(n):
            k = i / max(1, n - 1)
            ecc = c.get("ecc", 1.3) * (1 + 0.08 * r.standard_normal())
            con = c.get("con", 0.8) / (1 - vl * k) * (1 + 0.03 * r.standard_normal())
            far = max(0.05, c.get("pause_far", 0.15) * (1 + 0.2 * r.standard_normal()))
            rest = c.get("pause_start", 0.8)
            top = max(0.15, rest * (1 + 0.2 * r.standard_normal())) + 0.4 * k * rest
            amp = c.get("amp", 1.0) * (1 + c.get("amp_sd", 0.02) * r.standard_normal())
            a, b = (ecc, con) if self.first == "ecc" else (con, ecc)
            t0, t1, t2, t3 = t, t + a, t + a + far, t + a + far + b
            self.reps.append(dict(i=i, t0=t0, t1=t1, t2=t2, t3=t3, amp=amp, ecc=ecc, con=con, far=far, top=top))
            t = t3 + top
        self.duration = t + c.get("lead_out", 0.6)

    def phase(self, t):
        """Phase variable at time t; the far end is `amp` (close to 1), not the same in every repetition."""
        for r in self.reps:
            if r["t0"] <= t <= r["t3"]:
                if t < r["t1"]:
                    return r["amp"] * float(smooth_step((t - r["t0"]) / (r["t1"] - r["t0"])))
                if t < r["t2"]:
                    return r["amp"]
                return r["amp"] * float(1 - smooth_step((t - r["t2"]) / (r["t3"] - r["t2"])))
        return 0.0

    def implement_point(self, t, j, P):
        """Point whose speed is the bar velocity: the middle of the hands, or the bar."""
        return middle(j, "wrist")

    def truth(self):
        """Repetitions, events and velocity loss."""
        out = [self._rep_truth(r) for r in self.reps]
        v = [d["mean_concentric_velocity_implement"] for d in out]
        kinds = ("start", "bottom", "top", "end")
        return dict(
            kind="strength",
            exercise=self.name,
            first_phase=self.first,
            rep_count=len(out),
            reps=out,
            events=[dict(type=k, t=d["t_" + k], rep=d["index"]) for d in out for k in kinds],
            velocity_loss_pct=float(100 * (max(v) - v[-1]) / max(v)) if v else None,
        )

    def _rep_truth(self, r):
        eccentric_first = self.first == "ecc"
        at = {k: self._moment(t) for k, t in dict(start=r["t0"], far=r["t1"], far_end=r["t2"], end=r["t3"]).items()}
        there, back = (r["t0"], r["t1"]), (r["t2"], r["t3"])
        ecc, con = (there, back) if eccentric_first else (back, there)
        con_start, con_end = (at["far_end"], at["end"]) if eccentric_first else (at["start"], at["far"])
        start, far = at["start"], at["far"]
        return dict(
            index=r["i"] + 1,
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
            t_top=r["t3"] if eccentric_first else r["t1"],
        )

    def _moment(self, t):
        """Heights (m) and joint angles at time t."""
        pose = self.pose(t)
        j = self.po.joints(pose)
        return dict(
            pelvis_z=middle(j, "hip")[2], implement_z=self.implement_point(t, j, pose)[2], angles=joint_angles(j)
        )
