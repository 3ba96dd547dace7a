//! A vocabulary ready for counting.

use alloc::{borrow::Cow, format, string::String};

use farebox_tokenizer::{Tokenizer, Unreadable};

use super::encoding::Encoding;
use crate::error::Error;

/// The tokens of one encoding, in tables made for counting.
///
/// It takes about 10 MB when it was read from a file, next to nothing when it is embedded, and
/// does not grow with use. Any number of threads may use one at a time.
///
/// # Examples
/// ```
/// # #[cfg(feature = "embed-o200k")] {
/// use farebox_core::count::{Encoding, Vocab};
///
/// let vocab = Vocab::embedded(Encoding::O200kBase).ok_or("the feature `embed-o200k` is on")?;
/// assert_eq!(vocab.count("The fare, please."), 5);
/// assert_eq!(vocab.count_till_limit("The fare, please.", 3), None);
/// # }
/// # Ok::<(), &str>(())
/// ```
pub struct Vocab {
    encoding: Encoding,
    tokenizer: Tokenizer,
}

impl Vocab {
    /// The vocabulary in a file that this version of Farebox was built with.
    ///
    /// # Errors
    /// `invalid_request` when the bytes are not such a file, are one of another encoding, or were
    /// cut or changed.
    pub fn parse(encoding: Encoding, file: &[u8]) -> Result<Self, Error> {
        let unreadable = |why: Unreadable| {
            let name = encoding.file().name();
            let wrong = match why {
                Unreadable::Foreign => "these bytes are no vocabulary file",
                Unreadable::OtherEncoding => "this vocabulary file is of another encoding",
                Unreadable::Corrupted => {
                    "this vocabulary file was cut or changed, or is of another version"
                }
            };
            Error::invalid_request(format!("{wrong}, wanted `{name}.vocab` as it was built"))
                .with("encoding", encoding.name())
                .with("file_bytes", file.len())
        };
        let tokenizer = Tokenizer::parse(encoding.vocabulary(), file).map_err(unreadable)?;
        Ok(Self { encoding, tokenizer })
    }

    /// The vocabulary inside this binary, when the feature `embed-o200k` or `embed-cl100k` has put
    /// it there. Its tables are used where they lie, so this takes no time.
    pub fn embedded(encoding: Encoding) -> Option<Self> {
        let tokenizer = Tokenizer::embedded(encoding.vocabulary())?;
        Some(Self { encoding, tokenizer })
    }

    /// The encoding this is the vocabulary of.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// How many tokens the text is; special tokens in it count as the text they are written in.
    pub fn count(&self, text: &str) -> u64 {
        self.count_utf8(text.as_bytes())
    }

    /// The count, or nothing when it is more than `limit_tokens`; stops reading once it is.
    pub fn count_till_limit(&self, text: &str, limit_tokens: u64) -> Option<u64> {
        self.tokenizer.count_till_limit(text.as_bytes(), limit_tokens)
    }

    /// How many tokens these bytes are, read as UTF-8 with U+FFFD for what is none.
    ///
    /// That is what a provider sees: each maximal part that cannot be UTF-8 is replaced by one
    /// U+FFFD, as `TextDecoder`, tiktoken and [`String::from_utf8_lossy`] do. A lone surrogate of a
    /// JavaScript string is one U+FFFD, too: it becomes that when the string is made UTF-8.
    pub fn count_bytes(&self, bytes: &[u8]) -> u64 {
        match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => self.count(text),
            Cow::Owned(_) => {
                let mut counter = self.counter();
                bytes.chunks(1 << 16).for_each(|part| counter.push(part));
                counter.finish()
            }
        }
    }

    /// The count of bytes that are UTF-8.
    pub(super) fn count_utf8(&self, text: &[u8]) -> u64 {
        self.tokenizer.count(text)
    }

    pub(super) fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The tokenizer's number of a rank; those have no holes.
    pub(super) fn index(&self, rank: u32) -> Option<u32> {
        let hole = self.encoding.hole();
        let index = if rank > hole { rank - 1 } else { rank };
        (rank != hole && index < self.tokenizer.tokens()).then_some(index)
    }
}

impl core::fmt::Debug for Vocab {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Vocab").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}
