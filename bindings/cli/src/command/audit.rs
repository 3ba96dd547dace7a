//! `farebox audit`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use farebox_core::catalog::Catalog;
use farebox_core::count::{CL100K_FILE, Encoding, O200K_FILE, Vocab, Vocabularies};
use farebox_core::time::Timestamp;
use serde_json::{Value, json};

use crate::audit::{Log, Row, Tally, page, print};
use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// Hold estimates against what recorded requests were billed
///
/// Each line of a log is a JSON object with `request`, the body as it was sent, and optionally
/// `usage`, `model`, `endpoint` (chat, responses, messages or generateContent), `key`, `created`
/// (seconds since the epoch) and `model_returned`, which is taken where nothing names a model.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Logs of requests, one JSON object a line, gzipped or not; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Write one line of JSON for each row to this file
    #[arg(long)]
    out: Option<PathBuf>,

    /// Write a report with charts to this file, a page that loads nothing
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Leave out what routing would have saved, which counts each request on every rung
    #[arg(long)]
    no_routing: bool,

    /// Use this catalogue instead of the shipped one
    #[arg(long)]
    catalog: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let catalog = match &args.catalog {
        Some(path) => Catalog::parse(&shell.read(path)?)?,
        None => Catalog::embedded(),
    };
    let vocabularies = Vocabularies::new()
        .with(Vocab::parse(Encoding::O200kBase, O200K_FILE)?)
        .with(Vocab::parse(Encoding::Cl100kBase, CL100K_FILE)?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |past| past.as_millis());
    let now = Timestamp::from_ms(i64::try_from(now).unwrap_or(i64::MAX));
    let mut out = match &args.out {
        Some(path) => {
            let file = File::create(path).map_err(|error| Failure::file(path, &error))?;
            Some(BufWriter::new(file))
        }
        None => None,
    };

    let mut tally = Tally::default();
    for path in &args.files {
        let mut log = Log::open(path)?;
        while let Some((number, line)) =
            log.next_line().map_err(|error| Failure::file(path, &error))?
        {
            let result = audit(line, &catalog, &vocabularies, now, !args.no_routing, &mut tally);
            let value = match result {
                Ok(value) => value,
                Err((key, problem)) => {
                    tally.skipped += 1;
                    shell.note(&format!("{}:{number}: skipped: {problem}", path.display()));
                    json!({ "key": key, "error": problem })
                }
            };
            if let Some(out) = &mut out {
                write_line(out, &value).map_err(|error| Failure::file(out_path(args), &error))?;
            }
        }
    }
    if let Some(mut out) = out {
        out.flush().map_err(|error| Failure::file(out_path(args), &error))?;
    }
    if let Some(path) = &args.html {
        fs::write(path, page(&tally)).map_err(|error| Failure::file(path, &error))?;
    }
    if !shell.json {
        print(&tally, shell)?;
    }
    Ok(Exit::Success)
}

fn audit(
    line: &[u8],
    catalog: &Catalog,
    vocabularies: &Vocabularies,
    now: Timestamp,
    routed: bool,
    tally: &mut Tally,
) -> Result<Value, (Value, String)> {
    let row: Row =
        serde_json::from_slice(line).map_err(|error| (Value::Null, error.to_string()))?;
    let audited = row
        .audit(catalog, vocabularies, now)
        .map_err(|error| (row.key.clone(), error.to_string()))?;
    tally.add(&audited);
    if let (true, Some(usage), Some(billed)) = (routed, &audited.usage, audited.billed)
        && usage.output_tokens() > 0
    {
        let (request, terms) = (&audited.request, &audited.terms);
        tally.routed.add(request, usage, billed, catalog, vocabularies, terms);
    }
    Ok(audited.to_json(&row.key))
}

fn write_line(out: &mut impl Write, value: &Value) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn out_path(args: &Args) -> &Path {
    args.out.as_deref().unwrap_or(Path::new("-"))
}
