//! A vocabulary ready for counting.

use alloc::{borrow::Cow, boxed::Box, format, string::String};

use super::{
    bpe,
    cache::Cache,
    chunk,
    encoding::Encoding,
    pack::{self, Unreadable},
    split,
    table::{Built, NONE, Piece, Tables, word},
    window::Window,
};
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
                Unreadable::Corrupted => {
                    "this vocabulary file was cut or changed, or is of another version"
                }
            };
            Error::invalid_request(format!("{wrong}, wanted `{name}.vocab` as it was built"))
                .with("encoding", encoding.name())
                .with("file_bytes", file.len())
        };
        let expected = DIGESTS.iter().find(|(known, _)| *known == code);
        let (_, digest) = expected.ok_or_else(|| unreadable(Unreadable::OtherEncoding))?;
        let packed = pack::read(code, *digest, file).map_err(unreadable)?;
        let corrupted = || unreadable(Unreadable::Corrupted);
        let built = Built::new(&packed.byte_order, &packed.pairs).ok_or_else(corrupted)?;
        let cache = Cache::new().ok_or_else(corrupted)?;
        Ok(Self { encoding, source: Source::Read(Box::new(built)), cache })
    }

    /// The vocabulary inside this binary, when the feature `embed-o200k` or `embed-cl100k` has put
    /// it there. Its tables are used where they lie, so this takes no time.
    pub fn embedded(encoding: Encoding) -> Option<Self> {
        #[cfg(any(feature = "embed-cl100k", feature = "embed-o200k"))]
        {
            let tables: Option<&'static [u8]> = match encoding {
                #[cfg(feature = "embed-cl100k")]
                Encoding::Cl100kBase => Some(&super::embedded::CL100K.0),
                #[cfg(feature = "embed-o200k")]
                Encoding::O200kBase | Encoding::O200kHarmony => Some(&super::embedded::O200K.0),
                _ => None,
            };
            let source = Source::Embedded(Tables::of(tables?)?);
            Some(Self { encoding, source, cache: Cache::new()? })
        }
        #[cfg(not(any(feature = "embed-cl100k", feature = "embed-o200k")))]
        {
            let _ = encoding;
            None
        }
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
        let mut tokens = 0;
        self.for_each_count(text.as_bytes(), |_, count| {
            tokens += count as u64;
            tokens <= limit_tokens
        })
        .then_some(tokens)
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
        let mut tokens = 0;
        self.for_each_count(text, |_, count| {
            tokens += count as u64;
            true
        });
        tokens
    }

    /// Calls `see` with the end of each piece and its count until it says no; whether it never
    /// did.
    #[inline]
    pub(super) fn for_each_count(
        &self,
        text: &[u8],
        mut see: impl FnMut(usize, usize) -> bool,
    ) -> bool {
        let tables = self.tables();
        let mut window = Window::new();
        split::for_each_piece(self.encoding, text, |piece| {
            let count =
                self.cache.count(piece, || count_piece(tables, &self.cache, &mut window, piece));
            see(piece.at + piece.len, count)
        })
    }

    #[inline]
    pub(super) fn tables(&self) -> Tables<'_> {
        match &self.source {
            Source::Embedded(tables) => *tables,
            Source::Read(built) => built.view(),
        }
    }

    /// The place of a rank in the tables, which have no holes.
    pub(super) fn index(&self, rank: u32) -> Option<u32> {
        let hole = self.encoding.hole();
        let index = if rank > hole { rank - 1 } else { rank };
        (rank != hole && index < self.tables().len()).then_some(index)
    }
}

#[inline(never)]
fn count_piece(tables: Tables<'_>, cache: &Cache, window: &mut Window, piece: Piece<'_>) -> usize {
    let is_ascii = word(piece.text, piece.at) & 0x8080 == 0;
    // A long piece of a script without spaces is a clause, and hardly ever a token.
    if (is_ascii || piece.len <= 16) && tables.find(piece) != NONE {
        return 1;
    }
    if is_ascii {
        bpe::encode(tables, window, piece.bytes(), |_| {})
    } else {
        chunk::count(tables, cache, window, piece)
    }
}

impl core::fmt::Debug for Vocab {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Vocab").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

/// By the number of an encoding, the digest of its file's payload.
static DIGESTS: &[(u8, u64)] = &include!(concat!(env!("OUT_DIR"), "/digests.rs"));
