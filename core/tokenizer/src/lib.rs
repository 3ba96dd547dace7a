//! Text into tokens: the algorithm, which knows no vocabulary, and the vocabularies, which are data.
//!
//! Text is split into pieces (`split`), a piece that is a token is found in one look (`table`), any
//! other is encoded in linear time (`bpe`, `chunk`). What a caller asks for in terms of models and
//! limits is the kernel's; this crate stands apart so that it can be compiled for speed.
#![no_std]
// Two files, `split/lanes.rs` and `split/modern.rs`, call the instructions that compare some bytes at
// once, and those that ask for memory ahead.
#![deny(unsafe_code)]

extern crate alloc;

mod bits;
mod bpe;
mod cache;
mod chunk;
mod class;
mod code;
mod counting;
mod embedded;
mod pack;
mod parts;
mod ranking;
mod shape;
mod short;
mod split;
mod strips;
mod table;
mod together;
mod window;
mod zeros;

use alloc::{boxed::Box, vec::Vec};

use cache::Cache;
use counting::Counting;
use pack::Packed;
use split::{Family, Modern};
use table::{Built, NONE, Piece, Tables};
use together::Together;
use window::Window;

pub use {pack::Unreadable, split::is_cut, table::TOKEN_BYTES_MAX};

#[cfg(feature = "embed-cl100k")]
pub use embedded::CL100K_FILE;
#[cfg(feature = "embed-o200k")]
pub use embedded::O200K_FILE;

/// A published vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// `cl100k_base`.
    Cl100k,
    /// `o200k_base`, which `o200k_harmony` shares.
    O200k,
    /// `p50k_base`.
    P50k,
    /// `r50k_base`.
    R50k,
}

impl Vocabulary {
    /// The number in the header of its file; the build script writes the same.
    fn code(self) -> u8 {
        match self {
            Self::Cl100k => 1,
            Self::O200k => 2,
            Self::P50k => 3,
            Self::R50k => 4,
        }
    }

    fn family(self) -> Family {
        match self {
            Self::Cl100k => Family::Cl100k,
            Self::O200k => Family::O200k,
            Self::P50k | Self::R50k => Family::Gpt2,
        }
    }
}

/// A vocabulary ready for use, by any number of threads at a time.
///
/// It takes about 13 MB when it was read from a file, about 3 when it is embedded, and
/// does not grow with use. Tokens are numbered without holes: a published rank that follows one
/// which is left out is greater by one.
pub struct Tokenizer {
    family: Family,
    modern: Option<Modern>,
    source: Source,
    cache: Cache,
}

enum Source {
    #[cfg_attr(
        not(any(feature = "embed-cl100k", feature = "embed-o200k")),
        expect(dead_code, reason = "nothing is embedded")
    )]
    Embedded(Tables<'static>),
    Read(Box<Built>),
}

impl Tokenizer {
    /// The vocabulary in a file that this version was built with.
    ///
    /// # Errors
    /// Why the bytes are not that file.
    pub fn parse(vocabulary: Vocabulary, file: &[u8]) -> Result<Self, Unreadable> {
        let code = vocabulary.code();
        let expected = DIGESTS.iter().find(|(known, _)| *known == code);
        let (_, digest) = expected.ok_or(Unreadable::OtherEncoding)?;
        let Packed { byte_order, pairs } = pack::read(code, *digest, file)?;
        let built = Built::new(&byte_order, &pairs).ok_or(Unreadable::Corrupted)?;
        // The cache takes the memory of these.
        drop(pairs);
        let cache = Cache::new(&built.view());
        let source = Source::Read(Box::new(built));
        Ok(Self { family: vocabulary.family(), modern: Modern::here(), source, cache })
    }

