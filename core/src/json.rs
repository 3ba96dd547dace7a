//! Reads the kernel's types from JSON values: one reader for all of them, strict about shapes.
//!
//! Every way of reading is a copy of each type's reader in what a page downloads. This one takes a
//! struct from an object alone, never from a list, and `tagged` reads an enum that says its own
//! `type` without the detour through serde's buffer, which is a second copy of everything inside it.

mod fields;
mod object;
mod reader;
mod slots;

use alloc::string::{String, ToString};
use core::fmt;

use serde::de::{self, DeserializeOwned, Expected, Unexpected};
use serde_json::Value;

pub(crate) use fields::{Fields, tagged};
pub(crate) use object::{ToJson, object, put};
use reader::Reader;

/// Reads a value of any of the kernel's types.
///
/// # Errors
///
/// What is wrong with the value, in serde's words.
pub fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Unreadable> {
    T::deserialize(Reader(value))
}

/// Reads JSON text.
///
/// # Errors
///
/// Where it is no JSON, or no UTF-8.
pub fn parse(text: &[u8]) -> Result<Value, Unreadable> {
    let text = core::str::from_utf8(text).map_err(de::Error::custom)?;
    serde_json::from_str(text).map_err(de::Error::custom)
}

/// Why a value could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            // JSON has a word for it.
            Unexpected::Unit => {
                Self::custom(format_args!("invalid type: null, expected {expected}"))
            }
            found => Self::custom(format_args!("invalid type: {found}, expected {expected}")),
        }
    }
}
