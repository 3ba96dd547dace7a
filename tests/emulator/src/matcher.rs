//! Which requests a scripted answer or fault is meant for.

use serde::{Deserialize, Serialize};

/// Conditions a request must meet, all of them; none matches every request.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matcher {
    /// The model asked for, exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// A part of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A part of the text of any message or instruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// A part of the text of the last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_contains: Option<String>,
    /// A part of the body as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
    /// Whether the request asks for a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
}

/// What a matcher looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) model: &'a str,
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) last: &'a str,
    pub(crate) body: &'a str,
    pub(crate) stream: bool,
}

impl Matcher {
    pub(crate) fn is_any(&self) -> bool {
        *self == Matcher::default()
    }

    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        let within = |part: &Option<String>, whole: &str| {
            part.as_deref().is_none_or(|part| whole.contains(part))
        };
        self.model.as_deref().is_none_or(|model| model == subject.model)
            && within(&self.path, subject.path)
            && within(&self.contains, subject.text)
            && within(&self.last_contains, subject.last)
            && within(&self.body_contains, subject.body)
            && self.stream.is_none_or(|stream| stream == subject.stream)
    }
}
