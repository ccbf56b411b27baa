"""Runs each converted model in ONNX Runtime and its original in LiteRT on the same inputs, and compares the outputs.

All of them add up floats in their own order, so they differ a little. LiteRT's own two sets of kernels do too, on some
inputs by more than the limits here; a value that is over its limit against the fast set (XNNPACK) must be within it against
the plain one. An error of the converter is off against both, by far more.
"""

import sys

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import manifests
import pictures

# Input pixels, and logits.
LIMIT = 1e-2
PROBABILITY_LIMIT = 1e-4
# Depth of a landmark, which nothing reads: the least steady value.
DEPTH_LIMIT = 5e-2


def main() -> None:
    print(f"onnxruntime {onnxruntime.__version__} against LiteRT: largest difference of any value")
    wrong = sum(check(manifest) for manifest in manifests.installed())
    sys.exit(1 if wrong else 0)


def check(manifest: dict) -> int:
    """Compares one model and prints a line for each part of its outputs. Returns how many are wrong."""
    (declared,) = manifest["inputs"]
    samples = pictures.inputs(declared["shape"][2], declared["range"])
    models = Models(manifest)
    worst: dict[str, tuple[float, float, str]] = {}
    second_opinions = 0
    for name, sample in samples:
        found = parts(manifest, models.converted(sample))
        differences = compare(found, parts(manifest, models.fast(sample)))
        if any(difference > limit for difference, limit in differences.values()):
            second_opinions += 1
            plain = compare(found, parts(manifest, models.plain(sample)))
            differences = {part: min(differences[part], plain[part]) for part in plain}
        for part, (difference, limit) in differences.items():
            worst[part] = max(worst.get(part, (-1.0, limit, "")), (difference, limit, name))
    for part, (difference, limit, name) in worst.items():
        verdict = "ok  " if difference <= limit else "FAIL"
        print(f"{verdict} {manifest['name']:<24} {part:<22} {difference:.1e}  limit {limit:.0e}  at {name}")
    print(
        f"     {manifest['name']:<24} {len(samples)} inputs, {second_opinions} of them compared with the plain kernels"
    )
    return sum(difference > limit for difference, limit, _ in worst.values())


def compare(found: dict, reference: dict) -> dict[str, tuple[float, float]]:
    """Largest difference of each part, with its limit."""
    result = {}
    for part, (values, limit) in found.items():
        difference = np.abs(values - reference[part][0]).max()
        result[part] = (float(difference) if np.isfinite(difference) else np.inf, limit)
    return result


def parts(manifest: dict, outputs: dict[str, np.ndarray]) -> dict[str, tuple[np.ndarray, float]]:
    """The outputs by what they hold, with the limit of each."""
    if manifest["role"] == "detector":
        return {name: (values, LIMIT) for name, values in outputs.items()}
    points = outputs["Identity"].reshape(-1, 5)
    return {
        "x, y (px)": (points[:, :2], LIMIT),
        "visibility, presence": (points[:, 3:], LIMIT),
        "z (px)": (points[:, 2], DEPTH_LIMIT),
        "person is there": (outputs["Identity_1"], PROBABILITY_LIMIT),
        "heatmap": (outputs["Identity_3"], LIMIT),
    }


class Models:
    """A converted model and its original; inputs are height, width, channels."""

    def __init__(self, manifest: dict) -> None:
        self.manifest = manifest
        self.names = [output["name"] for output in manifest["outputs"]]
        self.original = manifests.original(manifest)
        self.session = onnxruntime.InferenceSession(manifests.onnx_path(manifest), providers=["CPUExecutionProvider"])
        self.check_declaration()
        self.interpreters: dict[OpResolverType, Interpreter] = {}

    def check_declaration(self) -> None:
        """The manifest must describe the graph."""
        for declared, found in (("inputs", self.session.get_inputs()), ("outputs", self.session.get_outputs())):
            said = [(entry["name"], entry["shape"]) for entry in self.manifest[declared]]
            if said != [(entry.name, entry.shape) for entry in found]:
                sys.exit(f"{self.manifest['name']}: the manifest's {declared} are {said}, the graph's differ")

    def converted(self, sample: np.ndarray) -> dict[str, np.ndarray]:
        entry = self.manifest["inputs"][0]["name"]
        feed = {entry: np.ascontiguousarray(sample.transpose(2, 0, 1)[np.newaxis])}
        return dict(zip(self.names, self.session.run(self.names, feed), strict=True))

    def fast(self, sample: np.ndarray) -> dict[str, np.ndarray]:
        return self.run(OpResolverType.BUILTIN, sample)

    def plain(self, sample: np.ndarray) -> dict[str, np.ndarray]:
        return self.run(OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES, sample)

    def run(self, kernels: OpResolverType, sample: np.ndarray) -> dict[str, np.ndarray]:
        if kernels not in self.interpreters:
            interpreter = Interpreter(model_content=self.original, num_threads=2, experimental_op_resolver_type=kernels)
            interpreter.allocate_tensors()
            self.interpreters[kernels] = interpreter
        interpreter = self.interpreters[kernels]
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample[np.newaxis])
        interpreter.invoke()
        places = {detail["name"]: detail["index"] for detail in interpreter.get_output_details()}
        return {name: interpreter.get_tensor(places[name]) for name in self.names}


if __name__ == "__main__":
    main()
