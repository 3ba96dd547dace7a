//! `farebox audit`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use farebox_core::catalog::Catalog;
use farebox_core::count::{CL100K_FILE, Encoding, O200K_FILE, Vocab, Vocabularies, count_request};
use farebox_core::request::Api;
use flate2::read::MultiGzDecoder;
use serde_json::json;

use crate::audit::row::Row;
use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// Hold estimates against what recorded requests were billed
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Logs of requests, one JSON object a line, gzipped or not
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Write one line of JSON for each row to this file
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let catalog = Catalog::embedded();
    let vocabularies = Vocabularies::new()
        .with(Vocab::parse(Encoding::O200kBase, O200K_FILE)?)
        .with(Vocab::parse(Encoding::Cl100kBase, CL100K_FILE)?);
    let mut out = match &args.out {
        Some(path) => {
            Some(BufWriter::new(File::create(path).map_err(|e| Failure::file(path, &e))?))
        }
        None => None,
    };
    for path in &args.files {
        for (index, line) in open(path)?.lines().enumerate() {
            let line = line.map_err(|e| Failure::file(path, &e))?;
            let row: Row = match serde_json::from_str(&line) {
                Ok(row) => row,
                Err(error) => {
                    shell.note(&format!("{}:{}: {error}", path.display(), index + 1));
                    continue;
                }
            };
            let request = match row.request() {
                Ok(request) => request,
                Err(error) => {
                    shell.note(&format!("{}:{}: {error}", path.display(), index + 1));
                    if let Some(out) = &mut out {
                        writeln!(out, "{}", json!({"key": row.key, "error": error.to_string()}))?;
                    }
                    continue;
                }
            };
            let name = row.model.as_deref().unwrap_or("unknown");
            let model = catalog.find(&name.into());
            let api = request.native.as_ref().map_or(Api::Chat, |native| native.api);
            if let (Some(out), Some(model)) = (&mut out, model) {
                let count = count_request(&request, api, model.model(), &vocabularies);
                let parts: serde_json::Map<_, _> = count
                    .parts
                    .iter()
                    .map(|p| {
                        (
                            serde_json::to_value(p.kind)
                                .unwrap_or_default()
                                .as_str()
                                .unwrap_or_default()
                                .to_string(),
                            json!(p.tokens),
                        )
                    })
                    .collect();
                writeln!(
                    out,
                    "{}",
                    json!({"key": row.key, "model": model.model().id, "known": model.is_known(), "input_tokens": count.tokens, "parts": parts, "basis": count.basis})
                )?;
            }
        }
    }
    Ok(Exit::Success)
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    let mut file = BufReader::new(File::open(path).map_err(|error| Failure::file(path, &error))?);
    let gzipped = file.fill_buf().map_err(|e| Failure::file(path, &e))?.starts_with(&[0x1f, 0x8b]);
    if gzipped {
        let decoder: Box<dyn Read> = Box::new(MultiGzDecoder::new(file));
        return Ok(Box::new(BufReader::new(decoder)));
    }
    Ok(Box::new(file))
}
