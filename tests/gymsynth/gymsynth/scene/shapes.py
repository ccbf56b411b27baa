"""Boxes, cylinders and rectangles with normals, colours and texture coordinates."""

import numpy as np

from .textures import PLAIN


class Builder:
    """Collects surfaces into one mesh; metres, colours RGB in 0..1."""

    def __init__(self):
        self.v, self.n, self.c, self.t, self.f, self.k = [], [], [], [], [], 0

    def quad(self, o, a, b, col, tex=PLAIN, scale=1.0):
        """Rectangle with corner o and edges a, b; `scale` metres of texture, 0 = once over the whole."""
        o, a, b = (np.asarray(x, float) for x in (o, a, b))
        n = np.cross(a, b)
        n /= np.linalg.norm(n)
        la, lb = np.linalg.norm(a), np.linalg.norm(b)
        ua, ub = (1, 1) if scale == 0 else (la / scale, lb / scale)
        for s, t, u, w in ((0, 0, 0, ub), (1, 0, ua, ub), (1, 1, ua, 0), (0, 1, 0, 0)):
            self.v.append(o + s * a + t * b)
            self.n.append(n)
            self.c.append(col)
            self.t.append((u, w, tex))
        k = self.k
        self.f += [[k, k + 1, k + 2], [k, k + 2, k + 3]]
        self.k += 4

    def box(self, c, size, col, yaw=0.0, tex=PLAIN, scale=0.6):
        """Box with centre c, turned about z."""
        c = np.asarray(c, float)
        h = np.asarray(size, float) / 2
        cy, sy = np.cos(yaw), np.sin(yaw)
        X, Y, Z = np.array([cy, sy, 0]), np.array([-sy, cy, 0]), np.array([0, 0, 1.0])
        for u, v, w, hu, hv, hw in (
            (X, Y, Z, h[0], h[1], h[2]),
            (Y, Z, X, h[1], h[2], h[0]),
            (Z, X, Y, h[2], h[0], h[1]),
        ):
            self.quad(c + w * hw - u * hu - v * hv, 2 * hu * u, 2 * hv * v, col, tex, scale)
            self.quad(c - w * hw - v * hv - u * hu, 2 * hv * v, 2 * hu * u, col, tex, scale)

    def cyl(self, p0, p1, r, col, n=28):
        """Cylinder between two points, with caps."""
        p0, p1 = np.asarray(p0, float), np.asarray(p1, float)
        d = (p1 - p0) / np.linalg.norm(p1 - p0)
        a = np.cross(d, [1, 0, 0] if abs(d[0]) < 0.9 else [0, 1, 0])
        a /= np.linalg.norm(a)
        b = np.cross(d, a)
        k = self.k
        for i in range(n):
            q = 2 * np.pi * i / n
            m = np.cos(q) * a + np.sin(q) * b
            for p in (p0, p1):
                self.v.append(p + r * m)
                self.n.append(m)
                self.c.append(col)
                self.t.append((0, 0, PLAIN))
        for i in range(n):
            j = (i + 1) % n
            self.f += [[k + 2 * i, k + 2 * j, k + 2 * j + 1], [k + 2 * i, k + 2 * j + 1, k + 2 * i + 1]]
        self.k += 2 * n
        for p, s in ((p0, -1), (p1, 1)):
            k = self.k
            self.v.append(p)
            self.n.append(s * d)
            self.c.append(col)
            self.t.append((0, 0, PLAIN))
            for i in range(n):
                q = 2 * np.pi * i / n
                self.v.append(p + r * (np.cos(q) * a + np.sin(q) * b))
                self.n.append(s * d)
                self.c.append(col)
                self.t.append((0, 0, PLAIN))
            for i in range(n):
                self.f.append([k, k + 1 + i, k + 1 + (i + 1) % n])
            self.k += n + 1

    def mesh(self):
        """(positions, normals, colours, texture coordinates and layer, triangles)."""
        return (
            np.array(self.v, np.float32),
            np.array(self.n, np.float32),
            np.array(self.c, np.float32),
            np.array(self.t, np.float32),
            np.array(self.f, np.int32),
        )
