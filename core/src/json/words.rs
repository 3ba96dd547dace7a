//! Lists of words in one text, a space between two: the names of fields and of variants.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::Unreadable;

/// The place of the variant that a value names, among the words of an enum's variants.
///
/// # Errors
///
/// When the value names none of them.
pub fn place_of_word(value: &Value, name: &str, words: &str) -> Result<usize, Unreadable> {
    let (word, held) = match value {
        Value::String(word) => (word, &Value::Null),
        // As an enum whose variants hold something is written, which nothing holds.
        Value::Object(fields) if fields.len() == 1 => match fields.iter().next() {
            Some((word, held)) => (word, held),
            None => return Err(wrong_type(value, name)),
        },
        _ => return Err(wrong_type(value, name)),
    };
    let place = place_of(words, word)?;
    match held {
        Value::Null => Ok(place),
        held => Err(Unreadable::wrong_type(held, "unit variant")),
    }
}

/// The place of the variant that an object names in the field `tag`.
///
/// # Errors
///
/// When the value is no object, or names none of them.
pub fn place_of_tag(value: &Value, tag: &str, words: &str) -> Result<usize, Unreadable> {
    let Value::Object(fields) = value else {
        return Err(Unreadable::new(format!(
            "invalid type: an object with a field `{tag}` would be right"
        )));
    };
    match fields.get(tag) {
        Some(Value::String(word)) => place_of(words, word),
        Some(_) => Err(Unreadable::new(format!("invalid type: a field `{tag}` is a string"))),
        None => Err(Unreadable::new(format!("missing field `{tag}`"))),
    }
}

fn wrong_type(value: &Value, name: &str) -> Unreadable {
    Unreadable::wrong_type(value, &format!("enum {name}"))
}

fn place_of(words: &str, word: &str) -> Result<usize, Unreadable> {
    let place = words.split(' ').position(|known| known == word);
    place.ok_or_else(|| {
        Unreadable::new(format!("unknown variant `{word}`, {}", expected(words, "variants")))
    })
}

/// What would be right in the place of an unknown word.
pub(super) fn expected(words: &str, what: &str) -> String {
    let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => format!("there are no {what}"),
        [only] => format!("expected `{only}`"),
        [one, other] => format!("expected `{one}` or `{other}`"),
        several => format!("expected one of `{}`", several.join("`, `")),
    }
}
