"""Strength sets: repetitions between a start position and the far end of the range of motion."""

from bisect import bisect_right

from ..segments import joint_angles, middle
from .base import Motion
from .curves import smooth_step
from .rep_truth import set_truth

COUNTED, PARTIAL, FAILED = "counted", "partial", "failed"


class RepMotion(Motion):
    """A phase variable goes 0 -> 1 -> 0: 0 at the start position, 1 at the far end of the range of motion.

    `first` is 'ecc' (squat: eccentric first) or 'con' (deadlift, press, curl: concentric first). A partial repetition
    turns round early; a failed one rises, stalls and sinks again, to the floor or the pins: one that begins with the
    descent ends its set at the far end."""

    first = "ecc"
    frontal = False  # whether the truth holds what a camera in front sees of hips and knees

    def setup_reps(self):
        c = self.cfg
        n = c.get("reps", 8)
        partial, failed = set(c.get("partial", [])), set(c.get("failed", []))
        if self.first == "ecc" and failed - {n}:
            raise ValueError(f"{self.name}: only the last repetition can fail: who sinks stays at the bottom")
        t = c.get("lead_in", 1.2)
        self.reps = []
        for i in range(n):
            drawn = self._draw(i / max(1, n - 1))
            top = drawn.pop("top")
            r = dict(i=i, t0=t, status=COUNTED, side=self._side(i), **drawn)
            if i + 1 in partial:
                r.update(status=PARTIAL, amp=c.get("partial_amp", 0.35))
            if i + 1 in failed:
                r["status"] = FAILED
            r["legs"] = self._legs(r)
            r["t1"], r["t2"], r["t3"] = r["legs"][0][1], r["legs"][1][0], r["legs"][-1][1]
            self.reps.append(r)
            t = r["t3"] + top
        self.duration = t + c.get("lead_out", 0.6)
        self._all_legs = [leg for r in self.reps for leg in r["legs"]]
        self._leg_starts = [leg[0] for leg in self._all_legs]

    def _draw(self, k):
        """Times and amplitude of the repetition that lies the share k of the way through the set."""
        c, r = self.cfg, self.rng
        vl = c.get("velocity_loss", 0.25)
        ecc = c.get("ecc", 1.3) * (1 + 0.08 * r.standard_normal())
        con = c.get("con", 0.8) / (1 - vl * k) * (1 + 0.03 * r.standard_normal())
        far = max(0.05, c.get("pause_far", 0.15) * (1 + 0.2 * r.standard_normal()))
        rest = c.get("pause_start", 0.8)
        top = max(0.15, rest * (1 + 0.2 * r.standard_normal())) + 0.4 * k * rest
        amp = c.get("amp", 1.0) * (1 + c.get("amp_sd", 0.02) * r.standard_normal())
        return dict(ecc=ecc, con=con, far=far, top=top, amp=amp)

    def _side(self, i):
        """Leading side of repetition i; empty where both do the same."""
        return ""

    def _legs(self, r):
        """The repetition's movements: (from second, to second, from phase, to phase)."""
        c, t, amp = self.cfg, r["t0"], r["amp"]
        there, back = (r["ecc"], r["con"]) if self.first == "ecc" else (r["con"], r["ecc"])
        if r["status"] != FAILED:
            return [(t, t + there, 0.0, amp), (t + there + r["far"], t + there + r["far"] + back, amp, 0.0)]
        reach, stall = c.get("fail_reach", 0.5), c.get("fail_stall", 1.0)
        sink = c.get("fail_sink", 0.9)
        if self.first == "con":
            up = there * 1.2
            r.update(amp=reach * amp, far=stall, con=up, ecc=sink, t_stall=t + up, stall=stall, reach=reach)
            return [(t, t + up, 0.0, reach * amp), (t + up + stall, t + up + stall + sink, reach * amp, 0.0)]
        rise, up = t + there + r["far"], back * 0.9
        r.update(con=up, t_stall=rise + up, stall=stall, reach=reach)
        stuck = amp * (1 - reach)
        return [
            (t, t + there, 0.0, amp),
            (rise, rise + up, amp, stuck),
            (rise + up + stall, rise + up + stall + sink, stuck, amp),
        ]

    def rep_at(self, t):
        """The repetition under way at time t, or the one before it, or the first."""
        k = bisect_right([r["t0"] for r in self.reps], t) - 1
        return self.reps[max(k, 0)]

    def phase(self, t):
        """Phase variable at time t; the far end is `amp` (close to 1), not the same in every repetition."""
        k = bisect_right(self._leg_starts, t) - 1
        if k < 0:
            return 0.0
        t0, t1, a, b = self._all_legs[k]
        return a + (b - a) * float(smooth_step((t - t0) / (t1 - t0)))

    def on_ground(self, s, t):
        """Whether that foot stands on the floor at time t."""
        return True

    def implement_point(self, t, j, P):
        """Point whose speed is the bar velocity: the middle of the hands, or the bar."""
        return middle(j, "wrist")

    def truth(self):
        """Repetitions, events and velocity loss."""
        return set_truth(self)

    def moment(self, t):
        """Heights (m) and joint angles at time t."""
        pose = self.pose(t)
        j = self.po.joints(pose)
        return dict(
            pelvis_z=middle(j, "hip")[2],
            implement_z=self.implement_point(t, j, pose)[2],
            angles=joint_angles(j),
            joints=j,
        )
