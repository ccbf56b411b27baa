//! Names that become levels of MQTT topics and labels of metrics.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name of 1 to 64 letters, digits, `-`, `_` or `.`: safe as a topic level, a label and a file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if (1..=64).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text))
        } else {
            Err(format!("`{text}` is no name: use 1 to 64 letters, digits, `-`, `_` or `.`"))
        }
    }
}

impl std::str::FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_wildcards_and_separators_are_refused() {
        for bad in ["", "a/b", "+", "#", "ü", "a b", "$SYS", &"x".repeat(65)] {
            assert!(Name::try_from(bad.to_owned()).is_err(), "{bad} was taken");
        }
        assert!(Name::try_from("Rack-1_left.a".to_owned()).is_ok());
    }
}
