//! What the tests and examples on real pictures share: data, models, and clips decoded by the `ffmpeg` command.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "not a test itself, but only used by tests and examples"
)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use spotter_models::{
    Backend, ColorMatrix, Engine, EngineSettings, Image, LandmarkModel, Plane, Planes, PoseEstimator,
    TensorRtSettings,
};

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the truth folder, or none after saying so.
pub(crate) fn truth(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPOTTER_TRUTH_DIR")
        .map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    present(root.join(name))
}

/// Settings with models and runtime in place, or none after saying what is missing.
pub(crate) fn settings(threads: usize) -> Option<EngineSettings> {
    let models_dir = std::env::var_os("SPOTTER_MODELS_DIR")
        .map_or_else(|| repository().join(".cache/models"), PathBuf::from);
    let onnxruntime = std::env::var_os("ORT_DYLIB_PATH")
        .map_or_else(|| repository().join(".cache/onnxruntime/libonnxruntime.so"), PathBuf::from);
    present(models_dir.join("blazepose_detector.onnx"))?;
    present(models_dir.join("blazepose_landmark_full.onnx"))?;
    let onnxruntime = present(onnxruntime)?;
    let (landmarks, backend) = (LandmarkModel::Full, Backend::Cpu);
    let tensorrt = TensorRtSettings {
        plugin: "/nowhere/libspotter_trt.so".into(),
        library: None,
        engines_dir: "/nowhere".into(),
        builder: "/nowhere/spotter".into(),
        dla_core: None,
        workspace_mib: 0,
    };
    Some(EngineSettings { landmarks, models_dir, onnxruntime, threads, backend, tensorrt })
}

/// An estimator on the CPU, or none after saying what is missing.
pub(crate) fn estimator(max_people: usize, threads: usize) -> Option<Box<dyn PoseEstimator>> {
    Some(Engine::open(&settings(threads)?).unwrap().estimator(max_people))
}

fn present(path: PathBuf) -> Option<PathBuf> {
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}

/// Pixel format that a clip is decoded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Planar 4:2:0.
    I420,
    /// 4:2:0 with interleaved chroma.
    Nv12,
    /// Interleaved RGB.
    Rgb,
}

/// A clip or a picture, decoded frame by frame.
pub(crate) struct Clip {
    /// Width in pixels.
    pub(crate) width: usize,
    /// Height in pixels.
    pub(crate) height: usize,
    /// Frames a second.
    pub(crate) fps: f64,
    format: Format,
    decoder: Child,
    output: ChildStdout,
    buffer: Vec<u8>,
    index: u32,
}

impl Clip {
    /// Opens a file; none, after saying so, where `ffmpeg` is absent.
    pub(crate) fn open(path: &Path, format: Format) -> Option<Self> {
        let Ok(probe) = Command::new("ffprobe")
            .args(["-v", "error", "-select_streams", "v:0", "-of", "csv=p=0"])
            .args(["-show_entries", "stream=width,height,r_frame_rate"])
            .arg(path)
            .output()
        else {
            println!("skipped: ffprobe is absent");
            return None;
        };
        let probe = String::from_utf8(probe.stdout).unwrap();
        let fields: Vec<&str> = probe.trim().split(',').collect();
        let (width, height): (usize, usize) = (fields[0].parse().unwrap(), fields[1].parse().unwrap());
        let (numerator, denominator) = fields[2].split_once('/').unwrap();
        let fps = numerator.parse::<f64>().unwrap() / denominator.parse::<f64>().unwrap();
        let pixel_format = match format {
            Format::I420 => "yuv420p",
            Format::Nv12 => "nv12",
            Format::Rgb => "rgb24",
        };
        let mut decoder = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i"])
            .arg(path)
            .args(["-f", "rawvideo", "-fps_mode", "passthrough", "-pix_fmt", pixel_format, "-"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = decoder.stdout.take().unwrap();
        let chroma = width.div_ceil(2) * height.div_ceil(2);
        let size = if format == Format::Rgb { 3 * width * height } else { width * height + 2 * chroma };
        Some(Self { width, height, fps, format, decoder, output, buffer: vec![0; size], index: 0 })
    }

    /// The next picture and its timestamp.
    pub(crate) fn next_frame(&mut self) -> Option<(Image<'_>, Duration)> {
        self.output.read_exact(&mut self.buffer).ok()?;
        let pts = Duration::from_secs_f64(f64::from(self.index) / self.fps);
        self.index += 1;
        Some((image_of(&self.buffer, self.width, self.height, self.format), pts))
    }
}

impl Drop for Clip {
    fn drop(&mut self) {
        // A test may stop early; a decoder that has ended already can't be killed, which is fine.
        let _ = self.decoder.kill();
        let _ = self.decoder.wait();
    }
}

/// A picture over tightly packed bytes.
pub(crate) fn image_of(bytes: &[u8], width: usize, height: usize, format: Format) -> Image<'_> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let planes = match format {
        Format::Rgb => Planes::Rgb(Plane { data: bytes, stride: 3 * width }),
        Format::Nv12 => {
            let (y, uv) = bytes.split_at(width * height);
            Planes::Nv12 {
                y: Plane { data: y, stride: width },
                uv: Plane { data: uv, stride: 2 * half_width },
            }
        }
        Format::I420 => {
            let (y, chroma) = bytes.split_at(width * height);
            let (u, v) = chroma.split_at(half_width * half_height);
            Planes::I420 {
                y: Plane { data: y, stride: width },
                u: Plane { data: u, stride: half_width },
                v: Plane { data: v, stride: half_width },
            }
        }
    };
    Image { width: width as u32, height: height as u32, planes, color: ColorMatrix::Bt601 }
}
