"""The drop jump."""

import numpy as np

from ..geometry import ry
from .base import D
from .curves import Ballistic, G, Hold, Quintic, smooth_step
from .jump import JumpBase


class DropJump(JumpBase):
    """Steps off a box, lands, and jumps after a short contact. Horizontal motion in the fall is not ballistic."""

    name = "drop_jump"

    def setup(self):
        self.setup_common()
        c = self.cfg
        self.H = H = c.get("box_height", 0.30)
        self.xbox = -0.46
        tc, v0 = c.get("contact_time", 0.20), c.get("v_takeoff", 2.3)
        if isinstance(v0, list):
            v0 = v0[0]
        t0 = c.get("lead_in", 1.3)
        Ts = 0.75
        sink = 0.05
        t1 = t0 + Ts
        z1 = self.z_st + H - sink
        ztd = self.z_to - 0.012
        tfall = np.sqrt(2 * (z1 - ztd) / G)
        t2 = t1 + tfall
        vt = G * tfall
        Ta = tc * v0 / (v0 + vt)
        zb = ztd - 0.56 * vt * Ta
        Tb = tc - Ta
        ab = 0.5 * (vt / Ta + v0 / Tb) * 1.4
        segs = [
            Hold(0, t0, self.z_st + H),
            Quintic(t0, t1, self.z_st + H, 0, 0, z1, 0, 0),
            Ballistic(t1, t2, z1, 0),
            Quintic(t2, t2 + Ta, ztd, -vt, -G, zb, 0, ab),
            Quintic(t2 + Ta, t2 + tc, zb, 0, ab, self.z_to, v0, -G),
        ]
        j = dict(
            t_start=t0,
            t_leave_box=t1,
            t_contact=t2,
            t_bottom=t2 + Ta,
            box_height_m=H,
            drop_height_m=z1 - ztd,
            contact_time_s=tc,
            contact_depth_m=ztd - zb,
            v_touchdown=-vt,
        )
        te = self._landing(t2 + tc, v0, segs, j)
        j["rsi"] = j["height_flight_time_m"] / tc
        j["rsi_flight_over_contact"] = j["flight_time_s"] / tc
        self.jumps = [j]
        segs.append(Hold(te, te + 1.0, self.z_st))
        self.t0, self.t1, self.t2, self.ztd = t0, t1, t2, ztd
        self.finish(segs)

    def static_boxes(self):
        # Its front edge is just behind the landing toes
        return [((self.xbox - 0.13, 0, self.H / 2), (0.60, 0.65, self.H), (0.9, 0.9, 0.9), 2)]

    def spec(self, t):
        if t >= self.t2:
            return super().spec(t)
        landing = self.ground_spec(self.ztd, float(self.hx(self.ztd)[0]))
        standing = self.ground_spec(self.z_st, float(self.hx(self.z_st)[0]))
        u = np.clip((t - self.t0) / (self.t2 - self.t0), 0, 1)
        x = self.xbox + standing["hip"][0]
        if t > self.t0:
            x = x + (landing["hip"][0] - x) * float(u**2 * (3 - 2 * u) * 0.75 + 0.25 * u * u * u)
        hip = np.array([x, 0, float(self.z(t))])
        lean = self.lean(self.z_st) + D(4) * np.sin(np.pi * u)
        pelvis = ry(lean * 0.9)
        return dict(
            hip=hip,
            pelvis_R=pelvis,
            chest_R=ry(lean),
            head_R=ry(lean * 0.5 + D(12)),
            feet={s: self._foot(s, t, hip, standing, landing) for s in "lr"},
            arms=self.arms(t, hip, pelvis),
        )

    def _foot(self, s, t, hip, standing, landing):
        """The foot leaves the box forward and up, then lands under the hip; the right one first."""
        on_box = standing["feet"][s]["ankle"] + [self.xbox, 0, self.H]
        under_hip = landing["feet"][s]["ankle"] - landing["hip"]
        if s == "r":
            start, end, lift = self.t0 + 0.12, self.t2 - 0.03, 0.10
        else:
            start, end, lift = self.t1 - 0.22, self.t2 - 0.01, 0.13
        w = float(smooth_step((t - start) / (end - start)))
        f = dict(self.feet[s])
        f["pitch"] = landing["feet"][s]["pitch"] * w
        f["toe"] = f["pitch"] * 0.8 * float(smooth_step((self.t2 - t) / 0.06))
        f["ankle"] = on_box
        if t > start:
            wx = float(smooth_step((t - start) / (0.75 * (end - start))))
            weights = np.array([wx, w, w])
            path = (on_box - hip) * (1 - weights) + under_hip * weights
            f["ankle"] = hip + path + [0, 0, lift * np.sin(np.pi * w) ** 2]
        return f
