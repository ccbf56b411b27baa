"""Lunge and split squat."""

import numpy as np

from ..geometry import ry, rz
from ..pose import SIDES
from .base import D
from .curves import smooth_step
from .reps import RepMotion

FRONT_POLE, REAR_POLE = np.array([1.0, 0.08, 0.1]), np.array([1.0, 0.05, -0.25])  # of the left knee
TOUCHDOWN = 0.7  # phase at which the stepping foot stands


class Lunge(RepMotion):
    """`style` split: the feet stay apart, the hip goes down between them. `style` step: from standing, one foot steps
    forward, and back again. `side` left, right or alternate (step only) says which leg leads."""

    name = "lunge"
    first = "ecc"

    def setup(self):
        c = self.cfg
        for key, value in dict(con=1.0, ecc=1.3, pause_far=0.2, pause_start=0.6, amp_sd=0.0).items():
            c.setdefault(key, value)
        self.stepping = c.get("style", "split") == "step"
        self.setup_reps()
        scale = self.b.height_m / 1.78
        self.half = c.get("stance_half", 0.11)
        self.lean = D(c.get("lean_deg", 6))
        self.low = self.po.ankle_z + c.get("bottom_frac", 0.94) * self.po.Ls
        if self.stepping:
            self.x_step = c.get("step_m", 0.92 * scale)
            self.x_hip = (0.0, 0.56 * self.x_step)
            self.heel = (0.0, D(66))
            self.x_ball = float((rz(self._yaw("l", 1)) @ self.po.pivot["l"]["ball"])[0])  # ankle at x = 0
        else:
            self.x_step = c.get("front_m", 0.42 * scale)
            self.x_hip = (-0.02, 0.0)
            self.heel = (D(42), D(74))
            self.x_ball = -c.get("rear_m", 0.42 * scale)
        feet = self._feet(0.0, "l")
        self.z0 = self.hip_z_limit([self.x_hip[0], 0], {s: feet[s]["ankle"] for s in "lr"}, 0.988)

    def _side(self, i):
        side = self.cfg.get("side", "left")
        if side == "alternate":
            return "lr"[i % 2]
        return side[0]

    def _feet(self, k, lead):
        return {s: self._front(k, s, sg) if s == lead else self._rear(k, s, sg) for s, sg in SIDES}

    def _yaw(self, s, sg):
        return sg * D(4) - self.po.foot_yaw0[s]

    def _front(self, k, s, sg):
        x, lift, pitch = self.x_step, 0.0, 0.0
        if self.stepping and k < TOUCHDOWN:
            u = float(np.sin(np.pi / 2 * k / TOUCHDOWN))
            x, lift, pitch = u * self.x_step, 0.09 * np.sin(np.pi * u) ** 2, -D(12) * np.sin(np.pi * u) ** 2
        ankle = np.array([x, sg * self.half, self.po.ankle_z + lift])
        return dict(ankle=ankle, yaw=self._yaw(s, sg), pitch=pitch, toe=pitch, knee_pole=FRONT_POLE * [1, sg, 1])

    def _rear(self, k, s, sg):
        yaw = self._yaw(s, sg)
        share = float(smooth_step(k)) if self.stepping else k
        pitch = self.heel[0] + (self.heel[1] - self.heel[0]) * min(share, 1.0)
        ankle = self.po.ankle_from_pivot(s, [self.x_ball, sg * self.half, 0.0], pitch, yaw)
        ankle[1] = sg * self.half
        # Standing, both legs are alike: either may lead next.
        pole = FRONT_POLE + (REAR_POLE - FRONT_POLE) * (min(share, 1.0) if self.stepping else 1.0)
        return dict(ankle=ankle, yaw=yaw, pitch=pitch, toe=0.0, knee_pole=pole * [1, sg, 1])

    def spec(self, t):
        k, lead = self.phase(t), self.rep_at(t)["side"]
        x = self.x_hip[0] + (self.x_hip[1] - self.x_hip[0]) * k
        hip = np.array([x, 0.0, self.z0 + (self.low - self.z0) * k])
        lean = D(2) + self.lean * k
        return dict(
            hip=hip,
            pelvis_R=ry(lean * 0.6),
            chest_R=ry(lean),
            head_R=ry(lean * 0.5),
            feet=self._feet(k, lead),
            arms=self.hang_arms(flex=5 + 6 * k, abd=14),
        )

    def on_ground(self, s, t):
        k = self.phase(t)
        return not (self.stepping and s == self.rep_at(t)["side"] and 0.0 < k < TOUCHDOWN)

    def implement_point(self, t, j, P):
        return 0.5 * (j["left_shoulder"] + j["right_shoulder"])
