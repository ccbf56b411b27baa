"""Walking and running, on a treadmill or over ground."""

import numpy as np
from scipy.interpolate import CubicSpline

from ..geometry import ry, rz, transform
from ..pose import SIDES
from ..segments import joint_angles
from .base import D, Motion
from .curves import G, smooth_step


class Gait(Motion):
    """Periodic and symmetric gait; each step is the other's mirror image.

    The hip's height follows from cadence and contact time: when running, by a half-sine vertical force in contact and
    a parabola in flight; when walking, by a cosine."""

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
        ts = np.linspace(0, T, 801)
        zr = np.array([self._dz(t) for t in ts])
        self.vo = float(zr.max() - zr.min())
        self.z_base = self._base_height()
        self._swing()

    def _base_height(self):
        """Hip height at foot strike: as high as the stance leg allows."""
        hj = self.po.rest["l"]["thigh"] - self.po.hipc0
        reach = self.cfg.get("leg_frac", 0.985) * self.leg
        lim = []
        for u in np.linspace(0, 1, 81):
            an, _, _ = self._stance("l", u)
            d2 = (an[0] - hj[0]) ** 2 + (self._foot_y("l") - hj[1]) ** 2
            lim.append(an[2] + np.sqrt(reach**2 - d2) - hj[2] - self._dz(u * self.tc))
        return float(min(lim))

    def _foot_y(self, s):
        return (1 if s == "l" else -1) * self.half

    def _dz(self, t):
        """Hip height relative to foot strike, periodic with the step time."""
        T, tc = self.T, self.tc
        t = t % T
        if not self.running:
            A = self.cfg.get("vertical_amp", 0.019)
            return A * np.cos(2 * np.pi * (t - tc / 2) / T)
        tf = self.tf
        if t <= tc:
            return (
                -G * tf / 2 * t
                - G * t * t / 2
                + np.pi / 2 * G * T / tc * (tc / np.pi * t - (tc / np.pi) ** 2 * np.sin(np.pi * t / tc))
            )
        u = t - tc
        return G * tf / 2 * u - G * u * u / 2

    def _stance(self, s, u):
        """u in 0..1 -> (ankle relative to the hip-centre ground point, pitch, toe pitch)."""
        yaw = -self.po.foot_yaw0[s] + (1 if s == "l" else -1) * D(5)
        xb = self.x_mid + self.v * self.tc * (0.5 - u)
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
        """Path of ankle (x, z) and pitch in swing, joined to stance in place and speed."""
        self.sw = {}
        ts = 2 * self.T - self.tc
        L = self.leg
        zb = self.z_base
        for s in "lr":

            def stance(u, s=s):
                ankle, pitch, _ = self._stance(s, u)
                return np.array([ankle[0], ankle[2], pitch])

            e = 1e-3
            a, b = stance(1.0), stance(0.0)
            va = (stance(1.0) - stance(1 - e)) / (e * self.tc)
            vb = (stance(e) - stance(0.0)) / (e * self.tc)
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
            self.sw[s] = CubicSpline(np.array(K) * ts, np.array(P), bc_type=((1, va), (1, vb)))

    def _since_strike(self, s, t):
        """Seconds since that foot's last strike."""
        return (t - self._first_strike(s)) % (2 * self.T)

    def _first_strike(self, s):
        return self.t_first + (0 if s == "l" else self.T)

    def on_ground(self, s, t):
        """Whether that foot is in contact at time t."""
        return self._since_strike(s, t) <= self.tc

    def _foot(self, s, t):
        """(ankle relative to the point of the floor below the hip, pitch, toe pitch) at time t."""
        k = self._since_strike(s, t)
        if k <= self.tc:
            return self._stance(s, k / self.tc)
        w = k - self.tc
        x, z, p = self.sw[s](w)
        toe = p * float(smooth_step(w / 0.08)) if p > 0 else p
        return np.array([x, self._foot_y(s), z]), float(p), toe

    def spec(self, t):
        z = self.z_base + self._dz((t - self.t_first) % self.T)
        x0 = self.v * t if self.over else 0.0
        hip = np.array([x0, 0, z])
        ph = np.pi * (t - self.t_first) / self.T  # stride phase: left strike at 0 (mod 2 pi)
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
        """Strikes, toe-offs and what follows from cadence and contact time."""
        j = self.po.joints(self.pose(self.t_first + 1e-6))
        jm = self.po.joints(self.pose(self.t_first + self.tc / 2))
        return dict(
            kind="gait",
            exercise=self.name,
            overground=bool(self.over),
            speed_m_s=self.v,
            cadence_spm=self.cad,
            step_time_s=self.T,
            stride_time_s=2 * self.T,
            contact_time_s=self.tc,
            swing_time_s=2 * self.T - self.tc,
            flight_time_s=max(0.0, self.tf),
            double_support_s=max(0.0, -self.tf),
            duty_factor=self.tc / 2 / self.T,
            step_length_m=self.v * self.T,
            vertical_oscillation_pelvis_m=self.vo,
            trunk_lean_deg=float(np.degrees(self.lean)),
            angles_at_left_strike=joint_angles(j),
            angles_at_left_midstance=joint_angles(jm),
            events=self._events(),
        )

    def _events(self):
        strikes, offs = [], []
        for s, side in (("l", "left"), ("r", "right")):
            first = self._first_strike(s)
            k0 = int(np.floor(-first / (2 * self.T))) - 1
            for k in range(k0, int(self.duration / (2 * self.T)) + 3):
                t = first + 2 * self.T * k
                if 0 <= t < self.duration:
                    strikes.append(dict(type="foot_strike", side=side, t=t))
                if 0 <= t + self.tc < self.duration:
                    offs.append(dict(type="toe_off", side=side, t=t + self.tc))
        return sorted(strikes + offs, key=lambda e: e["t"])


class Run(Gait):
    """Running."""

    name = "run"
    running = True


class Walk(Gait):
    """Walking."""

    name = "walk"
    running = False
