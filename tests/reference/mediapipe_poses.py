"""What MediaPipe's pose solution (full model, no smoothing of landmarks) says of a clip, as lines of a pose file.

The interface counts 33.333 ms a frame, whatever the clip's frame rate: compare with the same timestamps.
"""

import json
import pathlib
import sys
from collections.abc import Iterator

import cv2
from mediapipe.python.solution_base import SolutionBase

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CLIPS = REPOSITORY / "tests/clips"
RESULTS = REPOSITORY / "models/tests/reference"
FRAME_S = 0.033333
# All frames are estimated, since each depends on the one before; every tenth is kept.
KEPT_EVERY = 10
MAX_FRAMES = 400
COMPARED = ["squat_set", "cmj_three", "treadmill_run"]


class Solution(SolutionBase):
    """MediaPipe's pose solution, with the regions that it looks at: its own class in Python hides them."""

    def __init__(self) -> None:
        super().__init__(
            binary_graph_path="mediapipe/modules/pose_landmark/pose_landmark_cpu.binarypb",
            side_inputs={
                "model_complexity": 1,
                "smooth_landmarks": False,
                "enable_segmentation": False,
                "smooth_segmentation": False,
                "use_prev_landmarks": True,
            },
            outputs=["pose_landmarks", "pose_rect_from_detection", "pose_rect_from_landmarks"],
        )


def poses(path: pathlib.Path) -> Iterator[tuple[list[list[float]], list[float]] | None]:
    """For each frame 33 x (x in pixels, y in pixels, visibility), and the region in which they were found (centre, size in pixels,
    clockwise rotation in radians); none where nobody is found.
    """
    clip = cv2.VideoCapture(str(path))
    solution = Solution()
    region = None
    while True:
        read, frame = clip.read()
        if not read:
            return
        height, width = frame.shape[:2]
        answer = solution.process({"image": cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)})
        # The landmarks of a frame say where to look in the next; the detector says it where there were none.
        region = region or answer.pose_rect_from_detection
        found = answer.pose_landmarks
        yield found and (
            [[p.x * width, p.y * height, p.visibility] for p in found.landmark],
            [
                region.x_center * width,
                region.y_center * height,
                region.width * width,
                region.height * height,
                region.rotation,
            ],
        )
        region = answer.pose_rect_from_landmarks


def lines(path: pathlib.Path, every: int, max_frames: int | None) -> Iterator[str]:
    for number, found in enumerate(poses(path)):
        if number == max_frames:
            return
        if number % every == 0:
            people = []
            if found:
                keypoints, region = found
                rounded = [[round(x, 1), round(y, 1), round(v, 3)] for x, y, v in keypoints]
                people = [{"id": 1, "kp": rounded, "region": [round(value, 4) for value in region]}]
            yield json.dumps(
                {"frame": number, "t": round(number * FRAME_S, 6), "people": people}, separators=(",", ":")
            )


def main() -> None:
    if len(sys.argv) > 1:
        for line in lines(pathlib.Path(sys.argv[1]), 1, None):
            print(line)
        return
    RESULTS.mkdir(exist_ok=True)
    for name in COMPARED:
        clip = CLIPS / f"{name}.mp4"
        result = RESULTS / f"{clip.stem}.mediapipe.jsonl"
        result.write_text("\n".join(lines(clip, KEPT_EVERY, MAX_FRAMES)) + "\n")
        print(f"{clip.name}: {result.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
