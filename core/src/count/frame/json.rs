//! JSON as providers write it into a prompt; every space and escape is tokens.

use alloc::format;
use alloc::string::String;

use serde_json::Value;

use crate::json;

/// Writes JSON without spaces.
pub(super) const COMPACT: Style = Style { spaced: false, ascii: false };
/// Writes JSON without spaces, and what is not ASCII as escapes.
pub(super) const COMPACT_ASCII: Style = Style { spaced: false, ascii: true };
/// Writes JSON with a space after each comma and colon.
pub(super) const SPACED: Style = Style { spaced: true, ascii: false };
/// Writes JSON with a space after each comma and colon, and what is not ASCII as escapes.
pub(super) const SPACED_ASCII: Style = Style { spaced: true, ascii: true };

/// How JSON is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    spaced: bool,
    ascii: bool,
}

impl Style {
    pub(super) fn text(self, value: &Value) -> String {
        let mut text = String::new();
        self.write(&mut text, value);
        text
    }

    pub(super) fn write(self, text: &mut String, value: &Value) {
        match value {
            Value::String(words) => self.quote(text, words),
            Value::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push_str(if self.spaced { ", " } else { "," });
                    }
                    self.write(text, item);
                }
                text.push(']');
            }
            Value::Object(map) => {
                text.push('{');
                for (index, (key, item)) in map.iter().enumerate() {
                    if index > 0 {
                        text.push_str(if self.spaced { ", " } else { "," });
                    }
                    self.quote(text, key);
                    text.push_str(if self.spaced { ": " } else { ":" });
                    self.write(text, item);
                }
                text.push('}');
            }
            other => text.push_str(&json::text(other)),
        }
    }

    pub(super) fn quote(self, text: &mut String, words: &str) {
        text.push('"');
        for character in words.chars() {
            match character {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\u{8}' => text.push_str("\\b"),
                '\u{c}' => text.push_str("\\f"),
                '\u{0}'..='\u{1f}' => text.push_str(&format!("\\u{:04x}", character as u32)),
                _ if self.ascii && !character.is_ascii() => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        text.push_str(&format!("\\u{unit:04x}"));
                    }
                }
                _ => text.push(character),
            }
        }
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_style_spaces_and_escapes_in_its_own_way() {
        let value = json!({ "a": [1, "é\n"], "b": null });
        assert_eq!(COMPACT.text(&value), "{\"a\":[1,\"é\\n\"],\"b\":null}");
        assert_eq!(COMPACT_ASCII.text(&value), "{\"a\":[1,\"\\u00e9\\n\"],\"b\":null}");
        assert_eq!(SPACED_ASCII.text(&value), "{\"a\": [1, \"\\u00e9\\n\"], \"b\": null}");
    }
}
