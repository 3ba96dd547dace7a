//! Farebox's tokenizer beside others: builds and runs `benches/rivals`, a workspace of its own.
//!
//! `cargo bench -p farebox-conformance --bench tokenizers -- [--corpora DIR] [--rounds N]
//! [--only NAME,NAME]`

use std::{
    env,
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let rivals = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/rivals/Cargo.toml");
    let status = Command::new(cargo)
        .args(["run", "--release", "--quiet", "--manifest-path", rivals, "--"])
        .args(env::args().skip(1).filter(|argument| argument != "--bench"))
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
