"""What MediaPipe's pose solution (full model, no smoothing of landmarks) says of a clip, as lines of a pose file.

The interface counts 33.333 ms a frame, whatever the clip's frame rate: compare with the same timestamps.
"""

import json
import pathlib
import sys
from collections.abc import Iterator

import cv2
import mediapipe

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CLIPS = REPOSITORY / "tests/clips"
RESULTS = REPOSITORY / "models/tests/reference"
FRAME_S = 0.033333
# All frames are estimated, since each depends on the one before; every tenth is kept.
KEPT_EVERY = 10
MAX_FRAMES = 400


def poses(path: pathlib.Path) -> Iterator[list[list[float]] | None]:
    """33 x (x in pixels, y in pixels, visibility) for each frame; none where nobody is found."""
    clip = cv2.VideoCapture(str(path))
    solution = mediapipe.solutions.pose.Pose(model_complexity=1, smooth_landmarks=False)
    while True:
        read, frame = clip.read()
        if not read:
            return
        height, width = frame.shape[:2]
        found = solution.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)).pose_landmarks
        yield found and [[p.x * width, p.y * height, p.visibility] for p in found.landmark]


def lines(path: pathlib.Path, every: int, max_frames: int | None) -> Iterator[str]:
    for number, keypoints in enumerate(poses(path)):
        if number == max_frames:
            return
        if number % every == 0:
            rounded = [[round(x, 1), round(y, 1), round(v, 3)] for x, y, v in keypoints or []]
            people = [{"id": 1, "kp": rounded}] if keypoints else []
            yield json.dumps(
                {"frame": number, "t": round(number * FRAME_S, 6), "people": people}, separators=(",", ":")
            )


def main() -> None:
    if len(sys.argv) > 1:
        for line in lines(pathlib.Path(sys.argv[1]), 1, None):
            print(line)
        return
    RESULTS.mkdir(exist_ok=True)
    for clip in sorted(CLIPS.glob("*.mp4")):
        result = RESULTS / f"{clip.stem}.mediapipe.jsonl"
        result.write_text("\n".join(lines(clip, KEPT_EVERY, MAX_FRAMES)) + "\n")
        print(f"{clip.name}: {result.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
