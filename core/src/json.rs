//! The kernel's types as JSON, read and written in one way for all of them, strict about shapes.
//!
//! What an app hands in and gets back crosses as JSON text. serde could read and write it, and does
//! for programs in Rust; but it makes a copy of its code for each type, which is most of what a page
//! would download. So `farebox_derive` gives each type a list of its fields' names and a call for each
//! field, here and in serde's own attributes: both write the same JSON.

pub(crate) mod node;
mod object;
pub(crate) mod pointer;
mod readable;
mod reader;
mod slots;
mod words;
mod writable;
mod writer;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

pub use serde_json::Value;

pub use node::Node;
pub(crate) use object::{ToJson, object, put, set};
pub use readable::Readable;
pub(crate) use readable::{parsed, string};
pub(crate) use reader::{plain, read_text};
pub use slots::{Layout, Slots};
pub use words::{place_of_tag, place_of_word};
pub use writable::{Fields, Writable};
pub use writer::{Names, Writer};

/// Reads a value of any of the kernel's types.
///
/// # Errors
///
/// What is wrong with the value, and what would be right.
pub fn read<T: Readable>(value: &Value) -> Result<T, Unreadable> {
    read_node(&Node::from(value))
}

/// Writes a value of any of the kernel's types as JSON text.
pub fn text(value: &dyn Writable) -> String {
    let mut out = Writer::new();
    value.write(&mut out);
    out.into_text()
}

/// The same as a value.
pub(crate) fn value(value: &dyn Writable) -> Value {
    // What was written is JSON.
    parse(text(value).as_bytes()).unwrap_or_default()
}

/// Reads JSON text.
///
/// # Errors
///
/// Where it is no JSON, or no UTF-8.
pub fn parse(text: &[u8]) -> Result<Value, Unreadable> {
    nodes(text).map(Node::into_value)
}

/// Reads JSON text as any of the kernel's types.
///
/// # Errors
///
/// Where it is no JSON, or what is wrong with the value and what would be right.
pub fn parse_as<T: Readable>(text: &[u8]) -> Result<T, Unreadable> {
    read_node(&nodes(text)?)
}

/// Reads JSON text, and keeps nothing of it.
///
/// # Errors
///
/// Where it is no JSON, or no UTF-8.
pub(crate) fn nodes(text: &[u8]) -> Result<Node<'_>, Unreadable> {
    let text = core::str::from_utf8(text).map_err(|error| Unreadable::new(error.to_string()))?;
    read_text(text)
}

/// Reads a node as any of the kernel's types.
///
/// # Errors
///
/// What is wrong with the value, and what would be right.
pub(crate) fn read_node<T: Readable>(node: &Node<'_>) -> Result<T, Unreadable> {
    let mut read = T::blank();
    read.read(node)?;
    Ok(read)
}

/// Reads the value that a text begins with, whatever follows it.
pub(crate) fn first(text: &str) -> Option<Value> {
    reader::read_first(text).map(Node::into_value)
}

/// Whether a text is JSON.
pub(crate) fn is_json(text: &str) -> bool {
    read_text(text).is_ok()
}

/// Why a value could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    // One word wide, so that each of the many functions that hand it on stays small.
    message: Box<Message>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Message(String);

impl Unreadable {
    /// A complaint in the given words.
    #[must_use]
    pub fn new(message: String) -> Self {
        Self { message: Box::new(Message(message)) }
    }

    /// A value of another kind than expected.
    pub(crate) fn wrong_type(found: &Node<'_>, expected: &str) -> Self {
        Self::new(format!("invalid type: {}, expected {expected}", described(found)))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.0)
    }
}

impl core::error::Error for Unreadable {}

/// A value's kind and what it says, as a complaint names it.
fn described(node: &Node<'_>) -> String {
    match node {
        Node::Null => "null".into(),
        Node::Bool(value) => format!("boolean `{value}`"),
        Node::Number(number) if number.is_f64() => format!("floating point `{number}`"),
        Node::Number(number) => format!("integer `{number}`"),
        Node::String(said) => format!("string {}", text(&&**said)),
        Node::Array(_) => "sequence".into(),
        Node::Object(_) => "map".into(),
    }
}
