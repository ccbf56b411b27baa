"""Inputs to compare models on: photographs and clips, cut as the estimator would, and noise."""

import functools
import os
import pathlib

import cv2
import numpy as np

from manifests import REPOSITORY

TRUTH = pathlib.Path(os.environ.get("SPOTTER_TRUTH_DIR", REPOSITORY / "../shared/data"))
FRAMES_A_CLIP = 6
NOISE = 4


@functools.cache
def pictures() -> list[tuple[str, np.ndarray]]:
    """Named RGB pictures of 8 bits."""
    result = []
    for name in ("pose.jpg", "three_people.jpg"):
        path = TRUTH / "golden" / name
        if path.exists():
            result.append((name, cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)))
        else:
            print(f"skipped: {path} is absent")
    for folder in (REPOSITORY / "tests/clips", TRUTH / "videos"):
        for path in sorted(folder.glob("*.mp4")):
            result += [(f"{path.name} #{number}", frame) for number, frame in frames(path)]
    return result


def frames(path: pathlib.Path) -> list[tuple[int, np.ndarray]]:
    """A few frames, evenly spread over a clip."""
    clip = cv2.VideoCapture(str(path))
    count = int(clip.get(cv2.CAP_PROP_FRAME_COUNT))
    result = []
    for number in np.linspace(0, count - 1, FRAMES_A_CLIP, dtype=int).tolist():
        clip.set(cv2.CAP_PROP_POS_FRAMES, number)
        read, frame = clip.read()
        if read:
            result.append((number, cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
    clip.release()
    return result


def inputs(side: int, value_range: list[float]) -> list[tuple[str, np.ndarray]]:
    """Named pictures of side x side x 3 floats: each picture whole (padded with black) and its middle square; noise."""
    low, high = value_range
    random = np.random.default_rng(1)
    result = [(f"noise {i}", random.random((side, side, 3), dtype=np.float32)) for i in range(NOISE)]
    for name, picture in pictures():
        result.append((f"{name} whole", resized(padded(picture), side)))
        result.append((f"{name} middle", resized(middle(picture), side)))
    return [(name, (low + values * (high - low)).astype(np.float32)) for name, values in result]


def resized(square: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def padded(picture: np.ndarray) -> np.ndarray:
    height, width, _ = picture.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(picture, ((top, side - height - top), (left, side - width - left), (0, 0)))


def middle(picture: np.ndarray) -> np.ndarray:
    height, width, _ = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]
