//! What may be written after `farebox`.

use clap::{Parser, Subcommand};

use crate::command::{
    audit, bulk, completions, count, emulator, man, models, prices, quote, replay, route, savings,
    send,
};
use crate::failure::{Exit, Failure};
use crate::settings::GlobalArgs;
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

    #[command(flatten)]
    global: GlobalArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Audit(audit::Args),
    Bulk(bulk::Args),
    Completions(completions::Args),
    Count(count::Args),
    Emulator(emulator::Args),
    Man(man::Args),
    Models(models::Args),
    Prices(prices::Args),
    Quote(quote::Args),
    Replay(replay::Args),
    Route(route::Args),
    Savings(savings::Args),
    Send(send::Args),
}

impl Cli {
    /// What the command reads from and writes to, and the command itself.
    pub(crate) fn into_parts(self) -> (Shell, Command) {
        (Shell { json: self.json, global: self.global }, self.command)
    }
}

impl Command {
    pub(crate) fn run(self, shell: &Shell) -> Result<Exit, Failure> {
        match self {
            Self::Audit(args) => audit::run(&args, shell),
            Self::Bulk(args) => bulk::run(&args, shell),
            Self::Completions(args) => completions::run(&args),
            Self::Count(args) => count::run(&args, shell),
            Self::Emulator(args) => emulator::run(&args, shell),
            Self::Man(args) => man::run(&args, shell),
            Self::Models(args) => models::run(&args, shell),
            Self::Prices(args) => prices::run(&args, shell),
            Self::Quote(args) => quote::run(&args, shell),
            Self::Replay(args) => replay::run(&args, shell),
            Self::Route(args) => route::run(&args, shell),
            Self::Savings(args) => savings::run(&args, shell),
            Self::Send(args) => send::run(&args, shell),
        }
    }
}
