"""Everything before the camera, from a configuration: athlete, motion, camera, second person, room and light.

The order of the random draws is part of the format: the same seed must give the same clip."""

import numpy as np

from . import scene
from .body import Body
from .motion import MOTIONS
from .render.camera import Camera
from .scene import props, room, shapes, textures

AZIMUTH_DEG = {"sagittal": -90.0, "sagittal_left": 90.0, "45": -45.0, "frontal": 0.0, "rear45": -135.0}
DEFAULT_PLATES = [[0.035, [0.75, 0.08, 0.08]], [0.03, [0.1, 0.2, 0.6]]]

SKINS = [[0.87, 0.67, 0.55], [0.80, 0.58, 0.45], [0.62, 0.43, 0.32], [0.42, 0.28, 0.20], [0.90, 0.72, 0.62]]
HAIRS = [[0.08, 0.06, 0.05], [0.22, 0.13, 0.07], [0.45, 0.32, 0.18], [0.03, 0.03, 0.03]]
SHIRTS = [
    [0.70, 0.10, 0.12],
    [0.10, 0.25, 0.60],
    [0.08, 0.45, 0.25],
    [0.85, 0.80, 0.20],
    [0.75, 0.75, 0.78],
    [0.45, 0.15, 0.5],
    [0.9, 0.45, 0.1],
    [0.12, 0.12, 0.14],
]
SHORTS = [[0.08, 0.08, 0.10], [0.12, 0.14, 0.28], [0.30, 0.30, 0.32], [0.05, 0.18, 0.12]]
SHOES = [[0.9, 0.9, 0.92], [0.8, 0.1, 0.1], [0.1, 0.1, 0.12], [0.1, 0.4, 0.8]]


def random_look(rng):
    """Colours and cuts of skin, hair and clothes."""

    def pick(colours):
        return colours[rng.integers(len(colours))]

    return dict(
        skin=pick(SKINS),
        hair=pick(HAIRS),
        shirt=pick(SHIRTS),
        shorts=pick(SHORTS),
        shoes=pick(SHOES),
        sleeve=float(rng.uniform(0.45, 0.7)),
        shorts_len=float(rng.uniform(0.5, 0.75)),
        stripe=bool(rng.random() < 0.5),
    )


