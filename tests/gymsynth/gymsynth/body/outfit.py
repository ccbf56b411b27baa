"""Shoes, hair, face and clothes of a body: shapes and colours of its mesh.

Colours are linear RGB in 0..1. Regions of the mesh come from the rig's weights and from heights in metres."""

import numpy as np

from .makehuman import base_mesh
from .mesh import normals, smooth, tri_faces

DEFAULT_LOOK = dict(
    skin=[0.80, 0.60, 0.48],
    shirt=[0.10, 0.25, 0.60],
    shorts=[0.10, 0.10, 0.12],
    shoes=[0.85, 0.85, 0.88],
    hair=[0.10, 0.07, 0.05],
    socks=[0.92, 0.92, 0.92],
    stripe_col=[0.9, 0.9, 0.9],
    stripe=True,
    sleeve=0.55,  # length as a share of the upper arm
    shorts_len=0.62,  # hem between hip (0) and knee (1)
)
ARM = ("upperarm", "lowerarm", "hand", "index", "middle", "ring", "pinky", "thumb")


def dress(body, skin_triangles, look):
    """Mesh parts [(vertices, triangles, colours)] of the dressed body; shoes and hair change `body.v` itself."""
    look = {k: np.array(v) if isinstance(v, list) else v for k, v in (DEFAULT_LOOK | look).items()}
    colour = np.tile(look["skin"], (len(body.v), 1))
    on_skin = np.zeros(len(body.v), bool)
    on_skin[np.unique(skin_triangles)] = True
    _shoes(body, skin_triangles, on_skin, colour, look)
    _hair_and_face(body, skin_triangles, on_skin, colour, look)
    clothes, hidden = _clothes(body, look)
    skin = (body.v, skin_triangles[~hidden[skin_triangles].all(1)], colour)
    return [skin, *(_eye(body, side) for side in "lr"), *clothes]


def _shoes(body, triangles, on_skin, colour, look):
    """Smooths the toes away, inflates the foot, flattens the sole; paints shoes and socks."""
    v, ankle_z = body.v, body.head[body.J["foot_l"], 2]
    foot = body.region("foot_", "ball_")
    shoe = np.where((foot > 0.5) & on_skin & (v[:, 2] < ankle_z + 0.01))[0]
    vs = smooth(v, triangles, shoe, rounds=60)
    k = np.clip((ankle_z + 0.01 - v[shoe, 2]) / 0.05, 0.2, 1)[:, None]
    vs[shoe] += normals(vs, triangles)[shoe] * 0.011 * k
    sole = shoe[vs[shoe, 2] < body.sole + 0.012]
    vs[sole, 2] = 0.0
    edge = shoe[(vs[shoe, 2] < body.sole + 0.02) & (vs[shoe, 2] >= 1e-9)]
    vs[edge, 2] = np.minimum(vs[edge, 2], body.sole + 0.005)
    body.v = v = vs
    for side in "lr":
        _bend_at_the_ball(body, side)
    colour[shoe] = look["shoes"]
    colour[sole] = look["shoes"] * 0.35
    above = (v[:, 2] >= ankle_z + 0.01) & (v[:, 2] < ankle_z + 0.07)
    colour[(foot + body.region("calf") > 0.9) & on_skin & above] = look["socks"]


def _bend_at_the_ball(body, side):
    """The shoe bends exactly at the ball of the foot, so that a planted sole stays on z = 0."""
    foot, ball, calf = (body.J[f"{bone}_{side}"] for bone in ("foot", "ball", "calf"))
    forward = body.head[ball] - body.head[foot]
    forward[2] = 0
    forward /= np.linalg.norm(forward)
    along = (body.v - body.head[ball]) @ forward
    weight = body.W[:, foot] + body.W[:, ball] + body.W[:, calf]
    shoe = (weight > 0.9) & (body.v[:, 2] < body.head[foot, 2] - 0.01)
    k = np.clip((along[shoe] + 0.03) / 0.03, 0, 1)
    body.W[shoe] = 0
    body.W[shoe, ball] = k
    body.W[shoe, foot] = 1 - k


def _hair_and_face(body, triangles, on_skin, colour, look):
    """Hair grows above and behind a line about the head; brows, eye sockets, lips and cheeks are painted."""
    v, skin, hair = body.v, look["skin"], look["hair"]
    on_head = (body.region("head") > 0.6) & on_skin
    neck = body.head[body.J["head"]]
    back, front = v[on_head, 0].min(), v[on_head, 0].max()
    height = (v[:, 2] - neck[2]) / (v[on_head, 2].max() - neck[2])
    depth = (v[:, 0] - back) / (front - back)
    side = np.abs(v[:, 1] - neck[1])
    line = np.interp(depth, [0, 0.35, 0.5, 0.62, 0.75, 1.0], [0.18, 0.22, 0.42, 0.62, 0.80, 0.84])
    scalp = np.where(on_head & (height > line) & (side < 0.2))[0]
    v[scalp] += normals(v, triangles)[scalp] * 0.009
    colour[scalp] = hair

    face = np.where(on_head & (depth > 0.7))[0]
    for s in "lr":
        d = v[face] - _cube(v, f"joint-{s}-eye")
        colour[face[(np.abs(d[:, 1]) < 0.021) & (d[:, 2] > 0.012) & (d[:, 2] < 0.021)]] = 0.6 * hair + 0.4 * skin * 0.5
        colour[face[(np.abs(d[:, 1]) < 0.02) & (np.abs(d[:, 2]) < 0.010)]] = skin * 0.72
    d = v[face] - _cube(v, "joint-mouth")
    lips = face[(np.abs(d[:, 1]) < 0.024) & (np.abs(d[:, 2]) < 0.008) & (d[:, 0] > -0.005)]
    colour[lips] = skin * [0.85, 0.58, 0.58]
    cheek = np.clip(1 - np.abs(side - 0.035) / 0.03, 0, 1)
    blush = cheek * (body.region("head") > 0.6) * (np.abs(height - 0.4) < 0.15)
    colour *= 1 - 0.06 * blush[:, None] * [0, 1, 1]


