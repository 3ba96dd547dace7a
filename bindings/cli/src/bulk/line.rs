//! One line of a file of requests, in any of the shapes such files have.

use farebox_core::error::Error;
use farebox_core::request::Request;
use serde_json::Value;

use crate::prompt;

/// A request and what its file calls it.
#[derive(Debug)]
pub(crate) struct Line {
    /// The caller's own name of it.
    pub(crate) key: Option<String>,
    pub(crate) request: Request,
}

impl Line {
    /// Reads a line: a line of a batch file of OpenAI's (`custom_id`, `body`) or Anthropic's
    /// (`custom_id`, `params`), or a request by itself.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Error> {
        let mut value: Value = serde_json::from_slice(text)
            .map_err(|error| Error::invalid_request(format!("the line is no JSON: {error}")))?;
        let Value::Object(fields) = &mut value else {
            return Err(Error::invalid_request("a line is a JSON object, one request each"));
        };
        let key = match fields.get("custom_id") {
            None => None,
            Some(Value::String(key)) => Some(key.clone()),
            Some(other) => {
                return Err(Error::invalid_request(format!("`custom_id` is a text: {other}")));
            }
        };
        let inner = fields.remove("body").or_else(|| fields.remove("params"));
        let request = prompt::from_value(inner.unwrap_or(value))?;
        Ok(Self { key, request })
    }
}
