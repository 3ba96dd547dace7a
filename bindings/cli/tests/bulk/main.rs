//! Work in bulk, through the binary.
// What sets a test up may fail it as the test itself may.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod bad_input;
mod batch;
mod run;
mod soak;
mod world;
