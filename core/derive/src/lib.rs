//! Derives `Readable` and `Writable` of `farebox_core::json` from the attributes that serde's own
//! derives read, so that both write the same JSON.
//!
//! serde makes a copy of each type's reader and writer for every format, and of each field's for
//! every type: fast, and two thirds of what a page would download. What is derived here is a list of
//! the fields' names and one call for each field, to functions that all types share.

mod attributes;
mod compact;
mod names;
mod read;
mod shape;
mod write;

use proc_macro::TokenStream;
use syn::{DeriveInput, LitStr, parse_macro_input};

use shape::Shape;

/// Derives `Readable`.
#[proc_macro_derive(Readable, attributes(serde))]
pub fn readable(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let derived = Shape::of(&input).and_then(|shape| read::derive(&shape));
    derived.unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Derives `Writable`, and `Fields` where the type is an object.
#[proc_macro_derive(Writable, attributes(serde))]
pub fn writable(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let derived = Shape::of(&input).and_then(|shape| write::derive(&shape));
    derived.unwrap_or_else(|error| error.to_compile_error()).into()
}

/// The text of a JSON file without the space between its words; the path is the crate's own.
#[proc_macro]
pub fn compact_json(path: TokenStream) -> TokenStream {
    let path = parse_macro_input!(path as LitStr);
    compact::embed(&path).unwrap_or_else(|error| error.to_compile_error()).into()
}
