//! See `emulator_server::graph::fuzz::path`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emulator_server::graph::fuzz::path(data));
