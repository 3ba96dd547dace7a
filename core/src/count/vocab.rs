//! A vocabulary ready for counting.

use alloc::{format, string::String, vec::Vec};

use super::{
    bpe,
    cache::Cache,
    encoding::Encoding,
    pack::{self, Unreadable},
    split::{Cl100k, Gpt2, O200k, Rule},
    table::{NONE, Piece, Tables},
    window::Window,
};
use crate::error::Error;

/// The tokens of one encoding, in tables made for counting.
///
/// It never changes, takes about 6 MB, and any number of threads may use one at a time.
///
/// # Examples
/// ```
/// # #[cfg(feature = "embed-o200k")] {
/// use farebox_core::count::{Encoding, Vocab};
///
/// let vocab = Vocab::parse(Encoding::O200kBase, farebox_core::count::O200K_FILE)?;
/// assert_eq!(vocab.count("The fare, please."), 5);
/// assert_eq!(vocab.count_till_limit("The fare, please.", 3), None);
/// # }
/// # Ok::<(), farebox_core::error::Error>(())
/// ```
pub struct Vocab {
    encoding: Encoding,
    tables: Tables,
    cache: Cache,
}

impl Vocab {
    /// The vocabulary in a file that this version of Farebox was built with.
    ///
    /// # Errors
    /// `invalid_request` when the bytes are not such a file, are one of another encoding, or were
    /// cut or changed.
    pub fn parse(encoding: Encoding, file: &[u8]) -> Result<Self, Error> {
        let code = encoding.code();
        let unreadable = |why: Unreadable| {
            let name = encoding.file().name();
            let wrong = match why {
                Unreadable::Foreign => "these bytes are no vocabulary file",
                Unreadable::OtherEncoding => "this vocabulary file is of another encoding",
                Unreadable::Length => "this vocabulary file is cut short or runs on",
                Unreadable::Corrupted => "this vocabulary file is not the one of this version",
            };
            Error::invalid_request(format!("{wrong}, wanted `{name}.vocab` as it was built"))
                .with("encoding", encoding.name())
                .with("file_bytes", file.len())
        };
        let expected = DIGESTS.iter().find(|(known, _)| *known == code);
        let (_, digest) = expected.ok_or_else(|| unreadable(Unreadable::OtherEncoding))?;
        let packed = pack::read(code, *digest, file).map_err(unreadable)?;
        let tables = Tables::build(&packed).ok_or_else(|| unreadable(Unreadable::Corrupted))?;
        let cache = Cache::new().ok_or_else(|| unreadable(Unreadable::Corrupted))?;
        Ok(Self { encoding, tables, cache })
    }

    /// The encoding this is the vocabulary of.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// How many tokens the text is; special tokens in it count as the text they are written in.
    pub fn count(&self, text: &str) -> u64 {
        let mut tokens = 0;
        self.for_each_piece(text, |count| {
            tokens += count as u64;
            true
        });
        tokens
    }

    /// The count, or nothing when it is more than `limit_tokens`; stops reading once it is.
    pub fn count_till_limit(&self, text: &str, limit_tokens: u64) -> Option<u64> {
        let mut tokens = 0;
        self.for_each_piece(text, |count| {
            tokens += count as u64;
            tokens <= limit_tokens
        })
        .then_some(tokens)
    }

    /// The ranks of the text's tokens; special tokens in it are encoded as ordinary text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        match self.encoding {
            Encoding::Cl100kBase => self.encode_by::<Cl100k>(text, &mut tokens),
            Encoding::O200kBase | Encoding::O200kHarmony => {
                self.encode_by::<O200k>(text, &mut tokens);
            }
            Encoding::P50kBase | Encoding::R50kBase => self.encode_by::<Gpt2>(text, &mut tokens),
        }
        tokens
    }

    /// The bytes these tokens stand for; special tokens stand for their text.
    ///
    /// # Errors
    /// `invalid_request` for a rank that is no token of this encoding.
    pub fn decode_bytes(&self, tokens: &[u32]) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(tokens.len() * 4);
        for &token in tokens {
            match self.index(token) {
                Some(index) => bytes.extend_from_slice(self.tables.bytes(index)),
                None => bytes.extend_from_slice(self.special_text(token)?.as_bytes()),
            }
        }
        Ok(bytes)
    }

    /// The text these tokens stand for; what is not UTF-8 in it becomes U+FFFD.
    ///
    /// # Errors
    /// `invalid_request` for a rank that is no token of this encoding.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        Ok(match String::from_utf8(self.decode_bytes(tokens)?) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        })
    }

    fn special_text(&self, token: u32) -> Result<String, Error> {
        let special = self.encoding.special_tokens().find(|(_, rank)| *rank == token);
        special.map(|(text, _)| text).ok_or_else(|| {
            let name = self.encoding.name();
            Error::invalid_request(format!("`{name}` has no token of rank {token}"))
                .with("rank", token)
        })
    }

    /// The place of a rank in the tables, which have no holes.
    fn index(&self, rank: u32) -> Option<u32> {
        let hole = self.encoding.hole();
        let index = if rank > hole { rank - 1 } else { rank };
        (rank != hole && index < self.tables.len()).then_some(index)
    }

    /// Calls `see` with the count of each piece until it says no; whether it never did.
    fn for_each_piece(&self, text: &str, see: impl FnMut(usize) -> bool) -> bool {
        match self.encoding {
            Encoding::Cl100kBase => self.pieces_by::<Cl100k>(text, see),
            Encoding::O200kBase | Encoding::O200kHarmony => self.pieces_by::<O200k>(text, see),
            Encoding::P50kBase | Encoding::R50kBase => self.pieces_by::<Gpt2>(text, see),
        }
    }

    fn pieces_by<R: Rule>(&self, text: &str, mut see: impl FnMut(usize) -> bool) -> bool {
        let text = text.as_bytes();
        let mut window = Window::new();
        let mut at = 0;
        while at < text.len() {
            let end = R::piece_end(text, at);
            let piece = Piece { text, at, len: end - at };
            let count = self.cache.count(piece, || match self.tables.find(piece) {
                NONE => bpe::encode(&self.tables, &mut window, piece.bytes(), |_| {}),
                _ => 1,
            });
            if !see(count) {
                return false;
            }
            at = end;
        }
        true
    }

    fn encode_by<R: Rule>(&self, text: &str, tokens: &mut Vec<u32>) {
        let text = text.as_bytes();
        let hole = self.encoding.hole();
        let rank = |index: u32| if index >= hole { index + 1 } else { index };
        let mut window = Window::new();
        let mut at = 0;
        while at < text.len() {
            let end = R::piece_end(text, at);
            let piece = Piece { text, at, len: end - at };
            match self.tables.find(piece) {
                NONE => {
                    let push = |index| tokens.push(rank(index));
                    bpe::encode(&self.tables, &mut window, piece.bytes(), push);
                }
                index => tokens.push(rank(index)),
            }
            at = end;
        }
    }
}

impl core::fmt::Debug for Vocab {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Vocab").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

/// By the number of an encoding, the digest of its file's payload.
static DIGESTS: &[(u8, u64)] = &include!(concat!(env!("OUT_DIR"), "/digests.rs"));