def _cube(v, name):
    """Centre of a helper cube of the base mesh."""
    return v[sorted({c[0] for f in base_mesh()[1][name] for c in f})].mean(0)


def _eye(body, side):
    """Eyeball with iris and pupil."""
    v = body.v
    triangles = tri_faces(base_mesh()[1][f"helper-{side}-eye"])
    eye = np.unique(triangles)
    colour = np.tile([0.92, 0.92, 0.9], (len(v), 1))
    centre = v[eye].mean(0)
    radius = np.hypot(v[eye, 1] - centre[1], v[eye, 2] - centre[2])
    in_front = v[eye, 0] > centre[0]
    colour[eye[in_front & (radius < 0.0062)]] = [0.25, 0.16, 0.08]
    colour[eye[in_front & (radius < 0.0028)]] = [0.02, 0.02, 0.02]
    return v, triangles, colour


def _clothes(body, look):
    """([shorts, shirt], which vertices of the skin they hide), made from the base mesh's tights."""
    v, J, head = body.v, body.J, body.head
    hip_z, knee_z = head[J["thigh_l"], 2], head[J["calf_l"], 2]
    waist_z, neck_z = head[J["spine_01"], 2] + 0.01, head[J["neck_01"], 2] + 0.015
    hem_z = hip_z + (knee_z - hip_z) * look["shorts_len"]
    sleeve = look["sleeve"]
    on_arm = body.region(*ARM)
    down_the_arm = _share_of_upper_arm(body)
    z, near_trunk = v[:, 2], (np.abs(v[:, 1]) < 0.35) & (on_arm < 0.3)

    is_shorts = (z < waist_z - 0.02) & (z > hem_z) & near_trunk
    is_shirt = (
        (z > waist_z - 0.10) & (z < neck_z) & ~((on_arm > 0.3) & (down_the_arm > sleeve)) & (body.region("head") < 0.3)
    )
    margin = 0.035  # of skin that stays under the openings
    hidden = ((z < waist_z + 0.1) & (z > hem_z + margin) & near_trunk) | (
        (z >= waist_z - 0.1)
        & (z < neck_z - margin - 0.02)
        & ~((on_arm > 0.3) & (down_the_arm > sleeve - 0.12))
        & (body.region("head", "neck") < 0.2)
    )

    def loose_shorts(w, idx):  # looser towards the hem
        return 0.018 * np.clip((hip_z - w[idx, 2]) / (hip_z - hem_z), 0, 1)[:, None]

    def loose_shirt(w, idx):  # hangs over the shorts
        return 0.014 * np.clip((waist_z + 0.06 - w[idx, 2]) / 0.1, 0, 1)[:, None] * (on_arm[idx] < 0.3)[:, None]

    shorts = _garment(body, is_shorts, look["shorts"], 0.010, loose_shorts)
    shirt = _garment(body, is_shirt, look["shirt"], 0.012, loose_shirt)
    if look["stripe"]:
        shirt[2][np.abs(z - (head[J["spine_03"], 2] + 0.02)) < 0.035] = look["stripe_col"]
    return [shorts, shirt], hidden


def _share_of_upper_arm(body):
    """How far along the upper arm (0 shoulder, 1 elbow) each vertex lies."""
    shoulder, elbow = body.head[body.J["upperarm_l"]], body.head[body.J["lowerarm_l"]]
    d = elbow - shoulder
    mirrored = body.v.copy()
    mirrored[:, 1] = np.abs(mirrored[:, 1])
    return ((mirrored - shoulder) @ d) / (d @ d)


def _garment(body, mask, base_colour, offset, loose):
    """Part of the tights, smoothed and blown up by `offset` plus what `loose` adds, metres."""
    v = body.v
    tights = tri_faces(base_mesh()[1]["helper-tights"])
    outward = normals(v, tights)
    triangles = tights[mask[tights].all(1)]
    idx = np.unique(triangles)
    w = smooth(v, tights, idx, rounds=8)
    w[idx] += outward[idx] * offset
    w[idx] += outward[idx] * loose(w, idx)
    # A shade that varies like folds, so that the cloth is not one flat colour.
    folds = np.sin(v[:, [2]] * 90 + 4 * np.sin(v[:, [1]] * 35 + v[:, [0]] * 20))
    return w, triangles, np.tile(base_colour, (len(v), 1)) * (1 + 0.10 * folds)
