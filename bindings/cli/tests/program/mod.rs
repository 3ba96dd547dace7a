//! The binary, started with nothing of this machine's settings.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs it with a key of the emulator's, and text on its standard input.
pub(crate) fn farebox(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_farebox"))
        .args(args)
        .env_clear()
        .env("OPENAI_API_KEY", "sk-emulated")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that needs no input may be gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}
