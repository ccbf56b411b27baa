"""The pictures: joints lie where the body is seen, and the same configuration gives the same picture."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from gymsynth.film import Film
from gymsynth.render.camera import Camera
from gymsynth.stage import Stage
from gymsynth.truth import JOINTS

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "cmj_three.json"


def film():
    cfg = json.loads(CONFIG.read_text()) | dict(resolution=[270, 360], subframes=1, noise=0)
    try:
        return Film(Stage(cfg))
    except Exception as error:
        pytest.skip(f"no OpenGL through EGL: {error}")


def test_joints_lie_on_the_body():
    camera = film()
    stage, t = camera.stage, 1.75
    pose, view = stage.motion.pose(t), stage.camera(t)
    joints = stage.motion.po.joints(pose)
    bodies = [(0, stage.body.matrices(pose.R, pose.p))]
    with_body, without = (camera.renderer.draw(view, b, [], fixed=True)[::-1, :, :3].astype(int) for b in (bodies, []))
    # Shadows differ as well, but they lie lower than the ankles here or are weak.
    body = (np.abs(with_body - without).max(axis=2) > 12).astype(np.uint8)
    near_body = cv2.dilate(body, np.ones((5, 5), np.uint8))
    for name, (u, v) in zip(JOINTS, view.project([joints[k] for k in JOINTS]), strict=True):
        assert near_body[int(v), int(u)], name


def test_pictures_repeat():
    first, second = (film().frame(2.2) for _ in range(2))
    assert first.std() > 20
    assert np.array_equal(first, second)


def test_camera_projects_as_a_pinhole():
    camera = Camera([0, -4, 1], [0, 0, 1], 800, 720, 960)
    assert camera.project([0, 0, 1]) == pytest.approx([360, 480])
    # 0.5 m forward and 0.25 m up at 4 m: 100 pixels to the right (seen from the right side), 50 pixels up.
    assert camera.project([0.5, 0, 1.25]) == pytest.approx([460, 430])
    assert camera.depth([0, 1, 3]) == pytest.approx(5)
