//! Counting a text while it is edited.
//!
//! The text is kept in parts of about a thousand bytes, cut only where a piece starts whatever
//! else stands in the text ([`farebox_tokenizer::is_cut`]). So an edit touches the parts it lies in, and the
//! ones beside only when the place between them is no cut any more; the others keep their counts.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::ops::{Deref, Range};

use super::vocab::Vocab;
use crate::error::Error;

/// Bytes of a part, unless it holds no place to cut.
const PART_BYTES: usize = 1024;

/// A text under edit and its exact count.
///
/// An edit costs what it inserts and about one part of a thousand bytes, or the piece it lies in
/// when that is longer; not the text.
///
/// # Examples
/// ```
/// # #[cfg(feature = "embed-o200k")] {
/// use farebox_core::count::{Encoding, LiveCount, Vocab};
///
/// let vocab = Vocab::embedded(Encoding::O200kBase).ok_or("the feature `embed-o200k` is on")?;
/// let mut text = LiveCount::new(&vocab, "the fare");
/// let edit = text.replace(3..3, " lowest").map_err(|_| "the place is inside the text")?;
/// assert_eq!(text.to_string(), "the lowest fare");
/// assert_eq!(edit.tokens, vocab.count("the lowest fare"));
/// # }
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug)]
pub struct LiveCount<V> {
    vocab: V,
    /// INVARIANT: none is empty, and between each two is a cut.
    parts: Vec<Part>,
    tokens: u64,
}

/// What an edit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The tokens of the whole text now.
    pub tokens: u64,
    /// The bytes of the text now whose token boundaries may have changed; all others are where
    /// they were, moved along with their text. [`LiveCount::boundaries`] tells the new ones.
    pub changed: Range<usize>,
}

#[derive(Clone, Debug)]
struct Part {
    text: String,
    tokens: u64,
    utf16_units: usize,
}

impl<V: Deref<Target = Vocab>> LiveCount<V> {
    /// The text to edit; the vocabulary may be a reference, an `Arc` or an `Rc`.
    pub fn new(vocab: V, text: &str) -> Self {
        let mut parts = Vec::new();
        split_parts(&vocab, text, &mut parts);
        let tokens = parts.iter().map(|part| part.tokens).sum();
        Self { vocab, parts, tokens }
    }

    /// The tokens of the text.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// The length of the text in bytes.
    pub fn len_bytes(&self) -> usize {
        self.parts.iter().map(|part| part.text.len()).sum()
    }

    /// Puts a text in the place of a range of bytes.
    ///
    /// # Errors
    /// `invalid_request` when the range ends before it begins, reaches over the end of the text or
    /// begins or ends inside a character; nothing is changed then.
    pub fn replace(&mut self, range: Range<usize>, with: &str) -> Result<Edit, Error> {
        let wrong = |what: &str| {
            Error::invalid_request(format!("an edit {what}, it has to be a part of the text"))
                .with("start_bytes", range.start)
                .with("end_bytes", range.end)
        };
        if range.start > range.end {
            return Err(wrong("ends before it begins"));
        }
        let (first, first_base) = self.part_at(range.start);
        let (last, last_base) = self.part_at(range.end);
        let text_of = |at: usize| self.parts.get(at).map_or("", |part| part.text.as_str());
        let before = text_of(first).get(..range.start - first_base);
        let after = text_of(last).get(range.end - last_base..);
        let (Some(before), Some(after)) = (before, after) else {
            let over = range.end - last_base > text_of(last).len();
            return Err(wrong(if over { "reaches over the end" } else { "cuts a character" }));
        };
        let mut text = [before, with, after].concat();
        let (mut first, mut end, mut base) = (first, (last + 1).min(self.parts.len()), first_base);
        // A place that was a cut may be none beside the new text; small parts are joined, too.
        while first > 0
            && (text.len() < PART_BYTES / 4 || !is_cut(&self.parts[first - 1].text, &text))
        {
            first -= 1;
            text.insert_str(0, &self.parts[first].text);
            base -= self.parts[first].text.len();
        }
        while end < self.parts.len() && !is_cut(&text, &self.parts[end].text) {
            text.push_str(&self.parts[end].text);
            end += 1;
        }
        let mut parts = Vec::new();
        split_parts(&self.vocab, &text, &mut parts);
        let sum = |parts: &[Part]| parts.iter().map(|part| part.tokens).sum::<u64>();
        self.tokens = self.tokens + sum(&parts) - sum(&self.parts[first..end]);
        self.parts.splice(first..end, parts);
        Ok(Edit { tokens: self.tokens, changed: base..base + text.len() })
    }

