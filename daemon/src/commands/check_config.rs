//! `spotter check-config`: says whether a configuration is right, and changes nothing.

use spotter_capture::SourceDescription;

use crate::cli::CheckConfigArgs;
use crate::config::{self, Config};
use crate::exit::{Code, Failure, OrExit};

/// Checks the file and prints what the unit would do with it.
///
/// # Errors
/// The file, the key and what is wrong with it.
pub fn run(args: &CheckConfigArgs) -> Result<(), Failure> {
    let config = config::load(&args.config).or_exit(Code::Config)?;
    check_files(&config)?;
    let mut lines = vec![format!("{}: right", args.config.display())];
    lines.extend(
        config
            .station
            .iter()
            .map(|station| format!("  station {}: {}", station.name, describe(&station.source))),
    );
    lines.push(format!("  page, health and metrics on http://{}/", config.http.listen));
    lines.push(match &config.mqtt.external {
        Some(broker) => format!("  events to the broker {}:{}", broker.host, broker.port()),
        None => format!("  embedded broker on {}", config.mqtt.embedded.listen),
    });
    super::print(&lines.join("\n"))
}

/// Files that the configuration names must be there: unlike a camera, they will not come back.
///
/// # Errors
/// The missing file and its key.
pub fn check_files(config: &Config) -> Result<(), Failure> {
    for station in &config.station {
        if let SourceDescription::File { path, .. } = &station.source
            && !path.exists()
        {
            let text = format!("station {}: `source.path`: {} is missing", station.name, path.display());
            return Err(Failure::new(Code::NoInput, anyhow::anyhow!(text)));
        }
    }
    Ok(())
}

/// A source in a few words, without a password.
fn describe(source: &SourceDescription) -> String {
    match source {
        SourceDescription::File { path, .. } => path.display().to_string(),
        SourceDescription::TestPattern { width, height, fps } => {
            format!("test picture {width}×{height}, {fps}/s")
        }
        SourceDescription::V4l2 { device, width, height, fps } => {
            format!("{} {width}×{height}, {fps}/s", device.display())
        }
        SourceDescription::Rtsp { url, .. } => url.to_string(),
        SourceDescription::Csi { sensor_id, width, height, fps } => {
            format!("CSI {sensor_id} {width}×{height}, {fps}/s")
        }
        // It may hold a password in any element's property.
        SourceDescription::Gstreamer { .. } => "a GStreamer description".to_owned(),
    }
}
