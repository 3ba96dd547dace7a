//! The command line of Farebox.
//!
//! Each subcommand is a file in `command` with its `Args` and its `run`; `run` returns an
//! exit code or a failure, and only this file ends the process.

mod audit;
mod bulk;
mod cli;
mod command;
mod failure;
mod prompt;
mod replay;
mod settings;
mod shell;
mod show;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

fn main() -> ExitCode {
    let (shell, command) = Cli::parse().into_parts();
    match command.run(&shell) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            shell.report(&failure);
            failure.exit.into()
        }
    }
}
