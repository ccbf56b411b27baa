//! Which machine the figures are from.

use std::fs;

use serde::Serialize;

/// The machine.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    /// Name of the processor, or of the board.
    pub(crate) processor: String,
    /// Processors that this process may use.
    pub(crate) processors: usize,
    /// Memory, GiB.
    pub(crate) memory_gib: f64,
}

/// Describes this machine from what Linux tells.
pub(crate) fn describe() -> Machine {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    // Boards without a model name in /proc/cpuinfo name themselves in the device tree.
    let board = || fs::read_to_string("/proc/device-tree/model").ok();
    let processor =
        model.map(|(_, name)| name.to_owned()).or_else(board).unwrap_or_else(|| "unknown".to_owned());
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total_kib = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<f64>().ok());
    Machine {
        processor: processor.trim_end_matches('\0').to_owned(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        memory_gib: total_kib.unwrap_or_default() / f64::from(1 << 20),
    }
}
