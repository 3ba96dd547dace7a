//! Events that differ from the one before in their words alone.
//!
//! Most of a stream is one event over and over with other words in it, and reading each as JSON is
//! most of the work of following it. So the text of such an event is kept with the places that change,
//! and what comes next is compared with it first.
//!
//! What agrees byte for byte means the same. JSON is read from left to right: over the same bytes a
//! reader comes to the same opening quote, over any string to its closing one, and from there on
//! over the same bytes to the same end. So the two values differ in those strings and in nothing
//! else, and the same holds for a run of digits where a number was.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::node::Node;
use crate::json::{plain, read_text};
use crate::seek;

/// The text of an event and the places in it that change.
#[derive(Clone, Debug, Default)]
pub(super) struct Alike {
    name: String,
    data: String,
    /// In the order they stand; none while nothing is known.
    gaps: Vec<Gap>,
}

#[derive(Clone, Copy, Debug)]
struct Gap {
    start: usize,
    end: usize,
    kind: GapKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GapKind {
    /// A string nobody reads.
    Aside,
    /// The number of the event.
    Count,
    /// The string that is handed on.
    Words,
}

impl Alike {
    /// Keeps an event: the string that its words are, one that nobody reads, and the text that its
    /// own number follows. Where the words are not in the data as they stand, nothing is kept.
    pub(super) fn keep(
        &mut self,
        name: &str,
        data: &str,
        words: &str,
        aside: Option<&str>,
        count: Option<&str>,
    ) {
        self.gaps.clear();
        let Some(gap) = string_gap(data, words, GapKind::Words) else { return };
        self.gaps.push(gap);
        let aside = aside.and_then(|aside| string_gap(data, aside, GapKind::Aside));
        for gap in aside.into_iter().chain(count.and_then(|before| count_gap(data, before))) {
            let place = self.gaps.iter().position(|other| other.start > gap.start);
            self.gaps.insert(place.unwrap_or(self.gaps.len()), gap);
        }
        self.name.clear();
        self.name.push_str(name);
        self.data.clear();
        self.data.push_str(data);
    }

    /// Forgets the event: what it meant may have changed.
    pub(super) fn forget(&mut self) {
        self.gaps.clear();
    }

    /// The words of an event that differs in nothing else.
    pub(super) fn words<'a>(&self, name: &str, data: &'a str) -> Option<Cow<'a, str>> {
        if self.gaps.is_empty() || name != self.name {
            return None;
        }
        let (mut words, mut known, mut rest) = (None, 0, data);
        for gap in &self.gaps {
            rest = rest.strip_prefix(self.data.get(known..gap.start)?)?;
            known = gap.end;
            let length = match gap.kind {
                GapKind::Count => digits(rest)?,
                GapKind::Aside | GapKind::Words => string_length(rest)?,
            };
            if gap.kind == GapKind::Words {
                let start = data.len() - rest.len();
                words = Some((start, start + length));
            }
            rest = rest.get(length..)?;
        }
        let (start, end) = words.filter(|_| self.data.get(known..) == Some(rest))?;
        let words = data.get(start..end)?;
        if !words.contains('\\') {
            return Some(Cow::Borrowed(words));
        }
        // With its quotes it is JSON by itself; half a character is left to who reads the whole.
        match read_text(data.get(start - 1..=end)?) {
            Ok(Node::String(words)) => Some(words),
            _ => None,
        }
    }
}

/// Where a string stands that was read from this data and has nothing escaped in it.
fn string_gap(data: &str, string: &str, kind: GapKind) -> Option<Gap> {
    let start = string.as_ptr().addr().checked_sub(data.as_ptr().addr())?;
    let end = start.checked_add(string.len())?;
    let is_quoted = start > 0 && data.get(start - 1..=end)?.ends_with('"');
    let is_it = is_quoted && data.get(start..end)?.as_ptr() == string.as_ptr();
    is_it.then_some(Gap { start, end, kind })
}

/// Where the number after a text stands, which is the name of a field with its quotes and colon: in
/// no string do quotes stand so.
fn count_gap(data: &str, before: &str) -> Option<Gap> {
    let name = seek::first(data, before)? + before.len();
    let rest = data.get(name..)?;
    let start = name + (rest.len() - rest.trim_start().len());
    let end = start + digits(data.get(start..)?)?;
    Some(Gap { start, end, kind: GapKind::Count })
}

/// The length of the string that begins here, up to its closing quote.
fn string_length(text: &str) -> Option<usize> {
    let mut place = 0;
    loop {
        let rest = text.as_bytes().get(place..)?;
        place += plain(rest);
        match text.as_bytes().get(place)? {
            b'"' => return Some(place),
            b'\\' => place += 2,
            // JSON wants them escaped.
            _ => return None,
        }
    }
}

/// The length of the whole number that begins here.
fn digits(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = length == 1 || length > 1 && length < 16 && !text.starts_with('0');
    is_number.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event of which the words, a padding and a count change.
    fn kept(data: &str) -> Alike {
        let node = read_text(data).unwrap();
        let mut alike = Alike::default();
        let pad = node.get("pad").and_then(Node::as_str);
        alike.keep(
            "delta",
            data,
            node.get("words").unwrap().as_str().unwrap(),
            pad,
            Some("\"n\":"),
        );
        alike
    }

    #[test]
    fn only_what_is_the_same_otherwise_has_its_words_taken() {
        let alike = kept(r#"{"n":9,"words":"old","id":"a","pad":"xy"} "#);
        let words = |data: &str| alike.words("delta", data).map(Cow::into_owned);
        for (data, expected) in [
            (r#"{"n":10,"words":"new","id":"a","pad":""} "#, Some("new")),
            (r#"{"n":1,"words":"","id":"a","pad":"\"\\"} "#, Some("")),
            (r#"{"n":1,"words":"a\n\"b\u00e9\ud83d\ude00","id":"a","pad":""} "#, Some("a\n\"bé😀")),
            (r#"{"n":1,"words":"\\","id":"a","pad":""} "#, Some("\\")),
            (r#"{"n":1,"words":"\ud83d","id":"a","pad":""} "#, None),
            (r#"{"n":1,"words":"\x","id":"a","pad":""} "#, None),
            (r#"{"n":01,"words":"new","id":"a","pad":""} "#, None),
            (r#"{"n":-1,"words":"new","id":"a","pad":""} "#, None),
            (r#"{"n":1.5,"words":"new","id":"a","pad":""} "#, None),
            (r#"{"n":1,"words":"new","id":"b","pad":""} "#, None),
            (r#"{"n":1,"words":"new","id":"a","pad":""}"#, None),
            (r#"{"n":1,"words":"new","id":"a","pad":"","words":"x"} "#, None),
            (r#"{"n":1,"words":"new","x":"","id":"a","pad":""} "#, None),
            (r#"{"n":1,"words":null,"id":"a","pad":""} "#, None),
            (r#"{"n":1,"words":"new"#, None),
            ("{\"n\":1,\"words\":\"a\tb\",\"id\":\"a\",\"pad\":\"\"} ", None),
        ] {
            assert_eq!(words(data).as_deref(), expected, "{data}");
        }
        assert_eq!(alike.words("other", r#"{"n":1,"words":"new","id":"a","pad":""} "#), None);
    }

    #[test]
    fn words_that_were_escaped_are_not_learned_from() {
        let alike = kept(r#"{"n":9,"words":"o\nld","id":"a","pad":"xy"}"#);
        assert_eq!(alike.words("delta", r#"{"n":9,"words":"old","id":"a","pad":"xy"}"#), None);
    }
}
