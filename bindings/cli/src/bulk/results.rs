//! The caller's own file of results: one whole JSON line each, appended when it is there.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use farebox::{BatchFailure, Failure as CallFailure, Receipt, Reply};
use farebox_core::call::Answer;
use farebox_core::error::Error;
use farebox_core::money::Pusd;
use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::notes::{each_whole_line, open};
use crate::failure::Failure;

/// Results, and what stands in them already.
#[derive(Debug)]
pub(crate) struct Results {
    /// Lines with a result.
    pub(crate) done: LineSet,
    pub(crate) failed: u64,
    /// What was billed, or may have been, by what the results say.
    pub(crate) spent: Pusd,
    /// The callers' names of lines.
    pub(crate) keys: Keys,
    file: File,
    path: PathBuf,
    text: Vec<u8>,
}

/// Numbers of lines, counted from one.
#[derive(Debug, Default)]
pub(crate) struct LineSet {
    words: Vec<u64>,
    len: u64,
}

/// A line of results.
#[derive(Debug, Serialize)]
pub(crate) struct LineResult<'a> {
    pub(crate) line: u64,
    pub(crate) key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<&'a Error>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<&'a Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receipt: Option<&'a Receipt>,
}

/// What matters of a result that stands in the file.
#[derive(Debug, Deserialize)]
struct Kept {
    line: u64,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    error: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    receipt: Option<KeptReceipt>,
}

#[derive(Debug, Default, Deserialize)]
struct KeptReceipt {
    cost: Pusd,
    #[serde(default)]
    unsettled: Pusd,
}

impl Results {
    /// Opens a file of results, or begins it.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let mut file = open(path)?;
        let (mut done, mut failed, mut spent) = (LineSet::default(), 0, Pusd::ZERO);
        let mut keys = Keys::default();
        each_whole_line(&mut file, path, |line| {
            // A line that someone else wrote is theirs to keep.
            let Ok(kept) = serde_json::from_str::<Kept>(line) else { return Ok(()) };
            if done.insert(kept.line) {
                // What was refused for its name stands here without it.
                let _ = keys.take(kept.key.as_deref(), kept.line);
                failed += u64::from(kept.error.is_some());
                let KeptReceipt { cost, unsettled } = kept.receipt.unwrap_or_default();
                spent = spent.saturating_add(cost).saturating_add(unsettled);
            }
            Ok(())
        })?;
        Ok(Self { done, failed, spent, keys, file, path: path.to_owned(), text: Vec::new() })
    }

    /// Keeps a result, and counts what it cost.
    pub(crate) fn keep(&mut self, result: &LineResult<'_>) -> Result<(), Failure> {
        self.text.clear();
        serde_json::to_writer(&mut self.text, result).map_err(std::io::Error::from)?;
        self.text.push(b'\n');
        let written = self.file.write_all(&self.text);
        written.map_err(|error| Failure::file(&self.path, &error))?;
        self.done.insert(result.line);
        self.failed += u64::from(result.error.is_some());
        if let Some(receipt) = result.receipt {
            let cost = receipt.cost.saturating_add(receipt.unsettled);
            self.spent = self.spent.saturating_add(cost);
        }
        Ok(())
    }

    /// Puts the results in the order of their lines, once they are all there. Where it fails or is
    /// killed, the file stays as it was.
    pub(crate) fn put_in_order(&mut self) -> Result<(), Failure> {
        let failed = |error| Failure::file(&self.path, &error);
        if !self.file.metadata().map_err(failed)?.is_file() {
            return Ok(());
        }
        let mut places: Vec<(u64, u64, usize)> = Vec::new();
        let mut at_byte = 0;
        self.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut reader = BufReader::with_capacity(1 << 16, &mut self.file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(failed)?;
            if read == 0 {
                break;
            }
            // Lines that someone else wrote stay at the end.
            let number = serde_json::from_slice::<Kept>(&line).map_or(u64::MAX, |kept| kept.line);
            places.push((number, at_byte, read));
            at_byte += read as u64;
        }
        if places.is_sorted() {
            return Ok(());
        }
        places.sort_unstable();
        let mut ordered = self.path.clone().into_os_string();
        ordered.push(".ordered");
        let ordered = PathBuf::from(ordered);
        let file = File::create(&ordered).map_err(|error| Failure::file(&ordered, &error))?;
        let mut writer = BufWriter::with_capacity(1 << 16, file);
        for (_, start, bytes) in places {
            line.resize(bytes, 0);
            self.file.seek(SeekFrom::Start(start)).map_err(failed)?;
            self.file.read_exact(&mut line).map_err(failed)?;
            writer.write_all(&line).map_err(|error| Failure::file(&ordered, &error))?;
        }
        let file = writer.into_inner().map_err(|error| Failure::file(&ordered, error.error()))?;
        file.sync_all().map_err(|error| Failure::file(&ordered, &error))?;
        std::fs::rename(&ordered, &self.path).map_err(failed)
    }

    /// Keeps the result of a line that was never sent.
    pub(crate) fn refuse(
        &mut self,
        line: u64,
        key: Option<&str>,
        error: &Error,
    ) -> Result<(), Failure> {
        self.keep(&LineResult { line, key, error: Some(error), answer: None, receipt: None })
    }
}

impl<'a> LineResult<'a> {
    /// The result of a line that was sent by itself.
    pub(crate) fn of_call(
        line: u64,
        key: Option<&'a str>,
        ended: &'a Result<Reply, Box<CallFailure>>,
    ) -> Self {
        match ended {
            Ok(reply) => Self {
                line,
                key,
                error: None,
                answer: Some(&reply.answer),
                receipt: Some(&reply.receipt),
            },
            Err(failure) => Self {
                line,
                key,
                error: Some(&failure.error),
                answer: failure.answer.as_ref(),
                receipt: failure.receipt.as_ref(),
            },
        }
    }
}

impl LineSet {
    pub(crate) fn contains(&self, line: u64) -> bool {
        let (word, bit) = Self::place(line);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Adds a line; whether it is new.
    pub(crate) fn insert(&mut self, line: u64) -> bool {
        let (word, bit) = Self::place(line);
        // A number beyond any file is nobody's line, and no reason to fill the memory.
        if word > MOST_WORDS {
            return false;
        }
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.len += u64::from(is_new);
        is_new
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    fn place(line: u64) -> (usize, u64) {
        (usize::try_from(line / 64).unwrap_or(usize::MAX), 1 << (line % 64))
    }
}

impl From<BatchFailure> for Failure {
    fn from(failure: BatchFailure) -> Self {
        (*failure.error).into()
    }
}

/// Of four billion lines.
const MOST_WORDS: usize = 1 << 26;
