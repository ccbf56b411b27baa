"""Jumps from the floor: counter-movement jump and squat jump."""

from .curves import G, Hold, Quintic
from .jump import JumpBase


class CMJ(JumpBase):
    """Counter-movement jumps: down and up without a stop, one for each take-off velocity."""

    name = "cmj"

    def setup(self):
        self.setup_common()
        c = self.cfg
        segs, self.jumps = [], []
        t = c.get("lead_in", 1.3)
        segs.append(Hold(0, t, self.z_st))
        vs = c.get("v_takeoff", [2.45, 2.6, 2.35])
        ds = c.get("depth_m", 0.30)
        ds = ds if isinstance(ds, list) else [ds] * len(vs)
        for v0, d in zip(vs, ds, strict=False):
            zb = self.z_st - d
            T2, ab = self._push(zb, v0)
            T1 = c.get("t_down", 0.55)
            segs.append(Quintic(t, t + T1, self.z_st, 0, 0, zb, 0, ab))
            segs.append(Quintic(t + T1, t + T1 + T2, zb, 0, ab, self.z_to, v0, -G))
            j = dict(
                t_start=t,
                t_bottom=t + T1,
                countermovement_depth_m=d,
                eccentric_s=T1,
                propulsive_s=T2,
                time_to_takeoff_s=T1 + T2,
            )
            te = self._landing(t + T1 + T2, v0, segs, j)
            j["rsi_modified"] = j["height_flight_time_m"] / j["time_to_takeoff_s"]
            self.jumps.append(j)
            t = te + c.get("rest", 1.2)
            segs.append(Hold(te, t, self.z_st))
        self.finish(segs)


class SquatJump(JumpBase):
    """Squat jumps: down, a hold, and up, one for each take-off velocity."""

    name = "squat_jump"

    def setup(self):
        self.setup_common()
        c = self.cfg
        segs, self.jumps = [], []
        t = c.get("lead_in", 1.0)
        segs.append(Hold(0, t, self.z_st))
        for v0 in c.get("v_takeoff", [2.3, 2.4]):
            d = c.get("depth_m", 0.36)
            zb = self.z_st - d
            Td = c.get("t_down", 1.0)
            segs.append(Quintic(t, t + Td, self.z_st, 0, 0, zb, 0, 0))
            hold = c.get("hold", 1.6)
            segs.append(Hold(t + Td, t + Td + hold, zb))
            T2 = (self.z_to - zb) / (0.50 * v0)
            t0 = t + Td + hold
            segs.append(Quintic(t0, t0 + T2, zb, 0, 0, self.z_to, v0, -G))
            j = dict(
                t_start=t0,
                t_squat_start=t,
                t_bottom=t0,
                squat_depth_m=d,
                hold_s=hold,
                propulsive_s=T2,
                time_to_takeoff_s=T2,
                countermovement_depth_m=0.0,
            )
            te = self._landing(t0 + T2, v0, segs, j)
            self.jumps.append(j)
            t = te + c.get("rest", 1.2)
            segs.append(Hold(te, t, self.z_st))
        self.finish(segs)
