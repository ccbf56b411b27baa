//! The numbers of a bout or a window (METRICS §6.3).

use super::mean::Mean;
use super::record::GaitKind;
use super::sums::Sums;
use crate::bounds;
use crate::calibrate::Scale;
use crate::jump::G;
use crate::measured::{Caps, Measured, Quality};
use crate::person::Seen;
use crate::pose::Joint;
use crate::settings::Settings;

use super::GaitProfile;
use super::bout::sagittal;

/// Below this frame rate contact is not timed well (METRICS §6.1 asks for 60), frames a second.
const CONTACT_FPS: f64 = 50.0;
/// Fewer steps than this are few.
const FEW_STEPS: u32 = 8;
/// Strides of each side that a symmetry needs.
const SYMMETRY_STRIDES: u32 = 20;
/// Leg length over standing height (Winter, as Morin takes it).
const LEG: f64 = 0.53;
/// Relative uncertainty of a speed read from the foot on the ground (METRICS §6.1), and of one that was given.
const SPEED_U: f64 = 0.06;
const GIVEN_SPEED_U: f64 = 0.01;
/// Morin's sine wave against force plates: 7 % at most.
const STIFFNESS_U: f64 = 0.07;
/// Timing of frames, as a share of their interval.
const FRAME_SHARE: f64 = 0.3;

/// What else is known when the numbers are made.
#[allow(clippy::struct_excessive_bools)] // Independent facts, not a state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub(super) person_id: u32,
    pub(super) now: f64,
    scale: Scale,
    has_stood: bool,
    median_dt: f64,
    pub(super) has_toes: bool,
    sagittal: bool,
    id_changed_at: Option<f64>,
    profile: GaitProfile,
    can_time_feet: bool,
    height_m: Option<f64>,
    mass_kg: Option<f64>,
    speed_m_s: Option<f64>,
}

impl Context {
    pub(super) fn of(seen: &Seen<'_>) -> Self {
        let Settings { layout, model, athlete_height_m, mass_kg, speed_m_s, .. } = seen.settings;
        Self {
            person_id: seen.person_id,
            now: seen.now,
            scale: seen.scale,
            has_stood: seen.has_stood,
            median_dt: seen.median_dt,
            has_toes: layout.has(Joint::Toe),
            sagittal: sagittal(seen),
            id_changed_at: seen.id_changed_at,
            profile: model.gait,
            can_time_feet: model.can_time_feet,
            height_m: *athlete_height_m,
            mass_kg: *mass_kg,
            speed_m_s: *speed_m_s,
        }
    }

    /// Why steps can't be timed at all.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        (!self.can_time_feet).then_some("model_lags: the pose model can't time the feet")
    }

    /// Known errors of strike and toe-off in this kind of gait, seconds.
    pub(super) fn biases(&self, kind: GaitKind) -> (f64, f64) {
        match kind {
            GaitKind::Run => (self.profile.run_strike_bias_s, self.profile.run_toe_off_bias_s),
            GaitKind::Walk => (self.profile.walk_strike_bias_s, self.profile.walk_toe_off_bias_s),
        }
    }
}

/// All measured values.
#[derive(Debug, Clone)]
pub(super) struct Values {
    pub(super) cadence: Measured,
    pub(super) step: Measured,
    pub(super) stride: Measured,
    pub(super) contact: Measured,
    pub(super) flight: Measured,
    pub(super) swing: Measured,
    pub(super) double_support: Measured,
    pub(super) duty: Measured,
    pub(super) oscillation: Measured,
    pub(super) speed: Measured,
    pub(super) step_length: Measured,
    pub(super) stride_length: Measured,
    pub(super) vertical_stiffness: Measured,
    pub(super) leg_stiffness: Measured,
    pub(super) lean: Measured,
    pub(super) foot_angle: Measured,
    pub(super) overstride: Measured,
    pub(super) contacts: [Measured; 2],
    pub(super) steps: [Measured; 2],
    pub(super) contact_symmetry: Measured,
    pub(super) step_symmetry: Measured,
}

