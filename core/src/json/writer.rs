//! JSON text as it is written.

use alloc::string::String;
use core::fmt::Write as _;

use serde_json::Value;

use super::words::{split_first, words};
use super::{Fields, Writable};

/// JSON text that grows.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
}

/// The names of an object's fields, in the order they are written.
#[derive(Debug)]
pub struct Names {
    left: &'static str,
}

impl Writer {
    /// No text yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// Writes JSON text as it stands.
    pub fn raw(&mut self, json: &str) {
        self.text.push_str(json);
    }

    /// Writes a text as a string.
    #[inline(never)]
    pub fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        let is_escaped = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'\\');
        while let Some(place) = rest.bytes().position(is_escaped) {
            let (plain, after) = rest.split_at(place);
            let byte = after.bytes().next().unwrap_or_default();
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0x08 => "\\b",
                0x0c => "\\f",
                _ => "\\u00",
            };
            self.raw(plain);
            self.raw(escaped);
            if escaped.len() > 2 {
                self.text.push(char::from(b'0' + (byte >> 4)));
                self.text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            }
            rest = after.get(1..).unwrap_or_default();
        }
        self.raw(rest);
        self.text.push('"');
    }

    /// Writes what can be told as a text, such as an amount or a day, as a string.
    pub fn display(&mut self, value: &dyn core::fmt::Display) {
        // Writing into a string cannot fail.
        let _ = write!(self.text, "\"{value}\"");
    }

    /// Writes a word of a list, in which a byte before each says how long it is.
    #[inline(never)]
    pub fn word(&mut self, list: &str, place: usize) {
        self.string(words(list).nth(place).unwrap_or_default());
    }

    /// Writes an integer.
    #[inline(never)]
    pub fn unsigned(&mut self, number: u64) {
        let mut digits = [0_u8; 20];
        let mut rest = number;
        let mut written = 0;
        for place in digits.iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
            written += 1;
            if rest == 0 {
                break;
            }
        }
        let digits = digits.iter().skip(digits.len() - written);
        self.text.extend(digits.map(|digit| char::from(*digit)));
    }

    /// Writes an integer that may be negative.
    pub fn signed(&mut self, number: i64) {
        if number < 0 {
            self.text.push('-');
        }
        self.unsigned(number.unsigned_abs());
    }

    /// Writes an object.
    #[inline(never)]
    pub fn object(&mut self, fields: &dyn Fields) {
        self.text.push('{');
        fields.write_fields(self);
        self.text.push('}');
    }

    /// Writes a list.
    pub fn list(&mut self, items: &mut dyn Iterator<Item = &dyn Writable>) {
        self.text.push('[');
        for item in items {
            self.part();
            item.write(self);
        }
        self.text.push(']');
    }

    /// Writes an object of pairs, whose keys are written as strings.
    pub fn pairs<'a>(
        &mut self,
        pairs: &mut dyn Iterator<Item = (&'a dyn Writable, &'a dyn Writable)>,
    ) {
        self.text.push('{');
        for (key, value) in pairs {
            self.part();
            let start = self.text.len();
            key.write(self);
            // A number is text as a key.
            if !self.text[start..].starts_with('"') {
                self.text.insert(start, '"');
                self.text.push('"');
            }
            self.text.push(':');
            value.write(self);
        }
        self.text.push('}');
    }

    /// Writes any JSON.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.raw("null"),
            Value::Bool(value) => self.raw(if *value { "true" } else { "false" }),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => self.unsigned(number),
                (_, Some(number)) => self.signed(number),
                _ => {
                    // Writing into a string cannot fail.
                    let _ = write!(self.text, "{number}");
                }
            },
            Value::String(text) => self.string(text),
            Value::Array(items) => self.list(&mut items.iter().map(|item| item as &dyn Writable)),
            Value::Object(fields) => self.pairs(
                &mut fields
                    .iter()
                    .map(|(key, value)| (key as &dyn Writable, value as &dyn Writable)),
            ),
        }
    }

    /// Parts the next item from the one before it.
    fn part(&mut self) {
        if !self.text.ends_with(['[', '{']) {
            self.text.push(',');
        }
    }
}

impl Names {
    /// Names, before each a byte of how long it is.
    #[must_use]
    pub fn of(names: &'static str) -> Self {
        Self { left: names }
    }

    /// Writes a field of the next name.
    #[inline(never)]
    pub fn next(&mut self, out: &mut Writer, value: &dyn Writable) {
        self.name(out);
        value.write(out);
    }

    /// Writes the field that names a variant.
    #[inline(never)]
    pub fn tag(&mut self, out: &mut Writer, variant: &str) {
        self.name(out);
        out.string(variant);
    }

    /// Passes over the next name.
    #[inline(never)]
    pub fn skip(&mut self) -> &'static str {
        let (first, rest) = split_first(self.left).unwrap_or_default();
        self.left = rest;
        first
    }

    /// Writes the next name; its value is to follow.
    pub fn name(&mut self, out: &mut Writer) {
        out.part();
        // A name of a field has nothing to escape.
        out.text.push('"');
        out.raw(self.skip());
        out.raw("\":");
    }
}
