//! `farebox emulator`.

use std::path::PathBuf;
use std::time::Duration;

use farebox_emulator::{Emulator, Options};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// Run a provider on this machine: real wire formats, an honest bill, faults on demand
///
/// It listens on the loopback address, on a port the system picks, until it is interrupted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What it answers and how it fails, as JSON
    #[arg(long, value_name = "FILE")]
    options: Option<PathBuf>,

    /// Stop after this many seconds
    #[arg(long, value_name = "SECONDS")]
    stop_after: Option<u64>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let options = match &args.options {
        Some(path) => serde_json::from_slice(&shell.read(path)?)
            .map_err(|error| Failure::host(format!("{}: {error}", path.display())))?,
        None => Options::default(),
    };
    let emulator = Emulator::start(options)?;
    let base_url = emulator.base_url();
    if shell.json {
        shell.print_json(&json!({ "base_url": base_url }))?;
    } else {
        shell.print(&format!("{base_url}\n"))?;
        shell.note(&format!(
            "for example: OPENAI_API_KEY=sk-any farebox send --base-url {base_url}/v1 prompt.md"
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match args.stop_after {
            Some(seconds) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
            },
            None => drop(tokio::signal::ctrl_c().await),
        }
    });
    emulator.stop();
    Ok(Exit::Success)
}
