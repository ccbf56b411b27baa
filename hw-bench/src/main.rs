//! Latency, throughput and memory of a Spotter unit.
fn main() {}
