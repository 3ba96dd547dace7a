//! Function tools as OpenAI's models read them: declarations in a TypeScript namespace.
//!
//! The provider publishes no such text; the rendering below was measured on recorded traffic
//! (o200k models, checked 2026-11-22). The whole is one text to be tokenised at once, because
//! tokens reach across its lines.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Number, Value};

use crate::json::pointer::part;
use crate::json::text;
use crate::request::Tool;
use crate::seek;

/// What stands before the functions.
pub(super) const OPENING: &str = "namespace functions {\n\n";

/// What stands behind them.
pub(super) const CLOSING: &str = "} // namespace functions";

/// The functions of the namespace up to its end, and whether all of it could be rendered.
pub(super) fn functions<'a>(tools: impl Iterator<Item = &'a Tool>, style: Style) -> Rendered {
    let mut text = String::new();
    let mut complete = true;
    for tool in tools {
        if let Tool::Function { name, description, parameters, .. } = tool {
            let mut renderer = Renderer::new(parameters.as_ref(), style);
            renderer.function(&mut text, name, description.as_deref());
            complete &= renderer.complete;
        }
    }
    text.push_str(CLOSING);
    Rendered { text, complete }
}

/// In what two ways of rendering differ.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Whether a union with an object of no known properties is `any`.
    pub(super) open_unions: bool,
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
    style: Style,
    depth: usize,
    types: usize,
    complete: bool,
}

impl<'a> Renderer<'a> {
    fn new(root: Option<&'a Value>, style: Style) -> Self {
        Self { root, style, depth: 0, types: 0, complete: true }
    }

    fn function(&mut self, text: &mut String, name: &str, description: Option<&str>) {
        if let Some(description) = description {
            comment(text, description);
        }
        let schema = self.root.map(|root| self.target(root));
        let properties = schema.and_then(|schema| schema.get("properties"));
        // No request of such a schema is on record.
        self.complete &= schema.is_none_or(|schema| schema.is_object() || schema.is_null())
            && self.root.is_none_or(|root| root.get("$ref").is_none())
            && properties.is_none_or(Value::is_object);
        match schema {
            Some(schema)
                if properties.and_then(Value::as_object).is_some_and(|it| !it.is_empty()) =>
            {
                text.push_str(&format!("type {name} = (_: "));
                let heading = headings(schema);
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
        if self.depth > MAX_DEPTH || self.types > MAX_TYPES {
            self.complete = false;
            return "any".into();
        }
        self.depth += 1;
        self.types += 1;
        let text = self.kind_within(schema);
        self.depth -= 1;
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
                if self.style.open_unions && members.iter().any(is_open_object) {
                    return "any".into();
                }
                let members = members.iter().map(|member| {
                    (headings(self.target(member)), self.kind(member), trailing(member))
                });
                let members: Vec<_> = members.collect();
                return union(&members);
            }
        }
        if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            return self.kind(only);
        }
        match schema.get("type") {
            Some(Value::String(kind)) => self.named(kind, schema),
            Some(Value::Array(kinds)) => {
                // Each type of a list is a member that inherits the comments of the whole.
                let kinds = kinds
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|kind| (headings(schema), self.named(kind, schema), trailing(schema)));
                let kinds: Vec<_> = kinds.collect();
                union(&kinds)
            }
            _ if schema.get("properties").is_some() => self.named("object", schema),
            _ => "any".into(),
        }
    }

    /// What a reference stands for, and anything else itself.
    fn target(&self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str);
        target.and_then(|target| self.resolve(target)).unwrap_or(schema)
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
        let heading = headings(self.target(items));
        if !heading.is_empty() {
            return format!("Array<\n{heading}{text}\n>");
        }
        if text.contains('\n') {
            return format!("Array<\n{text}\n>");
        }
        if seek::has(&text, " | ") {
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
            Some(value @ Value::Object(map)) if !map.is_empty() => Some(self.kind(value)),
            Some(Value::Object(_)) => Some(String::from("any")),
            _ => None,
        };
        if properties.is_none_or(Map::is_empty) && open.is_none() {
            return "object".into();
        }
        let mut fields = Vec::new();
        let mut commented = false;
        for (key, property) in properties.into_iter().flatten() {
            let heading = match headings(property) {
                heading if heading.is_empty() => headings(self.target(property)),
                heading => heading,
            };
            let optional = if required.contains(&key.as_str()) { "" } else { "?" };
            let kind = self.kind(property);
            let trailing = trailing(property);
            commented |= !heading.is_empty() || !trailing.is_empty() || kind.contains('\n');
            let field = match kind.strip_prefix('\n') {
                Some(lines) => format!("{key}{optional}:\n{lines}\n"),
                None => format!("{key}{optional}: {kind}"),
            };
            fields.push((heading, field, trailing));
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

    fn resolve(&self, target: &str) -> Option<&'a Value> {
        part(self.root?, target.strip_prefix('#')?)
    }
}

