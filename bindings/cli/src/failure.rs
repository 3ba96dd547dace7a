//! How a command ends: exit codes that stay what they are, and errors in one line.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use farebox_core::error::{Error, ErrorKind};
use serde_json::{Value, json};

/// How the process ends. The numbers are part of the command line's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Success = 0,
    /// Input that cannot be used, no model that could answer, a file that cannot be written.
    Failure = 1,
    /// Flags that do not parse; clap's own number.
    Usage = 2,
    Refused = 3,
    OverBudget = 4,
    Provider = 5,
    Network = 6,
    /// Some lines of bulk work failed.
    Partial = 7,
    /// 128 and the number of the interrupt signal, as shells have it.
    Cancelled = 130,
}

/// Why a command ended badly.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    error: Box<Cause>,
}

#[derive(Debug)]
enum Cause {
    Kernel(Error),
    /// The machine's own trouble, for which the kernel has no word.
    Host(String),
}

impl Exit {
    /// What `--help` says of the exit codes.
    pub(crate) const TABLE: &str = "Exit codes:
  0    success
  1    input that cannot be used, no model that could answer, a file that cannot be read or written
  2    wrong usage of the command line
  3    the model refused, or its provider withheld the answer
  4    over budget
  5    the provider failed, or did not accept the key or the request
  6    the network failed, or time ran out
  7    some lines of bulk work failed
  130  cancelled";

    pub(crate) fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Cancelled => Self::Cancelled,
            ErrorKind::Connection | ErrorKind::Timeout => Self::Network,
            ErrorKind::ContentFiltered => Self::Refused,
            ErrorKind::OverBudget => Self::OverBudget,
            ErrorKind::Authentication
            | ErrorKind::MalformedResponse
            | ErrorKind::Permission
            | ErrorKind::ProviderRejected
            | ErrorKind::ProviderUnavailable
            | ErrorKind::RateLimited => Self::Provider,
            _ => Self::Failure,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Failure {
    /// Trouble with the machine rather than with the work.
    pub(crate) fn host(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failure, error: Box::new(Cause::Host(message.into())) }
    }

    /// Flags that parse but contradict each other.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::from(Error::invalid_request(message)) }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::host(format!("{}: {}", path.display(), lower_first(&error.to_string())))
    }

    pub(crate) fn to_json(&self) -> Value {
        match &*self.error {
            Cause::Kernel(error) => json!({ "error": error }),
            Cause::Host(message) => json!({ "error": { "kind": "host", "message": message } }),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.error {
            Cause::Kernel(error) => f.write_str(&error.message),
            Cause::Host(message) => f.write_str(message),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { exit: Exit::of(error.kind), error: Box::new(Cause::Kernel(error)) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let failure = Self::host(lower_first(&error.to_string()));
        // Whoever reads the output has seen enough, as `head` has.
        let is_enough = error.kind() == io::ErrorKind::BrokenPipe;
        if is_enough { Self { exit: Exit::Success, ..failure } } else { failure }
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
