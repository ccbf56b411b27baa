"""Curves of time: position and its derivatives, piece by piece.  Seconds, metres, m/s, m/s2."""

import numpy as np

G = 9.81  # m/s2


def smooth_step(u):
    """Quintic step from 0 to 1 over u in 0..1: velocity and acceleration are zero at both ends."""
    u = np.clip(u, 0, 1)
    return u * u * u * (10 - 15 * u + 6 * u * u)


class Quintic:
    """Polynomial with position, velocity and acceleration given at both ends of [t0, t1]."""

    def __init__(self, t0, t1, p0, v0, a0, p1, v1, a1):
        T = t1 - t0
        A = np.array(
            [
                [1, 0, 0, 0, 0, 0],
                [0, 1, 0, 0, 0, 0],
                [0, 0, 2, 0, 0, 0],
                [1, T, T**2, T**3, T**4, T**5],
                [0, 1, 2 * T, 3 * T**2, 4 * T**3, 5 * T**4],
                [0, 0, 2, 6 * T, 12 * T**2, 20 * T**3],
            ],
            float,
        )
        self.c = np.linalg.solve(A, [p0, v0, a0, p1, v1, a1])
        self.t0, self.t1 = t0, t1

    def __call__(self, t, d=0):
        u = t - self.t0
        c = self.c
        for _ in range(d):
            c = np.array([k * c[k] for k in range(1, len(c))])
        return sum(ck * u**k for k, ck in enumerate(c))


class Ballistic:
    """Free flight from position p0 with velocity v0."""

    def __init__(self, t0, t1, p0, v0):
        self.t0, self.t1, self.p0, self.v0 = t0, t1, p0, v0

    def __call__(self, t, d=0):
        u = t - self.t0
        return [self.p0 + self.v0 * u - G * u * u / 2, self.v0 - G * u, -G][d]


class Hold:
    """Rest at a position."""

    def __init__(self, t0, t1, p):
        self.t0, self.t1, self.p = t0, t1, p

    def __call__(self, t, d=0):
        return self.p if d == 0 else 0.0


class Piecewise:
    """Curves one after the other; held at the ends."""

    def __init__(self, segs):
        self.segs = segs

    def __call__(self, t, d=0):
        for s in self.segs:
            if t < s.t1:
                return s(max(t, self.segs[0].t0), d)
        return self.segs[-1](min(t, self.segs[-1].t1), d)
