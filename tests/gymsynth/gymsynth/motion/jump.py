"""What vertical jumps share."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from ..geometry import ry
from ..pose import SIDES
from ..segments import centre_of_mass, joint_angles
from .base import D, Motion
from .curves import Ballistic, G, Piecewise, Quintic, smooth_step

EVENTS = ("start", "bottom", "contact", "takeoff", "peak", "landing", "land_bottom", "end")


class JumpBase(Motion):
    """Vertical jumps.

    The height of the hip centre is prescribed: quintic on the ground (acceleration -g at take-off and landing), a
    parabola in flight. On the ground the pose is a function of that height: flat feet low down, heels rising about the
    planted balls of the feet towards take-off."""

    def setup_common(self):
        """Stance, heights and balance."""
        c = self.cfg
        h = self.b.height_m / 1.78
        self.feet = self.stance(c.get("stance_half", 0.13 * h), c.get("toe_out", 8))
        self.theta = D(c.get("takeoff_heel_deg", 52))
        self.z_st = self.hip_z_for(self.feet, 0.0, 0.992)
        self.xb = float(np.mean([self.feet[s]["ball"][0] for s in "lr"]))
        self.xm = self.midfoot(self.feet)
        # Hip height at take-off: heels up, legs nearly straight.
        self.z_to = self.hip_z_for(self._feet_pitch(self.theta), self.xb - 0.03, 0.990)
        self.z_a = self.z_st - 0.07 * h
        low = np.linspace(self.z_st - 0.62 * h, self.z_a, 14, endpoint=False)
        high = np.linspace(self.z_a, self.z_to + 0.005, 14)

        def solve(z):
            g = self.heel(z) / self.theta
            xt = self.xm + (self.xb - 0.015 - self.xm) * g
            return [self.balance(lambda hx: self.ground_spec(z, hx), xt, 0.0)[0]]

        self.hx = self.table(np.concatenate([low, high]), solve)

    def heel(self, z):
        """Pitch of the feet, radians, at this hip height."""
        return self.theta * float(smooth_step((z - self.z_a) / (self.z_to - self.z_a)))

    def lean(self, z):
        """Lean of the trunk, radians, at this hip height."""
        k = np.clip((self.z_st - z) / (0.5 * self.b.height_m / 1.78), 0, 1.3)
        return D(3) + D(self.cfg.get("lean_deg", 40)) * np.sin(k * np.pi / 2 / 1.3)

    def _feet_pitch(self, th):
        out = {}
        for s in "lr":
            f = dict(self.feet[s])
            f["pitch"] = th
            f["ankle"] = self.po.ankle_from_pivot(s, f["ball"], th, f["yaw"])
            out[s] = f
        return out

    def arms(self, t, hip, Rp):
        """Hands on the hips, or an arm swing."""
        if self.cfg.get("arms", "hips") == "hips" or t is None:
            return {
                s: dict(
                    wrist=hip + Rp @ np.array([0.00, sg * 0.185, 0.115]),
                    frame="world",
                    pole=Rp @ np.array([-0.45, sg * 1.0, 0.0]),
                    grip=0.3,
                    twist=-0.6,
                )
                for s, sg in SIDES
            }
        a = float(self.arm_curve(t))
        return {
            s: dict(flex=D(a), abd=D(10), elbow=D(25 + 0.15 * abs(a)), grip=0.4, twist=-0.3, frame="world")
            for s in "lr"
        }

    def ground_spec(self, z, hx, t=None):
        """Pose on the ground: a function of the hip height."""
        lean = self.lean(z)
        hip = np.array([hx, 0, z])
        Rp = ry(lean * 0.9)
        return dict(
            hip=hip,
            pelvis_R=Rp,
            chest_R=ry(lean),
            head_R=ry(lean * 0.35),
            feet=self._feet_pitch(self.heel(z)),
            arms=self.arms(t, hip, Rp),
        )

    def flight_spec(self, t, t0, t1, z, zl):
        """Between take-off t0 (height z_to) and landing t1 (height zl)."""
        u = float(smooth_step((t - t0) / (t1 - t0)))
        A = self.ground_spec(self.z_to, float(self.hx(self.z_to)[0]))
        B = self.ground_spec(zl, float(self.hx(zl)[0]))
        hx = A["hip"][0] + (B["hip"][0] - A["hip"][0]) * (t - t0) / (t1 - t0)
        hip = np.array([hx, 0, z])
        lean = self.lean(self.z_to) * (1 - u) + self.lean(zl) * u
        feet = {}
        w = float(smooth_step((t - t0) / 0.07) * smooth_step((t1 - t) / 0.07))
        for s in "lr":
            ra, rb = A["feet"][s]["ankle"] - A["hip"], B["feet"][s]["ankle"] - B["hip"]
            f = dict(self.feet[s])
            f["pitch"] = A["feet"][s]["pitch"] * (1 - u) + B["feet"][s]["pitch"] * u
            f["ankle"] = hip + ra * (1 - u) + rb * u
            tuck = self.cfg.get("tuck", 0.015) * np.sin(np.pi * (t - t0) / (t1 - t0)) ** 2
            f["ankle"] = f["ankle"] + [-tuck, 0, tuck]
            f["toe"] = f["pitch"] * 0.8 * w
            feet[s] = f
        Rp = ry(lean * 0.9)
        return dict(
            hip=hip, pelvis_R=Rp, chest_R=ry(lean), head_R=ry(lean * 0.5), feet=feet, arms=self.arms(t, hip, Rp)
        )

    def _push(self, z_bottom, v0):
        """Duration of the push from the bottom to take-off at v0, and the acceleration at the bottom."""
        duration = (self.z_to - z_bottom) / (0.56 * v0)
        return duration, v0 / duration * 1.15

    def spec(self, t):
        for j in self.jumps:
            if j["t_takeoff"] < t < j["t_landing"]:
                return self.flight_spec(t, j["t_takeoff"], j["t_landing"], float(self.z(t)), j["z_land"])
        z = float(self.z(t))
        return self.ground_spec(z, float(self.hx(z)[0]), t)

    def _landing(self, t, v0, segs, j):
        """Flight and landing after take-off at time t; returns the time back at standing."""
        c = self.cfg
        zl = self.z_to - c.get("land_drop", 0.03)
        tf = (v0 + np.sqrt(v0 * v0 + 2 * G * (self.z_to - zl))) / G
        segs.append(Ballistic(t, t + tf, self.z_to, v0))
        vl = v0 - G * tf
        zq = self.z_st - c.get("land_depth", 0.22) * self.b.height_m / 1.78
        Tl = (zl - zq) / (0.50 * -vl)
        segs.append(Quintic(t + tf, t + tf + Tl, zl, vl, -G, zq, 0, 7.0))
        Tr = c.get("recover", 0.8)
        segs.append(Quintic(t + tf + Tl, t + tf + Tl + Tr, zq, 0, 7.0, self.z_st, 0, 0))
        j.update(
            t_takeoff=t,
            t_landing=t + tf,
            flight_time_s=tf,
            v_takeoff=v0,
            z_takeoff=self.z_to,
            z_land=zl,
            z_peak=self.z_to + v0 * v0 / 2 / G,
            t_peak=t + v0 / G,
            t_land_bottom=t + tf + Tl,
            t_end=t + tf + Tl + Tr,
            height_flight_time_m=G * tf * tf / 8,
            height_pelvis_rise_from_takeoff_m=v0 * v0 / 2 / G,
            height_pelvis_rise_from_standing_m=self.z_to + v0 * v0 / 2 / G - self.z_st,
            takeoff_extension_m=self.z_to - self.z_st,
        )
        return t + tf + Tl + Tr

    def finish(self, segs):
        """Joins the segments and makes the curve of the arm swing (degrees of flexion)."""
        self.z = Piecewise(segs)
        self.duration = segs[-1].t1
        k = [(0, 5.0)]
        for j in self.jumps:
            k += [
                (j["t_start"], 5),
                (0.5 * (j["t_start"] + j["t_bottom"]), -30),
                (j["t_bottom"], -45),
                (j["t_takeoff"], 120),
                (j["t_peak"], 135),
                (j["t_landing"], 55),
                (j["t_land_bottom"], 10),
                (j["t_end"], 5),
            ]
        kk = [k[0]]
        for q in k[1:]:
            if q[0] > kk[-1][0] + 1e-3:
                kk.append(q)
        kk.append((self.duration + 1, 5))
        self.arm_curve = PchipInterpolator([q[0] for q in kk], [q[1] for q in kk])
        self.min_acc = float(min(self.z(t, 2) for t in np.arange(0, self.duration, 0.002)))

    def truth(self):
        """Jumps and events."""
        events = [
            dict(type=k, t=j["t_" + k], rep=i + 1) for i, j in enumerate(self.jumps) for k in EVENTS if "t_" + k in j
        ]
        return dict(
            kind="jump",
            exercise=self.name,
            jump_count=len(self.jumps),
            jumps=[self._jump_truth(i, j) for i, j in enumerate(self.jumps)],
            events=sorted(events, key=lambda e: e["t"]),
            standing_hip_height_m=self.z_st,
            min_pelvis_acceleration=self.min_acc,
        )

    def _jump_truth(self, i, j):
        def at(t):
            return self.po.joints(self.pose(t))

        # A microsecond on the ground's side of the events: the pose is that of contact.
        return dict(
            index=i + 1,
            **j,
            angles_bottom=joint_angles(at(j["t_bottom"])),
            angles_takeoff=joint_angles(at(j["t_takeoff"] - 1e-6)),
            angles_landing=joint_angles(at(j["t_landing"] + 1e-6)),
            angles_land_bottom=joint_angles(at(j["t_land_bottom"])),
            com_rise_from_takeoff_m=float(centre_of_mass(at(j["t_peak"]))[2])
            - float(centre_of_mass(at(j["t_takeoff"]))[2]),
        )
