//! See `emulator_server::graph::fuzz::message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emulator_server::graph::fuzz::message(data));
