"""Exercises with the bar in the hands on a path between two places: bench press and bent-over row."""

import numpy as np

from ..geometry import ry
from ..pose import SIDES
from .base import D
from .hand_bar import HandBar

PAD, STEEL = (0.09, 0.09, 0.10), (0.35, 0.35, 0.38)


class HandPath(HandBar):
    """The wrists go from `w[0]` to `w[1]` (left hand; the right mirrors it), bowed by `bow` metres towards +x half way.

    `stance(k)` is the rest of the pose as a function of the phase; `elbow_pole` is that of the left elbow."""

    elbow_pole = (0.0, 1.0, 0.0)
    twist = 0.0
    bow = 0.0

    def body_spec(self, k):
        """Input of `Poser.solve` but for the arms."""
        raise NotImplementedError

    def full_spec(self, k):
        """Input of `Poser.solve` at the phase k."""
        w = self.w[0] + (self.w[1] - self.w[0]) * k
        w[0] += self.bow * 4 * k * (1 - k)
        pole = np.array(self.elbow_pole)
        arms = {
            s: dict(wrist=w * [1, sg, 1], pole=pole * [1, sg, 1], frame="world", grip=1.0, twist=self.twist)
            for s, sg in SIDES
        }
        return self.body_spec(k) | dict(arms=arms)

    def spec(self, t):
        return self.full_spec(self.phase(t))

    def trunk_pose(self, k):
        """Pose with the arms anywhere: for places on the trunk."""
        return self.po.solve(self.body_spec(k) | dict(arms=self.hang_arms()))

    def shoulder(self, k):
        """Left shoulder."""
        return self.trunk_pose(k).p[self.b.J["upperarm_l"]]

    def fit_bar(self, end, place):
        """Moves the wrists at that end of the path until the bar is in its place (x, z)."""
        for _ in range(6):
            miss = np.asarray(place) - self._bar(self.po.solve(self.full_spec(float(end))))[[0, 2]]
            self.w[end] = self.w[end] + [miss[0], 0, miss[1]]


class BenchPress(HandPath):
    """Bench press, lying on the back with the head towards -x: from straight arms above the shoulders to the chest."""

    name = "bench_press"
    first = "ecc"
    elbow_pole = (0.45, 0.8, -1.0)
    twist = -1.3

    def setup(self):
        c = self.cfg
        for key, value in dict(con=0.9, ecc=1.3, pause_far=0.25, pause_start=0.6, amp_sd=0.0).items():
            c.setdefault(key, value)
        self.setup_reps()
        scale = self.b.height_m / 1.78
        self.top = c.get("bench_height", 0.43)
        hips = self.po.hipc0
        # The pad gives way by 2 cm under the pelvis.
        self.hip = np.array([0.0, 0.0, self.top + hips[0] - self.surface_x(hips[2] + 0.03, -1) - 0.02])
        self.feet = self.stance(c.get("stance_half", 0.30), 25, x=0.34 * scale)
        for s, sg in SIDES:
            self.feet[s]["knee_pole"] = np.array([1.0, sg * 0.35, 1.0])
        shoulder = self.shoulder(0)
        self.grip = c.get("grip_half", 0.37)
        reach = 0.985 * (self.po.Lu + self.po.Lf)
        start = shoulder + [0.02, 0, np.sqrt(reach**2 - 0.02**2 - (self.grip - shoulder[1]) ** 2)]
        start[1] = self.grip
        touch = self.b.head[self.b.J["upperarm_l"]][2] - 0.12 * scale
        chest = self.rest_point("spine_03", self.surface_x(touch, 1), 0.0, touch, self.trunk_pose(1))
        self.w = [start, np.array([chest[0], self.grip, chest[2] - 0.07])]
        self.fit_bar(1, [chest[0], chest[2] + 0.016])

    def body_spec(self, k):
        return dict(hip=self.hip, pelvis_R=ry(D(-90)), chest_R=ry(D(-93)), head_R=ry(D(-84)), feet=self.feet, arms=None)

    def static_boxes(self):
        legs = [((x, 0, (self.top - 0.08) / 2), (0.06, 0.28, self.top - 0.08), STEEL, 4) for x in (0.0, -0.75)]
        return [((-0.38, 0, self.top - 0.04), (1.22, 0.30, 0.08), PAD, 4), *legs]


class Row(HandPath):
    """Bent-over barbell row: the trunk leans forward and keeps nearly still, the bar goes from hanging arms to the
    belly."""

    name = "row"
    first = "con"
    elbow_pole = (-1.0, 0.5, 0.6)
    twist = -0.9

    def setup(self):
        c = self.cfg
        for key, value in dict(con=0.8, ecc=1.1, pause_far=0.25, pause_start=0.4, amp_sd=0.0).items():
            c.setdefault(key, value)
        self.setup_reps()
        self.feet = self.stance(c.get("stance_half", 0.16), 10)
        self.lean, self.rise = D(c.get("lean_deg", 58)), D(c.get("trunk_rise_deg", 3))
        self.z = c.get("hip_frac", 0.92) * self.hip_z_for(self.feet, 0.0, 0.99)
        self.grip = c.get("grip_half", 0.30)
        self.hx = 0.0
        arms = self.hang_arms(flex=50, elbow=5)
        hands = [self.b.J["hand_l"], self.b.J["hand_r"]]
        bar = (c.get("bar_mass_frac", 0.6), lambda pose: pose.p[hands].mean(axis=0))

        def still(hx):
            self.hx = hx
            return self.body_spec(0.0) | dict(arms=arms)

        self.hx, _ = self.balance(still, self.midfoot(self.feet), -0.2, bar)
        shoulder = self.shoulder(0)
        reach = 0.99 * (self.po.Lu + self.po.Lf)
        start = shoulder - [0, 0, np.sqrt(reach**2 - (self.grip - shoulder[1]) ** 2)]
        start[1] = self.grip
        z = self.po.hipc0[2] + 0.17 * self.b.height_m / 1.78
        belly = self.rest_point("spine_02", self.surface_x(z, 1) + 0.02, 0.0, z, self.trunk_pose(1))
        self.w = [start, np.array([belly[0], self.grip, belly[2] + 0.08])]
        self.fit_bar(1, [belly[0], belly[2]])

    def body_spec(self, k):
        lean = self.lean - self.rise * np.sin(np.pi / 2 * min(k, 1.0))
        return dict(
            hip=np.array([self.hx, 0, self.z]),
            pelvis_R=ry(self.lean * 0.9),
            chest_R=ry(lean),
            head_R=ry(lean * 0.6),
            feet=self.feet,
            arms=None,
        )
