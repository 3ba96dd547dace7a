//! What may be written after `farebox`.

use clap::{Parser, Subcommand};

use crate::command::{audit, completions, man, replay};
use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// Know the fare of a prompt before it is sent, and send it where it is worth it.
///
/// Input is a file or `-` for standard input. Results go to standard output, everything else to
/// standard error.
#[derive(Debug, Parser)]
#[command(name = "farebox", version, after_help = Exit::TABLE, max_term_width = 100)]
pub(crate) struct Cli {
    /// Write results, and errors, as JSON
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(audit::Args),
    Completions(completions::Args),
    Man(man::Args),
    Replay(replay::Args),
}

impl Cli {
    pub(crate) fn shell(&self) -> Shell {
        Shell { json: self.json }
    }

    pub(crate) fn run(self, shell: &Shell) -> Result<Exit, Failure> {
        match self.command {
            Command::Audit(args) => audit::run(&args, shell),
            Command::Completions(args) => completions::run(&args),
            Command::Man(args) => man::run(&args, shell),
            Command::Replay(args) => replay::run(&args, shell),
        }
    }
}
