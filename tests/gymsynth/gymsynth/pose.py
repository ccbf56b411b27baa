"""Posing: prescribed pelvis, feet, trunk and hands -> bone rotations (two-bone inverse kinematics).

Sides are "l" and "r" here, as in the rig's bone names; `sign` is +1 on the left (+y) and -1 on the right."""

import numpy as np

from .geometry import axis_angle, blend, cross, frame, norm, rx, ry, rz, two_bone, unit

SIDES = (("l", 1), ("r", -1))
JOINT_BONES = (
    ("shoulder", "upperarm"),
    ("elbow", "lowerarm"),
    ("wrist", "hand"),
    ("hip", "thigh"),
    ("knee", "calf"),
    ("ankle", "foot"),
)
# Bone that a point on the skin follows, for a pose where millimetres do not matter.
LANDMARK_BONES = {
    "nose": "head",
    "left_ear": "head",
    "right_ear": "head",
    "left_heel": "foot_l",
    "right_heel": "foot_r",
    "left_toe": "ball_l",
    "right_toe": "ball_r",
}
FINGERS = ("index", "middle", "ring", "pinky", "thumb")


class Pose:
    """One posed skeleton.

    R (bones,3,3): global rotations with respect to rest; p (bones,3): bone heads in metres;
    over: how far, in metres, a hand or foot was out of reach (must be about 0)."""

    def __init__(self, body):
        self.b = body
        self.R = np.tile(np.eye(3), (len(body.names), 1, 1))
        self.p = body.head.copy()
        self.over = 0.0

    def place(self, name, rotation, position=None):
        """Turns a bone; its head is where its parent puts it unless a position is given."""
        b = self.b
        i = b.J[name]
        self.R[i] = rotation
        if position is not None:
            self.p[i] = position
        else:
            q = b.parents[i]
            self.p[i] = self.p[q] + self.R[q] @ (b.head[i] - b.head[q])


