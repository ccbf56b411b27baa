"""A person who stands about."""

import numpy as np

from ..geometry import rx, rz
from .base import D, Motion


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
        return dict(kind="none")
