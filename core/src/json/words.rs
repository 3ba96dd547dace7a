//! Lists of words in one text: the names of fields and of variants.
//!
//! Before each word stands a byte of how long it is, so that a word that is not looked for is passed
//! over without being read.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::node::find;
use super::{Node, Unreadable};

/// The place of the variant that a value names, among the words of an enum's variants.
///
/// # Errors
///
/// When the value names none of them.
pub fn place_of_word(value: &Node<'_>, name: &str, words: &str) -> Result<usize, Unreadable> {
    let (word, held) = match value {
        Node::String(word) => (word, &Node::Null),
        // As an enum whose variants hold something is written, which nothing holds.
        Node::Object(fields) => match fields.as_slice() {
            [others @ .., (word, held)] if others.iter().all(|(other, _)| other == word) => {
                (word, held)
            }
            _ => return Err(wrong_type(value, name)),
        },
        _ => return Err(wrong_type(value, name)),
    };
    let place = place_of(words, word)?;
    match held {
        Node::Null => Ok(place),
        held => Err(Unreadable::wrong_type(held, "unit variant")),
    }
}

/// The place of the variant that an object names in the field `tag`.
///
/// # Errors
///
/// When the value is no object, or names none of them.
pub fn place_of_tag(value: &Node<'_>, tag: &str, words: &str) -> Result<usize, Unreadable> {
    let Node::Object(fields) = value else {
        return Err(Unreadable::new(format!(
            "invalid type: an object with a field `{tag}` would be right"
        )));
    };
    match find(fields, tag) {
        Some(Node::String(word)) => place_of(words, word),
        Some(_) => Err(Unreadable::new(format!("invalid type: a field `{tag}` is a string"))),
        None => Err(Unreadable::new(format!("missing field `{tag}`"))),
    }
}

fn wrong_type(value: &Node<'_>, name: &str) -> Unreadable {
    Unreadable::wrong_type(value, &format!("enum {name}"))
}

fn place_of(words: &str, word: &str) -> Result<usize, Unreadable> {
    place_within(words, 0, word).map(|(place, _)| place).ok_or_else(|| {
        Unreadable::new(format!("unknown variant `{word}`, {}", expected(words, "variants")))
    })
}

/// How many words of a list stand between a place in its text and this word, and where the next one
/// begins.
pub(super) fn place_within(words: &str, from: usize, word: &str) -> Option<(usize, usize)> {
    let (words, word) = (words.as_bytes(), word.as_bytes());
    let mut start = from;
    let mut place = 0;
    while let Some(length) = words.get(start).map(|length| usize::from(*length)) {
        let end = start + 1 + length;
        if length == word.len() && words.get(start + 1..end)? == word {
            return Some((place, end));
        }
        start = end;
        place += 1;
    }
    None
}

/// The first word of a list, and the list of the others.
pub(super) fn split_first(words: &str) -> Option<(&str, &str)> {
    let end = 1 + usize::from(*words.as_bytes().first()?);
    Some((words.get(1..end)?, words.get(end..)?))
}

/// The words of a list.
pub(super) fn words(list: &str) -> impl Iterator<Item = &str> {
    let mut left = list;
    core::iter::from_fn(move || {
        let (first, others) = split_first(left)?;
        left = others;
        Some(first)
    })
}

/// What would be right in the place of an unknown word.
pub(super) fn expected(list: &str, what: &str) -> String {
    let words: Vec<&str> = words(list).collect();
    match words.as_slice() {
        [] => format!("there are no {what}"),
        [only] => format!("expected `{only}`"),
        [one, other] => format!("expected `{one}` or `{other}`"),
        several => format!("expected one of `{}`", several.join("`, `")),
    }
}
