//! The schema of an answer as OpenAI's models read it: a section of the system message.
//!
//! The section is compact JSON in ASCII without the keywords that only a validator needs. It joins
//! the text before it, so the two are tokenised together. Measured on recorded traffic, exact on
//! every set in it (checked 2026-11-22).

use alloc::format;
use alloc::string::String;

use serde_json::{Map, Value};

use super::json::COMPACT_ASCII;

/// The section of a schema.
pub(super) fn section(name: &str, description: Option<&str>, schema: &Value) -> String {
    let mut text = format!("# Response Formats\n\n## {name}\n\n");
    if let Some(description) = description.filter(|text| !text.is_empty()) {
        text.push_str(&format!("// {description}\n"));
    }
    COMPACT_ASCII.write(&mut text, &shown(schema, false, 0));
    text
}

/// A schema without the keywords that the provider does not show the model; in a map of names to
/// schemas every key is a name.
fn shown(schema: &Value, is_map: bool, depth: u32) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    match schema {
        Value::Object(map) => {
            let keys = map.iter().filter(|(key, _)| is_map || !HIDDEN.contains(&key.as_str()));
            let entries = keys.map(|(key, value)| {
                let maps = !is_map && MAPS.contains(&key.as_str());
                (key.clone(), shown(value, maps, depth + 1))
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| shown(item, false, depth + 1)).collect())
        }
        other => other.clone(),
    }
}

const MAX_DEPTH: u32 = 128;

/// Keywords whose value maps names to schemas.
const MAPS: [&str; 3] = ["$defs", "definitions", "properties"];

const HIDDEN: [&str; 16] = [
    "$schema",
    "additionalProperties",
    "default",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "uniqueItems",
];
