//! Which models the emulated providers offer, and the limits they enforce.
//!
//! Only what a server has to know to refuse or answer a request: names, snapshots, windows and the
//! reasoning default. Prices are nobody's business here; the bill is in tokens.

use serde::{Deserialize, Serialize};

/// The company whose wire format and error bodies a model is served with.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// Served on `/v1/messages`.
    Anthropic,
    /// Served on `/v1beta/models/…`.
    Google,
    /// Served on `/v1/responses` and `/v1/chat/completions`.
    Openai,
}

/// One model on offer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The name a caller asks for.
    pub id: String,
    /// The dated name that answers carry.
    pub snapshot: String,
    /// Who makes it.
    pub maker: Maker,
    /// The most tokens a request may hold.
    pub max_input_tokens: u64,
    /// The most tokens an answer may hold.
    pub max_output_tokens: u64,
    /// The reasoning effort used when the request names none; absent for a model that never reasons.
    pub default_effort: Option<String>,
    /// Whether its tokens are those of `cl100k_base`; else `o200k_base`.
    #[serde(default)]
    pub cl100k: bool,
    /// Whether the provider has shut it down: asking for it is refused with the reason.
    #[serde(default)]
    pub retired: bool,
}

impl Model {
    /// Whether the model can spend reasoning tokens.
    #[must_use]
    pub fn can_reason(&self) -> bool {
        self.default_effort.is_some()
    }

    fn answers_to(&self, name: &str) -> bool {
        self.id == name
            || self.snapshot == name
            || name.strip_prefix(self.id.as_str()).is_some_and(is_date_suffix)
    }
}

/// Looks a model up by its name, its snapshot or its name with a date behind it.
pub(crate) fn find<'a>(models: &'a [Model], name: &str) -> Option<&'a Model> {
    models.iter().find(|model| model.answers_to(name))
}

/// The models offered when the options name no others.
///
/// Limits as in the providers' model lists, checked 2026-11-22.
#[must_use]
pub fn built_in() -> Vec<Model> {
    ROWS.iter()
        .map(|&(id, date, maker, max_input_tokens, max_output_tokens, effort)| Model {
            id: id.to_owned(),
            snapshot: if date.is_empty() { id.to_owned() } else { format!("{id}-{date}") },
            maker,
            max_input_tokens,
            max_output_tokens,
            default_effort: (!effort.is_empty()).then(|| effort.to_owned()),
            cl100k: id.starts_with("gpt-4-") || id == "gpt-4" || id.starts_with("gpt-3.5"),
            retired: RETIRED.contains(&id),
        })
        .collect()
}

fn is_date_suffix(suffix: &str) -> bool {
    let digits = suffix.bytes().filter(u8::is_ascii_digit).count();
    suffix.starts_with('-')
        && digits == 8
        && suffix.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
}

use Maker::{Anthropic, Google, Openai};

/// Id, date of the snapshot, maker, most input tokens, most output tokens, default effort.
const ROWS: &[(&str, &str, Maker, u64, u64, &str)] = &[
    ("gpt-6-astra", "", Openai, 922_000, 128_000, "medium"),
    ("gpt-6.1-sol", "", Openai, 922_000, 128_000, "medium"),
    ("gpt-6.1-terra", "", Openai, 922_000, 128_000, "medium"),
    ("gpt-6-sol", "", Openai, 922_000, 128_000, "medium"),
    ("gpt-6-luna", "", Openai, 922_000, 128_000, "none"),
    ("gpt-5.6-sol", "", Openai, 922_000, 128_000, "none"),
    ("gpt-5.6-terra", "", Openai, 922_000, 128_000, "none"),
    ("gpt-5.6-luna", "", Openai, 922_000, 128_000, "none"),
    ("gpt-5.5", "2026-04-23", Openai, 922_000, 128_000, "none"),
    ("gpt-5.4", "2026-03-05", Openai, 922_000, 128_000, "none"),
    ("gpt-5.4-mini", "2026-03-17", Openai, 272_000, 128_000, "none"),
    ("gpt-5.4-nano", "2026-03-17", Openai, 272_000, 128_000, "none"),
    ("gpt-5.4-pro", "2026-03-05", Openai, 922_000, 128_000, "medium"),
    ("gpt-5.2", "2025-12-11", Openai, 272_000, 128_000, "none"),
    ("gpt-5.1", "2025-11-13", Openai, 272_000, 128_000, "none"),
    ("gpt-5", "2025-08-07", Openai, 272_000, 128_000, "medium"),
    ("gpt-5-mini", "2025-08-07", Openai, 272_000, 128_000, "medium"),
    ("gpt-5-nano", "2025-08-07", Openai, 272_000, 128_000, "medium"),
    ("gpt-4.1", "2025-04-14", Openai, 1_047_576, 32_768, ""),
    ("gpt-4.1-mini", "2025-04-14", Openai, 1_047_576, 32_768, ""),
    ("gpt-4o", "2024-08-06", Openai, 128_000, 16_384, ""),
    ("gpt-4o-mini", "2024-07-18", Openai, 128_000, 16_384, ""),
    ("gpt-4.1-nano", "2025-04-14", Openai, 1_047_576, 32_768, ""),
    ("gpt-4", "", Openai, 8_192, 8_192, ""),
    ("gpt-4-turbo", "", Openai, 128_000, 4_096, ""),
    ("gpt-3.5-turbo", "", Openai, 16_385, 4_096, ""),
    ("claude-opus-4-6", "", Anthropic, 1_000_000, 128_000, ""),
    ("claude-opus-4-8", "", Anthropic, 1_000_000, 128_000, ""),
    ("claude-opus-5-5", "", Anthropic, 1_000_000, 128_000, ""),
    ("claude-sonnet-4-6", "", Anthropic, 1_000_000, 128_000, ""),
    ("claude-sonnet-4-5", "20250929", Anthropic, 200_000, 64_000, ""),
    ("claude-sonnet-5-5", "", Anthropic, 1_000_000, 128_000, ""),
    ("claude-haiku-4-5", "20251001", Anthropic, 200_000, 64_000, ""),
    ("claude-haiku-5-5", "", Anthropic, 1_000_000, 128_000, ""),
    ("gemini-2.5-pro", "", Google, 1_048_576, 65_536, "low"),
    ("gemini-2.5-flash", "", Google, 1_048_576, 65_536, "low"),
    ("gemini-2.5-flash-lite", "", Google, 1_048_576, 65_536, ""),
    ("gemini-3-flash-preview", "", Google, 1_048_576, 65_536, "low"),
];

/// Shut down on 2026-10-23 (the deprecated values of the official SDK's model list, checked
/// 2026-11-22).
const RETIRED: &[&str] = &["gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "gpt-4.1-nano"];
