"""Room, props and textures."""

import numpy as np


def join(mesh, other):
    """One mesh of two; the second may be None."""
    if other is None:
        return mesh
    moved = other[4] + len(mesh[0])
    return (
        *(np.concatenate([a, b]) for a, b in zip(mesh[:4], other[:4], strict=True)),
        np.concatenate([mesh[4], moved]),
    )
