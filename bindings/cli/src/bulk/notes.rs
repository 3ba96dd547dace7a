//! The journal beside a file of results: lines of notes under a head that names run and input.
//!
//! A note is written before what it announces is done, so that a process that is killed leaves
//! nothing out of sight.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An open journal, which no other process can open meanwhile.
#[derive(Debug)]
pub(crate) struct Notes {
    /// The run's name.
    pub(crate) name: String,
    file: File,
    path: PathBuf,
}

#[derive(Debug, Deserialize, Serialize)]
struct Head {
    schema: String,
    name: String,
    /// A hash of the input's beginning, to know another file by.
    input: String,
}

impl Notes {
    /// Opens the journal of a file of results, or begins it under a name; old notes are read out
    /// one by one.
    pub(crate) fn open(
        input: &Path,
        results: &Path,
        schema: &str,
        name: String,
        mut old: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let fingerprint = fingerprint(input)?;
        let mut path = results.as_os_str().to_owned();
        path.push(".journal");
        let path = PathBuf::from(path);
        let mut file = open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = "is held by another run, which is still at work";
                return Err(Failure::host(format!("{}: {message}", path.display())));
            }
            // Some file systems know no locks; there the caller must not run twice at one time.
            Err(TryLockError::Error(_)) => {}
        }
        let mut head: Option<Head> = None;
        each_whole_line(&mut file, &path, |line| {
            let shown = path.display();
            if head.is_some() {
                return old(line);
            }
            let found: Head = serde_json::from_str(line)
                .map_err(|_| Failure::host(format!("{shown}: no journal of bulk work")))?;
            if found.schema != schema {
                let message = format!("is `{}`, this command reads `{schema}`", found.schema);
                return Err(Failure::host(format!("{shown}: {message}")));
            }
            if found.input != fingerprint {
                let message = "is of another input; write to another file";
                return Err(Failure::host(format!("{shown}: {message}")));
            }
            head = Some(found);
            Ok(())
        })?;
        let mut notes = Self { name, file, path };
        match head {
            Some(head) => notes.name = head.name,
            None if std::fs::metadata(results).is_ok_and(|it| it.is_file() && it.len() > 0) => {
                let message = "holds results of no run known here";
                return Err(Failure::host(format!("{}: {message}", results.display())));
            }
            None => {
                let (schema, name) = (schema.to_owned(), notes.name.clone());
                let head = Head { schema, name, input: fingerprint };
                notes.add(&serde_json::to_string(&head).unwrap_or_default())?;
            }
        }
        Ok(notes)
    }

    /// Adds a note.
    pub(crate) fn add(&mut self, note: &str) -> Result<(), Failure> {
        let written = self.file.write_all(format!("{note}\n").as_bytes());
        written.map_err(|error| Failure::file(&self.path, &error))
    }
}

/// Opens a file to read and to append to.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    options.map_err(|error| Failure::file(path, &error))
}

/// Reads the whole lines of a file; what a kill left half written is cut off.
pub(crate) fn each_whole_line(
    file: &mut File,
    path: &Path,
    mut each: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let failed = |error| Failure::file(path, &error);
    // A device that takes results has none to give back.
    if !file.metadata().map_err(failed)?.is_file() {
        return Ok(());
    }
    let mut whole_bytes = 0;
    let mut reader = BufReader::with_capacity(1 << 16, &mut *file);
    let mut line = String::new();
    loop {
        line.clear();
        let read = reader.read_line(&mut line).map_err(failed)?;
        if !line.ends_with('\n') {
            break;
        }
        whole_bytes += read as u64;
        each(line.trim_end())?;
    }
    drop(reader);
    file.set_len(whole_bytes).map_err(failed)?;
    file.seek(SeekFrom::Start(whole_bytes)).map_err(failed)?;
    Ok(())
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
