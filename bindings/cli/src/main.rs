//! The command line of Farebox.
//!
//! Each subcommand is a file in `command` with its `Args` and its `run`; `run` returns an
//! [`Exit`] or a [`Failure`], and only this file ends the process.

mod audit;
mod cli;
mod command;
// Until every subcommand is here, not every way to read, write and fail has its first user.
#[allow(dead_code)]
mod failure;
mod replay;
#[allow(dead_code)]
mod shell;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let shell = cli.shell();
    match cli.run(&shell) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            shell.report(&failure);
            failure.exit.into()
        }
    }
}
