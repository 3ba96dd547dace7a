//! What a bulk run has sent and what came back, so that it can go on after being killed.
//!
//! Results are the caller's own file: one whole line each, appended when the answer is there. The
//! journal beside it names the run and its input, and notes each line before it is sent. A line
//! that was sent and has no result is sent again under the same idempotency key, and what it may
//! have cost the first time counts against the budget.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use farebox_core::money::Pusd;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;

#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) name: String,
    /// Lines with a result, counted from one.
    pub(crate) done: BTreeSet<u64>,
    pub(crate) failed: u64,
    /// What was billed, or may have been.
    pub(crate) spent: Pusd,
    notes: File,
    notes_path: PathBuf,
    results: File,
    results_path: PathBuf,
}

#[derive(Debug, Deserialize, Serialize)]
struct Head {
    schema: String,
    name: String,
    /// A hash of the input's beginning, to know another file by.
    input: String,
}

impl Journal {
    /// Opens the results and the journal of an input, or begins them.
    pub(crate) fn open(input: &Path, results_path: &Path, name: String) -> Result<Self, Failure> {
        let fingerprint = fingerprint(input)?;
        let mut notes_path = results_path.as_os_str().to_owned();
        notes_path.push(".journal");
        let notes_path = PathBuf::from(notes_path);
        let open = |path: &Path| {
            let options =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
            options.map_err(|error| Failure::file(path, &error))
        };
        let (mut notes, mut results) = (open(&notes_path)?, open(results_path)?);
        let note_lines = whole_lines(&mut notes, &notes_path)?;
        let result_lines = whole_lines(&mut results, results_path)?;
        let mut journal = Self {
            name,
            done: BTreeSet::new(),
            failed: 0,
            spent: Pusd::ZERO,
            notes,
            notes_path,
            results,
            results_path: results_path.to_owned(),
        };
        let mut sent: BTreeMap<u64, Vec<Pusd>> = BTreeMap::new();
        match note_lines.split_first() {
            None if !result_lines.is_empty() => {
                let path = results_path.display();
                return Err(Failure::host(format!("{path}: holds results of no run known here")));
            }
            None => {
                let (schema, name) = (SCHEMA.to_owned(), journal.name.clone());
                let head = Head { schema, name, input: fingerprint };
                journal.note(&serde_json::to_string(&head).unwrap_or_default())?;
            }
            Some((head, lines)) => {
                let path = journal.notes_path.display();
                let head: Head = serde_json::from_str(head)
                    .map_err(|_| Failure::host(format!("{path}: no journal of a bulk run")))?;
                if head.schema != SCHEMA {
                    let message = format!("is `{}`, this version reads `{SCHEMA}`", head.schema);
                    return Err(Failure::host(format!("{path}: {message}")));
                }
                if head.input != fingerprint {
                    let message = "is of another input; write to another file";
                    return Err(Failure::host(format!("{path}: {message}")));
                }
                journal.name = head.name;
                for line in lines {
                    let parts = line.split_once(' ');
                    if let Some((Ok(line), Ok(cost))) =
                        parts.map(|(line, cost)| (line.parse(), Pusd::parse(cost)))
                    {
                        sent.entry(line).or_default().push(cost);
                    }
                }
            }
        }
        for line in &result_lines {
            let Ok(result) = serde_json::from_str::<Value>(line) else { continue };
            let Some(number) = result["line"].as_u64() else { continue };
            journal.done.insert(number);
            journal.failed += u64::from(result.get("error").is_some());
            let receipt = &result["receipt"];
            for part in ["cost", "unsettled"] {
                let cost = receipt[part].as_str().and_then(|text| Pusd::parse(text).ok());
                journal.spent = journal.spent.saturating_add(cost.unwrap_or_default());
            }
            // The last sending is the one that came back; those before it were lost.
            if let Some(costs) = sent.get_mut(&number) {
                costs.pop();
            }
        }
        let lost = sent.into_values().flatten();
        journal.spent = lost.fold(journal.spent, Pusd::saturating_add);
        Ok(journal)
    }

    /// Notes that a line is about to be sent, and what it can cost.
    pub(crate) fn sending(&mut self, line: u64, worst_case: Pusd) -> Result<(), Failure> {
        self.note(&format!("{line} {worst_case}"))
    }

    /// Keeps a result.
    pub(crate) fn keep(&mut self, line: u64, result: &Value, failed: bool) -> Result<(), Failure> {
        let text = format!("{result}\n");
        let written = self.results.write_all(text.as_bytes());
        written.map_err(|error| Failure::file(&self.results_path, &error))?;
        self.done.insert(line);
        self.failed += u64::from(failed);
        Ok(())
    }

    fn note(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.notes.write_all(format!("{text}\n").as_bytes());
        written.map_err(|error| Failure::file(&self.notes_path, &error))
    }
}

/// The whole lines of a file; what a kill left half written is cut off.
fn whole_lines(file: &mut File, path: &Path) -> Result<Vec<String>, Failure> {
    let failed = |error| Failure::file(path, &error);
    let mut lines = Vec::new();
    let mut whole_bytes = 0;
    let mut reader = BufReader::new(&mut *file);
    loop {
        let mut line = String::new();
        let read = reader.read_line(&mut line).map_err(failed)?;
        if !line.ends_with('\n') {
            break;
        }
        whole_bytes += read as u64;
        lines.push(line.trim_end().to_owned());
    }
    drop(reader);
    file.set_len(whole_bytes).map_err(failed)?;
    file.seek(SeekFrom::Start(whole_bytes)).map_err(failed)?;
    Ok(lines)
}

/// Knows a file by its size and its first megabyte.
fn fingerprint(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::file(path, &error);
    let file = File::open(path).map_err(failed)?;
    let size_bytes = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    file.take(1 << 20).read_to_end(&mut bytes).map_err(failed)?;
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    Ok(format!("{size_bytes}-{hash:016x}"))
}

const SCHEMA: &str = "farebox-bulk/1";
