//! Half characters in JSON text.
//!
//! A character beyond the first plane is written as two escapes. A server that cuts its model's
//! output between them sends JSON that JavaScript reads and Rust refuses; the half becomes the mark
//! of a lost character here, as it is no text by itself.

use alloc::string::String;

/// The JSON text with the mark for every half character; nothing when there is none in it.
pub(super) fn paired(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let (mut whole, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        let start = at + found;
        at = match unit(bytes, start) {
            None => start + 2,
            Some(0xd800..=0xdbff) if matches!(unit(bytes, start + 6), Some(0xdc00..=0xdfff)) => {
                start + 12
            }
            Some(0xd800..=0xdfff) => {
                whole.push_str(json.get(copied..start)?);
                whole.push('\u{fffd}');
                copied = start + 6;
                copied
            }
            Some(_) => start + 6,
        };
        if at >= bytes.len() {
            break;
        }
    }
    if copied == 0 {
        return None;
    }
    whole.push_str(json.get(copied..)?);
    Some(whole)
}

/// The sixteen bits of the escape that begins here.
fn unit(bytes: &[u8], start: usize) -> Option<u16> {
    let escape = bytes.get(start..start + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(core::str::from_utf8(escape).ok()?, 16).ok()
}

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
}
