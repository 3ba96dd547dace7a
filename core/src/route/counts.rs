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
        let bytes = head.as_bytes();
        // Every decision reads a prompt: letters, which are most of it, are read run by run, and
        // what need not be told sign by sign is summed up after.
        let mut met = [0_u32; 256];
        let (mut before, mut number, mut at) = (Sort::Space, 0_u32, 0);
        // Where the line at hand begins, from its first sign on.
        let mut line = None;
        while let Some(&byte) = bytes.get(at) {
            let sort = Sort::of(byte);
            if before == Sort::Space && sort != Sort::Space {
                self.words += 1;
                line = line.or(Some(at));
            }
            match sort {
                Sort::Letter => {
                    at += self.run(bytes.get(at..).unwrap_or_default());
                    before = sort;
                    continue;
                }
                Sort::Digit => {
                    if before != Sort::Digit {
                        self.numbers += 1;
                        number = 0;
                    }
                    self.digits += 1;
                    number = number.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
                    self.largest = self.largest.max(number);
                }
                Sort::Sign => met[usize::from(byte)] += 1,
                Sort::Space => {
                    met[usize::from(byte)] += 1;
                    if byte == b'\n'
                        && let Some(start) = line.take()
                    {
                        self.line((at - start) as u32);
                    }
                }
            }
            before = sort;
            at += 1;
        }
        self.sum_up(&met);
        if let Some(start) = line {
            self.line((bytes.len() - start) as u32);
        }
    }

    /// Counts the run of letters that a text begins with; how long it is.
    fn run(&mut self, bytes: &[u8]) -> usize {
        let (mut length, mut capitals, mut foreign, mut hash) = (0, 0, 0, 0_u32);
        for &byte in bytes {
            let Some(small) = small(byte) else { break };
            length += 1;
            capitals += u32::from(small != byte);
            foreign += u32::from(byte >> 7);
            hash = (hash ^ u32::from(small)).wrapping_mul(0x0100_0193);
        }
        self.capitals += capitals;
        self.foreign += foreign;
        self.letters += length - foreign;
        self.spelled.add(length, bytes.first().is_some_and(u8::is_ascii_uppercase), hash);
        length as usize
    }

    /// Adds how often each sign was met.
    fn sum_up(&mut self, met: &[u32; 256]) {
        let all = |bytes: &[u8]| bytes.iter().map(|byte| met[usize::from(*byte)]).sum::<u32>();
        self.lines += all(b"\n");
        self.sentences += all(b".!");
        self.questions += all(b"?");
        self.commas += all(b",;:");
        self.brackets += all(b"()[]{}");
        self.operators += all(b"=+*/^<>\\$_-");
        self.quotes += all(b"\"'`");
    }

    /// Counts a line that is so long from its first sign on.
    fn line(&mut self, length: u32) {
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

impl Spelled {
    fn add(&mut self, length: u32, capital: bool, hash: u32) {
        self.count += 1;
        self.letters += length;
        self.long += u32::from(length >= LONG_WORD);
        self.capitalised += u32::from(capital);
        let bit = (hash ^ (hash >> 15)) as usize % (MET_WORDS * 64);
        if let Some(word) = self.met.get_mut(bit / 64) {
            let mask = 1 << (bit % 64);
            self.distinct += u32::from(*word & mask == 0);
            *word |= mask;
        }
    }
}

/// What a byte is to the bytes around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Digit,
    /// Of any script.
    Letter,
    Sign,
    Space,
}

impl Sort {
    pub(super) fn of(byte: u8) -> Self {
        SORTS[usize::from(byte)]
    }
}

/// A letter as it is written small.
pub(super) fn small(byte: u8) -> Option<u8> {
    match SMALL[usize::from(byte)] {
        0 => None,
        small => Some(small),
    }
}

/// Small letters by letters of any size; nought for what is none.
static SMALL: [u8; 256] = {
    let mut small = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Sort::Letter = SORTS[byte] {
            small[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    small
};

static SORTS: [Sort; 256] = {
    let mut sorts = [Sort::Sign; 256];
    let mut byte = 0;
    while byte < 256 {
        sorts[byte] = match byte as u8 {
            b'0'..=b'9' => Sort::Digit,
            b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => Sort::Letter,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => Sort::Space,
            _ => Sort::Sign,
        };
        byte += 1;
    }
    sorts
};

/// How many features there are.
pub(super) const FEATURES: usize = 29;
const LONG_WORD: u32 = 8;
const MET_WORDS: usize = 32;
