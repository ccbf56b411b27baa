"""Triangles, normals and smoothing of a mesh."""

import numpy as np
import scipy.sparse as sp


def tri_faces(faces):
    """Triangles (n,3) of vertex indices, as fans of polygons with (vertex, texture) corners."""
    out = []
    for f in faces:
        i = [c[0] for c in f]
        for k in range(1, len(i) - 1):
            out.append([i[0], i[k], i[k + 1]])
    return np.array(out, np.int32)


def normals(v, f):
    """Unit normals of the vertices, weighted by the area of the triangles `f`."""
    n = np.zeros_like(v)
    fn = np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]])
    for k in range(3):
        np.add.at(n, f[:, k], fn)
    return n / (np.linalg.norm(n, axis=1, keepdims=True) + 1e-12)


def smooth(v, f, idx, rounds, weight=0.5):
    """Laplacian smoothing of the vertices `idx` over the triangles `f`."""
    n = len(v)
    e = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
    a = sp.coo_matrix((np.ones(len(e)), (e[:, 0], e[:, 1])), (n, n)).tocsr()
    a = ((a + a.T) > 0).astype(float)
    deg = np.asarray(a.sum(1)).ravel()
    m = np.zeros(n, bool)
    m[idx] = True
    m &= deg > 0
    v = v.copy()
    for _ in range(rounds):
        avg = (a @ v) / np.maximum(deg, 1)[:, None]
        v[m] += weight * (avg[m] - v[m])
    return v