    /// The vocabulary inside this binary, when a feature has put it there. Its tables are used
    /// where they lie, so this takes no time.
    pub fn embedded(vocabulary: Vocabulary) -> Option<Self> {
        #[cfg(any(feature = "embed-cl100k", feature = "embed-o200k"))]
        {
            let tables: Option<&'static [u8]> = match vocabulary {
                #[cfg(feature = "embed-cl100k")]
                Vocabulary::Cl100k => Some(&embedded::CL100K.0),
                #[cfg(feature = "embed-o200k")]
                Vocabulary::O200k => Some(&embedded::O200K.0),
                _ => None,
            };
            let tables = Tables::of(tables?)?;
            tables.read_ahead();
            let cache = Cache::new(&tables);
            Some(Self {
                family: vocabulary.family(),
                modern: Modern::here(),
                source: Source::Embedded(tables),
                cache,
            })
        }
        #[cfg(not(any(feature = "embed-cl100k", feature = "embed-o200k")))]
        {
            let _ = vocabulary;
            None
        }
    }

    /// How many tokens there are.
    pub fn tokens(&self) -> u32 {
        self.tables().len()
    }

    /// The text of a token, empty for a number that is none.
    pub fn bytes(&self, token: u32) -> &[u8] {
        let tables = self.tables();
        if token < tables.len() { tables.bytes(token) } else { &[] }
    }

    /// How many tokens a text is, which has to be UTF-8.
    pub fn count(&self, text: &[u8]) -> u64 {
        let mut counting = Counting::new(self, text);
        let mut at = 0;
        while at < text.len() {
            at = counting.batch(at);
        }
        counting.finish()
    }

    /// The count, or nothing when it is more than the limit; stops reading soon after it is.
    pub fn count_till_limit(&self, text: &[u8], limit: u64) -> Option<u64> {
        let mut counting = Counting::new(self, text);
        let mut at = 0;
        while at < text.len() && counting.tokens() <= limit {
            at = counting.batch(at);
        }
        let tokens = counting.finish();
        (tokens <= limit).then_some(tokens)
    }

    /// Calls `see` with the end of each piece and its count until it says no; whether it never
    /// did.
    pub fn for_each_piece(&self, text: &[u8], see: &mut dyn FnMut(usize, usize) -> bool) -> bool {
        let Counting { tables, cache, family, modern, mut ends, .. } = Counting::new(self, text);
        let (mut unknown, mut at) = (Together::new(tables, cache, modern), 0);
        while at < text.len() {
            let filled = family.fill(modern, text, at, &mut ends);
            for &end in &ends[..filled] {
                let piece = Piece { text, at, len: end - at };
                let count = match cache.get(piece) {
                    0 => unknown.count_alone(piece),
                    count => count,
                };
                if !see(end, count) {
                    return false;
                }
                at = end;
            }
        }
        true
    }

    /// Puts the tokens of a text, which has to be UTF-8, after those there are.
    pub fn encode(&self, text: &[u8], tokens: &mut Vec<u32>) {
        let Counting { tables, family, modern, mut ends, .. } = Counting::new(self, text);
        let (mut window, mut at) = (Window::new(modern), 0);
        while at < text.len() {
            let filled = family.fill(modern, text, at, &mut ends);
            for &end in &ends[..filled] {
                let piece = Piece { text, at, len: end - at };
                match tables.find(piece) {
                    NONE => {
                        _ = bpe::encode(tables, &mut window, piece.bytes(), |token| {
                            tokens.push(token)
                        })
                    }
                    token => tokens.push(token),
                }
                at = end;
            }
        }
    }

    #[inline]
    fn tables(&self) -> Tables<'_> {
        match &self.source {
            Source::Embedded(tables) => *tables,
            Source::Read(built) => built.view(),
        }
    }
}

impl core::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tokenizer").field("tokens", &self.tokens()).finish_non_exhaustive()
    }
}

