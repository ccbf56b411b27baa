"""Renders clips: `python -m gymsynth CONFIG... -o FOLDER`."""

import argparse
import json
import time
from pathlib import Path

import cv2

from . import truth
from .film import Encoder, Film
from .stage import Stage


def main(arguments=None):
    """Command line."""
    parser = argparse.ArgumentParser(prog="gymsynth", description="Render synthetic gym clips with exact ground truth")
    parser.add_argument("config", nargs="+", type=Path, help="configuration (JSON)")
    parser.add_argument("-o", "--out", type=Path, default=Path("clips"), help="folder for the results (default: clips)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--preview", metavar="T,T", help="only pictures (PNG) at these seconds")
    what.add_argument("--truth-only", action="store_true", help="only the truth files: no OpenGL, no video")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in options.config:
        cfg = json.loads(path.read_text())
        name = cfg.setdefault("name", path.stem)
        stage = Stage(cfg)
        if options.preview:
            preview(stage, options.out / name, [float(t) for t in options.preview.split(",")])
            continue
        if not options.truth_only:
            film(stage, options.out / f"{name}.mp4")
        truth.write(options.out / f"{name}.truth.json", truth.truth(stage, name))


def film(stage, path):
    """Renders the whole clip."""
    start, frames = time.monotonic(), truth.frame_count(stage)
    camera = Film(stage)
    with Encoder(path, stage) as encoder:
        for i in range(frames):
            encoder.write(camera.frame(i / stage.fps))
    print(f"{path}: {frames} frames, {frames / (time.monotonic() - start):.1f} frames/s", flush=True)


def preview(stage, stem, times):
    """Renders single pictures."""
    camera = Film(stage)
    for k, t in enumerate(times):
        path = f"{stem}_{k}.png"
        cv2.imwrite(path, cv2.cvtColor(camera.frame(t), cv2.COLOR_RGB2BGR))
        print(path, flush=True)


if __name__ == "__main__":
    main()
