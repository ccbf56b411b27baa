//! What the end-to-end tests share: the real binary as a process, the peers it talks to, and the truth to compare with.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests fail by panics and say on stdout what they skip"
)]

mod browser;
mod clips;
mod figure;
mod mosquitto;
mod poses;
mod process;

pub use browser::Browser;
pub use clips::{truth_dir, truth_of, unless_absent};
pub use figure::Figure;
pub use mosquitto::{Broker, Subscription};
pub use poses::PoseLines;
pub use process::{
    Finished, SpotterProcess, checkout, free_port, run_to_end, run_with, spotter_binary, tensorrt_fake,
};
