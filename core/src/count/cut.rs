//! Making a text fit: truncated to so many tokens, or cut into parts of so many.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::ops::Range;

use super::vocab::Vocab;
use crate::error::Error;

/// Which part of a text to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep<'a> {
    /// The end.
    End,
    /// Both ends, about the same number of tokens each, with a marker between them.
    Ends {
        /// What stands for the part left out, such as `" … "`; it counts.
        marker: &'a str,
    },
    /// The start.
    Start,
}

impl Vocab {
    /// The text, or as much of it as is at most `limit_tokens` tokens when counted for itself.
    ///
    /// It is cut between tokens, and never inside a character. Where the marker alone is too much,
    /// only the start is kept.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "embed-o200k")] {
    /// use farebox_core::count::{Encoding, Keep, Vocab};
    ///
    /// let vocab = Vocab::embedded(Encoding::O200kBase).ok_or("the feature `embed-o200k` is on")?;
    /// assert_eq!(vocab.truncate("one two three four", 2, Keep::Start), "one two");
    /// assert_eq!(vocab.truncate("one two three four", 2, Keep::End), " three four");
    /// let middle = vocab.truncate("one two three four", 3, Keep::Ends { marker: " …" });
    /// assert_eq!(middle, "one … four");
    /// # }
    /// # Ok::<(), &str>(())
    /// ```
    pub fn truncate<'t>(&self, text: &'t str, limit_tokens: u64, keep: Keep<'_>) -> Cow<'t, str> {
        match keep {
            Keep::Start => Cow::Borrowed(&text[..self.start_within(text, limit_tokens)]),
            Keep::End => Cow::Borrowed(&text[self.end_within(text, limit_tokens)..]),
            Keep::Ends { marker } => self.truncate_middle(text, limit_tokens, marker),
        }
    }

    /// The text in parts of at most `limit_tokens` tokens each, as ranges of bytes.
    ///
    /// A part ends, where its second half has one, after a paragraph, else a line, else a
    /// sentence, else a word. The next part begins up to `overlap_tokens` tokens before that.
    ///
    /// # Errors
    /// `invalid_request` when the overlap is not less than the limit, or a single character is
    /// more tokens than the limit.
    pub fn chunks(
        &self,
        text: &str,
        limit_tokens: u64,
        overlap_tokens: u64,
    ) -> Result<Vec<Range<usize>>, Error> {
        if overlap_tokens >= limit_tokens {
            let what = format!(
                "an overlap of {overlap_tokens} tokens leaves nothing of {limit_tokens}, \
                 it has to be less"
            );
            return Err(Error::invalid_request(what)
                .with("limit_tokens", limit_tokens)
                .with("overlap_tokens", overlap_tokens));
        }
        let mut chunks: Vec<Range<usize>> = Vec::new();
        let (mut start, mut covered) = (0, 0);
        while covered < text.len() {
            let rest = &text[start..];
            let most = self.start_within(rest, limit_tokens);
            if start < covered && start + most <= covered {
                // With what it repeats in front of it, nothing new fits.
                start = covered;
                continue;
            }
            if most == 0 {
                let needed =
                    rest.chars().next().map_or(0, |only| self.count(only.encode_utf8(&mut [0; 4])));
                let what = format!(
                    "a single character needs {needed} tokens, the limit is {limit_tokens}"
                );
                return Err(Error::invalid_request(what)
                    .with("limit_tokens", limit_tokens)
                    .with("needed_tokens", needed));
            }
            let fits = |end: &usize| self.count_till_limit(&rest[..*end], limit_tokens).is_some();
            let natural = natural_end(&rest[..most])
                .filter(|end| most < rest.len() && start + end > covered && fits(end));
            covered = start + natural.unwrap_or(most);
            chunks.push(start..covered);
            let again = covered - self.overlap(&text[start..covered], overlap_tokens);
            start = if again > start { again } else { covered };
        }
        Ok(chunks)
    }

