//! The reader of pose files under arbitrary bytes: no panic, nothing that is not a number.
#![no_main]
#![allow(dead_code)] // The entry of the other target.

#[path = "../../tests/common/wild.rs"]
mod wild;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wild::pose_file(data));
