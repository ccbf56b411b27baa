"""What could make the landmark model (full) faster on this machine, measured side by side: options of the session, the graph without
its heatmap, and quantised graphs with what they do to the keypoints.

All variants take turns. The ratios come first: of processor time (which other work on the machine changes little) and of the fastest
fifth of the runs. Quantised graphs are calibrated on two of the clips in `models/tests/reference` and judged on the third, in the regions
that the reference looked at.
"""

import json
import pathlib
import sys
import tempfile
import time

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx.utils import extract_model
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import manifests

ROUNDS = 40
SIDE = 256
CALIBRATED_ON = ["squat_set", "cmj_three"]
JUDGED_ON = "treadmill_run"
MODEL = "blazepose_landmark_full"
HEATMAP = "Identity_3"
SHOULDERS, HIPS = [11, 12], [23, 24]


def main() -> None:
    (model,) = [manifests.onnx_path(m) for m in manifests.installed() if manifests.onnx_path(m).stem == MODEL]
    with tempfile.TemporaryDirectory() as folder:
        graphs = variants(model, pathlib.Path(folder))
        for threads in (1, 2):
            measure(model, graphs, threads)
        judge(model, graphs)


def variants(model: pathlib.Path, folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Other graphs of the same model."""
    graph = onnx.load(model).graph
    outputs = [output.name for output in graph.output if output.name != HEATMAP]
    without = folder / "without_heatmap.onnx"
    extract_model(str(model), str(without), [graph.input[0].name], outputs)
    prepared = folder / "prepared.onnx"
    quant_pre_process(model, prepared, skip_symbolic_shape=True)
    ends = ends_of(onnx.load(prepared).graph)
    frames = np.concatenate([tensors(clip) for clip in CALIBRATED_ON])
    graphs = {"without the heatmap": without}
    for name, activation, seven_bits in (
        ("int8, U8S8", QuantType.QUInt8, False),
        ("int8, U8S8 with 7-bit weights", QuantType.QUInt8, True),
        ("int8, S8S8", QuantType.QInt8, False),
    ):
        graphs[name] = folder / f"{len(graphs)}.onnx"
        quantize_static(
            prepared,
            graphs[name],
            Frames(graph.input[0].name, frames),
            per_channel=True,
            reduce_range=seven_bits,
            activation_type=activation,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=ends,
        )
    return graphs


def ends_of(graph: onnx.GraphProto) -> list[str]:
    """The first convolution and the last before each output: they stay as they are."""
    made_by = {output: node for node in graph.node for output in node.output}
    ends = {next(node.name for node in graph.node if node.op_type == "Conv")}
    for output in graph.output:
        node = made_by[output.name]
        while node.op_type != "Conv":
            node = made_by[node.input[0]]
        ends.add(node.name)
    return sorted(ends)


class Frames(CalibrationDataReader):
    """Hands calibration one tensor after the other."""

    def __init__(self, name: str, frames: np.ndarray) -> None:
        self.feeds = iter([{name: frame[None]} for frame in frames])

    def get_next(self) -> dict | None:
        return next(self.feeds, None)


def tensors(clip: str) -> np.ndarray:
    """What the model sees of a clip, in the regions that the reference looked at."""
    lines = (manifests.REPOSITORY / f"models/tests/reference/{clip}.mediapipe.jsonl").read_text().splitlines()
    wanted = {frame["frame"]: frame["people"][0]["region"] for frame in map(json.loads, lines)}
    video = cv2.VideoCapture(str(manifests.REPOSITORY / f"tests/clips/{clip}.mp4"))
    found = []
    for number in range(max(wanted) + 1):
        _, picture = video.read()
        if number in wanted:
            found.append(tensor(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), wanted[number]))
    return np.stack(found)


def tensor(picture: np.ndarray, region: list[float]) -> np.ndarray:
    x, y, side, _, rotation = region
    cos, sin = np.cos(rotation) * side / SIDE, np.sin(rotation) * side / SIDE
    half = SIDE / 2
    to_picture = np.array([[cos, -sin, x - half * (cos - sin)], [sin, cos, y - half * (sin + cos)]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(picture, to_picture, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return (seen.transpose(2, 0, 1) / 255).astype(np.float32)


def session(path: pathlib.Path, threads: int, **entries: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.enable_cpu_mem_arena = entries.pop("arena", "1") == "1"
    if entries.pop("blocked", "1") == "0":
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    # As the unit's sessions: threads wait for each other by spinning, and no longer than a run lasts.
    options.add_session_config_entry("session.intra_op.allow_spinning", entries.pop("spinning", "1"))
    options.add_session_config_entry("session.force_spinning_stop", "1")
    for name, value in entries.items():
        options.add_session_config_entry(f"session.{name}", value)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def measure(model: pathlib.Path, graphs: dict[str, pathlib.Path], threads: int) -> None:
    sessions = {
        "as it is": session(model, threads),
        "as it is, once more": session(model, threads),
        "denormal numbers as zero": session(model, threads, set_denormal_as_zero="1"),
        "without the memory arena": session(model, threads, arena="0"),
        "without blocked channels (NCHWc)": session(model, threads, blocked="0"),
        # None whose threads spin on after a run: they would take the cores from all others here.
        **({"threads that sleep between operators": session(model, threads, spinning="0")} if threads > 1 else {}),
        **{name: session(path, threads) for name, path in graphs.items()},
    }
    entry = sessions["as it is"].get_inputs()[0]
    feed = {entry.name: np.random.default_rng(1).random(entry.shape, dtype=np.float32)}
    wall, processor = ({name: [] for name in sessions} for _ in range(2))
    names = list(sessions)
    for turn in range(ROUNDS):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            started, used = time.perf_counter(), time.process_time()
            sessions[name].run(None, feed)
            processor[name].append(1e3 * (time.process_time() - used))
            wall[name].append(1e3 * (time.perf_counter() - started))
    fifth = {name: np.mean(sorted(times)[: ROUNDS // 5]) for name, times in wall.items()}
    used = {name: np.median(times) for name, times in processor.items()}
    print(f"{threads} threads: processor time and fastest fifth against the model as it is; ms")
    for name in names:
        ratios = f"{used[name] / used[names[0]]:5.2f} {fifth[name] / fifth[names[0]]:5.2f}"
        print(f"  {ratios}   {used[name]:6.2f} {min(wall[name]):6.2f}   {name}", flush=True)


def judge(model: pathlib.Path, graphs: dict[str, pathlib.Path]) -> None:
    """Keypoints of the quantised graphs against the model's, in percent of torso length, without refinement by the heatmap."""
    frames = tensors(JUDGED_ON)

    def keypoints(path: pathlib.Path) -> np.ndarray:
        opened = session(path, 1)
        name = opened.get_inputs()[0].name
        return np.stack([opened.run(["Identity"], {name: f[None]})[0].reshape(39, 5)[:33, :2] for f in frames])

    expected = keypoints(model)
    trunk = expected[:, SHOULDERS].mean(1) - expected[:, HIPS].mean(1)
    for name, path in graphs.items():
        apart = np.linalg.norm(keypoints(path) - expected, axis=2).mean(1)
        percent = 100 * apart / np.linalg.norm(trunk, axis=1)
        print(f"{name}: mean {percent.mean():.2f} % of torso length, worst frame {percent.max():.2f} ({JUDGED_ON})")


if __name__ == "__main__":
    sys.exit(main())