/// Members of a union: on one line, or each on its own when any has comments.
fn union(members: &[(String, String, String)]) -> String {
    let bare =
        members.iter().all(|(heading, _, trailing)| heading.is_empty() && trailing.is_empty());
    if bare {
        return members.iter().map(|(_, kind, _)| kind.as_str()).collect::<Vec<_>>().join(" | ");
    }
    let lines =
        members.iter().map(|(heading, kind, trailing)| format!("\n{heading} | {kind}{trailing}"));
    lines.collect()
}

/// Whether a schema is an object that names no properties.
fn is_open_object(schema: &Value) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    schema.get("type").and_then(Value::as_str) == Some("object")
        && properties.is_none_or(Map::is_empty)
}

/// Title and description as comment lines.
fn headings(schema: &Value) -> String {
    let mut text = String::new();
    for key in ["title", "description"] {
        if let Some(words) = schema.get(key).and_then(Value::as_str) {
            comment(&mut text, words);
        }
    }
    text
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
        notes.push(format!("default: {}", literal(value)));
    }
    if let Some(value) = schema.get("format") {
        notes.push(format!("format: {}", literal(value)));
    }
    // Bounds are held as floating point numbers and written with their point.
    for key in ["minimum", "maximum"] {
        if let Some(value) = schema.get(key).and_then(Value::as_f64) {
            notes.push(format!("{key}: {}", float(value)));
        }
    }
    if notes.is_empty() { String::new() } else { format!(" // {}", notes.join(", ")) }
}

fn literal(value: &Value) -> String {
    text(value)
}

/// A floating point number with its point; from a ten-thousandth down in powers of ten.
fn float(value: f64) -> String {
    // A finite number is a number in JSON, and no other was read from it.
    let written = Number::from_f64(value).map(|number| number.to_string()).unwrap_or_default();
    let (sign, size) = written.strip_prefix('-').map_or(("", written.as_str()), |size| ("-", size));
    match size.strip_prefix("0.0000").and_then(|digits| digits.split_at_checked(1)) {
        Some((digit, "")) => format!("{sign}{digit}e-5"),
        Some((digit, digits)) => format!("{sign}{digit}.{digits}e-5"),
        None => match written.split_once('+') {
            Some((digits, power)) => format!("{digits}{power}"),
            None => written,
        },
    }
}

/// Deeper schemas are cut off; no provider takes them.
const MAX_DEPTH: usize = 64;
/// Definitions that refer to each other can double at each step; this is where it ends.
const MAX_TYPES: usize = 10_000;

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::float;

    #[test]
    fn bounds_are_written_with_their_point() {
        let powers = (-20..20).map(|power| libm::pow(10.0, power.into()));
        let numbers = powers.flat_map(|power| [power, 1.5 * power, -12_345.678 * power]);
        for number in numbers.chain([0.0, -0.0, 1.0, 100.0, 0.1, 5e-324, f64::MAX]) {
            assert_eq!(float(number), format!("{number:?}"));
        }
    }
}
