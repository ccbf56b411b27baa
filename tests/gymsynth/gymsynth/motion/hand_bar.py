"""Exercises with the bar in the hands: deadlift, overhead press, biceps curl."""

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from ..geometry import ry, transform, unit
from ..pose import SIDES
from .base import D
from .reps import RepMotion


def palm(po, P, s):
    """Point where a bar lies in the closed hand."""
    b, J = po.b, po.b.J
    i = J[f"hand_{s}"]
    a, m = b.head[i], b.head[J[f"middle_01_{s}"]]
    side = np.cross(m - a, po.palm_axis(s))
    q = a + 0.95 * (m - a) + unit(side) * -0.025
    return P.p[i] + P.R[i] @ (q - a)


class HandBar(RepMotion):
    """Exercises with the bar in the hands."""

    prop = "barbell"

    def _bar(self, P):
        q = 0.5 * (palm(self.po, P, "l") + palm(self.po, P, "r"))
        q[1] = 0.0
        return q

    def implement_point(self, t, j, P):
        return self._bar(P)

    def props(self, t, j, P):
        return [(self.prop, transform(position=self._bar(P)))]


class Deadlift(HandBar):
    """Deadlift: the hip goes up and forward, the bar up in a line; the trunk leans so that the arms reach it."""

    name = "deadlift"
    first = "con"

    def setup(self):
        c = self.cfg
        c.setdefault("con", 1.1)
        c.setdefault("ecc", 1.2)
        c.setdefault("pause_far", 0.5)
        c.setdefault("pause_start", 0.6)
        c.setdefault("amp_sd", 0.0)
        self.setup_reps()
        self.hand = 0.072 * self.b.height_m / 1.78  # bar below the wrist
        self._geometry()
        for _ in range(3):  # rest the plates on the floor exactly
            self.hand += c.get("plate_r", 0.225) - self._bar(self.pose(0.0))[2]
            self._geometry()

    def _geometry(self):
        c = self.cfg
        self.feet = self.stance(c.get("stance_half", 0.15), c.get("toe_out", 10))
        self.xb = self.midfoot(self.feet) + 0.015
        self.z0 = self.hip_z_for(self.feet, 0.0, 0.99)
        self.zb = c.get("hip_frac_bottom", 0.68) * self.z0
        self.arm = 0.992 * (self.po.Lu + self.po.Lf)
        self.grip = c.get("grip_half", 0.27)
        self.w0 = c.get("plate_r", 0.225) + self.hand
        sh = self._shoulder(D(1), np.array([0.03, 0, self.z0]))
        self.w1 = sh[2] - np.sqrt(max(0.01, self.arm**2 - (self.grip - sh[1]) ** 2 - (self._bar_x(1) - sh[0]) ** 2))
        self.lean = self._lean_curve()

    def _lean_curve(self):
        """Trunk lean against the phase: as much as the straight arms ask for."""
        ks = np.linspace(0, 1, 25)
        lean = []
        for k in ks:
            hip, wrist = self._hip(k), self._wrist(k)

            def miss(a, hip=hip, wrist=wrist):
                return np.linalg.norm(self._shoulder(a, hip) - wrist) - self.arm

            try:
                lean.append(brentq(miss, D(-6), D(88)))
            except ValueError:  # out of reach: the self-check reports it
                lean.append(lean[-1] if lean else D(60))
        lean[-1] = D(1)
        return PchipInterpolator(ks, np.maximum(lean, D(0)))

    def _bar_x(self, k):
        return self.xb + 0.02 * k

    def _shoulder(self, lean, hip):
        q = self.po.rest["l"]["upperarm"] - self.po.hipc0
        return hip + ry(lean) @ q

    def _hip(self, k):
        e = k**1.05
        return np.array([-0.30 * self.b.height_m / 1.78 * (1 - e) + 0.03 * e, 0, self.zb + (self.z0 - self.zb) * e])

    def _wrist(self, k):
        return np.array([self._bar_x(k), self.grip, self.w0 + (self.w1 - self.w0) * k])

    def spec(self, t):
        k = self.phase(t)
        lean = float(self.lean(min(k, 1)))
        w = self._wrist(k)
        arms = {
            s: dict(wrist=w * [1, sg, 1], pole=np.array([-1.0, sg * 0.6, 0]), frame="world", grip=1.0, twist=-0.9)
            for s, sg in SIDES
        }
        return dict(
            hip=self._hip(k),
            pelvis_R=ry(lean * 0.95),
            chest_R=ry(lean),
            head_R=ry(lean * 0.55),
            feet=self.feet,
            arms=arms,
        )


