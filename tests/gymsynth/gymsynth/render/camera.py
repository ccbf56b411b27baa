"""Pinhole camera."""

import numpy as np


def look_at(eye, at, up=(0, 0, 1)):
    """View matrix (OpenGL: looks along -z)."""
    eye, at, up = map(np.asarray, (eye, at, up))
    f = (at - eye) / np.linalg.norm(at - eye)
    r = np.cross(f, up)
    r /= np.linalg.norm(r)
    u = np.cross(r, f)
    M = np.eye(4)
    M[0, :3], M[1, :3], M[2, :3] = r, u, -f
    M[:3, 3] = -M[:3, :3] @ eye
    return M


class Camera:
    """Pinhole with square pixels: focal length `f` in pixels, principal point in the middle of the w x h image."""

    def __init__(self, eye, at, f, w, h, roll=0.0):
        self.eye, self.f, self.w, self.h = np.asarray(eye, float), float(f), w, h
        V = look_at(eye, at)
        c, s = np.cos(roll), np.sin(roll)
        Rr = np.eye(4)
        Rr[:2, :2] = [[c, -s], [s, c]]
        self.V = Rr @ V

    def proj(self, jx=0.0, jy=0.0, near=0.3, far=40.0):
        """Projection matrix, shifted by a part of a pixel for anti-aliasing."""
        f, w, h = self.f, self.w, self.h
        P = np.zeros((4, 4))
        P[0, 0] = 2 * f / w
        P[1, 1] = 2 * f / h
        P[0, 2] = -2 * jx / w
        P[1, 2] = 2 * jy / h
        P[2, 2] = -(far + near) / (far - near)
        P[2, 3] = -2 * far * near / (far - near)
        P[3, 2] = -1
        return P

    def project(self, X):
        """World points (...,3) -> pixels (...,2); pixel centres at +0.5."""
        X = np.asarray(X, float)
        c = X @ self.V[:3, :3].T + self.V[:3, 3]
        z = -c[..., 2]
        return np.stack([self.w / 2 + self.f * c[..., 0] / z, self.h / 2 - self.f * c[..., 1] / z], -1)

    def depth(self, X):
        """Distance along the optical axis, metres."""
        return -(np.asarray(X, float) @ self.V[2, :3] + self.V[2, 3])
