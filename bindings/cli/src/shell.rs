//! Where a command's input comes from and where its output goes.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anstyle::{AnsiColor, Style};
use farebox_core::time::Timestamp;
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::settings::{GlobalArgs, Settings};

/// The two streams of a command and how it is to write on them.
#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) json: bool,
    pub(crate) global: GlobalArgs,
}

impl Shell {
    /// What the command works with; read only by commands that need it.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Settings::load(&self.global)
    }

    /// The moment.
    pub(crate) fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Writes one JSON value and a newline: indented for people, on one line for programs.
    pub(crate) fn print_json(&self, value: &impl Serialize) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let written = if out.is_terminal() {
            serde_json::to_writer_pretty(&mut out, value)
        } else {
            serde_json::to_writer(&mut out, value)
        };
        written.map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(())
    }

    /// Writes text; its styles reach a terminal only.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Writes a line for people beside the result.
    pub(crate) fn note(&self, text: &str) {
        // Losing a remark is no reason to lose the work.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }

    /// Says why the command ended, in one line.
    pub(crate) fn report(&self, failure: &Failure) {
        if failure.exit == Exit::Success {
            return;
        }
        if self.json {
            self.note(&failure.to_json().to_string());
        } else {
            self.note(&format!(
                "{ERROR}error{ERROR:#}: {}",
                failure.to_string().replace('\n', " ")
            ));
        }
    }

    /// The whole of a file, or of standard input when it is `-`.
    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
        fs::read(path).map_err(|error| Failure::file(path, &error))
    }

    /// The same as text.
    pub(crate) fn read_text(&self, path: &Path) -> Result<String, Failure> {
        String::from_utf8(self.read(path)?).map_err(|error| {
            Failure::host(format!(
                "{}: not UTF-8 text at byte {}",
                path.display(),
                error.utf8_error().valid_up_to()
            ))
        })
    }
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
