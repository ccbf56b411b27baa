//! The display smoother.

/// One Euro filter: a low pass whose cutoff rises with speed (Casiez, Roussel, Vogel 2012). It lags by 32 ms (30 fps) to
/// 34 ms (60 fps) in a squat (METRICS §1.2), so it is for what people look at; nothing is measured on it.
///
/// Positions in metres: `β` is in hertz per metre a second, and means something else in other units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneEuro {
    min_cutoff_hz: f64,
    beta_hz_s_m: f64,
    state: Option<State>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct State {
    t: f64,
    raw: f64,
    x: f64,
    speed: f64,
}

/// Cutoff of the speed that sets the cutoff, hertz.
const SPEED_CUTOFF_HZ: f64 = 1.0;
/// After a longer pause the filter begins anew, seconds: what was before is elsewhere.
const PAUSE_S: f64 = 0.2;

impl Default for OneEuro {
    /// METRICS §1.2: 4 Hz and 1.5 Hz/(m/s).
    fn default() -> Self {
        Self::new(4.0, 1.5)
    }
}

impl OneEuro {
    /// A filter that has seen nothing, with its cutoff at rest in hertz and what a metre a second adds to it.
    pub fn new(min_cutoff_hz: f64, beta_hz_s_m: f64) -> Self {
        Self { min_cutoff_hz, beta_hz_s_m, state: None }
    }

    /// Takes the position `x_m` (metres) at `t_s` (seconds); returns the smoothed one. Positions that are no number and
    /// times that don't go on change nothing.
    pub fn smooth(&mut self, t_s: f64, x_m: f64) -> f64 {
        if !(t_s.is_finite() && x_m.is_finite()) {
            return self.state.map_or(0.0, |state| state.x);
        }
        let Some(before) = self.state.filter(|state| t_s - state.t <= PAUSE_S) else {
            self.state = Some(State { t: t_s, raw: x_m, x: x_m, speed: 0.0 });
            return x_m;
        };
        let dt = t_s - before.t;
        if dt <= 0.0 {
            return before.x;
        }
        let share = |cutoff_hz: f64| {
            let turns = std::f64::consts::TAU * cutoff_hz * dt;
            turns / (turns + 1.0)
        };
        let speed_now = (x_m - before.raw) / dt;
        let speed = before.speed + share(SPEED_CUTOFF_HZ) * (speed_now - before.speed);
        let cutoff_hz = self.min_cutoff_hz + self.beta_hz_s_m * speed.abs();
        let x = before.x + share(cutoff_hz) * (x_m - before.x);
        self.state = Some(State { t: t_s, raw: x_m, x, speed });
        x
    }
}
