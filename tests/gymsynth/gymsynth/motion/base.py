"""What all motions share."""

import numpy as np
from scipy.interpolate import CubicSpline

from ..geometry import rz
from ..pose import SIDES, Poser
from ..segments import centre_of_mass

D = np.deg2rad


class Motion:
    """A motion of one body, made from the `motion` table of a configuration.

    `duration` in seconds; `spec(t)` is the input of `Poser.solve`; `props(t, joints, pose)` lists (prop name, 4x4
    matrix); `truth()` holds events and metrics that follow exactly from the prescription."""

    name = "motion"
    floor_drop = 0.0  # how far the room's floor lies below z = 0, m

    def __init__(self, body, cfg, rng):
        self.b, self.cfg, self.rng = body, cfg, rng
        self.po = Poser(body)
        self.leg = self.po.Lt + self.po.Ls
        self.setup()

    def setup(self):
        """Turns the configuration into times and curves."""
        raise NotImplementedError

    def spec(self, t):
        """Input of `Poser.solve` at time t."""
        raise NotImplementedError

    def truth(self):
        """Events and metrics."""
        raise NotImplementedError

    def pose(self, t):
        """Pose at time t."""
        return self.po.solve(self.spec(t))

    def props(self, t, j, P):
        """Things that move with the body."""
        return []

    def static_boxes(self):
        """Extra boxes in the room: (centre, size, colour, texture)."""
        return []

    def stance(self, half=None, yaw_deg=12, x=0.0, z=0.0):
        """Flat feet with the ankles at x and at +-half; each with the floor point under the ball."""
        feet = {}
        half = self.po.rest["l"]["foot"][1] if half is None else half
        for s, sign in SIDES:
            yaw = sign * D(yaw_deg) - self.po.foot_yaw0[s]
            ankle = np.array([x, sign * half, self.po.ankle_z + z])
            ball = ankle + rz(yaw) @ self.po.pivot[s]["ball"]
            pole = rz(sign * D(yaw_deg)) @ np.array([1.0, 0, 0])
            feet[s] = dict(ankle=ankle, yaw=yaw, pitch=0.0, toe=0.0, ball=ball, knee_pole=pole)
        return feet

    def hip_z_for(self, feet, hip_x, fraction):
        """Height of the hip centre that puts hip and ankle at this fraction of the leg length."""
        hip = self.po.rest["l"]["thigh"] - self.po.hipc0
        ankle = feet["l"]["ankle"]
        length = fraction * self.leg
        dxy = (hip_x + hip[0] - ankle[0]) ** 2 + (hip[1] - ankle[1]) ** 2
        return ankle[2] + np.sqrt(length * length - dxy) - hip[2]

    def hip_z_limit(self, hip_xy, ankles, fraction, pelvis_R=None):
        """Greatest height of the hip centre with each ankle {side: (3,)} within this fraction of the leg length."""
        turn = np.eye(3) if pelvis_R is None else pelvis_R
        limits = []
        for s, ankle in ankles.items():
            hip = turn @ (self.po.rest[s]["thigh"] - self.po.hipc0)
            dx, dy = hip_xy[0] + hip[0] - ankle[0], hip_xy[1] + hip[1] - ankle[1]
            limits.append(ankle[2] + np.sqrt((fraction * self.leg) ** 2 - dx * dx - dy * dy) - hip[2])
        return min(limits)

    def rest_point(self, bone, x, y, z, pose):
        """Where a point of the body at rest, which follows one bone, lies in a pose."""
        i = self.b.J[bone]
        return pose.p[i] + pose.R[i] @ (np.array([x, y, z]) - self.b.head[i])

    def surface_x(self, z, side, half_width=0.06):
        """x of the front (side 1) or back (-1) of the trunk at rest, at the height z."""
        v = self.b.mesh_v
        near = (np.abs(v[:, 1]) < half_width) & (np.abs(v[:, 2] - z) < 0.02)
        return float((v[near, 0] * side).max() * side)

    def midfoot(self, feet):
        """x of the middle of the feet, where a standing body keeps its centre of mass."""
        return float(np.mean([0.62 * feet[s]["ball"][0] + 0.38 * feet[s]["ankle"][0] for s in "lr"]))

    def balance(self, make_spec, x_target, x0=-0.05, bar=None):
        """Hip x that brings the centre of mass above `x_target`, by the secant method; with the specification.

        bar: (mass as a fraction of body mass, function of the pose that gives its place)."""

        def error(x):
            spec = make_spec(x)
            pose = self.po.solve(spec)
            extra = [] if bar is None else [(bar[0], bar[1](pose))]
            return centre_of_mass(self.po.joints_fast(pose), extra)[0] - x_target, spec

        x1, x2 = x0, x0 - 0.05
        e1, _ = error(x1)
        e2, spec = error(x2)
        for _ in range(3):
            if abs(e2) < 1e-4 or abs(e2 - e1) < 1e-9:
                break
            x1, e1, x2 = x2, e2, x2 - e2 * (x2 - x1) / (e2 - e1)
            e2, spec = error(x2)
        return x2, spec

    @staticmethod
    def table(keys, f):
        """Cubic interpolation of the vector f(k) between the keys: solving is too slow for each frame."""
        return CubicSpline(keys, np.array([f(k) for k in keys]))

    @staticmethod
    def hang_arms(flex=4, abd=12, elbow=15):
        """Arms that hang; degrees."""
        return {s: dict(flex=D(flex), abd=D(abd), elbow=D(elbow), grip=0.5, twist=-0.6) for s in "lr"}
