"""Walking and running, on a treadmill or over ground."""

import numpy as np
from scipy.interpolate import CubicSpline

from ..geometry import ry, rz, transform
from ..pose import SIDES
from .base import D, Motion
from .curves import smooth_step
from .gait_truth import gait_truth
from .steps import Steps, running_height


class Gait(Motion):
    """Gait from a list of steps: periodic and symmetric, or uneven from step to step and from side to side.

    The hip's height follows from step and contact times: when running, by the vertical force in contact and a parabola
    in flight; when walking, by a cosine. In contact the foot moves with the belt, or stands on the floor."""

    name = "gait"
    running = True

    def setup(self):
        c = self.cfg
        R = self.running
        self.v = c.get("speed", 3.0 if R else 1.3)
        self.cad = c.get("cadence", 168.0 if R else 112.0)
        self.T = T = 60.0 / self.cad
        self.tc = c.get("contact_time", 0.245) if R else c.get("duty", 0.62) * 2 * T
        self.duration = c.get("duration", 12.0)
        self.t_first = c.get("lead", 0.2)
        self.over = c.get("overground", False)
        self.floor_drop = 0.0 if self.over else 0.17
        self.tf = T - self.tc
        self.half = c.get("step_half_width", 0.05 if R else 0.07)
        self.lean = D(c.get("lean_deg", 7 if R else 3))
        self.th_to = D(c.get("toeoff_heel_deg", 52 if R else 50))
        self.th_st = D(c.get("strike_pitch_deg", -8 if R else -18))
        self.x_mid = c.get("x_mid", 0.10)  # ball ahead of the hip at mid-stance
        self.steps = Steps(c, self.rng, T, self.tc, self.t_first, self.duration)
        self.z_base = self._base_height()
        self._swing()

    def _shown(self):
        """The steps whose strike is in the clip."""
        return [step for step in self.steps.list if 0 <= step.t < self.duration]

    def _base_height(self):
        """Hip height at foot strike: as high as the stance legs allow."""
        hj = self.po.rest["l"]["thigh"] - self.po.hipc0
        reach = self.cfg.get("leg_frac", 0.985) * self.leg
        lim = []
        for step in self.steps.list[2:4] if self.steps.even else self.steps.list[2:-2]:
            for u in np.linspace(0, 1, 81 if self.steps.even else 21):
                an, _, _ = self._stance(step.s, u, step.contact)
                d2 = (an[0] - hj[0]) ** 2 + (self._foot_y(step.s) * (1 if step.s == "l" else -1) - hj[1]) ** 2
                lim.append(an[2] + np.sqrt(reach**2 - d2) - hj[2] - self._dz(step.t + u * step.contact))
        return float(min(lim))

    def _foot_y(self, s):
        return (1 if s == "l" else -1) * self.half

    def _dz(self, t):
        """Hip height at time t relative to foot strike."""
        before, step = self.steps.at(t)
        if self.running:
            return running_height(before, step, t)
        amplitude = self.cfg.get("vertical_amp", 0.019)
        middle = self.tc / 2 / self.T  # of contact, in steps
        return amplitude * np.cos(2 * np.pi * (self.steps.phase(t) - middle))

    def _stance(self, s, u, contact):
        """Share u of a contact -> (ankle relative to the hip-centre ground point, pitch, toe pitch)."""
        yaw = -self.po.foot_yaw0[s] + (1 if s == "l" else -1) * D(5)
        xb = self.x_mid + self.v * contact * (0.5 - u)
        y = self._foot_y(s)
        u1 = 0.14
        if u < u1 and self.th_st < 0:
            p = self.th_st * (1 - u / u1) ** 1.5
            flat = rz(yaw) @ (self.po.pivot[s]["heel"] - self.po.pivot[s]["ball"])
            an = self.po.ankle_from_pivot(s, np.array([xb, 0, 0]) + flat, p, yaw, "heel")
            toe = p
        else:
            k = max(0.0, (u - 0.45) / 0.55)
            p = self.th_to * k**2.0
            an = self.po.ankle_from_pivot(s, np.array([xb, 0, 0]), p, yaw, "ball")
            toe = 0.0
        an = an - [0, an[1], 0]
        return an + [0, y, 0], p, toe

    def _swing(self):
        """Paths of ankle (x, z) and pitch in each swing, by toe-off."""
        self.sw, known = {}, {}
        for s in "lr":
            for step, following in zip(self.steps.side[s], self.steps.side[s][1:], strict=False):
                key = (s, round(step.contact, 9), round(following.contact, 9), round(following.t - step.off, 9))
                if key not in known:
                    known[key] = self._swing_path(s, step, following)
                self.sw[s, step.t] = known[key]

    def _swing_path(self, s, step, following):
        """Joined to the stances before and after it in place and speed."""
        ts, L, zb = following.t - step.off, self.leg, self.z_base

        def stance(u, contact):
            ankle, pitch, _ = self._stance(s, u, contact)
            return np.array([ankle[0], ankle[2], pitch])

        e, before, after = 1e-3, step.contact, following.contact
        a, b = stance(1.0, before), stance(0.0, after)
        va = (a - stance(1 - e, before)) / (e * before)
        vb = (stance(e, after) - b) / (e * after)
        va[1] += 0.45
        vb[1] = -0.35
        vb[2] = -0.2 if self.th_st < 0 else 0.0
        if self.running:
            K = [0, 0.18, 0.40, 0.66, 0.88, 1]
            P = [
                a,
                [a[0] - 0.06, a[1] + 0.20 * L, a[2] + D(28)],
                [a[0] * 0.55, zb - 0.47 * L, D(92)],
                [0.14, zb - 0.56 * L, D(45)],
                [b[0] + 0.07, b[1] + 0.075, D(0) + self.th_st * 0.6],
                b,
            ]
        else:
            K = [0, 0.22, 0.50, 0.80, 1]
            P = [
                a,
                [a[0] * 0.62, a[1] + 0.075, a[2] * 0.95],
                [0.06, self.po.ankle_z + 0.085, D(22)],
                [b[0] - 0.02, b[1] + 0.05, self.th_st * 0.8],
                b,
            ]
        return CubicSpline(np.array(K) * ts, np.array(P), bc_type=((1, va), (1, vb)))

    def on_ground(self, s, t):
        """Whether that foot is in contact at time t."""
        return t <= self.steps.of_foot(s, t)[0].off

    def _foot(self, s, t):
        """(ankle relative to the point of the floor below the hip, pitch, toe pitch) at time t."""
        step, _ = self.steps.of_foot(s, t)
        if t <= step.off:
            return self._stance(s, (t - step.t) / step.contact, step.contact)
        w = t - step.off
        x, z, p = self.sw[s, step.t](w)
        toe = p * float(smooth_step(w / 0.08)) if p > 0 else p
        return np.array([x, self._foot_y(s), z]), float(p), toe

    def spec(self, t):
        z = self.z_base + self._dz(t)
        x0 = self.v * t if self.over else 0.0
        hip = np.array([x0, 0, z])
        ph = np.pi * float(self.steps.phase(t))  # stride phase: left strike at 0 (mod 2 pi)
        yaw = D(6) * np.cos(ph) * -1  # left side forward at left strike -> turn right
        R = self.running
        feet = {}
        for s, sg in SIDES:
            an, p, toe = self._foot(s, t)
            feet[s] = dict(
                ankle=an + [x0, 0, 0],
                pitch=p,
                toe=toe,
                yaw=-self.po.foot_yaw0[s] + sg * D(5),
                knee_pole=np.array([1.0, sg * 0.06, 0.15]),
            )
        sw = np.cos(ph + (0.35 if R else 0.1))
        arms = {}
        for s, sg in SIDES:
            k = -sg * sw  # left arm back at left strike
            if R:
                arms[s] = dict(flex=D(-12 + 36 * k), abd=D(14), elbow=D(88 + 14 * k), grip=0.8, yaw=D(-12), twist=-0.2)
            else:
                arms[s] = dict(flex=D(4 + 20 * k), abd=D(9), elbow=D(18 + 10 * k), grip=0.5, twist=-0.5)
        Rp = rz(yaw) @ ry(self.lean * 0.6)
        Rc = rz(-yaw * (1.0 if R else 0.6)) @ ry(self.lean)
        return dict(hip=hip, pelvis_R=Rp, chest_R=Rc, head_R=ry(self.lean * 0.3), feet=feet, arms=arms)

    def props(self, t, j, P):
        return [] if self.over else [("treadmill", transform())]

    def truth(self):
        return gait_truth(self)


class Run(Gait):
    """Running."""

    name = "run"
    running = True


class Walk(Gait):
    """Walking."""

    name = "walk"
    running = False
