//! Bytes in JSON: as text where they are text, else as a list of numbers.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::{Node, Readable, Unreadable, Writable, Writer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Numbers(Vec<u8>),
}

/// Reads as serde does.
pub(super) fn read(bytes: &mut Vec<u8>, value: &Node<'_>) -> Result<(), Unreadable> {
    match value {
        Node::String(text) => bytes.extend_from_slice(text.as_bytes()),
        value => Readable::read(bytes, value)?,
    }
    Ok(())
}

/// Writes as serde does.
pub(super) fn write(bytes: &[u8], out: &mut Writer) {
    match core::str::from_utf8(bytes) {
        Ok(text) => out.string(text),
        Err(_) => bytes.write(out),
    }
}

pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match core::str::from_utf8(bytes) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => bytes.serialize(serializer),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    Ok(match Written::deserialize(deserializer)? {
        Written::Text(text) => text.into_bytes(),
        Written::Numbers(bytes) => bytes,
    })
}
