//! Bytes as text in JSON, two hexadecimal digits each; a table of small counts is mostly zeros, so
//! a run of zero bytes is written as `z`, its length and `.`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

use crate::json::{Node, Unreadable, Writer, string};

pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(bytes))
}

/// Writes as serde does.
pub(super) fn write(bytes: &[u8], out: &mut Writer) {
    out.string(&text(bytes));
}

fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        if zeros > 2 {
            text.push_str(&format!("z{zeros}."));
            rest = rest.get(zeros..).unwrap_or_default();
        } else {
            text.push_str(&format!("{first:02x}"));
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    text
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::custom(CUT_SHORT))
}

/// Reads as serde does.
pub(super) fn read(bytes: &mut Vec<u8>, value: &Node<'_>) -> Result<(), Unreadable> {
    *bytes = parse(string(value)?).ok_or_else(|| Unreadable::new(CUT_SHORT.into()))?;
    Ok(())
}

const CUT_SHORT: &str = "a table of counts is cut short";

fn parse(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(run) = rest.strip_prefix('z') {
            let (length, after) = run.split_once('.')?;
            let length: usize = length.parse().ok().filter(|length| *length <= MOST_BYTES)?;
            bytes.resize(bytes.len() + length, 0);
            rest = after;
        } else {
            bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
            rest = rest.get(2..)?;
        }
        if bytes.len() > MOST_BYTES {
            return None;
        }
    }
    Some(bytes)
}

/// No table is larger.
const MOST_BYTES: usize = 1 << 16;
