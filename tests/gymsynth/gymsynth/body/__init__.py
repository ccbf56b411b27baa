"""A shaped, dressed and rigged human body.  World frame: x forward, y left, z up; metres."""

import numpy as np

from .makehuman import base_mesh, joint_position, rig, shape_vertices
from .mesh import normals, tri_faces
from .outfit import dress


class Body:
    """A body at rest, its soles on z = 0.

    Skeleton: names, parents, J (name -> index), head (bones,3). Full mesh: v (vertices,3), W (vertices, bones).
    Drawn mesh: mesh_v, mesh_n, mesh_c (position, normal, colour), mesh_f (triangles), and for each vertex the four
    strongest bones mesh_bi with weights mesh_bw. lm: landmark name -> vertex of the full mesh."""

    sole = 0.022  # thickness of the shoes, m

    def __init__(self, shape=None, height_m=1.78, look=None):
        self.height_m = height_m
        self.names, self.parents, bones, weights = rig()
        self.J = {n: i for i, n in enumerate(self.names)}
        self.W = weights.copy()
        skin = tri_faces(base_mesh()[1]["body"])
        self.v = self._scaled(shape_vertices(**(shape or {})), skin)
        self.head = np.array([joint_position(self.v, bones[n]["head"]) for n in self.names])
        self.v[:, 2] += self.sole
        self.head[:, 2] += self.sole
        self._pack(dress(self, skin, look or {}))
        self.lm = self._landmarks(np.unique(skin))

    def _scaled(self, v, skin):
        """Vertices of a body of the wanted height (barefoot) that stands on z = 0."""
        low, high = v[skin, 2].min(), v[skin, 2].max()
        scale = self.height_m / (high - low)
        v = v * scale
        v[:, 2] -= low * scale
        return v

    def region(self, *prefixes):
        """Weight on each vertex of all bones whose names start so."""
        columns = [i for i, n in enumerate(self.names) if n.startswith(prefixes)]
        return self.W[:, columns].sum(1)

    def _pack(self, parts):
        """One mesh of the vertices that the parts use."""
        vertices, triangles, colours, normal, weights = [], [], [], [], []
        base = 0
        for v, f, c in parts:
            used = np.unique(f)
            index = np.full(len(v), -1)
            index[used] = np.arange(len(used))
            vertices.append(v[used])
            normal.append(normals(v, f)[used])
            colours.append(c[used])
            weights.append(self.W[used])
            triangles.append(index[f] + base)
            base += len(used)
        self.mesh_v = np.concatenate(vertices).astype(np.float32)
        self.mesh_n = np.concatenate(normal).astype(np.float32)
        self.mesh_c = np.clip(np.concatenate(colours), 0, 1).astype(np.float32)
        self.mesh_f = np.concatenate(triangles).astype(np.int32)
        w = np.concatenate(weights)
        strongest = np.argsort(-w, 1)[:, :4]
        kept = np.take_along_axis(w, strongest, 1)
        self.mesh_bi = strongest.astype(np.int32)
        self.mesh_bw = (kept / kept.sum(1, keepdims=True)).astype(np.float32)

    def _landmarks(self, skin):
        """Nose tip, ears, rearmost point of the heel and tip of the shoe, as vertices of the full mesh."""
        v, neck_z = self.v, self.head[self.J["head"], 2]
        on_head = self.region("head")[skin] > 0.6
        middle = skin[on_head & (np.abs(v[skin, 1]) < 0.01)]
        lower_half = (v[middle, 2] - neck_z) < 0.5 * (v[skin, 2].max() - neck_z)
        out = {"nose": int(middle[np.argmax(np.where(lower_half, v[middle, 0], -9))])}
        for side, sign in (("left", 1), ("right", -1)):
            foot = skin[(self.region("foot_", "ball_")[skin] > 0.5) & (v[skin, 1] * sign > 0)]
            heel = foot[v[foot, 2] < 0.05]
            out[f"{side}_heel"] = int(heel[np.argmin(v[heel, 0])])
            out[f"{side}_toe"] = int(foot[np.argmax(v[foot, 0])])
            ear = skin[on_head & (v[skin, 1] * sign > 0)]
            out[f"{side}_ear"] = int(ear[np.argmax(np.abs(v[ear, 1]))])
        return out

    def skin_points(self, vertices, R, p):
        """Positions of vertices of the full mesh under bone rotations R (bones,3,3) and heads p (bones,3)."""
        out = np.zeros((len(vertices), 3))
        for k, i in enumerate(vertices):
            for b in np.where(self.W[i] > 0)[0]:
                out[k] += self.W[i, b] * (R[b] @ (self.v[i] - self.head[b]) + p[b])
        return out

    def matrices(self, R, p):
        """Matrices (bones,4,4) that take the mesh at rest to the pose."""
        m = np.zeros((len(R), 4, 4))
        m[:, :3, :3] = R
        m[:, :3, 3] = p - np.einsum("jab,jb->ja", R, self.head)
        m[:, 3, 3] = 1
        return m
