"""Rotations, frames, and the chain of two bones.  World frame: x forward, y left, z up; metres and radians."""

from math import acos, sin, sqrt

import numpy as np


def rx(a):
    """Rotation about x."""
    c, s = np.cos(a), np.sin(a)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def ry(a):
    """Rotation about y: a positive angle tips +z towards +x (leans forward, points the toes down)."""
    c, s = np.cos(a), np.sin(a)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rz(a):
    """Rotation about z."""
    c, s = np.cos(a), np.sin(a)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def axis_angle(axis, a):
    """Rotation by `a` about `axis` (Rodrigues)."""
    u = np.asarray(axis, float)
    u = u / norm(u)
    k = np.array([[0, -u[2], u[1]], [u[2], 0, -u[0]], [-u[1], u[0], 0]])
    return np.eye(3) + np.sin(a) * k + (1 - np.cos(a)) * k @ k


def norm(v):
    """Length of a vector of three (faster than numpy's)."""
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])


def unit(v):
    """Vector of length one in the same direction."""
    v = np.asarray(v, float)
    return v / (norm(v) + 1e-12)


def cross(a, b):
    """Cross product of vectors of three (faster than numpy's)."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def blend(a, b, fraction):
    """Rotation `a` turned the given fraction of the way to `b`."""
    d = a.T @ b
    c = min(1.0, max(-1.0, (d[0, 0] + d[1, 1] + d[2, 2] - 1) / 2))
    turn = acos(c)
    if turn < 1e-7:
        return a
    axis = np.array([d[2, 1] - d[1, 2], d[0, 2] - d[2, 0], d[1, 0] - d[0, 1]]) / (2 * sin(turn))
    return a @ axis_angle(axis, turn * fraction)


def frame(d, n):
    """Orthonormal frame with its first axis along `d` and its second close to `n`."""
    d = unit(d)
    n = unit(n - d * np.dot(n, d))
    return np.stack([d, n, cross(d, n)], 1)


def two_bone(a, c, l1, l2, pole):
    """Middle joint of two bones of lengths `l1`, `l2` from `a` to `c`, bent towards the direction `pole`.

    Returns (middle, end, over): the end lies short of `c` by `over` metres where `c` is out of reach."""
    d = c - a
    distance = norm(d)
    over = max(0.0, distance - (l1 + l2) * 0.99999)
    reach = min(distance, (l1 + l2) * 0.99999)
    reach = max(reach, abs(l1 - l2) * 1.0001)
    u = d / (distance + 1e-12)
    c = a + u * reach
    k = (l1 * l1 - l2 * l2 + reach * reach) / (2 * reach)
    h = np.sqrt(max(0.0, l1 * l1 - k * k))
    p = unit(pole - u * np.dot(pole, u))
    return a + u * k + p * h, c, over


def transform(rotation=None, position=(0, 0, 0)):
    """Homogeneous 4x4 matrix."""
    m = np.eye(4)
    if rotation is not None:
        m[:3, :3] = rotation
    m[:3, 3] = position
    return m


def angle_deg(a, b, c):
    """Angle at `b` in degrees (180 = straight)."""
    u, v = unit(a - b), unit(c - b)
    return float(np.degrees(np.arccos(np.clip(np.dot(u, v), -1, 1))))
