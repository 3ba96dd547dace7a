//! `farebox completions`.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};

/// Write completions for a shell to standard output
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    clap_complete::generate(args.shell, &mut Cli::command(), "farebox", &mut io::stdout());
    Ok(Exit::Success)
}
