"""Back squat and front squat, symmetric or not."""

import numpy as np

from ..geometry import rx, ry, rz, transform
from ..pose import SIDES
from ..segments import middle
from .base import D
from .reps import RepMotion


class BackSquat(RepMotion):
    """Back squat with a bar on the shoulders (`bar`: false leaves it out): the hip sinks by `depth_m`, the trunk leans,
    and the centre of mass of body and bar stays above the middle of the feet.

    Faults, all at their full size at the bottom: `valgus_deg` turns the knees in (a number, or left and right),
    `hip_shift_m` moves the hips to the left, `pelvis_roll_deg` lowers the right hip, `pelvis_yaw_deg` turns
    it forward."""

    name = "back_squat"
    frontal = True
    grip_half = 0.42
    depth_m = 0.50
    leans_deg = (4, 42)  # of the trunk, standing and at the bottom

    def setup(self):
        c = self.cfg
        self.setup_reps()
        self.feet = self.stance(c.get("stance_half", 0.21), c.get("toe_out", 18))
        self.bar = c.get("bar", True)
        self.depth = c.get("depth_m", self.depth_m * self.b.height_m / 1.78)
        self.lean0, self.lean1 = D(c.get("lean_top", self.leans_deg[0])), D(c.get("lean_bottom", self.leans_deg[1]))
        self._faults()
        self.bar_mass = c.get("bar_mass_frac", 0.8) if self.bar else 0.0
        self.z0 = self.hip_z_for(self.feet, -0.03, 0.992)
        self.bar_rest = self._bar_on_shoulders()
        self.grip = c.get("grip_half", self.grip_half)
        x = self.midfoot(self.feet)
        bar = (self.bar_mass, self._bar) if self.bar else None

        def solve(k):
            return [self.balance(lambda hx: self._spec(k, hx), x, -0.1 * k, bar)[0]]

        self.hx = self.table(np.linspace(-0.02, 1.25, 28), solve)

    def _faults(self):
        c = self.cfg
        valgus = c.get("valgus_deg", 0.0)
        self.valgus = {s: D(valgus[k] if isinstance(valgus, list) else valgus) for k, (s, _) in enumerate(SIDES)}
        self.shift, self.roll = c.get("hip_shift_m", 0.0), D(c.get("pelvis_roll_deg", 0.0))
        self.yaw = D(c.get("pelvis_yaw_deg", 0.0))

    def _feet_at(self, k):
        """The feet; the knees point inward by the valgus."""
        if not any(self.valgus.values()):
            return self.feet
        k = np.clip(k, 0, 1.2)
        return {s: f | dict(knee_pole=rz(-sg * self.valgus[s] * k) @ f["knee_pole"]) for (s, sg), f in self._pairs()}

    def _pairs(self):
        return [((s, sg), self.feet[s]) for s, sg in SIDES]

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
        hip = np.array([hx, self.shift * k, self.z0 - self.depth * k])
        pelvis, chest = ry(lean * 0.9), ry(lean)
        if self.roll or self.yaw:  # the chest follows the tilted pelvis by a half
            pelvis = rz(self.yaw * k) @ pelvis @ rx(self.roll * k)
            chest = rz(self.yaw * k / 2) @ chest @ rx(self.roll * k / 2)
        feet = self._feet_at(k)
        return dict(
            hip=hip, pelvis_R=pelvis, chest_R=chest, head_R=ry(lean * 0.45), feet=feet, arms=self._arms(k, lean)
        )

    def _arms(self, k, lean):
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
        return arms

    def spec(self, t):
        k = self.phase(t)
        return self._spec(k, float(self.hx(k)[0]))

    def props(self, t, j, P):
        if not self.bar:
            return []
        i = self.b.J["spine_03"]
        tilt = P.R[i] @ np.array([0, 1.0, 0])
        turn = rx(np.arcsin(tilt[2])) if self.roll else np.eye(3)
        return [("barbell", transform(rz(-np.arctan2(tilt[0], tilt[1])) @ turn, self._bar(P)))]

    def implement_point(self, t, j, P):
        return self._bar(P) if self.bar else middle(j, "wrist")


class FrontSquat(BackSquat):
    """Front squat: the bar on the front of the shoulders, elbows forward, a trunk that stays upright."""

    name = "front_squat"
    grip_half = 0.235
    depth_m = 0.52
    leans_deg = (2, 14)

    def _bar_on_shoulders(self):
        """Middle of the bar at rest: in front of the neck, on the front of the shoulders."""
        shoulder = self.b.head[self.b.J["upperarm_l"]]
        return np.array([shoulder[0] + 0.075, 0, shoulder[2] + 0.035])

    def _arms(self, k, lean):
        elbows = self.cfg.get("elbow_drop_deg", 0.0) * np.clip(k, 0, 1)
        pole = ry(D(elbows)) @ np.array([1.0, 0.0, 0.2])
        return {
            s: dict(
                wrist=self.bar_rest + [-0.085, sg * self.grip, 0.065],
                frame="chest",
                pole=pole * [1, sg, 1] + [0, sg * 0.2, 0],
                grip=1.0,
                shrug=0.10,
                wrist_ext=0.0,
            )
            for s, sg in SIDES
        }
