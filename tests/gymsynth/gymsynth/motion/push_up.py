"""Push-up and pull-up: the hands stay, the body moves."""

import numpy as np
from scipy.optimize import brentq

from ..geometry import ry, transform
from ..pose import SIDES
from ..segments import middle
from .base import D
from .reps import RepMotion

STEEL = (0.30, 0.30, 0.33)


class BodyWeight(RepMotion):
    """The velocity that counts is that of the shoulders."""

    def implement_point(self, t, j, P):
        return middle(j, "shoulder")


class PushUp(BodyWeight):
    """Push-up, prone with the head towards +x: a straight body turns about the balls of the feet."""

    name = "push_up"
    first = "ecc"

    def setup(self):
        c = self.cfg
        for key, value in dict(con=0.8, ecc=1.1, pause_far=0.15, pause_start=0.5, amp_sd=0.01).items():
            c.setdefault(key, value)
        self.setup_reps()
        scale = self.b.height_m / 1.78
        self.feet = self._feet(half=0.09, pitch=D(66))
        self.ankle = 0.5 * (self.feet["l"]["ankle"] + self.feet["r"]["ankle"])
        hip = self.po.rest["l"]["thigh"] - self.po.hipc0
        # hip centre from the ankles along the legs, a little short of straight
        self.along = np.sqrt((0.996 * self.leg) ** 2 - (self.feet["l"]["ankle"][1] - hip[1]) ** 2)
        self.hand_R = {s: self.po.hand_rotation(s, [1.0, 0.25 * -sg, 0]) for s, sg in SIDES}
        self.wrist_z = self._wrist_height()
        self.grip = c.get("grip_half", 0.27)
        arm = 0.985 * (self.po.Lu + self.po.Lf)
        self.z0 = self.wrist_z + np.sqrt(arm**2 - (self.grip - self.po.rest["l"]["upperarm"][1]) ** 2)
        self.depth = c.get("depth_m", 0.31 * scale)
        self.hand_x = self._shoulder(self._slope(0.0))[0]

    def _feet(self, half, pitch):
        feet = {}
        for s, sg in SIDES:
            yaw = -self.po.foot_yaw0[s]
            ankle = self.po.ankle_from_pivot(s, [0.0, sg * half, 0.0], pitch, yaw)
            feet[s] = dict(ankle=ankle, yaw=yaw, pitch=pitch, toe=0.0)
        return feet

    def _wrist_height(self):
        """Height of the wrist above the floor that the palm lies on."""
        b = self.b
        bones = [i for i, n in enumerate(b.names) if n == "hand_l"]
        hand = b.mesh_v[np.isin(b.mesh_bi[:, 0], bones) & (b.mesh_bw[:, 0] > 0.6)]
        turned = (hand - b.head[b.J["hand_l"]]) @ self.hand_R["l"].T
        return float(-turned[:, 2].min())

    def _hip(self, slope):
        return self.ankle * [1, 0, 1] + self.along * np.array([np.cos(slope), 0, np.sin(slope)])

    def _shoulder(self, slope):
        return self._hip(slope) + ry(np.pi / 2 - slope) @ (self.po.rest["l"]["upperarm"] - self.po.hipc0)

    def _slope(self, k):
        """Angle of the body to the floor at which the shoulders are as high as the phase asks for, radians."""
        z = self.z0 - self.depth * k
        return brentq(lambda a: self._shoulder(a)[2] - z, D(-10), D(50), xtol=1e-9)

    def spec(self, t):
        slope = self._slope(self.phase(t))
        body = ry(np.pi / 2 - slope)
        feet = {s: f | dict(knee_pole=body @ np.array([1.0, 0, 0])) for s, f in self.feet.items()}
        arms = {
            s: dict(
                wrist=[self.hand_x, sg * self.grip, self.wrist_z],
                pole=np.array([-1.0, sg * 0.8, 0.3]),
                frame="world",
                grip=0.0,
                hand_R=self.hand_R[s],
            )
            for s, sg in SIDES
        }
        head = ry(np.pi / 2 - slope - D(22))
        return dict(hip=self._hip(slope), pelvis_R=body, chest_R=body, head_R=head, feet=feet, arms=arms)


class PullUp(BodyWeight):
    """Pull-up at a fixed bar, from straight arms until the chin is above it; the feet hang free."""

    name = "pull_up"
    first = "con"

    def setup(self):
        c = self.cfg
        for key, value in dict(con=1.1, ecc=1.4, pause_far=0.2, pause_start=0.6, amp_sd=0.0).items():
            c.setdefault(key, value)
        self.setup_reps()
        scale = self.b.height_m / 1.78
        self.bar_z = c.get("bar_height", 2.30)
        self.grip = c.get("grip_half", 0.30)
        self.hand_R = {s: self.po.hand_rotation(s, [0.1, 0, 1.0]) for s, _ in SIDES}
        self.wrist = np.array([-0.01, self.grip, self.bar_z - 0.085])
        self.shoulder_off = self.po.rest["l"]["upperarm"] - self.po.hipc0
        arm = 0.985 * (self.po.Lu + self.po.Lf)
        hang = np.sqrt(arm**2 - 0.03**2 - (self.grip - self.shoulder_off[1]) ** 2)
        self.s0 = np.array([-0.04, 0, self.wrist[2] - hang])
        self.s1 = np.array([-0.20 * scale, 0, self.wrist[2] - 0.01])
        self.lean = D(c.get("lean_back_deg", 12))
        pose = self.po.solve(self._spec(0.0))
        from .hand_bar import palm

        self.bar = 0.5 * (palm(self.po, pose, "l") + palm(self.po, pose, "r"))

    def _spec(self, k):
        body = ry(-self.lean * float(np.sin(np.pi / 2 * min(k, 1.0))))
        shoulder = self.s0 + (self.s1 - self.s0) * k
        hip = shoulder - body @ (self.shoulder_off * [1, 0, 1])
        feet = {}
        for s, sg in SIDES:
            ankle = hip + [-0.16, sg * 0.10, -0.945 * self.leg]
            feet[s] = dict(ankle=ankle, pitch=D(38), toe=D(20), knee_pole=np.array([1.0, 0, 0]))
        arms = {
            s: dict(
                wrist=self.wrist * [1, sg, 1],
                pole=np.array([0.15, sg * 0.8, -1.0]),
                frame="world",
                grip=1.0,
                hand_R=self.hand_R[s],
            )
            for s, sg in SIDES
        }
        head = body @ ry(D(-8) * np.sin(np.pi * min(k, 1.0)))
        return dict(hip=hip, pelvis_R=body, chest_R=body, head_R=head, feet=feet, arms=arms)

    def spec(self, t):
        return self._spec(self.phase(t))

    def on_ground(self, s, t):
        return False

    def props(self, t, j, P):
        return [("pull_up_bar", transform(position=self.bar))]

    def static_boxes(self):
        x, z = self.bar[0], self.bar[2]
        posts = [((x + 0.85, sg * 0.85, z / 2), (0.07, 0.07, z), STEEL, 4) for _, sg in SIDES]
        arms = [((x + 0.42, sg * 0.85, z), (0.92, 0.05, 0.05), STEEL, 4) for _, sg in SIDES]
        return posts + arms
