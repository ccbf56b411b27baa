//! What the end-to-end tests share: the real binary as a process, the peers it talks to, and the truth to compare with.

mod clips;
mod mosquitto;
mod process;

pub use clips::{truth_dir, unless_absent};
pub use mosquitto::{Broker, Subscription};
pub use process::{Finished, SpotterProcess, checkout, free_port, run_to_end, spotter_binary};
