//! Function tools as OpenAI's models read them: declarations in a TypeScript namespace.
//!
//! The provider publishes no such text; the rendering below was measured on recorded traffic
//! (o200k models, checked 2026-11-22). The whole is one text to be tokenised at once, because
//! tokens reach across its lines.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::request::Tool;

/// The namespace of all function tools, and whether all of it could be rendered.
pub(super) fn namespace<'a>(tools: impl Iterator<Item = &'a Tool>) -> Rendered {
    let mut text = String::from("namespace functions {\n\n");
    let mut complete = true;
    for tool in tools {
        if let Tool::Function { name, description, parameters, .. } = tool {
            let mut renderer = Renderer::new(parameters.as_ref());
            renderer.function(&mut text, name, description.as_deref());
            complete &= renderer.complete;
        }
    }
    text.push_str("} // namespace functions");
    Rendered { text, complete }
}

/// A rendered text.
pub(super) struct Rendered {
    /// The text.
    pub(super) text: String,
    /// Whether nothing was left out.
    pub(super) complete: bool,
}

/// Renders one function, with the definitions its schema refers to.
struct Renderer<'a> {
    root: Option<&'a Value>,
    depth: usize,
    written_bytes: usize,
    complete: bool,
}

impl<'a> Renderer<'a> {
    fn new(root: Option<&'a Value>) -> Self {
        Self { root, depth: 0, written_bytes: 0, complete: true }
    }

    fn function(&mut self, text: &mut String, name: &str, description: Option<&str>) {
        if let Some(description) = description {
            comment(text, description);
        }
        let schema = self.root;
        let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
        match schema {
            Some(schema) if properties.is_some_and(|properties| !properties.is_empty()) => {
                text.push_str(&format!("type {name} = (_: "));
                let mut heading = String::new();
                headings(&mut heading, schema);
                if !heading.is_empty() {
                    text.push_str(heading.trim_end());
                    text.push('\n');
                }
                text.push_str(&self.kind(schema));
                text.push_str(") => any;\n\n");
            }
            _ => text.push_str(&format!("type {name} = () => any;\n\n")),
        }
    }

    /// The type of a schema.
    fn kind(&mut self, schema: &'a Value) -> String {
        if self.depth > MAX_DEPTH || self.written_bytes > MAX_BYTES {
            self.complete = false;
            return "any".into();
        }
        self.depth += 1;
        let text = self.kind_within(schema);
        self.depth -= 1;
        self.written_bytes += text.len();
        text
    }

    fn kind_within(&mut self, schema: &'a Value) -> String {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return match self.resolve(target) {
                Some(schema) => self.kind(schema),
                None => {
                    self.complete = false;
                    "any".into()
                }
            };
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values.iter().map(literal).collect::<Vec<_>>().join(" | ");
        }
        if let Some(value) = schema.get("const") {
            return literal(value);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(members) = schema.get(key).and_then(Value::as_array) {
                let members: Vec<String> =
                    members.iter().map(|member| self.member(member)).collect();
                return members.join(" | ");
            }
        }
        if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            return self.kind(only);
        }
        match schema.get("type") {
            Some(Value::String(kind)) => self.named(kind, schema),
            Some(Value::Array(kinds)) => {
                let kinds: Vec<String> = kinds
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|kind| self.named(kind, schema))
                    .collect();
                kinds.join(" | ")
            }
            _ if schema.get("properties").is_some() => self.named("object", schema),
            _ => "any".into(),
        }
    }

    /// A member of a union, with its own comments.
    fn member(&mut self, schema: &'a Value) -> String {
        let mut text = String::new();
        headings(&mut text, schema);
        if !text.is_empty() {
            text.insert(0, '\n');
        }
        text.push_str(&self.kind(schema));
        text
    }

    fn named(&mut self, kind: &str, schema: &'a Value) -> String {
        match kind {
            "integer" => "number".into(),
            "array" => self.array(schema),
            "object" => self.object(schema),
            other => other.into(),
        }
    }

    fn array(&mut self, schema: &'a Value) -> String {
        let Some(items) = schema.get("items").filter(|items| items.is_object()) else {
            return "any[]".into();
        };
        let text = self.kind(items);
        let mut heading = String::new();
        headings(&mut heading, items);
        if !heading.is_empty() {
            return format!("Array<\n{heading}{text}\n>");
        }
        if text.contains('\n') {
            return format!("Array<\n{text}\n>");
        }
        if text.contains(" | ") {
            return format!("Array<{text}>");
        }
        format!("{text}[]")
    }

    fn object(&mut self, schema: &'a Value) -> String {
        let properties = schema.get("properties").and_then(Value::as_object);
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let open = match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => Some(String::from("any")),
            Some(value @ Value::Object(map)) if !map.is_empty() => self.static_kind(value),
            Some(Value::Object(_)) => Some(String::from("any")),
            _ => None,
        };
        if properties.is_none_or(Map::is_empty) && open.is_none() {
            return "object".into();
        }
        let mut fields = Vec::new();
        let mut commented = false;
        for (key, property) in properties.into_iter().flatten() {
            let mut heading = String::new();
            headings(&mut heading, property);
            let optional = if required.contains(&key.as_str()) { "" } else { "?" };
            let kind = self.kind(property);
            let trailing = trailing(property);
            commented |= !heading.is_empty() || !trailing.is_empty() || kind.contains('\n');
            fields.push((heading, format!("{key}{optional}: {kind}"), trailing));
        }
        if let Some(open) = open {
            fields.push((String::new(), format!("[k: string]: {open}"), String::new()));
        }
        if !commented {
            let fields: Vec<String> = fields.into_iter().map(|(_, field, _)| field).collect();
            return format!("{{ {} }}", fields.join(", "));
        }
        let mut text = String::from("{\n");
        for (heading, field, trailing) in fields {
            text.push_str(&format!("{heading}{field},{trailing}\n"));
        }
        text.push('}');
        text
    }

    fn static_kind(&mut self, schema: &'a Value) -> Option<String> {
        Some(self.kind(schema))
    }

    fn resolve(&self, target: &str) -> Option<&'a Value> {
        self.root?.pointer(target.strip_prefix('#')?)
    }
}

/// Title and description as comment lines.
fn headings(text: &mut String, schema: &Value) {
    for key in ["title", "description"] {
        if let Some(words) = schema.get(key).and_then(Value::as_str) {
            comment(text, words);
        }
    }
}

fn comment(text: &mut String, words: &str) {
    let words = words.trim();
    if words.is_empty() {
        return;
    }
    for line in words.lines().map(str::trim) {
        text.push_str(if line.is_empty() { "//" } else { "// " });
        text.push_str(line);
        text.push('\n');
    }
}

/// What stands behind a property: its default, format and bounds.
fn trailing(schema: &Value) -> String {
    let mut notes = Vec::new();
    if let Some(value) = schema.get("default") {
        notes.push(format!("default: {value}"));
    }
    for key in ["format", "minimum", "maximum"] {
        if let Some(value) = schema.get(key) {
            let value = value.as_str().map_or_else(|| value.to_string(), String::from);
            notes.push(format!("{key}: {value}"));
        }
    }
    if notes.is_empty() { String::new() } else { format!(" // {}", notes.join(", ")) }
}

fn literal(value: &Value) -> String {
    value.to_string()
}

/// Deeper schemas are cut off; no provider takes them.
const MAX_DEPTH: usize = 64;
/// Definitions that refer to each other can double at each step; this is where it ends.
const MAX_BYTES: usize = 4 << 20;
