//! Where the request comes from: a file, standard input, or the example that ships.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use farebox::{Error, ErrorKind};
use serde_json::Value;

/// What the command line asks for.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// The request's file; `-` is standard input.
    pub(crate) request: Option<String>,
    /// Whether to call the real API.
    pub(crate) live: bool,
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self, Error> {
        let mut arguments = Self::default();
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--live" => arguments.live = true,
                "--request" => {
                    let file = words.next().ok_or_else(|| usage("--request needs a FILE"))?;
                    arguments.request = Some(file);
                }
                other => return Err(usage(&format!("unknown argument `{other}`"))),
            }
        }
        Ok(arguments)
    }
}

/// The request's body, and where it came from.
pub(crate) fn read(arguments: &Arguments) -> Result<(String, Value), Error> {
    let (origin, text) = match arguments.request.as_deref() {
        Some("-") => ("standard input".into(), read_stdin()?),
        Some(file) => (file.to_owned(), read_file(Path::new(file))?),
        None => match piped() {
            Some(text) => ("standard input".into(), text),
            None => {
                let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(SHIPPED);
                (format!("examples/{SHIPPED}"), read_file(&file)?)
            }
        },
    };
    let body = serde_json::from_str(&text).map_err(|error| {
        let message = format!("a request is one JSON object: {origin}: {error}");
        Error::new(ErrorKind::InvalidRequest, message)
    })?;
    Ok((origin, body))
}

fn read_file(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|error| unreadable(&file.display().to_string(), &error))
}

fn read_stdin() -> Result<String, Error> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|error| unreadable("standard input", &error))?;
    Ok(text)
}

/// What somebody pipes in without asking for it by name; nobody who leaves standard input open and
/// silent is waited for.
fn piped() -> Option<String> {
    use std::io::IsTerminal as _;
    if std::io::stdin().is_terminal() {
        return None;
    }
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut first = [0; 1];
        let mut stdin = std::io::stdin().lock();
        let began = matches!(stdin.read(&mut first), Ok(1));
        let _ = sender.send(None);
        let mut rest = Vec::new();
        if began && stdin.read_to_end(&mut rest).is_ok() {
            rest.insert(0, first[0]);
            let _ = sender.send(String::from_utf8(rest).ok());
        }
    });
    receiver.recv_timeout(SILENCE).ok()?;
    receiver.recv().ok().flatten()
}

fn unreadable(what: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("the request cannot be read: {what}: {error}"))
}

fn usage(what: &str) -> Error {
    let message = format!("{what}; usage: quickstart [--request FILE|-] [--live]");
    Error::new(ErrorKind::InvalidRequest, message)
}

const SHIPPED: &str = "requests/code-review.json";
const SILENCE: Duration = Duration::from_millis(500);
