//! How results and errors cross: one JSON object with either `ok` or `error`.

use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Ok(Value),
    Error(Value),
}

impl Answer {
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<Result<Value, Value>> for Answer {
    fn from(result: Result<Value, Value>) -> Self {
        match result {
            Ok(value) => Self::Ok(value),
            Err(error) => Self::Error(error),
        }
    }
}

pub(crate) fn invalid(error: &serde_json::Error) -> Value {
    json!({ "kind": "invalid_request", "message": error.to_string() })
}

pub(crate) fn unknown_operation(operation: &str) -> Value {
    json!({
        "kind": "invalid_request",
        "message": format!("the kernel has no operation `{operation}`"),
    })
}
