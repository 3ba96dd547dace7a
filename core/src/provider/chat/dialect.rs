//! How servers that are compatible with Chat Completions differ in what they accept
//! (their own API references, 2026-11-22).

use crate::catalog::Provider;

/// Ways of one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Mistral: reports usage unasked, and refuses fields it does not know.
    Mistral,
    /// OpenAI itself, and Azure's copy of it.
    Openai,
    /// Everybody else: the format as it was in 2024.
    Plain,
}

impl Dialect {
    pub(super) fn of(provider: &Provider) -> Self {
        match provider.id.0.as_str() {
            "azure" | "openai" => Self::Openai,
            "mistral" => Self::Mistral,
            _ => Self::Plain,
        }
    }

    pub(super) fn is_openai(self) -> bool {
        self == Self::Openai
    }

    /// The field that limits the answer; OpenAI's reasoning models refuse the old name.
    pub(super) fn limit_key(self) -> &'static str {
        if self.is_openai() { "max_completion_tokens" } else { "max_tokens" }
    }

    pub(super) fn reports_usage_unasked(self) -> bool {
        self == Self::Mistral
    }

    /// The word for a tool choice that forces some tool.
    pub(super) fn required_word(self) -> &'static str {
        if self == Self::Mistral { "any" } else { "required" }
    }
}