/// The numbers of these sums.
pub(super) fn measure(sums: &Sums, kind: GaitKind, with: &Context) -> Values {
    let maker = Maker { sums, kind, with, caps: caps(sums, with) };
    let step = maker.interval(sums.steps(), 1.0, "strike_to_strike");
    let stride = maker.interval(sums.stride, 2.0, "strike_to_strike");
    let cadence = judge(
        &ratio(60.0, &step, "strike_to_strike"),
        kind,
        &bounds::CADENCE_RUN_SPM,
        &bounds::CADENCE_WALK_SPM,
    );
    let contact = maker.contact(sums.contacts());
    let contact = if kind == GaitKind::Run { bounds::CONTACT_RUN_S.judge(contact) } else { contact };
    let apart = maker.timed(sums.flight, "toe_off_to_strike", -1.0);
    let (flight, double_support) = match kind {
        GaitKind::Run => (apart, maker.zero("running")),
        GaitKind::Walk => (maker.zero("walking"), negative(&apart)),
    };
    let swing = maker.timed(sums.swing, "toe_off_to_strike", -1.0);
    let duty = over(&contact, &stride, "contact_over_stride");
    let duty = if kind == GaitKind::Run { bounds::DUTY_RUN.judge(duty) } else { duty };
    let speed = maker.speed();
    let oscillation = maker.oscillation();
    let (vertical_stiffness, leg_stiffness) = maker.stiffness(&contact, &flight, &speed);
    Values {
        step_length: product(&speed, &step, "speed_times_time"),
        stride_length: product(&speed, &stride, "speed_times_time"),
        lean: maker.lean(),
        foot_angle: maker.foot_angle(),
        overstride: maker.overstride(),
        contacts: [0, 1].map(|side| maker.contact(sums.contact[side])),
        steps: [0, 1].map(|side| maker.interval(sums.step[side], 2.0, "strike_to_strike")),
        contact_symmetry: maker.symmetry(sums.contact, &contact),
        step_symmetry: maker.symmetry(sums.step, &step),
        cadence,
        step,
        stride,
        contact,
        flight,
        swing,
        double_support,
        duty,
        oscillation,
        speed,
        vertical_stiffness,
        leg_stiffness,
    }
}

fn judge(measured: &Measured, kind: GaitKind, run: &bounds::Bounds, walk: &bounds::Bounds) -> Measured {
    if kind == GaitKind::Run { run.judge(measured.clone()) } else { walk.judge(measured.clone()) }
}

fn caps(sums: &Sums, with: &Context) -> Caps {
    let mut caps = Caps::default();
    caps.when(sums.strikes < FEW_STEPS, Quality::Medium, "few_steps");
    let start = sums.first.unwrap_or(f64::INFINITY);
    caps.when(with.id_changed_at.is_some_and(|t| t >= start), Quality::Medium, "identity_changed");
    caps
}

struct Maker<'a> {
    sums: &'a Sums,
    kind: GaitKind,
    with: &'a Context,
    caps: Caps,
}

