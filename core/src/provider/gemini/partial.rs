//! Arguments of a call that come piece by piece, each with the path it belongs to
//! (`streamFunctionCallArguments`, <https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling>,
//! 2026-11-22).

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::provider::fold::text_of;
use crate::provider::node::Node;

/// One step of a path into the arguments.
enum Step {
    Field(String),
    Item(usize),
}

/// Puts one piece of the arguments where it belongs; texts grow, anything else is set.
pub(super) fn add(arguments: &mut Value, piece: &Node<'_>) {
    let mut place = arguments;
    for step in steps(text_of(piece, "jsonPath")) {
        place = match step {
            Step::Field(name) => {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                let Value::Object(fields) = place else { return };
                fields.entry(name).or_insert(Value::Null)
            }
            Step::Item(index) => {
                if !place.is_array() {
                    *place = Value::Array(Vec::new());
                }
                let Value::Array(items) = place else { return };
                if items.len() <= index {
                    items.resize(index + 1, Value::Null);
                }
                let Some(item) = items.get_mut(index) else { return };
                item
            }
        };
    }
    if let Some(more) = piece.get("stringValue").and_then(Node::as_str) {
        match place {
            Value::String(so_far) => so_far.push_str(more),
            place => *place = more.into(),
        }
    } else if let Some(value) = piece.get("numberValue").or(piece.get("boolValue")) {
        *place = value.to_value();
    }
}

/// The steps of a path such as `$.stops[0].city` or `$['city']`.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for field in path.trim_start_matches('$').split('.') {
        let (name, indexes) = field.split_once('[').unwrap_or((field, ""));
        if !name.is_empty() {
            steps.push(Step::Field(name.into()));
        }
        for index in indexes.split('[').filter(|index| !index.is_empty()) {
            let index = index.trim_end_matches(']');
            steps.push(match index.parse() {
                // No call has that many; a path is not to fill the memory.
                Ok(index) if index < MAX_ITEMS => Step::Item(index),
                _ => Step::Field(index.trim_matches(['\'', '"']).into()),
            });
        }
    }
    steps.truncate(MAX_STEPS);
    steps
}

const MAX_ITEMS: usize = 10_000;
const MAX_STEPS: usize = 64;
