//! A value that satisfies a JSON schema, made of words from the request.

use serde_json::{Map, Value, json};

/// Makes up a value for `schema`; `words` supplies texts, in turn.
pub(super) fn value_for(schema: &Value, words: &mut Words<'_>) -> Value {
    Maker { root: schema, words }.value(schema, "", 0)
}

/// Words to fill texts with, taken in turn.
pub(super) struct Words<'a> {
    words: Vec<&'a str>,
    next: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(words: Vec<&'a str>) -> Self {
        Self { words, next: 0 }
    }

    fn take(&mut self) -> &'a str {
        let word = self.words.get(self.next % self.words.len().max(1)).copied();
        self.next += 1;
        word.unwrap_or("answer")
    }
}

struct Maker<'a, 'b> {
    root: &'a Value,
    words: &'a mut Words<'b>,
}

impl Maker<'_, '_> {
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let target = target
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer))
                .cloned()
                .unwrap_or(Value::Null);
            return self.value(&target, name, depth + 1);
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array)
            && let Some(choice) = choices.get(self.words.next % choices.len().max(1))
        {
            return choice.clone();
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = schema.get(key).and_then(Value::as_array) {
                let choice = self.choose(choices, depth);
                return self.value(&choice, name, depth + 1);
            }
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut merged = schema.as_object().cloned().unwrap_or_default();
            merged.remove("allOf");
            for part in parts.clone() {
                merge(&mut merged, &self.resolve(&part));
            }
            return self.value(&Value::Object(merged), name, depth + 1);
        }
        match kind(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "integer" => Value::from(bounded(schema, 1.0) as i64),
            "number" => json!(bounded(schema, 0.5)),
            "boolean" => Value::Bool(true),
            "null" => Value::Null,
            _ => Value::String(self.text(schema, name)),
        }
    }

    /// Deep inside, an alternative that ends the recursion is preferred.
    fn choose(&self, choices: &[Value], depth: usize) -> Value {
        let ends = |choice: &&Value| {
            let choice = self.resolve(choice);
            !matches!(kind(&choice), "object" | "array")
        };
        let found = if depth > MAX_DEPTH / 2 { choices.iter().find(ends) } else { None };
        found.or(choices.first()).cloned().unwrap_or(Value::Null)
    }

    fn resolve(&self, schema: &Value) -> Value {
        let target = schema.get("$ref").and_then(Value::as_str);
        target
            .and_then(|target| target.strip_prefix('#'))
            .and_then(|pointer| self.root.pointer(pointer))
            .unwrap_or(schema)
            .clone()
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                if depth > MAX_DEPTH / 2 && !required.contains(&name.as_str()) {
                    continue;
                }
                object.insert(name.clone(), self.value(property, name, depth + 1));
            }
        }
        for name in required {
            if !object.contains_key(name) {
                object.insert(name.to_owned(), Value::String(self.words.take().to_owned()));
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        let usual = if depth > MAX_DEPTH / 2 { 0 } else { 2 };
        let length = usual.max(limit("minItems").unwrap_or(0));
        let length = length.min(limit("maxItems").unwrap_or(u64::MAX));
        let any = json!({"type": "string"});
        let items = schema.get("items").unwrap_or(&any);
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        if let Some(prefix) = prefix {
            return prefix.iter().map(|item| self.value(item, name, depth + 1)).collect();
        }
        (0..length).map(|_| self.value(items, name, depth + 1)).collect()
    }

    fn text(&mut self, schema: &Value, name: &str) -> String {
        let known = match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => "2026-01-31T09:30:00Z",
            Some("date") => "2026-01-31",
            Some("time") => "09:30:00",
            Some("duration") => "PT45M",
            Some("email") => "reviewer@example.com",
            Some("hostname") => "example.com",
            Some("ipv4") => "192.0.2.1",
            Some("ipv6") => "2001:db8::1",
            Some("uuid") => "5f0c8a52-7c1e-4d0b-9a3e-2f6b1c9d4e70",
            Some("uri" | "url") => "https://example.com/",
            _ => "",
        };
        if !known.is_empty() {
            return known.to_owned();
        }
        let mut text = self.words.take().to_owned();
        if ["summary", "description", "explanation", "reason", "comment"].contains(&name) {
            text = format!("{text} and {} need a closer look", self.words.take());
        }
        let limit = |key: &str| {
            schema.get(key).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok())
        };
        while text.chars().count() < limit("minLength").unwrap_or(0) {
            text.push(' ');
            text.push_str(self.words.take());
        }
        text.chars().take(limit("maxLength").unwrap_or(usize::MAX)).collect()
    }
}

fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() => "array",
        _ => "string",
    }
}

fn bounded(schema: &Value, usual: f64) -> f64 {
    let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
    let step = limit("multipleOf");
    let low = limit("minimum").or(limit("exclusiveMinimum").map(|low| low + step.unwrap_or(1.0)));
    let high =
        limit("maximum").or(limit("exclusiveMaximum").map(|high| high - step.unwrap_or(1.0)));
    let value = usual.max(low.unwrap_or(usual)).min(high.unwrap_or(f64::MAX));
    match step {
        Some(step) if step > 0.0 => (value / step).ceil() * step,
        _ => value,
    }
}

fn merge(into: &mut Map<String, Value>, from: &Value) {
    for (key, value) in from.as_object().into_iter().flatten() {
        match (into.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                old.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            (Some(Value::Array(old)), Value::Array(new)) => old.extend(new.iter().cloned()),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_types_bounds_and_choices() {
        let schema = json!({
            "type": "object",
            "properties": {
                "level": {"enum": ["low", "high"]},
                "score": {"type": "integer", "minimum": 3, "maximum": 9},
                "tags": {"type": "array", "items": {"type": "string", "maxLength": 4}, "minItems": 3},
                "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
                "when": {"type": ["string", "null"], "format": "date"}
            },
            "required": ["level", "score", "tags", "next", "when"]
        });
        let value = value_for(&schema, &mut Words::new(vec!["parser", "limit"]));
        assert!(["low", "high"].contains(&value["level"].as_str().unwrap()));
        assert_eq!(value["score"], 3);
        assert_eq!(value["tags"].as_array().unwrap().len(), 3);
        assert!(value["tags"][0].as_str().unwrap().len() <= 4);
        assert_eq!(value["when"], "2026-01-31");
    }
}