impl Maker<'_> {
    /// Uncertainty of one event, seconds.
    fn event_u(&self) -> f64 {
        self.with.profile.event_sd_s.max(FRAME_SHARE * self.with.median_dt)
    }

    /// From strike to strike: what is wrong with all strikes alike falls out. `chains` is how many rows of intervals were averaged, each with
    /// its own two ends.
    fn interval(&self, of: Mean, chains: f64, method: &'static str) -> Measured {
        let Some(mean) = of.mean() else { return Measured::unavailable(method, "few_steps") };
        // Consecutive intervals share their ends: over n of them only the outer two remain.
        let u = self.event_u() * (2.0 * chains).sqrt() / f64::from(of.n);
        Measured::new(mean, u, method).capped_by(&self.caps)
    }

    /// Between a strike and a toe-off; `sign` is +1 where the strike comes first.
    fn timed(&self, of: Mean, method: &'static str, sign: f64) -> Measured {
        if !self.with.has_toes {
            return Measured::unavailable(method, "no_feet");
        }
        let Some(mean) = of.mean() else { return Measured::unavailable(method, "no_toe_off") };
        let (strike, toe_off) = self.with.biases(self.kind);
        let single = self.event_u() * (2.0 / f64::from(of.n)).sqrt();
        let systematic = self.with.profile.bias_u_s * 2f64.sqrt();
        Measured::new(mean - sign * (toe_off - strike), single.hypot(systematic), method)
            .capped_by(&self.caps)
            .capped_by(&self.contact_caps())
    }

    fn contact_caps(&self) -> Caps {
        let mut caps = Caps::default();
        caps.when(!self.with.profile.measured, Quality::Medium, "event_bias_unmeasured");
        caps.when(1.0 / self.with.median_dt < CONTACT_FPS, Quality::Low, "low_frame_rate");
        caps
    }

    fn contact(&self, of: Mean) -> Measured {
        self.timed(of, "strike_to_toe_off", 1.0)
    }

    /// A time that is none by definition.
    fn zero(&self, method: &'static str) -> Measured {
        Measured::new(0.0, 0.0, method).capped_by(&self.caps)
    }

    fn scale_caps(&self) -> Caps {
        let mut caps = self.caps.clone();
        caps.when(self.with.scale.assumed(), Quality::Medium, "no_athlete_height");
        caps.when(!self.with.has_stood, Quality::Medium, "not_seen_standing");
        caps
    }

    fn oscillation(&self) -> Measured {
        let method = "hips_mean_cycle";
        let Some((n, range)) = self.sums.cycles.oscillation() else {
            return Measured::unavailable(method, "no_whole_cycle");
        };
        let profile = &self.with.profile;
        let oscillation = range / profile.hip_vertical_gain;
        let relative = profile.hip_vertical_gain_u.hypot(self.with.scale.u);
        let noise = 0.004 / f64::from(n).sqrt();
        let measured = Measured::new(oscillation, (oscillation * relative).hypot(noise), method);
        let measured = measured.capped_by(&self.scale_caps());
        if self.kind == GaitKind::Run { bounds::OSCILLATION_RUN_M.judge(measured) } else { measured }
    }

    fn speed(&self) -> Measured {
        if let Some(speed) = self.with.speed_m_s {
            return Measured::new(speed, GIVEN_SPEED_U * speed, "given");
        }
        let method = "foot_on_the_ground";
        let Some(speed) = self.sums.speed.mean() else {
            return Measured::unavailable(method, "no_stance_seen");
        };
        Measured::new(speed, speed * SPEED_U.hypot(self.with.scale.u), method)
            .capped_by(&self.scale_caps())
            .capped(Quality::Medium, "speed_not_given")
    }

    /// Morin 2005: vertical and leg stiffness in running, from contact and flight, mass, leg length and speed.
    fn stiffness(&self, contact: &Measured, flight: &Measured, speed: &Measured) -> (Measured, Measured) {
        let method = "sine_wave";
        let none = |reason| (Measured::unavailable(method, reason), Measured::unavailable(method, reason));
        if self.kind != GaitKind::Run {
            return none("not_running");
        }
        let Some(mass) = self.with.mass_kg else { return none("no_mass") };
        let (Some(tc), Some(tf)) = (contact.value(), flight.value()) else { return none("no_contact_time") };
        if tc <= 0.0 {
            return none("no_contact_time");
        }
        let pi = std::f64::consts::PI;
        let force = mass * G * pi / 2.0 * (tf / tc + 1.0);
        let sink = force * tc * tc / (mass * pi * pi) - G * tc * tc / 8.0;
        // The stiffness goes with the inverse square of the contact time.
        let relative = (2.0 * contact.u().unwrap_or(0.0) / tc).hypot(STIFFNESS_U);
        let of = |shortening: f64, more: f64| {
            let stiffness = force / shortening / 1000.0;
            Measured::new(stiffness, stiffness * relative.hypot(more), method)
                .capped_by(&self.caps)
                .capped_by(&self.contact_caps())
                .capped(contact.quality(), "contact_time")
        };
        let vertical = of(sink, 0.0);
        let (Some(height), Some(v)) = (self.with.height_m, speed.value()) else {
            return (vertical, Measured::unavailable(method, "no_athlete_height"));
        };
        let leg = LEG * height;
        let Some(reach) = Some(leg * leg - (v * tc / 2.0).powi(2)).filter(|square| *square > 0.0) else {
            return (vertical, Measured::unavailable(method, "too_fast_for_leg_length"));
        };
        let shortening = leg - reach.sqrt() + sink;
        let relative_speed = 2.0 * speed.u().unwrap_or(0.0) / v.max(0.1);
        let leg_stiffness = of(shortening, relative_speed).capped(speed.quality(), speed.method());
        (vertical, leg_stiffness)
    }

    fn lean(&self) -> Measured {
        let method = "shoulders_over_hips";
        if !self.with.sagittal {
            return Measured::unavailable(method, "view_not_sagittal");
        }
        let Some(lean) = self.sums.lean.mean() else { return Measured::unavailable(method, "no_shoulders") };
        // Keypoints of shoulders and hips are not the joint centres: 0.1 of the trunk's length is 6°.
        let measured = Measured::new(lean.to_degrees(), 4.0, method).capped_by(&self.caps);
        if self.kind == GaitKind::Run { bounds::LEAN_RUN_DEG.judge(measured) } else { measured }
    }

    fn foot_angle(&self) -> Measured {
        let method = "heel_to_toe";
        if !self.with.has_toes {
            return Measured::unavailable(method, "no_feet");
        }
        if !self.with.sagittal {
            return Measured::unavailable(method, "view_not_sagittal");
        }
        let Some(pitch) = self.sums.foot_pitch.mean() else {
            return Measured::unavailable(method, "no_feet");
        };
        Measured::new(pitch.to_degrees(), 6.0, method)
            .capped_by(&self.caps)
            .capped(Quality::Medium, "angle_bias_unmeasured")
    }

    fn overstride(&self) -> Measured {
        let method = "ankle_ahead_of_hips";
        if !self.with.sagittal {
            return Measured::unavailable(method, "view_not_sagittal");
        }
        let Some(ratio) = self.sums.overstride.mean() else {
            return Measured::unavailable(method, "no_knee");
        };
        Measured::new(ratio, 0.04, method).capped_by(&self.caps)
    }

    /// 200·(R − L)/(R + L), with the quality of the mean of both.
    fn symmetry(&self, of: [Mean; 2], both: &Measured) -> Measured {
        let method = "symmetry_index";
        let (Some(left), Some(right)) = (of[0].mean(), of[1].mean()) else {
            return Measured::unavailable(method, "one_side_not_seen");
        };
        if of[0].n.min(of[1].n) <= SYMMETRY_STRIDES {
            return Measured::unavailable(method, "few_strides");
        }
        let u = self.event_u() * (2.0 / f64::from(of[0].n) + 2.0 / f64::from(of[1].n)).sqrt();
        // The further leg is half hidden: what the model does to it alone does not fall out.
        let u = u.hypot(self.with.profile.bias_u_s);
        let sum = left + right;
        Measured::new(200.0 * (right - left) / sum, 200.0 * u / sum, method)
            .capped_by(&self.caps)
            .capped(both.quality(), "both_sides")
    }
}

