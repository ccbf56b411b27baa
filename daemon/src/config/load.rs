//! Reads a configuration file and says what is wrong with it: file, key, and what would be right.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat};

use super::{Config, StationConfig};
use crate::athlete;

/// The configuration can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML, or a key is unknown, missing or of the wrong kind.
    #[error("{path}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The key and what is wrong with it.
        message: String,
    },
}

/// Reads `path`, applies environment variables (`SPOTTER__HTTP__LISTEN` sets `http.listen`) and checks the values.
///
/// # Errors
/// [`ConfigError`] naming the file and the key.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let environment =
        Environment::with_prefix("SPOTTER").prefix_separator("__").separator("__").try_parsing(true);
    parse(&text, environment).map_err(|message| ConfigError::Invalid { path: path.to_owned(), message })
}

/// Parses the text of a configuration file, with the environment's overrides.
///
/// # Errors
/// The key and what is wrong with it.
pub fn parse(text: &str, environment: Environment) -> Result<Config, String> {
    // The toml crate's message shows line and column; the config crate's does not, so syntax is checked first.
    if let Err(error) = text.parse::<toml::Table>() {
        return Err(error.to_string().trim_end().to_owned());
    }
    let merged = config::Config::builder()
        .add_source(File::from_str(text, FileFormat::Toml))
        .add_source(environment)
        .build()
        .map_err(|error| error.to_string())?;
    let config: Config = serde_path_to_error::deserialize(merged).map_err(|error| {
        let path = error.path().to_string();
        let key = if path == "." { String::new() } else { format!("`{path}`: ") };
        format!("{key}{}", error.into_inner())
    })?;
    check(&config)?;
    Ok(config)
}

/// What the types can't say.
fn check(config: &Config) -> Result<(), String> {
    if config.station.is_empty() {
        return Err("`station`: none given; add a `[[station]]` with a name and a source".to_owned());
    }
    let mut seen = HashSet::new();
    for station in &config.station {
        if !seen.insert(&station.name) {
            return Err(format!("`station`: the name `{}` is used twice", station.name));
        }
        check_station(station)?;
    }
    if !(1..=10).contains(&config.models.max_people) {
        return Err(format!("`models.max_people`: {} is outside 1–10", config.models.max_people));
    }
    if config.models.threads > 64 {
        return Err(format!("`models.threads`: {} is outside 0–64", config.models.threads));
    }
    Ok(())
}

fn check_station(station: &StationConfig) -> Result<(), String> {
    for (key, value, range, unit) in [
        ("athlete_height_m", station.athlete_height_m, 0.8..=2.5, "m"),
        ("plate_diameter_m", station.plate_diameter_m, 0.1..=0.6, "m"),
        ("camera_distance_m", station.camera_distance_m, 0.5..=30.0, "m"),
        ("velocity_loss_stop_pct", station.velocity_loss_stop_pct, 1.0..=90.0, "%"),
    ] {
        if let Some(value) = value.filter(|value| !range.contains(value)) {
            return Err(format!(
                "`station.{key}`: {value} is outside {}–{} {unit}",
                range.start(),
                range.end()
            ));
        }
    }
    athlete::place(station.floor.as_ref(), station.area_px.as_deref(), station.area_m.as_deref())
        .map(|_| ())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"
        [unit]
        site = "gym"
        name = "unit-1"
        [[station]]
        name = "rack"
        source = { type = "test_pattern", width = 640, height = 480, fps = 30 }
    "#;

    fn parse_plain(text: &str) -> Result<Config, String> {
        parse(text, Environment::with_prefix("NONE_SUCH"))
    }

    #[test]
    fn a_minimal_file_is_enough() {
        let config = parse_plain(MINIMAL).unwrap();
        assert_eq!(config.http.listen.port(), 8080);
        assert_eq!(config.station[0].name.as_str(), "rack");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_table() {
        let error = parse_plain(&format!("{MINIMAL}\n[http]\nlisten_on = '0.0.0.0:80'")).unwrap_err();
        assert!(error.contains("http") && error.contains("listen_on"), "{error}");
    }

    #[test]
    fn an_unknown_key_in_a_source_is_named() {
        let text = MINIMAL.replace("fps = 30", "fps = 30, speed = 2");
        let error = parse_plain(&text).unwrap_err();
        assert!(error.contains("station[0].source") && error.contains("speed"), "{error}");
    }

    #[test]
    fn a_syntax_error_shows_its_line() {
        let error = parse_plain("[unit\nsite = 1").unwrap_err();
        assert!(error.contains("line 1"), "{error}");
    }

    #[test]
    fn a_wrong_kind_names_the_key() {
        let error = parse_plain(&format!("{MINIMAL}\n[models]\nthreads = 'many'")).unwrap_err();
        assert!(error.contains("models.threads"), "{error}");
    }

    #[test]
    fn values_out_of_bounds_are_named() {
        let cases = [
            ("[models]\nmax_people = 0", "models.max_people"),
            ("[models]\nthreads = 65", "models.threads"),
            ("[[station]]\nname='rack'\nsource={type='gstreamer',description='x'}", "used twice"),
        ];
        for (addition, expected) in cases {
            let error = parse_plain(&format!("{MINIMAL}\n{addition}")).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn an_environment_variable_overrides_a_key() {
        let variables = [("SPOTTER__HTTP__LISTEN".to_owned(), "127.0.0.1:1".to_owned())];
        let environment = Environment::with_prefix("SPOTTER")
            .prefix_separator("__")
            .separator("__")
            .source(Some(variables.into_iter().collect()));
        assert_eq!(parse(MINIMAL, environment).unwrap().http.listen.port(), 1);
    }
}
