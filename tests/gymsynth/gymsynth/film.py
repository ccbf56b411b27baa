"""Frames with motion blur, anti-aliasing and sensor noise, and their encoding as H.264."""

import subprocess

import cv2
import numpy as np

from .render import Renderer

# Offsets within the pixel, one for each sub-frame.
JITTER = {
    1: [(0, 0)],
    2: [(-0.25, 0.25), (0.25, -0.25)],
    3: [(-0.33, 0.1), (0.0, -0.33), (0.33, 0.23)],
    4: [(-0.375, -0.125), (-0.125, 0.375), (0.125, -0.375), (0.375, 0.125)],
}
NOISE_MARGIN = 256  # pixels by which the tile of noise is larger than the picture


class Film:
    """Takes pictures of a stage."""

    def __init__(self, stage):
        self.stage, cfg = stage, stage.cfg
        self.renderer = Renderer(stage.width, stage.height)
        stage.build(self.renderer)
        self.jitter = JITTER[cfg.get("subframes", 2)]
        self.exposure_s = cfg.get("shutter", 0.35) / stage.fps
        self.gain = cfg.get("gain", 1.0)
        self.rng = np.random.default_rng(stage.seed + 5)
        self.noise = self._noise_tile(cfg.get("noise", 1.6))

    def _noise_tile(self, sigma):
        """Zero-mean sensor noise, mostly of luminance; each frame cuts its piece from it. None without noise."""
        if not sigma:
            return None
        h, w = self.stage.height + NOISE_MARGIN, self.stage.width + NOISE_MARGIN
        tile = self.rng.normal(0, 1, (h, w, 1)) + 0.4 * self.rng.normal(0, 1, (h, w, 3))
        tile = cv2.GaussianBlur((sigma * tile).astype(np.float32), (0, 0), 0.6) * 1.6
        return np.clip(np.round(tile), -60, 60).astype(np.int16)

    def frame(self, t):
        """RGB picture (h, w, 3) uint8, its exposure centred on t."""
        camera = self.stage.camera(t)
        count = len(self.jitter)
        mean = None
        for k, jitter in enumerate(self.jitter):
            dt = ((k + 0.5) / count - 0.5) * self.exposure_s
            picture = self._draw(max(0.0, t + dt), camera, jitter)
            mean = picture if mean is None else cv2.addWeighted(mean, k / (k + 1), picture, 1 / (k + 1), 0)
        picture = cv2.cvtColor(mean[::-1], cv2.COLOR_RGBA2RGB)
        if self.gain != 1.0:
            picture = cv2.convertScaleAbs(picture, alpha=self.gain)
        if self.noise is not None:
            y, x = (int(self.rng.integers(NOISE_MARGIN)) for _ in range(2))
            h, w = picture.shape[:2]
            picture = cv2.add(picture, self.noise[y : y + h, x : x + w], dtype=cv2.CV_8U)
        return picture

    def _draw(self, t, camera, jitter):
        stage = self.stage
        pose = stage.motion.pose(t)
        joints = stage.motion.po.joints(pose)
        bodies = [(0, stage.body.matrices(pose.R, pose.p))]
        if stage.other:
            bodies.append((1, stage.other.matrices_and_joints(t)[0]))
        things = stage.motion.props(t, joints, pose)
        return self.renderer.draw(camera, bodies, things, jitter, fixed=stage.sway_m == 0.0)


class Encoder:
    """Writes RGB pictures to an mp4 file through ffmpeg; one thread, so that the bytes do not depend on the machine."""

    def __init__(self, path, stage):
        command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
        command += ["-s", f"{stage.width}x{stage.height}", "-r", str(stage.fps), "-i", "-"]
        command += ["-c:v", "libx264", "-preset", "fast", "-threads", "1", "-crf", str(stage.cfg.get("crf", 21))]
        command += ["-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def write(self, picture):
        """Adds a frame."""
        self.process.stdin.write(np.ascontiguousarray(picture).data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise RuntimeError(f"ffmpeg failed with status {self.process.returncode}")
