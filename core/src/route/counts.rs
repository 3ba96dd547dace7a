//! Counts of what a prompt's outside is made of, in one pass over its bytes.

/// What one pass over a prompt counts.
#[derive(Default)]
pub(super) struct Counts {
    bytes: u32,
    words: u32,
    letters: u32,
    digits: u32,
    numbers: u32,
    lines: u32,
    sentences: u32,
    capitals: u32,
    commas: u32,
    brackets: u32,
    operators: u32,
    quotes: u32,
    questions: u32,
    foreign: u32,
    pub(super) tools: u32,
    pub(super) parameters: u32,
    pub(super) turns: u32,
    spelled: Spelled,
    largest: u32,
    full_lines: u32,
    first_line: u32,
    last_line: u32,
    longest_line: u32,
}

/// Runs of letters.
#[derive(Default)]
struct Spelled {
    count: u32,
    letters: u32,
    long: u32,
    capitalised: u32,
    distinct: u32,
    /// One bit for each word met, by hash.
    met: [u64; MET_WORDS],
}

impl Counts {
    /// Counts the head of a text that is so long.
    pub(super) fn read(&mut self, bytes: usize, head: &str) {
        self.bytes = self.bytes.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        let mut before = b' ';
        let (mut run, mut number, mut line) = (Run::default(), 0_u32, 0_u32);
        for &byte in head.as_bytes() {
            match byte {
                b'a'..=b'z' => self.letters += 1,
                b'A'..=b'Z' => {
                    self.letters += 1;
                    self.capitals += 1;
                }
                b'0'..=b'9' => {
                    self.digits += 1;
                    if !before.is_ascii_digit() {
                        self.numbers += 1;
                        number = 0;
                    }
                    number = number.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
                    self.largest = self.largest.max(number);
                }
                b'\n' => self.lines += 1,
                b'.' | b'!' => self.sentences += 1,
                b'?' => self.questions += 1,
                b',' | b';' | b':' => self.commas += 1,
                b'(' | b')' | b'[' | b']' | b'{' | b'}' => self.brackets += 1,
                b'=' | b'+' | b'*' | b'/' | b'^' | b'<' | b'>' | b'\\' | b'$' | b'_' | b'-' => {
                    self.operators += 1;
                }
                b'"' | b'\'' | b'`' => self.quotes += 1,
                0x80.. => self.foreign += 1,
                _ => {}
            }
            self.words += u32::from(!byte.is_ascii_whitespace() && before.is_ascii_whitespace());
            if byte.is_ascii_alphabetic() || byte >= 0x80 {
                run.add(byte);
            } else if run.length > 0 {
                self.spelled.add(&run);
                run = Run::default();
            }
            if byte == b'\n' {
                self.line(line);
                line = 0;
            } else if line > 0 || !byte.is_ascii_whitespace() {
                line += 1;
            }
            before = byte;
        }
        if run.length > 0 {
            self.spelled.add(&run);
        }
        self.line(line);
    }

    /// Counts a line that is so long from its first sign on.
    fn line(&mut self, length: u32) {
        if length == 0 {
            return;
        }
        if self.full_lines == 0 {
            self.first_line = length;
        }
        self.full_lines += 1;
        self.last_line = length;
        self.longest_line = self.longest_line.max(length);
    }

    /// Logarithms of the counts, in thousandths; the first is the length.
    pub(super) fn features(&self) -> [i32; FEATURES] {
        let log = |count: u32| libm::round(libm::log1p(f64::from(count)) * 1e3) as i32;
        let of = |count: u32, all: u32| (u64::from(count) * 1_000 / u64::from(all.max(1))) as u32;
        let read = self.bytes.clamp(1, super::signal::READ_BYTES as u32);
        // Beside the length stand densities, for counts would say the length over again.
        let dense = |count: u32| log(of(count, read));
        let spelled = &self.spelled;
        [
            log(self.bytes),
            dense(self.words),
            dense(self.letters),
            dense(self.digits),
            dense(self.numbers),
            dense(self.lines),
            dense(self.sentences),
            dense(self.capitals),
            dense(self.commas),
            dense(self.brackets),
            dense(self.operators),
            dense(self.quotes),
            dense(self.questions),
            dense(self.foreign),
            log(self.tools),
            log(self.parameters),
            log(self.turns),
            // A mean varies little from prompt to prompt, so it is spread out.
            log(of(spelled.letters, spelled.count)) * 4,
            log(of(spelled.long, spelled.count)),
            log(of(spelled.capitalised, spelled.count)),
            log(of(spelled.distinct, spelled.count)) * 4,
            log(self.largest),
            log(self.first_line),
            log(self.last_line),
            log(self.longest_line),
            log(self.full_lines),
            log(self.sentences.saturating_add(self.questions)),
            log(self.words),
            log(self.numbers),
        ]
    }
}

/// A run of letters under way.
#[derive(Default)]
struct Run {
    length: u32,
    capital: bool,
    hash: u32,
}

impl Run {
    fn add(&mut self, byte: u8) {
        self.capital |= self.length == 0 && byte.is_ascii_uppercase();
        self.length += 1;
        self.hash = (self.hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
    }
}

impl Spelled {
    fn add(&mut self, run: &Run) {
        self.count += 1;
        self.letters += run.length;
        self.long += u32::from(run.length >= LONG_WORD);
        self.capitalised += u32::from(run.capital);
        let bit = (run.hash ^ (run.hash >> 15)) as usize % (MET_WORDS * 64);
        if let Some(word) = self.met.get_mut(bit / 64) {
            let mask = 1 << (bit % 64);
            self.distinct += u32::from(*word & mask == 0);
            *word |= mask;
        }
    }
}

/// How many features there are.
pub(super) const FEATURES: usize = 29;
const LONG_WORD: u32 = 8;
const MET_WORDS: usize = 32;
