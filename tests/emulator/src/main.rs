//! Runs the emulator for tests in other languages.
//!
//! Prints `{"base_url":…}` on standard output, takes [`farebox_emulator::Options`] as JSON from
//! `--options`, and stops when standard input ends.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use farebox_emulator::{Emulator, Options};

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--options", Some(text)) => {
                options =
                    serde_json::from_str(&text).map_err(|error| format!("not options: {error}"))?;
            }
            _ => return Err(format!("`{argument}` is not known; there is --options JSON")),
        }
    }
    Ok(options)
}

fn run(options: Options) -> io::Result<()> {
    let emulator = Emulator::start(options)?;
    let mut output = io::stdout().lock();
    writeln!(output, "{}", serde_json::json!({ "base_url": emulator.base_url() }))?;
    output.flush()?;
    io::copy(&mut io::stdin().lock().take(u64::MAX), &mut io::sink())?;
    emulator.stop();
    Ok(())
}