class Poser:
    """Solves poses of one body."""

    def __init__(self, body):
        self.b = b = body
        bones = ("thigh", "calf", "foot", "ball", "clavicle", "upperarm", "lowerarm", "hand")
        self.hipc0 = 0.5 * (b.head[b.J["thigh_l"]] + b.head[b.J["thigh_r"]])
        self.rest = {s: {k: b.head[b.J[f"{k}_{s}"]] for k in bones} for s, _ in SIDES}
        h = self.rest["l"]
        self.Lt = norm(h["calf"] - h["thigh"])
        self.Ls = norm(h["foot"] - h["calf"])
        self.Lu = norm(h["lowerarm"] - h["upperarm"])
        self.Lf = norm(h["hand"] - h["lowerarm"])
        self.ankle_z = h["foot"][2]
        self.foot_yaw0 = {s: np.arctan2(*(self.rest[s]["ball"] - self.rest[s]["foot"])[[1, 0]]) for s, _ in SIDES}
        self.pivot = {s: self._floor_pivots(s, side) for s, side in (("l", "left"), ("r", "right"))}
        self.fing = [(i, n) for i, n in enumerate(b.names) if n.split("_")[0] in FINGERS]

    def _floor_pivots(self, s, side):
        """Points of the sole that the foot rolls about, relative to the ankle at rest."""
        b, q = self.b, self.rest[s]
        ball = q["ball"].copy()
        heel = b.v[b.lm[f"{side}_heel"]].copy()
        toe = b.v[b.lm[f"{side}_toe"]].copy()
        ball[2] = heel[2] = toe[2] = 0.0
        heel[0] += 0.012
        return {"ball": ball - q["foot"], "heel": heel - q["foot"], "toe": toe - q["foot"]}

    def ankle_from_pivot(self, s, ground, pitch, yaw, which="ball"):
        """Ankle position when the foot pivots about a point on the floor."""
        return np.asarray(ground, float) - rz(yaw) @ ry(pitch) @ self.pivot[s][which]

    def solve(self, spec):
        """Pose that meets the specification:

        hip (3,): centre of the hip joints; pelvis_R, chest_R, head_R (3,3);
        feet {side: dict(ankle, pitch, yaw, toe (pitch of the toe bone), knee_pole)};
        arms {side: dict(wrist, pole, frame 'world'|'chest', twist, grip, hand_R, shrug)} or
             {side: dict(flex, abd, elbow, rot)}: joint angles in the chest frame."""
        pose = Pose(self.b)
        self._trunk(pose, spec)
        for s, _ in SIDES:
            self._leg(pose, s, spec["feet"][s])
        for s, sign in SIDES:
            self._arm(pose, s, sign, spec["arms"][s], spec["chest_R"])
        return pose

    def _trunk(self, pose, spec):
        b, J = self.b, self.b.J
        pelvis, chest = spec["pelvis_R"], spec["chest_R"]
        pose.p[J["Root"]] = np.asarray(spec["hip"], float) + pelvis @ (b.head[J["Root"]] - self.hipc0)
        pose.R[J["Root"]] = pelvis
        pose.place("pelvis", pelvis)
        for name, fraction in (("spine_01", 0.35), ("spine_02", 0.7), ("spine_03", 1.0)):
            pose.place(name, blend(pelvis, chest, fraction))
        head = spec.get("head_R", chest)
        pose.place("neck_01", blend(chest, head, 0.5))
        pose.place("head", head)

    def _leg(self, pose, s, f):
        q, J = self.rest[s], self.b.J
        yaw = f.get("yaw", 0.0)
        pose.place(f"thigh_{s}", pose.R[J["pelvis"]])
        hip = pose.p[J[f"thigh_{s}"]]
        pole = np.asarray(f.get("knee_pole", rz(yaw) @ np.array([1.0, 0, 0])))
        knee, ankle, over = two_bone(hip, np.asarray(f["ankle"], float), self.Lt, self.Ls, pole)
        pose.over = max(pose.over, over)
        hinge = cross(knee - hip, ankle - knee)
        lateral = cross(np.array([0, 0, 1.0]), pole)  # to the left of the pole direction
        if norm(hinge) < 1e-3:  # straight leg
            hinge = lateral
        hinge = unit(hinge)
        if np.dot(hinge, lateral) < 0:
            hinge = -hinge
        rest_hinge = np.array([0, 1.0, 0])
        for name, d0, d1, head in (
            ("thigh", q["calf"] - q["thigh"], knee - hip, hip),
            ("calf", q["foot"] - q["calf"], ankle - knee, knee),
        ):
            pose.place(f"{name}_{s}", frame(d1, hinge) @ frame(d0, rest_hinge).T, head)
        foot = rz(yaw) @ ry(f.get("pitch", 0.0))
        pose.place(f"foot_{s}", foot, ankle)
        # The toes turn about the point of the sole under the ball joint (not about the joint itself), so that they
        # stay put on the floor while the heel rises.
        toe = rz(yaw) @ ry(f.get("toe", 0.0))
        ball = self.pivot[s]["ball"]
        pose.place(f"ball_{s}", toe, ankle + foot @ ball + toe @ (q["ball"] - q["foot"] - ball))

    def _arm(self, pose, s, sign, a, chest):
        q, J = self.rest[s], self.b.J
        clavicle = chest @ rx(sign * a.get("shrug", 0.0)) @ rz(sign * a.get("protract", 0.0) * -1)
        pose.place(f"clavicle_{s}", clavicle)
        pose.place(f"upperarm_{s}", clavicle)
        shoulder = pose.p[J[f"upperarm_{s}"]]
        if "wrist" in a:
            elbow, wrist, hinge = self._arm_to_wrist(pose, a, chest, shoulder)
        else:
            elbow, wrist, hinge = self._arm_by_angles(sign, a, chest, shoulder)
        # The hinge points to the right (-y) when the forearm folds forward.
        rest_hinge = cross(q["lowerarm"] - q["upperarm"], q["hand"] - q["lowerarm"])
        upper = frame(elbow - shoulder, hinge) @ frame(q["lowerarm"] - q["upperarm"], rest_hinge).T
        pose.place(f"upperarm_{s}", upper, shoulder)
        lower = frame(wrist - elbow, hinge) @ frame(q["hand"] - q["lowerarm"], rest_hinge).T
        twist = a.get("twist", 0.0) * sign
        along = unit(wrist - elbow)
        pose.place(f"lowerarm_{s}", axis_angle(along, 0.4 * twist) @ lower, elbow)
        self._hand(pose, s, a, wrist, axis_angle(along, twist) @ lower)

    def _arm_to_wrist(self, pose, a, chest, shoulder):
        """Elbow, wrist and elbow hinge for a wrist position."""
        b, i = self.b, self.b.J["spine_03"]
        wrist, pole = np.asarray(a["wrist"], float), np.asarray(a["pole"], float)
        if a.get("frame") == "chest":
            wrist = pose.p[i] + chest @ (wrist - b.head[i])
        if a.get("pole_frame", a.get("frame")) == "chest":
            pole = chest @ pole
        elbow, wrist, over = two_bone(shoulder, wrist, self.Lu, self.Lf, pole)
        pose.over = max(pose.over, over)
        hinge = unit(cross(elbow - shoulder, wrist - elbow))
        if norm(cross(elbow - shoulder, wrist - elbow)) < 1e-3:
            hinge = unit(cross(-pole, elbow - shoulder))
        return elbow, wrist, hinge

    def _arm_by_angles(self, sign, a, chest, shoulder):
        """Elbow, wrist and elbow hinge for joint angles: hanging, abducted, then flexed; `rot` turns the hinge."""
        upper = rz(sign * a.get("yaw", 0.0)) @ ry(-a["flex"]) @ rx(sign * a["abd"])
        d = upper @ np.array([0, 0, -1.0])
        hinge = upper @ rz(sign * a.get("rot", 0.0)) @ np.array([0, -1.0, 0])
        reference = chest if a.get("frame", "chest") == "chest" else np.eye(3)
        d, hinge = reference @ d, reference @ hinge
        elbow = shoulder + self.Lu * unit(d)
        wrist = elbow + self.Lf * (axis_angle(hinge, a["elbow"]) @ unit(d))
        return elbow, wrist, hinge

    def _hand(self, pose, s, a, wrist, straight):
        """Hand and fingers; `straight` is the hand's rotation in line with the forearm."""
        axis = self.palm_axis(s)
        hand = a.get("hand_R", straight)
        if "hand_R" not in a and a.get("wrist_ext"):
            hand = axis_angle(hand @ axis, a["wrist_ext"]) @ hand
        pose.place(f"hand_{s}", hand, wrist)
        grip = a.get("grip", 0.25)
        for _, name in self.fing:
            if not name.endswith("_" + s):
                continue
            level = int(name.split("_")[1])
            bend = 0.35 * grip * level * 0.8 if name.startswith("thumb") else grip * 1.15 * level
            pose.place(name, hand @ axis_angle(axis, -bend))

    def palm_axis(self, s):
        """Axis of finger flexion at rest; a turn by a negative angle closes the hand."""
        b, J = self.b, self.b.J
        across = unit(b.head[J[f"index_01_{s}"]] - b.head[J[f"pinky_01_{s}"]])
        return across if s == "l" else -across

    def hand_rotation(self, s, fingers, across=(0.0, -1.0, 0.0)):
        """Rotation of a hand with its fingers pointing along `fingers`; `across` is the axis of finger flexion: -y
        turns the palm down when the fingers point forward, and forward when they point up."""
        b, J = self.b, self.b.J
        along = b.head[J[f"middle_01_{s}"]] - b.head[J[f"hand_{s}"]]
        turned = frame(np.asarray(fingers, float), np.asarray(across, float))
        return turned @ frame(along, self.palm_axis(s)).T

    def _joint_centres(self, pose):
        out = {}
        for s, side in (("l", "left"), ("r", "right")):
            for joint, bone in JOINT_BONES:
                out[f"{side}_{joint}"] = pose.p[self.b.J[f"{bone}_{s}"]].copy()
        return out

    def joints(self, pose):
        """Joint centres and points on the skin (nose, ears, heels, toes), in metres."""
        b = self.b
        out = self._joint_centres(pose)
        names = list(b.lm)
        points = b.skin_points([b.lm[k] for k in names], pose.R, pose.p)
        out.update(zip(names, points, strict=True))
        return out

    def joints_fast(self, pose):
        """The same with points on the skin that follow one bone rigidly: good enough for balance."""
        b = self.b
        out = self._joint_centres(pose)
        for name, bone in LANDMARK_BONES.items():
            i = b.J[bone]
            out[name] = pose.p[i] + pose.R[i] @ (b.v[b.lm[name]] - b.head[i])
        return out
