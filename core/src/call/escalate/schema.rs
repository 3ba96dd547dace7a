//! Whether a JSON value satisfies a JSON schema, as far as models are held to one.
//!
//! Types, enumerations, properties, items, bounds, combinations and local references are checked.
//! Words this file does not know are taken as satisfied: it refuses an answer only for what it
//! understands.

use alloc::format;
use alloc::string::String;

use serde_json::{Map, Value};

use crate::json;
use crate::json::pointer::part;

/// Why a value does not satisfy a schema; nothing when it does.
pub fn mismatch(value: &Value, schema: &Value) -> Option<String> {
    check(value, schema, schema, "answer", 0).err()
}

type Checked = Result<(), String>;

fn check(value: &Value, schema: &Value, root: &Value, at: &str, depth: u32) -> Checked {
    let rules = match schema {
        Value::Bool(false) => return Err(format!("`{at}` must not be there")),
        Value::Object(rules) if depth < MOST_DEPTH => rules,
        _ => return Ok(()),
    };
    if let Some(target) = rules.get("$ref").and_then(Value::as_str)
        && let Some(target) = target.strip_prefix('#').and_then(|path| part(root, path))
    {
        check(value, target, root, at, depth + 1)?;
    }
    if let Some(wanted) = rules.get("type") {
        let is = |wanted: &Value| wanted.as_str().is_none_or(|wanted| is_type(value, wanted));
        let fits = match wanted {
            Value::Array(several) => several.iter().any(is),
            one => is(one),
        };
        if !fits {
            return Err(format!("`{at}` is no {}", words(wanted)));
        }
    }
    if let Some(Value::Array(allowed)) = rules.get("enum")
        && !allowed.iter().any(|one| same(one, value))
    {
        return Err(format!("`{at}` is none of the values it may have"));
    }
    if let Some(only) = rules.get("const")
        && !same(only, value)
    {
        return Err(format!("`{at}` is not the one value it may have"));
    }
    match value {
        Value::Object(fields) => object(fields, rules, root, at, depth)?,
        Value::Array(items) => array(items, rules, root, at, depth)?,
        Value::String(text) => {
            let length = text.chars().count() as f64;
            bounds(length, rules, ["minLength", "maxLength"], at, "characters")?;
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(0.0);
            bounds(number, rules, ["minimum", "maximum"], at, "")?;
            let over = |word: &str, wrong: fn(f64, f64) -> bool| {
                let bound = rules.get(word).and_then(Value::as_f64);
                bound.is_some_and(|bound| wrong(number, bound))
            };
            if over("exclusiveMinimum", |n, bound| n <= bound)
                || over("exclusiveMaximum", |n, bound| n >= bound)
            {
                return Err(format!("`{at}` is out of range"));
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
    combinations(value, rules, root, at, depth)
}

fn object(
    fields: &Map<String, Value>,
    rules: &Map<String, Value>,
    root: &Value,
    at: &str,
    depth: u32,
) -> Checked {
    for name in rules.get("required").and_then(Value::as_array).into_iter().flatten() {
        if let Some(name) = name.as_str().filter(|name| !fields.contains_key(*name)) {
            return Err(format!("`{at}` lacks `{name}`"));
        }
    }
    let properties = rules.get("properties").and_then(Value::as_object);
    for (name, value) in fields {
        let inside = format!("{at}.{name}");
        match (properties.and_then(|all| all.get(name)), rules.get("additionalProperties")) {
            (Some(schema), _) => check(value, schema, root, &inside, depth + 1)?,
            (None, Some(Value::Bool(false))) if !rules.contains_key("patternProperties") => {
                return Err(format!("`{at}` may not hold `{name}`"));
            }
            (None, Some(schema @ Value::Object(_))) => {
                check(value, schema, root, &inside, depth + 1)?;
            }
            _ => {}
        }
    }
    let count = fields.len() as f64;
    bounds(count, rules, ["minProperties", "maxProperties"], at, "properties")
}

fn array(
    items: &[Value],
    rules: &Map<String, Value>,
    root: &Value,
    at: &str,
    depth: u32,
) -> Checked {
    bounds(items.len() as f64, rules, ["minItems", "maxItems"], at, "items")?;
    let first = rules.get("prefixItems").and_then(Value::as_array);
    for (index, item) in items.iter().enumerate() {
        let schema = first.and_then(|first| first.get(index)).or_else(|| rules.get("items"));
        if let Some(schema) = schema {
            check(item, schema, root, &format!("{at}[{index}]"), depth + 1)?;
        }
    }
    Ok(())
}

fn combinations(
    value: &Value,
    rules: &Map<String, Value>,
    root: &Value,
    at: &str,
    depth: u32,
) -> Checked {
    let fitting = |schemas: &[Value]| {
        schemas.iter().filter(|one| check(value, one, root, at, depth + 1).is_ok()).count()
    };
    let listed = |word: &str| rules.get(word).and_then(Value::as_array);
    for schema in listed("allOf").into_iter().flatten() {
        check(value, schema, root, at, depth + 1)?;
    }
    if listed("anyOf").is_some_and(|schemas| fitting(schemas) == 0) {
        return Err(format!("`{at}` has none of the forms it may have"));
    }
    if listed("oneOf").is_some_and(|schemas| fitting(schemas) != 1) {
        return Err(format!("`{at}` has not exactly one of the forms it may have"));
    }
    if rules.get("not").is_some_and(|schema| check(value, schema, root, at, depth + 1).is_ok()) {
        return Err(format!("`{at}` has a form it may not have"));
    }
    Ok(())
}

fn bounds(
    number: f64,
    rules: &Map<String, Value>,
    [least, most]: [&str; 2],
    at: &str,
    unit: &str,
) -> Checked {
    let space = if unit.is_empty() { "" } else { " " };
    if let Some(least) = rules.get(least).and_then(Value::as_f64).filter(|least| number < *least) {
        return Err(format!(
            "`{at}` has {}{space}{unit}, at least {} are right",
            plain(number),
            plain(least)
        ));
    }
    if let Some(most) = rules.get(most).and_then(Value::as_f64).filter(|most| number > *most) {
        return Err(format!(
            "`{at}` has {}{space}{unit}, at most {} are right",
            plain(number),
            plain(most)
        ));
    }
    Ok(())
}

fn is_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        // A whole number is an integer however it is written, as JSON Schema has it.
        "integer" => value.as_f64().is_some_and(|number| libm::fmod(number, 1.0).abs() <= 0.0),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        _ => true,
    }
}

/// Equality that does not tell 1 from 1.0.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other
                || one.as_f64().zip(other.as_f64()).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

fn words(wanted: &Value) -> String {
    match wanted {
        Value::String(one) => one.clone(),
        Value::Array(several) => {
            let words = several.iter().filter_map(Value::as_str);
            words.collect::<alloc::vec::Vec<_>>().join(" or ")
        }
        other => json::text(other),
    }
}

/// Deeper than this a schema refers to itself, or means to exhaust whoever reads it.
const MOST_DEPTH: u32 = 64;

/// A number without a point where it is whole.
fn plain(number: f64) -> String {
    let text = json::text(&Value::from(number));
    text.strip_suffix(".0").map_or_else(|| text.clone(), String::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_schema_asks_for_is_held_to() {
        let schema = json!({
            "type": "object",
            "required": ["name", "age"],
            "additionalProperties": false,
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "age": {"type": "integer", "minimum": 0},
                "kind": {"enum": ["a", "b", null]},
                "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "maxItems": 2}
            },
            "$defs": {"tag": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
        });
        let good = json!({"name": "x", "age": 3.0, "kind": null, "tags": ["a", null]});
        assert_eq!(mismatch(&good, &schema), None);
        for (bad, why) in [
            (json!([]), "`answer` is no object"),
            (json!({"name": "x"}), "`answer` lacks `age`"),
            (json!({"name": "", "age": 3}), "`answer.name` has 0 characters, at least 1 are right"),
            (json!({"name": "x", "age": 3.5}), "`answer.age` is no integer"),
            (json!({"name": "x", "age": -1}), "`answer.age` has -1, at least 0 are right"),
            (json!({"name": "x", "age": 1, "b": 1}), "`answer` may not hold `b`"),
            (
                json!({"name": "x", "age": 1, "kind": "c"}),
                "`answer.kind` is none of the values it may have",
            ),
            (
                json!({"name": "x", "age": 1, "tags": [1]}),
                "`answer.tags[0]` has none of the forms it may have",
            ),
        ] {
            assert_eq!(mismatch(&bad, &schema).as_deref(), Some(why));
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#"});
        assert_eq!(mismatch(&json!(1), &schema), None);
    }
}
