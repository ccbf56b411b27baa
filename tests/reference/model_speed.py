"""Times the converted models in ONNX Runtime, and other ONNX files beside them: `model_speed.py [FILE.onnx ...]`.

All files take turns, so that a busy machine slows them alike. Prints median and fastest of a run, by threads.
"""

import pathlib
import sys
import time

import numpy as np
import onnxruntime

import manifests

ROUNDS = 60


def main() -> None:
    paths = [manifests.onnx_path(manifest) for manifest in manifests.installed()]
    paths += [pathlib.Path(argument) for argument in sys.argv[1:]]
    for threads in (1, 2):
        sessions = [session(path, threads) for path in paths]
        times = [[] for _ in paths]
        for _ in range(ROUNDS):
            for (run, feed), spent in zip(sessions, times, strict=True):
                started = time.perf_counter()
                run(None, feed)
                spent.append(1e3 * (time.perf_counter() - started))
        for path, spent in zip(paths, times, strict=True):
            print(f"{threads} threads  median {np.median(spent):6.1f} ms  fastest {min(spent):6.1f} ms  {path.name}")


def session(path: pathlib.Path, threads: int) -> tuple:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.force_spinning_stop", "1")
    opened = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (entry,) = opened.get_inputs()
    values = np.random.default_rng(1).random(entry.shape, dtype=np.float32)
    return opened.run, {entry.name: values}


if __name__ == "__main__":
    main()
