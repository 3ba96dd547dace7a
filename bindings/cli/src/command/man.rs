//! `farebox man`.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// Write the manual, one page a subcommand
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder the pages go to; without it, the main page goes to standard output
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        Man::new(Cli::command()).render(&mut page)?;
        shell.print(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Success);
    };
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    clap_mangen::generate_to(Cli::command(), folder)
        .map_err(|error| Failure::file(folder, &error))?;
    Ok(Exit::Success)
}
