//! Which machine the figures are from.

use std::fs;

use serde::Serialize;

use crate::processors;

/// The machine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// Name of the processor, or of the board.
    pub(crate) processor: String,
    /// Instruction set, such as `x86_64`.
    pub(crate) architecture: String,
    /// Processors that this process may use.
    pub(crate) processors: usize,
    /// Memory, GiB.
    pub(crate) memory_gib: f64,
    /// Release of the Linux kernel.
    pub(crate) kernel: String,
    /// Name of the GPU that CUDA could use; none without NVIDIA's driver.
    pub(crate) gpu: Option<String>,
}

/// Describes this machine from what Linux tells.
pub(crate) fn describe() -> Machine {
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let meminfo = read("/proc/meminfo");
    let total_kib = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<f64>().ok());
    Machine {
        // Boards without a model name in /proc/cpuinfo name themselves in the device tree.
        processor: model
            .map(|(_, name)| name.to_owned())
            .or_else(board)
            .unwrap_or_else(|| "unknown".to_owned()),
        architecture: std::env::consts::ARCH.to_owned(),
        processors: processors::usable().map_or(0, |usable| usable.len()),
        memory_gib: total_kib.unwrap_or_default() / f64::from(1 << 20),
        kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        gpu: gpu(),
    }
}

/// NVIDIA's driver lists its cards; a Jetson's GPU is part of the board.
fn gpu() -> Option<String> {
    let cards = fs::read_dir("/proc/driver/nvidia/gpus").ok();
    let card = cards.into_iter().flatten().flatten().find_map(|card| {
        let information = fs::read_to_string(card.path().join("information")).ok()?;
        information.lines().find_map(|line| Some(line.strip_prefix("Model:")?.trim().to_owned()))
    });
    let of_board = || {
        board().filter(|_| {
            fs::exists("/dev/nvhost-gpu").unwrap_or(false) || fs::exists("/dev/nvgpu").unwrap_or(false)
        })
    };
    card.or_else(of_board)
}

fn board() -> Option<String> {
    Some(fs::read_to_string("/proc/device-tree/model").ok()?.trim_end_matches('\0').to_owned())
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
