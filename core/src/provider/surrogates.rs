//! Half characters in JSON text.
//!
//! A character beyond the first plane is written as two escapes. A server that cuts its model's
//! output between them sends JSON that JavaScript reads and Rust refuses. Where the next event goes
//! on with the other half, as it does from a server whose texts are of sixteen-bit units, the two are
//! one character, as in JavaScript they would be once the texts are joined; any other half becomes
//! the mark of a lost character, as it is no text by itself.

use alloc::string::String;

/// The JSON text with the mark for every half character; nothing when there is none in it.
pub(super) fn paired(json: &str) -> Option<String> {
    let (mut whole, mut copied) = (String::new(), 0);
    while let Some(half) = first_half(json, copied) {
        whole.push_str(json.get(copied..half.start)?);
        whole.push('\u{fffd}');
        copied = half.start + ESCAPE_BYTES;
    }
    if copied == 0 {
        return None;
    }
    whole.push_str(json.get(copied..)?);
    Some(whole)
}

/// Whether the JSON text holds one half character, the first of two, at the end of a string.
pub(super) fn ends_amid_character(json: &str) -> bool {
    let Some(half) = first_half(json, 0) else { return false };
    let end = half.start + ESCAPE_BYTES;
    half.is_high && json.as_bytes().get(end) == Some(&b'"') && first_half(json, end).is_none()
}

/// Moves the half at the end of a string of the one text to the start of a string of the other that
/// begins with its fellow.
pub(super) fn joined(first: &str, second: &str) -> Option<(String, String)> {
    let high = first_half(first, 0)?;
    let mut place = 0;
    let low = loop {
        let half = first_half(second, place)?;
        // Quotes inside a string are escaped, so these open one.
        let before = second.get(..half.start)?;
        if !half.is_high && before.ends_with('"') && !before.ends_with("\\\"") {
            break half;
        }
        place = half.start + ESCAPE_BYTES;
    };
    let (rest, tail) = (first.get(..high.start)?, first.get(high.start + ESCAPE_BYTES..)?);
    let (head, goes_on) = second.split_at_checked(low.start)?;
    let moved = first.get(high.start..high.start + ESCAPE_BYTES)?;
    Some(([rest, tail].concat(), [head, moved, goes_on].concat()))
}

/// Half a character.
struct Half {
    start: usize,
    /// Whether it is the first of two.
    is_high: bool,
}

/// The first half character from a place on.
fn first_half(json: &str, from: usize) -> Option<Half> {
    let bytes = json.as_bytes();
    let mut at = from;
    loop {
        let start = at + memchr::memchr(b'\\', bytes.get(at..)?)?;
        at = match unit(bytes, start) {
            None => start + 2,
            Some(0xd800..=0xdbff)
                if matches!(unit(bytes, start + ESCAPE_BYTES), Some(0xdc00..=0xdfff)) =>
            {
                start + 2 * ESCAPE_BYTES
            }
            Some(unit @ 0xd800..=0xdfff) => return Some(Half { start, is_high: unit < 0xdc00 }),
            Some(_) => start + ESCAPE_BYTES,
        };
    }
}

/// The sixteen bits of the escape that begins here.
fn unit(bytes: &[u8], start: usize) -> Option<u16> {
    let escape = bytes.get(start..start + ESCAPE_BYTES)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(core::str::from_utf8(escape).ok()?, 16).ok()
}

const ESCAPE_BYTES: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_halves_are_replaced() {
        for (json, expected) in [
            (r#""\ud83d""#, Some("\"\u{fffd}\"")),
            (r#""\ude00x\ud83d\ude00""#, Some("\"\u{fffd}x\\ud83d\\ude00\"")),
            (r#""\ud83d\ud83d\ude00""#, Some("\"\u{fffd}\\ud83d\\ude00\"")),
            (r#""\\ud83d \" \u00e9 \ud83d\ude00""#, None),
            (r#""\ud8"#, None),
            ("\"\\", None),
        ] {
            assert_eq!(paired(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_half_goes_to_its_fellow_in_the_next_text() {
        let first = r#"{"n":1,"t":"a\ud83d"}"#;
        assert!(ends_amid_character(first));
        for whole in [r#"{"t":"\ud83d\ude00"}"#, r#"{"t":"\ud83dx"}"#, r#"{"t":"\ude00"}"#, "{}"] {
            assert!(!ends_amid_character(whole), "{whole}");
        }
        let (left, right) = joined(first, r#"{"x":"\\","t":"\ude00b\ud83d"}"#).unwrap();
        assert_eq!(left, r#"{"n":1,"t":"a"}"#);
        assert_eq!(right, r#"{"x":"\\","t":"\ud83d\ude00b\ud83d"}"#);
        for other in [r#"{"t":"x\ude00"}"#, r#"{"t":"\"\ude00"}"#, r#"{"t":"\ud83d"}"#, "{}"] {
            assert_eq!(joined(first, other), None, "{other}");
        }
    }
}