class Stage:
    """Athlete, motion and camera of a configuration; `draw_scene` adds what only pictures need."""

    def __init__(self, cfg):
        self.cfg = cfg
        self.seed = cfg.get("seed", 0)
        self.rng = np.random.default_rng(self.seed)
        self.width, self.height = cfg.get("resolution", [720, 960])
        self.fps = cfg.get("fps", 30)
        body = cfg.get("body", {})
        look = random_look(self.rng) | body.get("look", {})
        self.body = Body(body.get("shape"), body.get("height_m", 1.78), look)
        self.motion = MOTIONS[cfg["motion"]["type"]](self.body, cfg["motion"], np.random.default_rng(self.seed + 1))
        self.duration = min(cfg.get("max_duration", 1e9), self.motion.duration)
        self._place_camera(cfg.get("camera", {}))
        self.other = SecondPerson(cfg["second_person"], self.seed) if cfg.get("second_person") else None

    def _place_camera(self, c):
        self.azimuth_deg = c.get("azimuth_deg", AZIMUTH_DEG[c.get("view", "sagittal")])
        a, distance = np.deg2rad(self.azimuth_deg), c.get("distance", 4.0)
        self.target = np.array(c.get("target", [0.0, 0.0, 0.95]), float)
        plan = self.target[:2] + distance * np.array([np.cos(a), np.sin(a)])
        self.eye = np.array([*plan, c.get("height", 1.1)])
        self.distance_m = np.linalg.norm(self.eye - self.target)
        filled_height = c.get("fill_height", self.body.height_m * 1.08)
        self.focal_px = c.get("focal_px") or c.get("fill", 0.78) * self.height * self.distance_m / filled_height
        self.roll = np.deg2rad(c.get("roll_deg", 0.0))
        self.sway_m = c.get("handheld", 0.0)
        self._sway_phase = self.rng.uniform(0, 6.28, 6)

    def camera(self, t):
        """The camera at time t; one held by hand sways."""
        offset = np.zeros(3)
        if self.sway_m:
            p = self._sway_phase
            slow, fast = np.sin(np.array([1.1, 0.9, 1.3]) * t + p[::2]), np.sin(np.array([3.7, 4.3, 3.1]) * t + p[1::2])
            offset = self.sway_m * (slow + 0.4 * fast)
        return Camera(self.eye, self.target + offset, self.focal_px, self.width, self.height, roll=self.roll)

    def build(self, renderer):
        """Gives the renderer the room, the props, the light and the bodies."""
        floor_z = -self.motion.floor_drop
        towards_camera = (self.eye - self.target) / self.distance_m
        renderer.set_textures(textures.textures(self.rng))
        mesh = room.room(self.rng, towards_camera, floor_z=floor_z)
        renderer.set_static(scene.join(mesh, self._boxes()))
        renderer.patches = [(0.0, 0.0, floor_z + 0.004)]
        plates = tuple(tuple(p) for p in self.cfg.get("plates", DEFAULT_PLATES))
        renderer.add_prop("barbell", props.barbell(self.cfg.get("plate_r", 0.225), plates))
        renderer.add_prop("ezbar", props.barbell(0.11, ((0.03, (0.1, 0.1, 0.1)),), 0.36, 0.5))
        renderer.add_prop("treadmill", props.treadmill())
        renderer.add_prop("pull_up_bar", props.bar(1.75))
        self._light(renderer, self.cfg.get("light", {}))
        renderer.add_body(self.body)
        if self.other:
            renderer.add_body(self.other.body)

    def _boxes(self):
        builder = shapes.Builder()
        for centre, size, colour, texture in self.motion.static_boxes():
            builder.box(centre, size, colour, 0.0, texture)
        return builder.mesh() if builder.k else None

    def _light(self, renderer, light):
        # The defaults are drawn whether they are used or not: a given key must not change the others.
        uniform = self.rng.uniform
        azimuth = np.deg2rad(light.get("azimuth_deg", self.azimuth_deg + uniform(-50, 50)))
        elevation = np.deg2rad(light.get("elevation_deg", uniform(45, 68)))
        sun, ambient = light.get("sun", uniform(0.55, 0.8)), light.get("ambient", uniform(0.46, 0.60))
        tint = np.array(light.get("tint", [1.0, uniform(0.94, 1), uniform(0.86, 1)]))
        plan = np.cos(elevation)
        direction = [np.cos(azimuth) * plan, np.sin(azimuth) * plan, np.sin(elevation)]
        renderer.set_light(direction, tuple(sun * tint), tuple(ambient * tint**0.5))


class SecondPerson:
    """Someone else in the picture, who stands, spots or walks past."""

    def __init__(self, cfg, seed):
        rng = np.random.default_rng(seed + 77)
        shape = cfg.get("shape", dict(gender=0.2, muscle=0.5, weight=0.5))
        self.body = Body(shape, cfg.get("height_m", 1.68), random_look(rng))
        kind = cfg.get("kind", "stand")
        if kind != "walk":
            self.motion = MOTIONS[kind](self.body, cfg, rng)
        else:
            walk = dict(overground=True, speed=cfg.get("speed", 1.2), duration=1e3, lead=0.0)
            self.motion = MOTIONS["walk"](self.body, walk, rng)
        self.start_s = cfg.get("t0", 0.0)
        yaw = np.deg2rad(cfg.get("yaw_deg", 0.0))
        self.placement = np.eye(4)
        self.placement[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
        self.placement[:3, 3] = cfg.get("pos", [1.2, 1.8, 0.0])

    def matrices_and_joints(self, t):
        """Bone matrices and joints in the world frame at time t."""
        pose = self.motion.pose(max(0.0, t - self.start_s))
        rotation, position = self.placement[:3, :3], self.placement[:3, 3]
        joints = {k: rotation @ v + position for k, v in self.motion.po.joints(pose).items()}
        return self.placement @ self.body.matrices(pose.R, pose.p), joints
