"""Barbell, pull-up bar and treadmill."""

from .shapes import Builder


def barbell(plate_r=0.225, plates=((0.03, (0.75, 0.08, 0.08)),), half=0.66, length=1.1):
    """Bar along y through the origin; half = inner collar position; plates: (thickness, colour)."""
    B = Builder()
    B.cyl([0, -half, 0], [0, half, 0], 0.014, (0.62, 0.62, 0.65))
    for s in (-1, 1):
        B.cyl([0, s * half, 0], [0, s * length, 0], 0.025, (0.7, 0.7, 0.72))
        y = half + 0.01
        for th, c in plates:
            B.cyl([0, s * y, 0], [0, s * (y + th), 0], plate_r, c, 40)
            B.cyl([0, s * y - s * 0.002, 0], [0, s * (y + th + 0.002), 0], 0.08, (0.35, 0.35, 0.37), 24)
            y += th + 0.005
    return B.mesh()


def bar(length):
    """Bare bar along y through the origin."""
    B = Builder()
    B.cyl([0, -length / 2, 0], [0, length / 2, 0], 0.015, (0.55, 0.55, 0.58))
    return B.mesh()


def treadmill():
    """Deck along x centred at the origin, belt surface at z = 0."""
    B = Builder()
    B.box([0, 0, -0.09], [1.9, 0.86, 0.16], (0.16, 0.16, 0.18))
    B.box([0, 0, -0.006], [1.75, 0.62, 0.012], (0.10, 0.10, 0.11))
    for s in (-1, 1):
        B.box([0, s * 0.40, 0.01], [1.8, 0.10, 0.03], (0.55, 0.55, 0.58))
        B.cyl([0.86, s * 0.41, 0], [0.98, s * 0.41, 1.15], 0.025, (0.5, 0.5, 0.52))
    B.box([0.98, 0, 1.17], [0.18, 0.85, 0.14], (0.12, 0.12, 0.13))
    B.box([0.90, 0, 1.26], [0.03, 0.5, 0.22], (0.05, 0.08, 0.14))
    return B.mesh()
