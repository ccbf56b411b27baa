"""The gym room: floor, walls, posters, boxes and a rack.  Every figure but the room's size is drawn at random."""

import numpy as np

from .shapes import Builder
from .textures import FLOOR, PLAIN, POSTER, WALL, WOOD

HALF_SIZE = 7.0  # m
HEIGHT = 3.6  # m
WHITE = (1, 1, 1)


class Wall:
    """A wall's inward normal n, direction t along it, and the floor's height; `at` gives points near it."""

    def __init__(self, axis, side, distance, floor_z):
        self.axis, self.side, self.distance, self.z = axis, side, distance, floor_z
        self.n = -side * axis
        self.t = np.cross([0, 0, 1.0], self.n)

    def at(self, along, gap):
        """Point of the floor plan, `along` the wall and `gap` metres in front of it."""
        return self.side * self.axis * (self.distance - gap) + self.t * along


def room(rng, towards_camera, floor_z=0.0):
    """Mesh of the room about the origin; the walls behind the athlete are nearer and furnished."""
    b = Builder()
    s = HALF_SIZE
    b.quad([-s, -s, floor_z], [2 * s, 0, 0], [0, 2 * s, 0], WHITE, FLOOR, 1.0)
    near = 3.3 + rng.uniform(0, 0.9)
    tint = tuple(rng.uniform(0.75, 1.0) * rng.uniform(0.92, 1.04, 3))
    dado = tuple(rng.uniform(0.15, 0.7, 3))
    for axis, component in ((np.array([1.0, 0, 0]), towards_camera[0]), (np.array([0, 1.0, 0]), towards_camera[1])):
        for side in (-1, 1):
            behind_athlete = component * side < -0.3
            wall = Wall(axis, side, near if behind_athlete else s, floor_z)
            _plain_wall(b, rng, wall, tint, dado)
            if behind_athlete:
                _posters(b, rng, wall)
                _boxes(b, rng, wall)
                _rack(b, rng, wall)
    b.quad([-s, -s, floor_z + HEIGHT], [0, 2 * s, 0], [2 * s, 0, 0], (0.85, 0.85, 0.85), PLAIN, 1)
    return b.mesh()


def _plain_wall(b, rng, wall, tint, dado):
    length = 2 * HALF_SIZE * wall.t
    x, y, _ = wall.at(-HALF_SIZE, 0)
    b.quad([x, y, wall.z], length, [0, 0, HEIGHT], tint, WALL, 1.6)
    x, y, _ = wall.at(-HALF_SIZE, 0) + wall.n * 0.004
    b.quad([x, y, wall.z], length, [0, 0, rng.uniform(0.1, 0.9)], dado, PLAIN, 1)


def _posters(b, rng, wall):
    for _ in range(3):
        w, h = rng.uniform(0.5, 1.2), rng.uniform(0.5, 1.0)
        along = rng.uniform(-2.6, 2.0)
        z = rng.uniform(1.3, 1.9)
        x, y, _ = wall.at(along, 0.01)
        b.quad([x, y, wall.z + z], wall.t * w, [0, 0, h], WHITE, POSTER, 0)


def _boxes(b, rng, wall):
    for _ in range(int(rng.integers(2, 5))):
        along = rng.uniform(-2.8, 2.8)
        size = [rng.uniform(0.4, 0.8), rng.uniform(0.4, 0.7), rng.uniform(0.35, 0.8)]
        x, y, _ = wall.at(along, 0.45)
        colour = WHITE if rng.random() < 0.6 else tuple(rng.uniform(0.1, 0.6, 3))
        yaw = rng.uniform(0, 1)
        b.box([x, y, wall.z + size[2] / 2], size, colour, yaw, WOOD if rng.random() < 0.6 else PLAIN)


def _rack(b, rng, wall):
    """Uprights, cross-bars and two plates."""
    along = rng.uniform(-1.8, 1.8)
    colour = tuple(rng.uniform(0.05, 0.3, 3))
    base = wall.at(along, 0.7)
    for u in (-0.6, 0.6):
        for w in (-0.35, 0.35):
            x, y, _ = base + wall.t * u + wall.n * w
            b.box([x, y, wall.z + 1.15], [0.07, 0.07, 2.3], colour)
    for z in (0.1, 2.25):
        for w in (-0.35, 0.35):
            start, end = base - wall.t * 0.6 + wall.n * w, base + wall.t * 0.6 + wall.n * w
            b.cyl([*start[:2], wall.z + z], [*end[:2], wall.z + z], 0.03, colour, 10)
    for z in (0.5, 1.0):
        start = base - wall.t * 0.66
        end = start - wall.t * 0.08
        b.cyl([*start[:2], wall.z + z], [*end[:2], wall.z + z], 0.2, tuple(rng.uniform(0.1, 0.7, 3)))