/// By the number of an encoding, the digest of its file's payload.
static DIGESTS: &[(u8, u64)] = &include!(concat!(env!("OUT_DIR"), "/digests.rs"));

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec::Vec};

    use super::{Tokenizer, Vocabulary};

    /// What texts that split in every way are put together from.
    const PARTS: [&str; 36] = [
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        " the",
        "The",
        "fare",
        "S",
        "s",
        "'s",
        "'LL",
        "'ve",
        "'",
        "0",
        "42",
        "1999",
        "-",
        "--",
        "!",
        "://",
        "<|endoftext|>",
        "\u{a0}",
        "\u{3000}",
        "\u{e9}",
        "e\u{301}",
        "\u{43f}\u{440}\u{438}",
        "\u{4e2d}\u{6587}",
        "\u{304b}\u{306a}",
        "\u{d55c}\u{ad6d}",
        "\u{1f600}",
        "\u{1f468}\u{200d}\u{1f4bb}",
        "\u{661}\u{662}",
        "\u{216f}",
        "\u{2028}",
        "\u{10ffff}",
    ];

    #[test]
    fn the_elder_encodings_have_tiktokens_tokens() {
        let p50k = include_bytes!(concat!(env!("OUT_DIR"), "/p50k_base.vocab"));
        let r50k = include_bytes!(concat!(env!("OUT_DIR"), "/r50k_base.vocab"));
        let sides = [
            (Vocabulary::P50k, &p50k[..], tiktoken_rs::p50k_base_singleton(), 50_256),
            (Vocabulary::R50k, &r50k[..], tiktoken_rs::r50k_base_singleton(), u32::MAX),
        ];
        for (vocabulary, file, oracle, hole) in sides {
            let tokenizer = Tokenizer::parse(vocabulary, file).unwrap();
            let mut state = 1u64;
            for _ in 0..3_000 {
                let mut text = String::new();
                for _ in 0..(state >> 60) + 1 {
                    state = state
                        .wrapping_mul(0x5851_f42d_4c95_7f2d)
                        .wrapping_add(0x1405_7b7e_f767_814f);
                    text += PARTS[(state >> 40) as usize % PARTS.len()];
                }
                let mut tokens = Vec::new();
                tokenizer.encode(text.as_bytes(), &mut tokens);
                let ranks = tokens.iter().map(|token| token + u32::from(*token >= hole));
                assert_eq!(ranks.collect::<Vec<_>>(), oracle.encode_ordinary(&text), "{text:?}");
                assert_eq!(tokenizer.count(text.as_bytes()), tokens.len() as u64, "{text:?}");
            }
        }
    }

    /// A small generator of random numbers.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (self.0 >> 33) as usize % end
        }
    }

    #[test]
    fn long_pieces_have_tiktokens_tokens() {
        let file = include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base.vocab"));
        let tokenizer = Tokenizer::parse(Vocabulary::O200k, file).unwrap();
        let oracle = tiktoken_rs::o200k_base_singleton();
        let alphabets: [Vec<char>; 8] = [
            ('a'..='z').collect(),
            "!#$%&*()_+-=[]{}|;:,.<>?/".chars().collect(),
            "ab".chars().collect(),
            "-=".chars().collect(),
            ('\u{4e00}'..='\u{9fa5}').collect(),
            ('\u{e00}'..='\u{e7f}').collect(),
            ('\u{300}'..='\u{36f}').collect(),
            ('\u{80}'..='\u{24f}').collect(),
        ];
        let mut random = Random(1);
        for case in 0..2_000 {
            let alphabet = &alphabets[case % alphabets.len()];
            let mut text = String::new();
            // Each character once, a run of it, or a word again and again.
            let (letters, times) = match random.below(4) {
                0 => (1, 90),
                1 => (9, 60),
                _ => (1, 1),
            };
            let len = 1 + random.below(1_500);
            while text.len() < len {
                let word: String = (0..1 + random.below(letters))
                    .map(|_| alphabet[random.below(alphabet.len())])
                    .collect();
                (0..1 + random.below(times)).for_each(|_| text += &word);
            }
            let mut tokens = Vec::new();
            tokenizer.encode(text.as_bytes(), &mut tokens);
            assert_eq!(tokens, oracle.encode_ordinary(&text), "{text:?}");
            assert_eq!(tokenizer.count(text.as_bytes()), tokens.len() as u64, "{text:?}");
        }
    }

    #[test]
    fn a_window_may_begin_within_a_character() {
        let file = include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base.vocab"));
        let tokenizer = Tokenizer::parse(Vocabulary::O200k, file).unwrap();
        let oracle = tiktoken_rs::o200k_base_singleton();
        for times in 1..200 {
            // One of its tokens is the end of the first character and the beginning of the second.
            let text = "\u{e00}\u{e36}\u{e7b}".repeat(times);
            let mut tokens = Vec::new();
            tokenizer.encode(text.as_bytes(), &mut tokens);
            assert_eq!(tokens, oracle.encode_ordinary(&text), "{times} times");
        }
    }

    #[test]
    fn a_long_piece_is_never_taken_for_what_is_kept_in_one_word() {
        let file = include_bytes!(concat!(env!("OUT_DIR"), "/r50k_base.vocab"));
        let tokenizer = Tokenizer::parse(Vocabulary::R50k, file).unwrap();
        let oracle = tiktoken_rs::r50k_base_singleton();
        for kept in ["", "\0", "\0\0\0\0\0\0\0\0", "\u{10ffff}\u{10ffff}"] {
            for text in [kept, "\0\0\0\0\0\0\0\0\0", " electroencephalographically"] {
                let expected = oracle.encode_ordinary(text).len() as u64;
                assert_eq!(tokenizer.count(text.as_bytes()), expected, "{text:?} after {kept:?}");
            }
        }
    }
}
