"""What follows from joint positions: the body's centre of mass and joint angles.

Joint positions are a dictionary from names such as `left_knee` to points in metres (world frame)."""

import numpy as np

from .geometry import angle_deg

# Mass fraction and place of the centre of mass along the segment, close to de Leva (1996).
LIMB_SEGMENTS = (
    ("hip", "knee", 0.14, 0.41),
    ("knee", "ankle", 0.044, 0.44),
    ("heel", "toe", 0.014, 0.44),
    ("shoulder", "elbow", 0.028, 0.57),
    ("elbow", "wrist", 0.022, 0.6),
)
TRUNK_MASS, TRUNK_PLACE = 0.46, 0.56
HEAD_MASS = 0.08


def middle(joints, name):
    """Point halfway between the left and the right joint of that name."""
    return 0.5 * (joints["left_" + name] + joints["right_" + name])


def centre_of_mass(joints, extra=()):
    """Whole-body centre of mass; `extra` holds (mass as a fraction of body mass, point) of what is carried."""
    hips, shoulders = middle(joints, "hip"), middle(joints, "shoulder")
    total = TRUNK_MASS + HEAD_MASS
    moment = TRUNK_MASS * (hips + TRUNK_PLACE * (shoulders - hips)) + HEAD_MASS * middle(joints, "ear")
    for side in ("left", "right"):
        for start, end, mass, place in LIMB_SEGMENTS:
            a, b = joints[f"{side}_{start}"], joints[f"{side}_{end}"]
            moment = moment + mass * (a + place * (b - a))
            total += mass
    for mass, point in extra:
        moment = moment + mass * np.asarray(point)
        total += mass
    return moment / total


def joint_angles(joints):
    """Inner angles in degrees (180 = straight) and `trunk_lean`, forward from the vertical."""
    out = {}
    for side in ("left", "right"):

        def at(name, side=side):
            return joints[f"{side}_{name}"]

        out[f"{side}_knee"] = angle_deg(at("hip"), at("knee"), at("ankle"))
        out[f"{side}_hip"] = angle_deg(at("shoulder"), at("hip"), at("knee"))
        out[f"{side}_elbow"] = angle_deg(at("shoulder"), at("elbow"), at("wrist"))
        out[f"{side}_ankle"] = angle_deg(at("knee"), at("ankle"), at("toe"))
    trunk = middle(joints, "shoulder") - middle(joints, "hip")
    out["trunk_lean"] = float(np.degrees(np.arctan2(trunk[0], trunk[2])))
    return out


def frontal_figures(joints):
    """What a camera in front of the athlete sees of hips and knees.

    `*_fppa_deg`: frontal-plane projection angle, from hip-knee to knee-ankle, positive with the knee medial (valgus);
    `hip_shift_m`: middle of the hips off the middle of the ankles, positive to the athlete's left;
    `knee_ankle_separation`: distance of the knees over that of the ankles."""
    out = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip, knee, ankle = (joints[f"{side}_{name}"][1:] * [sign, 1.0] for name in ("hip", "knee", "ankle"))
        thigh, shank = knee - hip, ankle - knee
        turn = np.arctan2(shank[0], -shank[1]) - np.arctan2(thigh[0], -thigh[1])
        out[f"{side}_fppa_deg"] = float(np.degrees(turn))
    stance = joints["left_ankle"][1] - joints["right_ankle"][1]
    shift = float(middle(joints, "hip")[1] - middle(joints, "ankle")[1])
    out.update(hip_shift_m=shift, stance_width_m=float(stance), hip_shift_pct=float(100 * shift / stance))
    out["knee_ankle_separation"] = float((joints["left_knee"][1] - joints["right_knee"][1]) / stance)
    return out
