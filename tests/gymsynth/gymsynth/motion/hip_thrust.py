"""The hip thrust."""

import numpy as np

from ..geometry import ry, transform
from ..pose import SIDES
from .base import D
from .bench import PAD
from .reps import RepMotion


class HipThrust(RepMotion):
    """Hip thrust: the upper back on the edge of a bench (head towards -x), the bar across the hips, the feet on the
    floor; the trunk turns about the bench until it is level with the thighs."""

    name = "hip_thrust"
    first = "con"

    def setup(self):
        c = self.cfg
        for key, value in dict(con=0.7, ecc=1.0, pause_far=0.4, pause_start=0.4, amp_sd=0.0).items():
            c.setdefault(key, value)
        self.setup_reps()
        scale = self.b.height_m / 1.78
        self.top = c.get("bench_height", 0.40)
        self.low, self.high = D(c.get("trunk_start_deg", 36)), D(c.get("trunk_top_deg", -5))
        hips = self.po.hipc0
        z = self.b.head[self.b.J["upperarm_l"]][2] - 0.13 * scale
        self.contact = np.array([self.surface_x(z, -1), 0, z]) - hips
        self.bar_off = np.array([self.surface_x(hips[2] + 0.04, 1) + 0.035, 0, hips[2] + 0.03]) - hips
        knee_x = self._hip(self.high)[0] + np.sqrt(self.po.Lt**2 - 0.10**2)
        self.feet = self.stance(c.get("stance_half", 0.19), 15, x=knee_x - 0.02)
        for s, sg in SIDES:
            self.feet[s]["knee_pole"] = np.array([0.6, sg * 0.15, 1.0])

    def _trunk(self, slope):
        return ry(slope - np.pi / 2)

    def _hip(self, slope):
        """Hip centre with the back on the edge of the bench (x = 0)."""
        return np.array([0, 0, self.top]) - self._trunk(slope) @ self.contact

    def _bar(self, slope):
        return self._hip(slope) + self._trunk(slope) @ self.bar_off

    def _slope(self, k):
        return self.low + (self.high - self.low) * k

    def spec(self, t):
        slope = self._slope(self.phase(t))
        trunk, bar = self._trunk(slope), self._bar(slope)
        arms = {
            s: dict(
                wrist=bar + trunk @ np.array([0.03, sg * 0.34, 0.085]),
                pole=trunk @ np.array([-0.3, sg * 1.0, 0.1]),
                frame="world",
                grip=1.0,
                twist=-1.0,
            )
            for s, sg in SIDES
        }
        return dict(
            hip=self._hip(slope),
            pelvis_R=trunk,
            chest_R=trunk,
            head_R=trunk @ ry(D(28)),
            feet=self.feet,
            arms=arms,
        )

    def implement_point(self, t, j, P):
        return self._bar(self._slope(self.phase(t)))

    def props(self, t, j, P):
        return [("barbell", transform(position=self._bar(self._slope(self.phase(t)))))]

    def static_boxes(self):
        pad = ((-0.19, 0, self.top - 0.04), (0.36, 1.10, 0.08), PAD, 4)
        return [pad, ((-0.19, 0, (self.top - 0.08) / 2), (0.30, 0.9, self.top - 0.08), (0.3, 0.3, 0.32), 4)]