    /// The length of the longest end of a part that is so few tokens and begins with a word.
    fn overlap(&self, part: &str, overlap_tokens: u64) -> usize {
        let end = &part[self.end_within(part, overlap_tokens)..];
        let is_start = |at: &usize| end[..*at].ends_with(char::is_whitespace);
        let word = end.char_indices().map(|(at, _)| at).find(is_start);
        let fits = |at: &usize| self.count_till_limit(&end[*at..], overlap_tokens).is_some();
        end.len() - word.filter(|at| end.len() < part.len() && fits(at)).unwrap_or(0)
    }

    /// Where the longest start ends that is at most so many tokens.
    fn start_within(&self, text: &str, limit_tokens: u64) -> usize {
        let (mut tokens, mut whole_end, mut over_end) = (0, 0, None);
        self.tokenizer().for_each_piece(text.as_bytes(), &mut |end, count| {
            if tokens + count as u64 > limit_tokens {
                over_end = Some(end);
                return false;
            }
            tokens += count as u64;
            whole_end = end;
            true
        });
        let Some(over_end) = over_end else { return text.len() };
        let left = limit_tokens.saturating_sub(tokens) as usize;
        let inside = self.boundaries(&text[whole_end..over_end]);
        let mut end = whole_end + left.checked_sub(1).map_or(0, |last| inside[last]);
        end = text.floor_char_boundary(end);
        // Cut there, the end of the text may fall into other pieces than before.
        while end > 0 && self.count_till_limit(&text[..end], limit_tokens).is_none() {
            end = text.floor_char_boundary(end - 1);
        }
        end
    }

    /// Where the longest end starts that is at most so many tokens.
    fn end_within(&self, text: &str, limit_tokens: u64) -> usize {
        let Some(surplus) = self.count(text).checked_sub(limit_tokens).filter(|more| *more > 0)
        else {
            return 0;
        };
        let (mut tokens, mut start, mut over_end) = (0, 0, 0);
        self.tokenizer().for_each_piece(text.as_bytes(), &mut |end, count| {
            over_end = end;
            if tokens + count as u64 > surplus {
                return false;
            }
            tokens += count as u64;
            start = end;
            tokens < surplus
        });
        if tokens < surplus {
            let inside = self.boundaries(&text[start..over_end]);
            start += (surplus - tokens).checked_sub(1).map_or(0, |last| inside[last as usize]);
        }
        start = text.ceil_char_boundary(start);
        while start < text.len() && self.count_till_limit(&text[start..], limit_tokens).is_none() {
            start = text.ceil_char_boundary(start + 1);
        }
        start
    }

    fn truncate_middle<'t>(&self, text: &'t str, limit: u64, marker: &str) -> Cow<'t, str> {
        if self.count_till_limit(text, limit).is_some() {
            return Cow::Borrowed(text);
        }
        let Some(left) = limit.checked_sub(self.count(marker)).filter(|left| *left > 0) else {
            return Cow::Borrowed(&text[..self.start_within(text, limit)]);
        };
        let head = &text[..self.start_within(text, left.div_ceil(2))];
        let mut tail_tokens = left / 2;
        loop {
            let tail = &text[head.len()..][self.end_within(&text[head.len()..], tail_tokens)..];
            let joined: String = [head, marker, tail].concat();
            if tail_tokens == 0 || self.count_till_limit(&joined, limit).is_some() {
                return Cow::Owned(joined);
            }
            tail_tokens -= 1;
        }
    }
}

/// Where the second half of a text is best ended.
fn natural_end(text: &str) -> Option<usize> {
    let half = text.floor_char_boundary(text.len() / 2);
    let last = |ends: &[&str]| {
        let found = ends.iter().filter_map(|end| Some(text[half..].rfind(end)? + end.len()));
        found.max().map(|end| half + end)
    };
    last(&["\n\n", "\r\n\r\n"])
        .or_else(|| last(&["\n"]))
        .or_else(|| last(&[". ", "! ", "? ", "。", "！", "？"]))
        .or_else(|| {
            let word = text[half..].char_indices().rev().find(|(_, char)| char.is_whitespace())?;
            Some(half + word.0).filter(|end| *end > 0)
        })
}