fn negative(of: &Measured) -> Measured {
    same_provenance(of, |value, u| (-value, u), of.method())
}

/// `a` over `of`.
fn ratio(a: f64, of: &Measured, method: &'static str) -> Measured {
    same_provenance(of, |value, u| (a / value, a * u / (value * value)), method)
}

fn over(a: &Measured, b: &Measured, method: &'static str) -> Measured {
    combined(a, b, method, |a, ua, b, ub| (a / b, (ua / b).hypot(a * ub / (b * b))))
}

fn product(a: &Measured, b: &Measured, method: &'static str) -> Measured {
    combined(a, b, method, |a, ua, b, ub| (a * b, (ua * b).hypot(a * ub)))
}

fn same_provenance(of: &Measured, value: impl Fn(f64, f64) -> (f64, f64), method: &'static str) -> Measured {
    let Some((known, u)) = of.value().zip(of.u()) else {
        return Measured::unavailable(method, of.reasons().first().copied().unwrap_or("few_steps"));
    };
    let (value, u) = value(known, u);
    carry(Measured::new(value, u, method), of)
}

fn combined(
    a: &Measured,
    b: &Measured,
    method: &'static str,
    value: impl Fn(f64, f64, f64, f64) -> (f64, f64),
) -> Measured {
    let (Some((va, ua)), Some((vb, ub))) = (a.value().zip(a.u()), b.value().zip(b.u())) else {
        let missing = if a.value().is_none() { a } else { b };
        return Measured::unavailable(method, missing.reasons().first().copied().unwrap_or("few_steps"));
    };
    let (value, u) = value(va, ua, vb, ub);
    carry(carry(Measured::new(value, u, method), a), b)
}

/// Reasons and quality of what a value is made of.
fn carry(value: Measured, from: &Measured) -> Measured {
    from.reasons().iter().fold(value, |value, reason| value.capped(from.quality(), reason))
}
