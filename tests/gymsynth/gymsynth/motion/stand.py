"""People who stand about: a bystander, an athlete at rest, a spotter."""

import numpy as np

from ..geometry import rx, ry, rz
from .base import D, Motion
from .curves import smooth_step


class Stand(Motion):
    """Stands, sways and looks about; no truth."""

    name = "stand"
    duration = 1e9

    def setup(self):
        self.feet = self.stance(None, 10)
        self.z0 = self.hip_z_for(self.feet, 0.02, 0.993)
        self.ph = self.rng.uniform(0, 6, 3)

    def spec(self, t):
        a = 0.012 * np.sin(0.9 * t + self.ph[0])
        y = D(25) * np.sin(0.35 * t + self.ph[1])
        return dict(
            hip=[0.02 + a * 0.5, a, self.z0],
            pelvis_R=rz(a),
            chest_R=rx(-a) @ rz(a * 2),
            head_R=rz(y),
            feet=self.feet,
            arms=self.hang_arms(flex=6 + 3 * np.sin(t + self.ph[2])),
        )

    def truth(self):
        return dict(kind="none", events=[])


class Rest(Stand):
    """Rests between sets: shifts the weight from leg to leg, and now and then lifts a hand to the mouth; no truth."""

    name = "rest"

    def spec(self, t):
        spec = super().spec(t)
        every, takes = 11.0, 4.0
        u = ((t + 3 * self.ph[0]) % every) / takes
        lift = float(smooth_step(min(1.0, 3 * u)) * smooth_step(np.clip(3 * (1 - u), 0, 1))) if u < 1 else 0.0
        shift = 0.05 * np.sin(0.21 * t + self.ph[1])
        spec["hip"] = [spec["hip"][0], spec["hip"][1] + shift, self.z0 - 0.016 * (shift / 0.05) ** 2]
        spec["arms"]["r"].update(flex=D(6 + 45 * lift), elbow=D(15 + 115 * lift))
        return spec

    def truth(self):
        return dict(kind="none", exercise="rest", rep_count=0, jump_count=0, events=[])


class Spotter(Stand):
    """Stands ready to help, hands in front, and goes a little down and up; no truth. `dip_m`, `period_s`."""

    name = "spotter"

    def spec(self, t):
        spec = super().spec(t)
        c = self.cfg
        down = 0.5 - 0.5 * np.cos(2 * np.pi * t / c.get("period_s", 3.1) + self.ph[0])
        spec["hip"] = [spec["hip"][0] - 0.10 * down, spec["hip"][1], self.z0 - 0.02 - c.get("dip_m", 0.07) * down]
        lean = D(8 + 8 * down)
        spec.update(pelvis_R=ry(lean * 0.8), chest_R=ry(lean))
        spec["arms"] = self.hang_arms(flex=32 + 8 * down, abd=16, elbow=62)
        return spec
