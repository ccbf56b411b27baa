"""The truth file: what happens in a clip, exactly, and where every joint is in every frame."""

import json

import numpy as np

from .segments import centre_of_mass, middle

SURFACE_AND_JOINTS = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toe")
JOINTS = ["nose"] + [f"{side}_{name}" for name in SURFACE_AND_JOINTS for side in ("left", "right")]


def frame_count(stage):
    """Frames of the clip; frame i is at i / fps seconds."""
    return int(np.floor(stage.duration * stage.fps))


def truth(stage, name, every=1):
    """Truth of a clip: see the README for its fields. `every`: joints of one in so many frames."""
    over, rows, frames = 0.0, [], frame_count(stage)
    for i in range(0, frames, every):
        row, pose = _frame(stage, i)
        rows.append(row)
        over = max(over, pose.over)
    body, po, camera = stage.body, stage.motion.po, stage.camera(0)
    shoulders = 0.5 * (body.head[body.J["upperarm_l"]] + body.head[body.J["upperarm_r"]])
    return dict(
        version=1,
        name=name,
        config=stage.cfg,
        fps=stage.fps,
        frames=frames,
        width=stage.width,
        height=stage.height,
        duration_s=frames / stage.fps,
        joint_names=JOINTS,
        athlete_height_m=body.height_m,
        athlete_height_shod_m=body.height_m + body.sole,
        segment_lengths_m=dict(
            thigh=po.Lt,
            shank=po.Ls,
            upper_arm=po.Lu,
            forearm=po.Lf,
            torso=float(np.linalg.norm(shoulders - po.hipc0)),
        ),
        camera=dict(
            eye=stage.eye.tolist(),
            target=stage.target.tolist(),
            focal_px=float(stage.focal_px),
            azimuth_deg=float(stage.azimuth_deg),
            distance_m=float(stage.distance_m),
            handheld=stage.sway_m,
            view_matrix=camera.V.tolist(),
        ),
        metres_per_pixel=float(camera.depth(np.array([0, 0, 0.9])) / stage.focal_px),
        ik_overreach_m=float(over),
        truth=stage.motion.truth(),
        per_frame=rows,
    )


def _frame(stage, i):
    t = i / stage.fps
    camera = stage.camera(t)
    pose = stage.motion.pose(t)
    joints = stage.motion.po.joints(pose)
    points = np.array([joints[k] for k in JOINTS])
    row = dict(
        i=i,
        t=round(t, 6),
        uv=np.round(camera.project(points), 2).tolist(),
        xyz=np.round(points, 4).tolist(),
        com=np.round(centre_of_mass(joints), 4).tolist(),
        m_per_px=round(float(camera.depth(middle(joints, "hip")) / camera.f), 7),
    )
    if stage.other:
        others = stage.other.matrices_and_joints(t)[1]
        row["other_uv"] = np.round(camera.project([others[k] for k in JOINTS]), 2).tolist()
    return row, pose


def write(path, truth):
    """Writes the truth as compact JSON, numbers to seven decimals."""
    path.write_text(json.dumps(_rounded(truth), separators=(",", ":")) + "\n")


def _rounded(value):
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, float | np.floating):
        return round(float(value), 7)
    return value
