//! The unit's configuration: one TOML file, each key overridable by an environment variable.
//!
//! Every key is listed with its default in `docs/ref/config.md`, which a test holds against these types.

#[cfg(test)]
mod documented;
mod load;
mod name;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use spotter_capture::SourceDescription;
use spotter_models::Backend;
use spotter_movement::{Exercise, FloorMarks, View};

use crate::landmarks::LandmarkChoice;

pub use load::{ConfigError, load, parse};
pub use name::Name;

/// The whole configuration of a unit.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who the unit is and where it keeps its state.
    pub unit: UnitConfig,
    /// The training stations that it watches: one camera each.
    pub station: Vec<StationConfig>,
    /// Pose models and the runtime that computes them.
    #[serde(default)]
    pub models: ModelsConfig,
    /// Where events go.
    #[serde(default)]
    pub mqtt: MqttConfig,
    /// The local page, health and metrics.
    #[serde(default)]
    pub http: HttpConfig,
}

/// Who the unit is and where it keeps its state.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UnitConfig {
    /// Site name in topics, such as `gym-north`.
    pub site: Name,
    /// Unit name in topics, unique within its site.
    pub name: Name,
    /// Folder of the outbox; created if absent.
    #[serde(default = "default_state_dir")]
    pub state_dir: PathBuf,
}

/// A training station: one camera and the athlete in front of it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StationConfig {
    /// Station name in topics, unique within its unit.
    pub name: Name,
    /// The camera, stream or file.
    pub source: SourceDescription,
    /// Exercise, or `auto`.
    #[serde(default)]
    pub exercise: Exercise,
    /// Standing height of the athlete in metres, for the scale; without it heights come from flight times and gravity.
    #[serde(default)]
    pub athlete_height_m: Option<f64>,
    /// Where the camera stands: `sagittal`, `oblique` or `frontal`; estimated when absent.
    #[serde(default)]
    pub view: Option<View>,
    /// Diameter of the plates in metres, for the scale at the bar; the competition size that fits the movement when absent.
    #[serde(default)]
    pub plate_diameter_m: Option<f64>,
    /// Distance of the camera from the athlete in metres: carries the plate's scale to the body.
    #[serde(default)]
    pub camera_distance_m: Option<f64>,
    /// Velocity loss in a set, percent, at which the unit tells the athlete to stop; never when absent.
    #[serde(default)]
    pub velocity_loss_stop_pct: Option<f64>,
    /// Four marks on the floor, for lengths on it.
    #[serde(default)]
    pub floor: Option<FloorMarks>,
    /// Corners of the station's area in the picture: only who stays in it is measured.
    #[serde(default)]
    pub area_px: Option<Vec<[f64; 2]>>,
    /// The same in metres on the marked floor.
    #[serde(default)]
    pub area_m: Option<Vec<[f64; 2]>>,
}

/// Pose models and the runtime that computes them.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelsConfig {
    /// Folder of the converted models (`spotter models fetch` fills it); default: the installed one, or the checkout's.
    pub dir: Option<PathBuf>,
    /// Landmark model: `auto` (the best installed one that holds the cameras' frame rates), `full`, `heavy` or `lite` (lite can't time jumps).
    pub landmarks: LandmarkChoice,
    /// ONNX Runtime's shared library; default: the installed one, or the checkout's.
    pub onnxruntime: Option<PathBuf>,
    /// What computes: `auto`, `cpu`, `tensorrt`, `onnxruntime_tensorrt` or `onnxruntime_cuda`. The CPU goes on when it can't be used.
    pub backend: Backend,
    /// TensorRT, where there is one.
    pub tensorrt: TensorRtConfig,
    /// Inference threads of the CPU; 0 takes one for each processor, four at most.
    pub threads: usize,
    /// People tracked at the same time at a station, 1–10.
    pub max_people: usize,
}

/// TensorRT through our plug-in.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TensorRtConfig {
    /// The plug-in; default: the installed one.
    pub plugin: Option<PathBuf>,
    /// TensorRT's library (`libnvinfer.so.10`); default: the one that the dynamic linker finds.
    pub library: Option<PathBuf>,
    /// Core of the deep-learning accelerator to use; default: the GPU.
    pub dla_core: Option<u32>,
    /// Most memory for trying layers while an engine is built, MiB; 0 is TensorRT's own limit.
    pub workspace_mib: u64,
    /// A Jetson's cameras and hardware decoders leave their pictures in video memory, where GPU and CPU read them without a copy.
    pub nvmm: bool,
}

/// Where events go: to the embedded broker, or to another.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MqttConfig {
    /// The broker inside the unit.
    pub embedded: EmbeddedBrokerConfig,
    /// Another broker; when given, events go there and the embedded one does not start.
    pub external: Option<ExternalBrokerConfig>,
}

/// The broker inside the unit.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddedBrokerConfig {
    /// Address for MQTT over TCP.
    pub listen: SocketAddr,
    /// Address for MQTT over WebSocket.
    pub websocket_listen: SocketAddr,
}

/// A broker elsewhere.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalBrokerConfig {
    /// Host name or address.
    pub host: String,
    /// Port; 1883, or 8883 with TLS.
    #[serde(default)]
    pub port: Option<u16>,
    /// User name.
    #[serde(default)]
    pub username: Option<String>,
    /// File whose first line is the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// TLS; plain when absent.
    #[serde(default)]
    pub tls: Option<TlsConfig>,
}

/// TLS to a broker elsewhere.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM file of the authorities to trust; the system's when absent.
    pub ca_file: Option<PathBuf>,
    /// PEM file of the client's certificate chain.
    pub certificate_file: Option<PathBuf>,
    /// PEM file of the client's key.
    pub key_file: Option<PathBuf>,
}

/// The local page, health and metrics.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address of the page, `/health` and `/metrics`.
    pub listen: SocketAddr,
    /// Names of the unit in the fleet's DNS; requests for other names with a dot are refused, against DNS rebinding.
    pub host_names: Vec<String>,
}

fn default_state_dir() -> PathBuf {
    PathBuf::from("/var/lib/spotter")
}

impl Default for ModelsConfig {
    fn default() -> Self {
        Self {
            dir: None,
            landmarks: LandmarkChoice::default(),
            onnxruntime: None,
            backend: Backend::default(),
            tensorrt: TensorRtConfig::default(),
            threads: 0,
            max_people: 3,
        }
    }
}

impl Default for EmbeddedBrokerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 1883)),
            websocket_listen: SocketAddr::from(([0, 0, 0, 0], 9001)),
        }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([0, 0, 0, 0], 8080)), host_names: Vec::new() }
    }
}

impl ModelsConfig {
    /// Inference threads, with 0 resolved to this machine.
    pub fn inference_threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, |processors| processors.get().min(4)),
            threads => threads,
        }
    }
}

impl ExternalBrokerConfig {
    /// The port, with the protocol's default.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls.is_some() { 8883 } else { 1883 })
    }
}
