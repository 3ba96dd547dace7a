//! The providers' wire formats, one file each: how a request is read and how an answer is written.

pub(crate) mod chat;
pub(crate) mod fields;
pub(crate) mod gemini;
pub(crate) mod messages;
pub(crate) mod problem;
pub(crate) mod responses;

use serde_json::Value;

/// One server-sent event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: Option<String>,
    pub(crate) data: String,
    /// Output tokens that are delivered with it.
    pub(crate) tokens: u64,
    /// Whether the answer is whole once it is sent.
    pub(crate) is_last: bool,
    /// Whether the data goes out as it is, for a stream that is not made of events.
    pub(crate) is_raw: bool,
}

impl Event {
    pub(crate) fn named(data: Value) -> Self {
        let name = data.get("type").and_then(Value::as_str).map(str::to_owned);
        Self { name, data: data.to_string(), tokens: 0, is_last: false, is_raw: false }
    }

    pub(crate) fn bare(data: Value) -> Self {
        Self { name: None, data: data.to_string(), tokens: 0, is_last: false, is_raw: false }
    }

    pub(crate) fn raw(data: String) -> Self {
        Self { name: None, data, tokens: 0, is_last: false, is_raw: true }
    }

    pub(crate) fn tokens(mut self, tokens: u64) -> Self {
        self.tokens = tokens;
        self
    }

    pub(crate) fn last(mut self) -> Self {
        self.is_last = true;
        self
    }

    pub(crate) fn text(&self) -> String {
        match &self.name {
            _ if self.is_raw => self.data.clone(),
            Some(name) => format!("event: {name}\ndata: {}\n\n", self.data),
            None => format!("data: {}\n\n", self.data),
        }
    }
}

/// Letters that hide the length of a delta, as OpenAI adds to each.
pub(crate) fn obfuscation(delta: &str, index: usize) -> String {
    let length = 16_usize.saturating_sub(delta.len()).max(1);
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    (0..length).map(|at| char::from(letters[(index * 31 + at * 17) % letters.len()])).collect()
}
