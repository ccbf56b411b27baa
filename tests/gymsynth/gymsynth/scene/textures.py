"""Textures, all procedural."""

import cv2
import numpy as np

FLOOR, WALL, WOOD, POSTER, PLAIN = 0, 1, 2, 3, 4


def textures(rng, s=512):
    """Layers (5, s, s, 3) uint8: floor, wall, wood, poster, plain."""
    T = np.zeros((5, s, s, 3), np.float32)
    # rubber tiles with coloured specks
    base = rng.uniform(0.22, 0.5)
    f = np.full((s, s, 3), base, np.float32) + rng.normal(0, 0.03, (s, s, 1)).astype(np.float32)
    for _ in range(900):
        x, y = rng.integers(0, s, 2)
        cv2.circle(f, (int(x), int(y)), 1, [float(z) for z in rng.uniform(0.3, 0.9, 3)], -1)
    f[:5] *= 0.55
    f[:, :5] *= 0.55
    T[FLOOR] = f
    # wall: painted bricks or plaster
    tint = np.array([rng.uniform(0.62, 0.9)] * 3) * rng.uniform(0.88, 1.05, 3)
    w = np.ones((s, s, 3), np.float32) * tint
    n = cv2.GaussianBlur(rng.normal(0, 1, (s, s)).astype(np.float32), (0, 0), 9)
    w *= (1 + 0.5 * n)[..., None]
    if rng.random() < 0.6:
        h = s // 8
        for r in range(8):
            w[r * h : r * h + 3] *= 0.75
            for k in range(4):
                x = int((k + 0.5 * (r % 2)) * s / 4) % s
                w[r * h : (r + 1) * h, x : x + 3] *= 0.78
    T[WALL] = w
    yy = np.arange(s)[:, None] / s
    g = 0.5 + 0.5 * np.sin(60 * yy + 6 * cv2.GaussianBlur(rng.normal(0, 1, (s, s)).astype(np.float32), (0, 0), 20) * 8)
    T[WOOD] = np.stack([0.72 + 0.1 * g, 0.55 + 0.1 * g, 0.36 + 0.08 * g], -1)
    p = np.ones((s, s, 3), np.float32) * rng.uniform(0.2, 0.9, 3)
    for _ in range(9):
        a = rng.integers(0, s, 2)
        b = a + rng.integers(40, 240, 2)
        cv2.rectangle(p, tuple(map(int, a)), tuple(map(int, b)), [float(x) for x in rng.uniform(0, 1, 3)], -1)
    p8 = (p * 255).astype(np.uint8)
    cv2.putText(p8, "STRONG", (30, 280), cv2.FONT_HERSHEY_DUPLEX, 3.6, (255, 255, 255), 12)
    T[POSTER] = p8 / 255.0
    T[PLAIN] = 1.0
    return (np.clip(T, 0, 1) * 255).astype(np.uint8)
