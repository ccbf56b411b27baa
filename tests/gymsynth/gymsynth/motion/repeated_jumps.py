"""Repeated jumps (10/5 test)."""

import numpy as np

from .curves import Ballistic, G, Hold, Quintic
from .jump import JumpBase


class RepeatedJumps(JumpBase):
    """A counter-movement jump, then hops with the given contact times and take-off velocities.

    `hops`, `contact_time` and `v_takeoff` (a number, or one for each hop), `first_v_takeoff` of the first jump."""

    name = "repeated_jumps"

    def setup(self):
        self.setup_common()
        c = self.cfg
        n = c.get("hops", 10)
        contact = self._each(c.get("contact_time", 0.19), n)
        v_hop = self._each(c.get("v_takeoff", 1.9), n)
        v, z_land = c.get("first_v_takeoff", 2.2), self.z_to - 0.012
        t, depth, down = c.get("lead_in", 1.3), c.get("depth_m", 0.28), c.get("t_down", 0.55)
        zb = self.z_st - depth
        push, ab = self._push(zb, v)
        segs = [
            Hold(0, t, self.z_st),
            Quintic(t, t + down, self.z_st, 0, 0, zb, 0, ab),
            Quintic(t + down, t + down + push, zb, 0, ab, self.z_to, v, -G),
        ]
        first = dict(t_start=t, t_bottom=t + down, countermovement_depth_m=depth, time_to_takeoff_s=down + push)
        self.jumps = [first]
        t += down + push
        for tc, v_next in zip(contact, v_hop, strict=True):
            t = self._flight(t, v, z_land, segs, self.jumps[-1])
            self.jumps.append(self._contact(t, tc, self.jumps[-1]["v_touchdown"], v_next, z_land, segs))
            t, v = t + tc, v_next
        te = self._landing(t, v, segs, self.jumps[-1])
        for j, following in zip(self.jumps, self.jumps[1:], strict=False):
            j.update(t_land_bottom=following["t_bottom"], t_end=following["t_takeoff"])
        for j in self.jumps[1:]:
            j["rsi"] = j["height_flight_time_m"] / j["contact_time_s"]
            j["rsi_flight_over_contact"] = j["flight_time_s"] / j["contact_time_s"]
        segs.append(Hold(te, te + c.get("rest", 1.0), self.z_st))
        self.finish(segs)

    @staticmethod
    def _each(value, n):
        return list(value)[:n] if isinstance(value, list) else [value] * n

    def _flight(self, t, v, z_land, segs, j):
        """Flight after take-off at time t; returns the time of landing."""
        tf = (v + np.sqrt(v * v + 2 * G * (self.z_to - z_land))) / G
        segs.append(Ballistic(t, t + tf, self.z_to, v))
        j.update(
            t_takeoff=t,
            t_landing=t + tf,
            t_peak=t + v / G,
            flight_time_s=tf,
            v_takeoff=v,
            v_touchdown=v - G * tf,
            z_takeoff=self.z_to,
            z_land=z_land,
            z_peak=self.z_to + v * v / 2 / G,
            height_flight_time_m=G * tf * tf / 8,
            height_pelvis_rise_from_takeoff_m=v * v / 2 / G,
            height_pelvis_rise_from_standing_m=self.z_to + v * v / 2 / G - self.z_st,
        )
        return t + tf

    def _contact(self, t, tc, v_touchdown, v, z_land, segs):
        """Contact from time t on: braking, then push, in the shares of the two velocities; the hop's truth."""
        braking = tc * v / (v - v_touchdown)
        zb = z_land + 0.56 * v_touchdown * braking
        ab = 0.5 * (-v_touchdown / braking + v / (tc - braking)) * 1.4
        segs.append(Quintic(t, t + braking, z_land, v_touchdown, -G, zb, 0, ab))
        segs.append(Quintic(t + braking, t + tc, zb, 0, ab, self.z_to, v, -G))
        return dict(
            t_start=t,
            t_contact=t,
            t_bottom=t + braking,
            contact_time_s=tc,
            contact_depth_m=z_land - zb,
            v_contact=v_touchdown,
        )

    def truth(self):
        out = super().truth()
        rsi = sorted((j["rsi"] for j in self.jumps[1:]), reverse=True)
        return out | dict(hop_count=len(rsi), rsi_best_5_mean=float(np.mean(rsi[:5])) if rsi else None)
