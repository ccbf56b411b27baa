//! A number that knows where it comes from.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// How far a number can be trusted.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Not for comparison; kept out of aggregates.
    #[default]
    Low,
    /// Usable, with a known weakness that the reasons name.
    Medium,
    /// As good as the method gets.
    High,
}

/// A measured value with its uncertainty, its method and its quality (METRICS §0.4). Never NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    value: Option<f64>,
    u: Option<f64>,
    method: &'static str,
    quality: Quality,
    reasons: Vec<&'static str>,
}

impl Default for Measured {
    /// What nobody has measured.
    fn default() -> Self {
        Self::unavailable("none", "not_measured")
    }
}

impl Measured {
    /// A value with its standard uncertainty (1 σ). A value that is not finite becomes unavailable.
    pub fn new(value: f64, u: f64, method: &'static str) -> Self {
        if !(value.is_finite() && u.is_finite()) {
            return Self::unavailable(method, "not_finite");
        }
        Self { value: Some(value), u: Some(u.abs()), method, quality: Quality::High, reasons: Vec::new() }
    }

    /// A value that could not be measured.
    pub fn unavailable(method: &'static str, reason: &'static str) -> Self {
        Self { value: None, u: None, method, quality: Quality::Low, reasons: vec![reason] }
    }

    /// The value, where there is one.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Standard uncertainty (1 σ) in the value's unit.
    pub fn u(&self) -> Option<f64> {
        self.u
    }

    /// How it was measured.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// How far it can be trusted.
    pub fn quality(&self) -> Quality {
        self.quality
    }

    /// Why the quality is not high, or what to know.
    pub fn reasons(&self) -> &[&'static str] {
        &self.reasons
    }

    /// The quality is at most `cap`, for this reason.
    #[must_use]
    pub fn capped(mut self, cap: Quality, reason: &'static str) -> Self {
        self.quality = self.quality.min(cap);
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
        self
    }

    /// All caps of a list.
    #[must_use]
    pub(crate) fn capped_by(self, caps: &Caps) -> Self {
        caps.0.iter().fold(self, |measured, &(cap, reason)| measured.capped(cap, reason))
    }

    /// A remark that leaves the quality as it is.
    #[must_use]
    pub fn noted(self, reason: &'static str) -> Self {
        self.capped(Quality::High, reason)
    }
}

/// Reasons that hold for several values at once, with the quality that they leave.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Caps(Vec<(Quality, &'static str)>);

impl Caps {
    /// Adds a reason where it holds.
    pub(crate) fn when(&mut self, holds: bool, cap: Quality, reason: &'static str) {
        if holds {
            self.0.push((cap, reason));
        }
    }
}

/// The part that goes beside the plain number.
impl Serialize for Measured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("u", &self.u.map(rounded))?;
        map.serialize_entry("method", self.method)?;
        map.serialize_entry("quality", &self.quality)?;
        map.serialize_entry("reasons", &self.reasons)?;
        map.end()
    }
}

/// Six decimals: finer than anything measured here, and the same text on every machine.
pub(crate) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    // -0.0 would print with its sign.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// Writes the measured values of an object: each as a plain number (or null) under its name, then all of their origins
/// under `provenance`. Every object that carries measured values goes through here, so that none comes without.
pub(crate) fn serialize_measured<M: SerializeMap>(
    map: &mut M,
    values: &[(&'static str, &Measured)],
) -> Result<(), M::Error> {
    struct Provenance<'a>(&'a [(&'static str, &'a Measured)]);
    impl Serialize for Provenance<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().copied())
        }
    }
    for (name, measured) in values {
        map.serialize_entry(name, &measured.value.map(rounded))?;
    }
    map.serialize_entry("provenance", &Provenance(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_never_leaves() {
        let measured = Measured::new(f64::NAN, 0.1, "x");
        assert_eq!((measured.value(), measured.quality()), (None, Quality::Low));
        assert_eq!(Measured::new(1.0, f64::INFINITY, "x").value(), None);
    }

    #[test]
    fn quality_only_falls_and_keeps_each_reason_once() {
        let measured = Measured::new(1.0, 0.1, "x")
            .capped(Quality::Low, "a")
            .capped(Quality::Medium, "b")
            .capped(Quality::Low, "a");
        assert_eq!(measured.quality(), Quality::Low);
        assert_eq!(measured.reasons(), ["a", "b"]);
    }

    #[test]
    fn provenance_stands_beside_the_plain_number() {
        struct Holder(Measured, Measured);
        impl Serialize for Holder {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                serialize_measured(&mut map, &[("height_m", &self.0), ("depth_m", &self.1)])?;
                map.end()
            }
        }
        let holder =
            Holder(Measured::new(0.123_456_789, 0.01, "rise_fit"), Measured::unavailable("hip", "no_hip"));
        assert_eq!(
            serde_json::to_string(&holder).unwrap(),
            r#"{"height_m":0.123457,"depth_m":null,"provenance":{"height_m":{"u":0.01,"method":"rise_fit","quality":"high","reasons":[]},"depth_m":{"u":null,"method":"hip","quality":"low","reasons":["no_hip"]}}}"#
        );
    }
}