class OverheadPress(HandBar):
    """Standing overhead press: the bar goes from the collar bones to straight arms."""

    name = "overhead_press"
    first = "con"

    def setup(self):
        c = self.cfg
        c.setdefault("con", 1.0)
        c.setdefault("ecc", 1.1)
        c.setdefault("pause_far", 0.3)
        c.setdefault("pause_start", 0.5)
        c.setdefault("amp_sd", 0.0)
        self.setup_reps()
        self.feet = self.stance(c.get("stance_half", 0.17), 10)
        self.z0 = self.hip_z_for(self.feet, 0.02, 0.994)
        self.hip = np.array([0.02, 0, self.z0])
        sh = self.hip + self.po.rest["l"]["upperarm"] - self.po.hipc0
        self.grip = c.get("grip_half", 0.27)
        self.a0 = sh + [0.115, 0, -0.01]
        L = 0.985 * (self.po.Lu + self.po.Lf)
        self.a1 = sh + [0.0, 0, 0.025 + np.sqrt(L * L - (self.grip - sh[1]) ** 2)]

    def spec(self, t):
        k = self.phase(t)
        w = self.a0 + (self.a1 - self.a0) * k
        w[0] += 0.05 * np.sin(np.pi * min(k, 1)) * (1 - k)
        w[1] = self.grip
        back = D(-2.0 - 6.0 * np.sin(np.pi * min(1, k)))
        arms = {
            s: dict(
                wrist=w * [1, sg, 1],
                pole=np.array([0.25, sg * 0.55, -1.0]),
                frame="world",
                grip=1.0,
                twist=-1.2,
                shrug=0.18 * k,
                wrist_ext=0.0,
            )
            for s, sg in SIDES
        }
        return dict(
            hip=self.hip,
            pelvis_R=ry(0.2 * back),
            chest_R=ry(back),
            head_R=ry(back - D(4) * k),
            feet=self.feet,
            arms=arms,
        )


class BicepsCurl(HandBar):
    """Standing biceps curl; `cheat` swings the trunk."""

    name = "biceps_curl"
    first = "con"
    prop = "ezbar"

    def setup(self):
        c = self.cfg
        c.setdefault("con", 0.9)
        c.setdefault("ecc", 1.3)
        c.setdefault("pause_far", 0.2)
        c.setdefault("pause_start", 0.4)
        c.setdefault("amp_sd", 0.01)
        self.setup_reps()
        self.feet = self.stance(c.get("stance_half", 0.16), 10)
        self.hip = np.array([0.02, 0, self.hip_z_for(self.feet, 0.02, 0.994)])
        self.e0, self.e1 = c.get("elbow_start", 12), c.get("elbow_top", 128)

    def spec(self, t):
        k = self.phase(t)
        el = D(self.e0 + (self.e1 - self.e0) * k)
        arms = {s: dict(flex=D(6 + 12 * k), abd=D(9), elbow=el, rot=D(-4), grip=1.0, twist=0.9) for s in "lr"}
        back = D(2 - 4 * np.sin(np.pi * min(k, 1)) * self.cfg.get("cheat", 0.5))
        return dict(hip=self.hip, pelvis_R=ry(0.3 * back), chest_R=ry(back), head_R=ry(back), feet=self.feet, arms=arms)