    /// Puts a text in the place of a range of UTF-16 units, as a text field of a page counts; a
    /// range that begins or ends between two surrogates takes the whole character.
    ///
    /// # Errors
    /// `invalid_request` as [`LiveCount::replace`].
    pub fn replace_utf16(&mut self, range: Range<usize>, with: &str) -> Result<Edit, Error> {
        let start = self.byte_of_unit(range.start, false);
        let end = self.byte_of_unit(range.end, true);
        if range.start > range.end {
            return self.replace(end.max(1)..0, with);
        }
        self.replace(start..end, with)
    }

    /// Where each token ends that ends in this range of bytes, which [`Edit::changed`] gave.
    pub fn boundaries(&self, range: Range<usize>) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut base = 0;
        for part in &self.parts {
            let end = base + part.text.len();
            if end > range.start && base < range.end {
                let inside = self.vocab.boundaries(&part.text).into_iter().map(|end| base + end);
                ends.extend(inside.filter(|end| *end > range.start && *end <= range.end));
            }
            base = end;
        }
        ends
    }

    /// The length of the text in UTF-16 units.
    pub fn len_utf16(&self) -> usize {
        self.parts.iter().map(|part| part.utf16_units).sum()
    }

    /// Where each token ends that ends in this range of UTF-16 units, in such units; a token that
    /// ends inside a character ends before it.
    pub fn boundaries_utf16(&self, range: Range<usize>) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut base = 0;
        for part in &self.parts {
            let mut units = base;
            base += part.utf16_units;
            if base <= range.start {
                continue;
            }
            if units >= range.end {
                break;
            }
            let mut chars = part.text.char_indices().peekable();
            for end in self.vocab.boundaries(&part.text) {
                while let Some((_, char)) = chars.next_if(|(at, char)| at + char.len_utf8() <= end)
                {
                    units += char.len_utf16();
                }
                if units > range.start && units <= range.end {
                    ends.push(units);
                }
            }
        }
        ends
    }

    /// The part a byte lies in, the last one for those after the end; and where that starts.
    fn part_at(&self, byte: usize) -> (usize, usize) {
        let mut base = 0;
        for (at, part) in self.parts.iter().enumerate() {
            if byte < base + part.text.len() || at + 1 == self.parts.len() {
                return (at, base);
            }
            base += part.text.len();
        }
        (0, 0)
    }

    /// The byte at which a UTF-16 unit starts; one after the end is as much after it.
    fn byte_of_unit(&self, unit: usize, round_up: bool) -> usize {
        let (mut bytes, mut units) = (0, 0);
        for part in &self.parts {
            if unit < units + part.utf16_units {
                for char in part.text.chars() {
                    if units >= unit || (!round_up && units + char.len_utf16() > unit) {
                        break;
                    }
                    units += char.len_utf16();
                    bytes += char.len_utf8();
                }
                return bytes;
            }
            units += part.utf16_units;
            bytes += part.text.len();
        }
        bytes + (unit - units)
    }
}

impl<V> core::fmt::Display for LiveCount<V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.parts.iter().try_for_each(|part| f.write_str(&part.text))
    }
}

/// Whether two texts may be counted apart.
fn is_cut(before: &str, after: &str) -> bool {
    let (Some(left), Some(right)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    let mut around = [0; 8];
    let cut = left.encode_utf8(&mut around).len();
    let end = cut + right.encode_utf8(&mut around[cut..]).len();
    farebox_tokenizer::is_cut(&around[..end], cut)
}

fn split_parts(vocab: &Vocab, mut text: &str, parts: &mut Vec<Part>) {
    while !text.is_empty() {
        let cut = (PART_BYTES..text.len()).find(|at| {
            text.is_char_boundary(*at) && farebox_tokenizer::is_cut(text.as_bytes(), *at)
        });
        let (part, rest) = text.split_at(cut.unwrap_or(text.len()));
        parts.push(Part {
            text: part.to_string(),
            tokens: vocab.count(part),
            utf16_units: part.encode_utf16().count(),
        });
        text = rest;
    }
}
