//! The topic tree: `spotter/v1/<site>/<unit>/…`.
//!
//! [`Name`] keeps wildcards and separators out of the levels.

use crate::config::Name;

/// First levels of every topic: the tree and its version.
pub(super) const ROOT: &str = "spotter/v1";

/// Topics of one unit.
#[derive(Debug, Clone)]
pub struct Topics {
    site: Name,
    unit: Name,
    base: String,
}

impl Topics {
    /// Topics of a unit at a site.
    pub fn new(site: Name, unit: Name) -> Self {
        let base = format!("{ROOT}/{site}/{unit}");
        Self { site, unit, base }
    }

    /// Site name.
    pub fn site(&self) -> &Name {
        &self.site
    }

    /// Unit name.
    pub fn unit(&self) -> &Name {
        &self.unit
    }

    /// `online` or `offline`; retained, also the last will.
    pub fn state(&self) -> String {
        format!("{}/state", self.base)
    }

    /// The unit's health; retained, on change.
    pub fn health(&self) -> String {
        format!("{}/health", self.base)
    }

    /// Newest live value of a station.
    pub fn live(&self, station: &Name) -> String {
        format!("{}/{station}/live", self.base)
    }

    /// Events of a station, of one kind: `rep`, `jump` or `set`.
    pub fn event(&self, station: &Name, kind: &str) -> String {
        format!("{}/{station}/event/{kind}", self.base)
    }

    /// What a coach has chosen at a station; retained.
    pub fn choice(&self, station: &str) -> String {
        format!("{}/{station}/choice", self.base)
    }

    /// Start of the topics to which tablets may publish.
    pub fn command_prefix(&self) -> String {
        format!("{}/command/", self.base)
    }

    /// Filter of the choices that tablets send.
    pub fn choose_filter(&self) -> String {
        format!("{}/command/+/choose", self.base)
    }

    /// The station that a tablet's choice is for; `None` where the topic is another.
    pub fn chosen_station<'a>(&self, topic: &'a str) -> Option<&'a str> {
        topic.strip_prefix(&self.base)?.strip_prefix("/command/")?.strip_suffix("/choose")
    }
}
