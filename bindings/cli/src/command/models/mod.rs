//! `farebox models`.

mod changes;
mod compare;
mod ending;
mod list;

use farebox_core::catalog::Model;
use farebox_core::request::ServiceTier;
use farebox_core::time::Timestamp;
use farebox_core::usage::TokenClass;

use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// List models with their prices, windows and last days, compare them, and tell what changed
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(flatten)]
    list: list::ListArgs,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Compare(compare::Args),
    Changes(changes::Args),
    Ending(ending::Args),
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    match &args.command {
        None => list::run(&args.list, shell),
        Some(Command::Compare(args)) => compare::run(args, shell),
        Some(Command::Changes(args)) => changes::run(args, shell),
        Some(Command::Ending(args)) => ending::run(args, shell),
    }
}

/// Dollars for a million tokens of a class, or a dash where no price is published.
fn rate(model: &Model, at: Timestamp, lane: ServiceTier, class: TokenClass) -> String {
    let rates = model.sheet(at).and_then(|sheet| sheet.lanes.get(&lane)).map(|lane| &lane.rates);
    rates.and_then(|rates| rates.get(&class)).map_or_else(|| "-".into(), |rate| format!("${rate}"))
}
