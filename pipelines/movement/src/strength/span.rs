//! When the parts of a repetition were.

/// Start and end of the parts of one repetition, seconds. A squat begins with its descent, a deadlift with its ascent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    /// The descent; `None` where it was not seen.
    pub(crate) eccentric: Option<(f64, f64)>,
    /// The ascent.
    pub(crate) concentric: (f64, f64),
}

impl Span {
    /// Whether the descent comes first.
    pub(crate) fn descends_first(&self) -> bool {
        self.eccentric.is_some_and(|(start, _)| start < self.concentric.0)
    }

    /// Beginning of the repetition.
    pub(crate) fn start(&self) -> f64 {
        self.eccentric.map_or(self.concentric.0, |(start, _)| start.min(self.concentric.0))
    }

    /// End of the repetition.
    pub(crate) fn end(&self) -> f64 {
        self.eccentric.map_or(self.concentric.1, |(_, end)| end.max(self.concentric.1))
    }

    /// The stay at the bottom: from the end of a descent that comes first to the beginning of the ascent.
    pub(crate) fn bottom(&self) -> (f64, f64) {
        let arrival =
            self.eccentric.filter(|_| self.descends_first()).map_or(self.concentric.0, |(_, end)| end);
        (arrival.min(self.concentric.0), self.concentric.0)
    }

    /// The stay at the top: from the end of the ascent to the beginning of a descent that comes second.
    pub(crate) fn top(&self) -> (f64, f64) {
        let leaving =
            self.eccentric.filter(|_| !self.descends_first()).map_or(self.concentric.1, |(start, _)| start);
        (self.concentric.1, leaving.max(self.concentric.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_squat_stays_below_and_a_deadlift_above() {
        let squat = Span { eccentric: Some((1.0, 2.0)), concentric: (2.3, 3.0) };
        assert_eq!(
            (squat.start(), squat.end(), squat.bottom(), squat.top()),
            (1.0, 3.0, (2.0, 2.3), (3.0, 3.0))
        );
        let deadlift = Span { eccentric: Some((2.5, 3.5)), concentric: (1.0, 2.0) };
        assert_eq!(
            (deadlift.start(), deadlift.end(), deadlift.bottom(), deadlift.top()),
            (1.0, 3.5, (1.0, 1.0), (2.0, 2.5))
        );
        let dropped = Span { eccentric: None, concentric: (1.0, 2.0) };
        assert_eq!((dropped.start(), dropped.end(), dropped.top()), (1.0, 2.0, (2.0, 2.0)));
    }
}
