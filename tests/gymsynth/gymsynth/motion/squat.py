"""The back squat."""

import numpy as np

from ..geometry import ry, transform
from ..pose import SIDES
from ..segments import middle
from .base import D
from .reps import RepMotion


class BackSquat(RepMotion):
    """Back squat with a bar on the shoulders (`bar`: false leaves it out): the hip sinks by `depth_m`, the trunk leans,
    and the centre of mass of body and bar stays above the middle of the feet."""

    name = "back_squat"

    def setup(self):
        c = self.cfg
        self.setup_reps()
        self.feet = self.stance(c.get("stance_half", 0.21), c.get("toe_out", 18))
        self.bar = c.get("bar", True)
        self.depth = c.get("depth_m", 0.50 * self.b.height_m / 1.78)
        self.lean0, self.lean1 = D(c.get("lean_top", 4)), D(c.get("lean_bottom", 42))
        self.bar_mass = c.get("bar_mass_frac", 0.8) if self.bar else 0.0
        self.z0 = self.hip_z_for(self.feet, -0.03, 0.992)
        self.bar_rest = self._bar_on_shoulders()
        self.grip = c.get("grip_half", 0.42)
        x = self.midfoot(self.feet)
        bar = (self.bar_mass, self._bar) if self.bar else None

        def solve(k):
            return [self.balance(lambda hx: self._spec(k, hx), x, -0.1 * k, bar)[0]]

        self.hx = self.table(np.linspace(-0.02, 1.25, 28), solve)

    def _bar_on_shoulders(self):
        """Middle of the bar at rest: behind the skin, a hand's breadth under the neck."""
        v, neck_z = self.b.mesh_v, self.b.head[self.b.J["neck_01"]][2]
        back = v[(np.abs(v[:, 1]) < 0.05) & (np.abs(v[:, 2] - (neck_z - 0.05)) < 0.02), 0].min()
        return np.array([back - 0.012, 0, neck_z - 0.045])

    def _bar(self, P):
        i = self.b.J["spine_03"]
        return P.p[i] + P.R[i] @ (self.bar_rest - self.b.head[i])

    def _spec(self, k, hx):
        share = np.sin(np.clip(k, -1, 1.2) * np.pi / 2 / 1.2) / np.sin(np.pi / 2 / 1.2)
        lean = self.lean0 + (self.lean1 - self.lean0) * share
        hip = np.array([hx, 0, self.z0 - self.depth * k])
        arms = {}
        for s, sg in SIDES:
            if self.bar:
                arms[s] = dict(
                    wrist=self.bar_rest + [-0.015, sg * self.grip, -0.075],
                    frame="chest",
                    pole=np.array([-0.55, sg * 0.15, -1.0]),
                    grip=1.0,
                    shrug=0.12,
                    wrist_ext=-0.3,
                )
            else:
                f = 15 + 70 * np.clip(k, 0, 1)
                arms[s] = dict(flex=D(f) + lean * 0.8, abd=D(6), elbow=D(12), grip=0.2, frame="world")
        return dict(
            hip=hip, pelvis_R=ry(lean * 0.9), chest_R=ry(lean), head_R=ry(lean * 0.45), feet=self.feet, arms=arms
        )

    def spec(self, t):
        k = self.phase(t)
        return self._spec(k, float(self.hx(k)[0]))

    def props(self, t, j, P):
        return [("barbell", transform(position=self._bar(P)))] if self.bar else []

    def implement_point(self, t, j, P):
        return self._bar(P) if self.bar else middle(j, "wrist")
