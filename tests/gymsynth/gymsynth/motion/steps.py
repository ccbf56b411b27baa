"""The steps of a gait: when each foot strikes and how long it stays, even or not."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from .curves import G

LEAD_IN_STEPS = 4  # before the first strike, so that the first frame is in the middle of a stride


@dataclass(frozen=True)
class Step:
    """One contact of one foot ("l" or "r"): strike at t, `contact` seconds on the ground, the next foot's strike after
    `time` seconds."""

    s: str
    t: float
    contact: float
    time: float

    @property
    def off(self):
        """Time of toe-off."""
        return self.t + self.contact

    @property
    def flight(self):
        """Time without contact after toe-off; negative for double support."""
        return self.time - self.contact


class Steps:
    """All steps of a clip.

    `step_time_cv`, `contact_time_cv`: standard deviation over mean, step by step (cut at two standard deviations).
    `step_time_asymmetry_pct`, `contact_time_asymmetry_pct`: 200 (right - left) / (right + left); the step time is that
    which ends with the side's strike. `dropped`: how the mean drifts is not modelled."""

    def __init__(self, cfg, rng, step_time, contact, t_first, duration):
        count = LEAD_IN_STEPS + int(duration / step_time * 1.3) + 8
        sides = ["lr"[(i - LEAD_IN_STEPS) % 2] for i in range(count)]
        times = step_time * self._factors(cfg, rng, "step_time", sides)
        contacts = contact * self._factors(cfg, rng, "contact_time", sides)
        # times[i] leads up to strike i
        strikes = np.cumsum(times) - np.sum(times[: LEAD_IN_STEPS + 1]) + t_first
        self.even = not any(cfg.get(k) for k in self._keys())
        self.list = [
            Step(sides[i], float(strikes[i]), float(contacts[i]), float(times[i + 1])) for i in range(count - 1)
        ]
        self.side = {s: [step for step in self.list if step.s == s] for s in "lr"}
        self._starts = {s: np.array([step.t for step in self.side[s]]) for s in "lr"}
        self._all_starts = np.array([step.t for step in self.list])
        # Phase of the gait: 0 at the first left strike, one more at each strike, smooth in between.
        self.phase = CubicSpline(self._all_starts, np.arange(len(self.list)) - LEAD_IN_STEPS)

    @staticmethod
    def _keys():
        return [f"{what}_{how}" for what in ("step_time", "contact_time") for how in ("cv", "asymmetry_pct")]

    @staticmethod
    def _factors(cfg, rng, what, sides):
        cv, asymmetry = cfg.get(f"{what}_cv", 0.0), cfg.get(f"{what}_asymmetry_pct", 0.0)
        jitter = np.clip(rng.standard_normal(len(sides)), -2, 2) if cv else np.zeros(len(sides))
        side = np.array([1.0 if s == "r" else -1.0 for s in sides])
        return (1 + cv * jitter) * (1 + side * asymmetry / 200)

    def of_foot(self, s, t):
        """That foot's step at or before time t, and its next one."""
        k = int(np.searchsorted(self._starts[s], t, side="right")) - 1
        return self.side[s][k], self.side[s][k + 1]

    def at(self, t):
        """The step that struck last before time t, with the one before it."""
        k = int(np.searchsorted(self._all_starts, t, side="right")) - 1
        return self.list[k - 1], self.list[k]


def running_height(before, step, t):
    """Height of the hip over that at strike, running: vertical force in contact, a parabola in flight.

    All strikes and toe-offs are at one height. The force is a half-sine, with a second harmonic where the flights
    before and after the contact differ."""
    c, f0, f1 = step.contact, before.flight, step.flight
    u = t - step.t
    if u > c:
        u -= c
        return G * f1 / 2 * u - G * u * u / 2
    first = np.pi / (2 * c) * G * (c + (f0 + f1) / 2)  # from the change of velocity
    # from the return to the same height
    second = (G * f0 / 2 * c + G * c * c / 2 - first * c * c / np.pi) * 2 * np.pi / (c * c)
    w = np.pi / c
    return (
        -G * f0 / 2 * u
        - G * u * u / 2
        + first * (u / w - np.sin(w * u) / w**2)
        + second * (u / (2 * w) - np.sin(2 * w * u) / (2 * w) ** 2)
    )
