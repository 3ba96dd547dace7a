//! Reading the fields of a body, with the provider's own error for a wrong one.

use serde_json::{Map, Value};

use super::problem::Problem;
use crate::prompt::Api;

/// The fields of one JSON object.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) map: Map<String, Value>,
}

impl Fields {
    pub(crate) fn parse(api: Api, body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok(Self { map }),
            _ => Err(Problem::unreadable(api)),
        }
    }

    /// Refuses a field that is not among `known`.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self.map.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Problem::invalid(format!("Unknown parameter: '{name}'."))
                .param(name.as_str())
                .code("unknown_parameter")),
            None => Ok(()),
        }
    }

    /// The field, unless it is absent or null.
    pub(crate) fn any(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Problem> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(crate) fn whole(&self, name: &str) -> Result<Option<u64>, Problem> {
        self.typed(name, "an integer", Value::as_u64)
    }

    pub(crate) fn decimal(&self, name: &str) -> Result<Option<f64>, Problem> {
        self.typed(name, "a decimal number", Value::as_f64)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    pub(crate) fn list(&self, name: &str) -> Result<&[Value], Problem> {
        let list = self.typed(name, "an array", Value::as_array)?;
        Ok(list.map_or(&[], Vec::as_slice))
    }

    /// A field that stays as it came, or null.
    pub(crate) fn echo(&self, name: &str) -> Value {
        self.map.get(name).cloned().unwrap_or(Value::Null)
    }

    pub(crate) fn echo_or(&self, name: &str, default: Value) -> Value {
        self.any(name).cloned().unwrap_or(default)
    }

    fn typed<'a, T>(
        &'a self,
        name: &str,
        wanted: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.any(name) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(read) => Ok(Some(read)),
                None => Err(Problem::wrong_type(name, wanted, value)),
            },
        }
    }
}

/// The text of a content field: a string, or the texts of its parts without anything between.
pub(crate) fn content_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| {
                part.get("text").or_else(|| part.get("refusal")).and_then(Value::as_str)
            })
            .collect(),
        _ => String::new(),
    }
}
