//! Tokens of a text whose vocabulary is not at hand.
//!
//! Byte pair vocabularies spend about one token on a word, one on a sign or a short run of them,
//! one on three digits and one on one to two characters of scripts without spaces. Counted by runs
//! of like characters, one pass, no table; within about a fifth of o200k_base on prose, code and
//! JSON, which is what [`MARGIN_PPM`] says.

/// Half the width of the band around [`approximate`], in parts per million.
pub(super) const MARGIN_PPM: u32 = 250_000;

/// About how many tokens a text is.
pub(super) fn approximate(text: &str) -> u64 {
    let mut tokens = Hundredths::default();
    let mut run = Run { kind: Kind::Space, length: 0 };
    for character in text.chars() {
        let kind = Kind::of(character);
        if kind == run.kind {
            run.length += 1;
        } else {
            tokens.add(&run);
            run = Run { kind, length: 1 };
        }
    }
    tokens.add(&run);
    tokens.0.div_ceil(100).max(u64::from(!text.is_empty()))
}

#[derive(Default)]
struct Hundredths(u64);

struct Run {
    kind: Kind,
    length: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digit,
    Latin,
    OtherAlphabet,
    Ideograph,
    Sign,
    Space,
}

impl Kind {
    fn of(character: char) -> Self {
        match character {
            '0'..='9' => Self::Digit,
            'a'..='z' | 'A'..='Z' => Self::Latin,
            character if character.is_whitespace() => Self::Space,
            character if character.is_ascii() => Self::Sign,
            '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'.. => Self::Ideograph,
            _ => Self::OtherAlphabet,
        }
    }
}

impl Hundredths {
    fn add(&mut self, run: &Run) {
        let length = run.length;
        self.0 += match run.kind {
            Kind::Digit => 100 * length.div_ceil(3),
            // A word of up to seven letters is one token for the most part.
            Kind::Latin => 100 + 18 * length.saturating_sub(6),
            Kind::OtherAlphabet => 45 * length + 30,
            Kind::Ideograph => 75 * length + 10,
            Kind::Sign => 55 + 35 * length,
            // A single space belongs to the word after it.
            Kind::Space if length <= 1 => 8,
            Kind::Space => 85,
        };
    }
}
