"""MediaPipe's pose solution (full model) as a worker of hw-bench: says hello, then does a pass over the clip for each line that it reads.

A line is a number of frames; 0 is the whole clip. It stays on the processor that it is given and decodes with OpenCV, as users of
MediaPipe do. hw-bench/src/turn.rs says what the answers mean.
"""

import importlib.metadata
import json
import os
import resource
import sys
import time

processor, path = int(sys.argv[1]), sys.argv[2]
os.sched_setaffinity(0, {processor})

import cv2  # noqa: E402 - threads that it starts shall stay on the processor too
import mediapipe  # noqa: E402

WARM_UP_FRAMES = 40


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def passed(solution, frames: int) -> int:
    clip = cv2.VideoCapture(path)
    done = 0
    while frames == 0 or done < frames:
        read, frame = clip.read()
        if not read:
            break
        solution.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        done += 1
    return done


def main() -> None:
    cv2.setNumThreads(1)
    with mediapipe.solutions.pose.Pose(model_complexity=1) as solution:
        if passed(solution, WARM_UP_FRAMES) == 0:
            sys.exit(f"{path} can't be read by OpenCV")
        say(backend=f"MediaPipe {importlib.metadata.version('mediapipe')}, Python {sys.version.split()[0]}, full")
        for line in sys.stdin:
            started, cpu_before = time.perf_counter(), cpu_s()
            frames = passed(solution, int(line))
            say(
                frames=frames,
                wall_s=time.perf_counter() - started,
                cpu_s=cpu_s() - cpu_before,
                peak_rss_bytes=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            )


def say(**answer) -> None:
    print(json.dumps(answer), flush=True)


main()
