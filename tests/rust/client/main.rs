//! The Rust SDK against a provider on loopback.
// What sets a test up may fail it as the test itself may.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod bad_input;
mod calling;
mod client;
mod faults;
mod soak;
mod tools;

use std::sync::Arc;

use farebox::{Catalog, Client, Request};
use farebox_emulator::{Emulator, Fault, Options};

/// A key of the usual look, to be searched for where it must not be.
pub(crate) const KEY: &str = "sk-proj-emulatorKey0123456789abcdef";

pub(crate) fn emulator() -> Emulator {
    Emulator::start(Options::default()).unwrap()
}

pub(crate) fn catalog() -> Arc<Catalog> {
    let text = include_bytes!("../../catalog.json");
    Arc::new(Catalog::parse(text).unwrap())
}

/// A client that knows nobody but the emulator.
pub(crate) fn builder(emulator: &Emulator) -> farebox::Builder {
    Client::builder()
        .without_environment()
        .catalog(catalog())
        .key("openai", KEY)
        .base_url("openai", format!("{}/v1", emulator.base_url()))
}

pub(crate) fn client(emulator: &Emulator) -> Client {
    builder(emulator).build().unwrap()
}

pub(crate) fn request() -> Request {
    Request::new().model("gpt-5.4-mini").user("Write a haiku about a ferry that leaves on time.")
}

/// Makes the next request suffer a fault.
pub(crate) fn suffer(emulator: &Emulator, fault: &str) {
    emulator.script(Vec::new(), vec![Fault::parse(fault).unwrap()]);
}
