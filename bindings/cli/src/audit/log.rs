//! A log file, gzipped or not, one line at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use crate::failure::Failure;

/// The lines of a log, with a bar that shows how far the reading is.
pub(crate) struct Log {
    lines: Box<dyn BufRead>,
    line: Vec<u8>,
    number: u64,
    read_bytes: Arc<AtomicU64>,
    total_bytes: u64,
    shown_percent: u64,
    name: String,
}

impl Log {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let failure = |error: &io::Error| Failure::file(path, error);
        let (raw, total_bytes): (Box<dyn Read>, u64) = if path == Path::new("-") {
            (Box::new(io::stdin()), 0)
        } else {
            let file = File::open(path).map_err(|error| failure(&error))?;
            let bytes = file.metadata().map_or(0, |data| data.len());
            (Box::new(file), bytes)
        };
        let read_bytes = Arc::new(AtomicU64::new(0));
        let mut raw = BufReader::new(Counted { raw, bytes: Arc::clone(&read_bytes) });
        let gzipped = raw.fill_buf().map_err(|error| failure(&error))?.starts_with(&GZIP);
        let lines: Box<dyn BufRead> = if gzipped {
            Box::new(BufReader::new(MultiGzDecoder::new(raw)))
        } else {
            Box::new(raw)
        };
        Ok(Self {
            lines,
            line: Vec::new(),
            number: 0,
            read_bytes,
            total_bytes,
            shown_percent: 0,
            name: path.display().to_string(),
        })
    }

    /// The next line that is not empty, with its number; nothing at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        loop {
            self.line.clear();
            let limit = MAX_LINE_BYTES + 1;
            let read = (&mut self.lines).take(limit).read_until(b'\n', &mut self.line)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.line.len() as u64 == limit && !self.line.ends_with(b"\n") {
                // Too long for any request: what is left of it is read past.
                let mut rest = Vec::new();
                while (&mut self.lines).take(limit).read_until(b'\n', &mut rest)? > 0 {
                    if rest.ends_with(b"\n") {
                        break;
                    }
                    rest.clear();
                }
            }
            self.show();
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some((self.number, &self.line)));
            }
        }
    }

    /// Draws the bar, on a terminal only and only when it grew.
    fn show(&mut self) {
        let read = self.read_bytes.load(Ordering::Relaxed);
        let percent = (read * 100).checked_div(self.total_bytes).unwrap_or(0).min(100);
        if percent == self.shown_percent || !io::stderr().is_terminal() {
            return;
        }
        self.shown_percent = percent;
        let bar = "#".repeat(percent as usize / 4);
        // A bar that cannot be drawn is no reason to stop.
        let _ = write!(io::stderr(), "\r{} [{bar:<25}] {percent} %", self.name);
        if percent == 100 {
            let _ = writeln!(io::stderr());
        }
    }
}

/// A reader that counts what passes through it.
struct Counted {
    raw: Box<dyn Read>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

const GZIP: [u8; 2] = [0x1f, 0x8b];
const MAX_LINE_BYTES: u64 = 256 << 20;
