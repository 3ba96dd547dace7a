//! Price files that other projects publish, read into a catalogue.
//!
//! LiteLLM, genai-prices and models.dev each keep a file of prices up to date. Reading one answers
//! a catalogue and a list of what was not understood; a model that could not be read is left out
//! and named, and never given a guessed price.

mod draft;
mod family;
mod genai_prices;
mod litellm;
mod models_dev;
mod providers;
mod refresh;

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use refresh::{Disagreement, Refresh};

use super::Catalog;
use crate::error::{Error, ErrorKind};
use crate::time::Day;

/// A catalogue read from another project's file, and what of it was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Import {
    /// The models that were understood. It has no ladders.
    pub catalog: Catalog,
    /// What was left out, in the file's order.
    pub left_out: Vec<LeftOut>,
    /// Entries of the file that are no chat models, or a provider's that Farebox cannot call.
    pub passed_over: u64,
}

/// Something in a price file that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeftOut {
    /// The entry's name in the file.
    pub model: String,
    /// What of it, and why.
    pub why: String,
}

impl Catalog {
    /// Reads LiteLLM's `model_prices_and_context_window.json`.
    ///
    /// # Errors
    ///
    /// `invalid_catalog` when it is no JSON object of models, or holds no model that is understood.
    pub fn from_litellm(json: &[u8], checked_on: Day) -> Result<Import, Error> {
        litellm::read(&value(json)?, checked_on)
    }

    /// Reads the `api.json` of models.dev, whose keys are known from memory: it was tested on a
    /// made-up snippet and not on the published file.
    ///
    /// # Errors
    ///
    /// As [`Catalog::from_litellm`].
    pub fn from_models_dev(json: &[u8], checked_on: Day) -> Result<Import, Error> {
        models_dev::read(&value(json)?, checked_on)
    }

    /// Reads the `data.json` of genai-prices.
    ///
    /// The file tells no limits of an answer, so models are given those of the catalogue they are
    /// to refresh; a model that is not in it is left out.
    ///
    /// # Errors
    ///
    /// As [`Catalog::from_litellm`].
    pub fn from_genai_prices(json: &[u8], known: &Self, checked_on: Day) -> Result<Import, Error> {
        genai_prices::read(&value(json)?, known, checked_on)
    }

    /// Reads any of the files above, which it tells apart by their shape.
    ///
    /// # Errors
    ///
    /// As [`Catalog::from_litellm`], and when it is none of them.
    pub fn import(json: &[u8], known: &Self, checked_on: Day) -> Result<Import, Error> {
        let value = value(json)?;
        match &value {
            Value::Array(_) => genai_prices::read(&value, known, checked_on),
            Value::Object(map) if map.values().any(|entry| entry.get("models").is_some()) => {
                models_dev::read(&value, checked_on)
            }
            Value::Object(map)
                if map.values().any(|entry| entry.get("litellm_provider").is_some()) =>
            {
                litellm::read(&value, checked_on)
            }
            _ => Err(invalid(
                "a price file is LiteLLM's `model_prices_and_context_window.json`, the `data.json` \
                 of genai-prices or the `api.json` of models.dev",
            )),
        }
    }
}

/// Makes a catalogue of what was read and checks that it holds together.
fn finish(drafts: draft::Drafts, checked_on: Day) -> Result<Import, Error> {
    let (models, left_out, passed_over) = drafts.finish(checked_on);
    if models.is_empty() {
        return Err(invalid("no model of the file is understood"));
    }
    let mut providers = providers::all();
    providers.retain(|provider| models.iter().any(|model| model.provider == provider.id));
    let catalog = Catalog { checked_on, providers, models, ladders: Vec::new() };
    catalog.check()?;
    Ok(Import { catalog, left_out, passed_over })
}

fn value(json: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(json)
        .map_err(|error| invalid(alloc::format!("a price file is JSON: {error}")))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidCatalog, message)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;
    use crate::catalog::Terms;
    use crate::request::{Effort, ModelId, ServiceTier};
    use crate::usage::{TokenClass, Usage};

    const LITELLM: &str = r#"{
        "sample_spec": {"litellm_provider": "one of …", "mode": "one of …"},
        "gemini/gemini-9-pro": {"litellm_provider": "gemini", "mode": "chat",
            "max_input_tokens": 1000000, "max_output_tokens": 65536,
            "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
            "input_cost_per_token_above_200k_tokens": 2.5e-06,
            "cache_read_input_token_cost": 1.3e-07,
            "input_cost_per_token_batches": 6.25e-07, "output_cost_per_token_batches": 5e-06,
            "google_maps_grounding_cost_per_query": 0.01, "supports_vision": true},
        "gpt-9": {"litellm_provider": "openai", "mode": "chat", "max_input_tokens": 8,
            "max_output_tokens": 8, "input_cost_per_token": "a lot", "output_cost_per_token": 1},
        "gpt-9-nano": {"litellm_provider": "openai", "mode": "chat"},
        "dall-e-9": {"litellm_provider": "openai", "mode": "image_generation"}
    }"#;

    const GENAI: &str = r#"[{"id": "google", "models": [
        {"id": "gemini-9-pro", "prices": [
            {"prices": {"input_mtok": {"base": 3, "tiers": [{"start": 200000, "price": 6}]},
                        "output_mtok": 20}},
            {"constraint": {"start_date": "2026-06-01"},
             "prices": {"input_mtok": {"base": 1.25, "tiers": [{"start": 200000, "price": 2.5}]},
                        "cache_read_mtok": 0.13, "output_mtok": 10, "web_searches_kcount": 14}}]},
        {"id": "gemini-9-flash", "prices": {"input_mtok": 1, "output_mtok": 2}}]}]"#;

    const MODELS_DEV: &str = r#"{"mistral": {"models": {"mistral-nine": {
        "modalities": {"input": ["text", "image"], "output": ["text"]}, "tool_call": true,
        "reasoning": true, "reasoning_options": [{"type": "effort", "values": ["none", "high"]}],
        "limit": {"context": 262144, "output": 32768}, "knowledge": "2026-01",
        "cost": {"input": 0.4, "output": 2, "context_over_200k": {"input": 0.8, "output": 4}}}}},
        "nobody": {"models": {"x": {}}}}"#;

    fn day() -> Day {
        Day::parse("2026-11-22").unwrap()
    }

    fn terms(day: &str, service_tier: ServiceTier) -> Terms {
        let at = Day::parse(day).unwrap().start();
        Terms { at, service_tier, ..Terms::default() }
    }

    #[test]
    fn a_file_of_litellm_is_priced_and_what_it_does_not_say_is_told() {
        let import = Catalog::from_litellm(LITELLM.as_bytes(), day()).unwrap();
        let model = import.catalog.model(&"gemini-9-pro".into()).unwrap();
        let usage = |input| Usage::default().with(TokenClass::Input, input);
        let cost = |input, tier| model.cost(&usage(input), &terms("2026-11-22", tier)).unwrap();
        assert_eq!(cost(200_000, ServiceTier::Standard).total.to_string(), "0.25");
        assert_eq!(cost(200_001, ServiceTier::Standard).total.to_string(), "0.5000025");
        assert_eq!(cost(1_000, ServiceTier::Batch).total.to_string(), "0.000625");
        let named: Vec<&str> = import.left_out.iter().map(|left| left.model.as_str()).collect();
        assert_eq!(named, vec!["gemini/gemini-9-pro", "gpt-9", "gpt-9-nano"]);
        assert_eq!(import.passed_over, 2);
    }

    #[test]
    fn older_prices_are_taken_from_a_file_that_has_them() {
        let mut catalog = Catalog::from_litellm(LITELLM.as_bytes(), day()).unwrap().catalog;
        let import = Catalog::import(GENAI.as_bytes(), &catalog, day()).unwrap();
        assert_eq!(import.left_out[0].model, "gemini-9-flash");
        let differences = catalog.refresh(&import, Refresh::Keep).unwrap();
        assert_eq!(differences, vec![]);
        let model = catalog.model(&"gemini-9-pro".into()).unwrap();
        let usage = Usage::default().with(TokenClass::Input, 1_000_000);
        let cost = |day| model.cost(&usage, &terms(day, ServiceTier::Standard)).unwrap().total;
        assert_eq!(cost("2026-05-31").to_string(), "6");
        assert_eq!(cost("2026-06-01").to_string(), "2.5");
    }

    #[test]
    fn a_price_that_changed_holds_from_its_day_and_not_before() {
        let mut catalog = Catalog::from_litellm(LITELLM.as_bytes(), day()).unwrap().catalog;
        let dearer =
            LITELLM.replace("\"output_cost_per_token\": 1e-05", "\"output_cost_per_token\": 2e-05");
        let import = Catalog::import(dearer.as_bytes(), &catalog, day()).unwrap();
        let from = Day::parse("2026-12-01").unwrap();
        let differences = catalog.refresh(&import, Refresh::From(from)).unwrap();
        assert_eq!(differences[0].price, "standard output");
        assert_eq!(differences[0].ours.as_deref(), Some("10"));
        assert_eq!(differences[0].theirs.as_deref(), Some("20"));
        let model = catalog.model(&ModelId::new("gemini-9-pro")).unwrap();
        let usage = Usage::default().with(TokenClass::Output, 1_000_000);
        let cost = |day| model.cost(&usage, &terms(day, ServiceTier::Standard)).unwrap().total;
        assert_eq!(cost("2026-11-30").to_string(), "10");
        assert_eq!(cost("2026-12-01").to_string(), "20");
    }

    #[test]
    fn a_file_of_models_dev_is_read() {
        let import = Catalog::from_models_dev(MODELS_DEV.as_bytes(), day()).unwrap();
        let model = import.catalog.model(&"mistral-nine".into()).unwrap();
        assert_eq!(model.limits.context_tokens, 262_144);
        assert_eq!(model.efforts, [Effort::None, Effort::High]);
        assert_eq!(model.knowledge_cutoff, Day::parse("2026-01-01").ok());
        assert_eq!(model.prices[0].lanes[&ServiceTier::Standard].above[0].input_tokens, 200_000);
        assert_eq!(import.passed_over, 1);
    }

    #[test]
    fn what_is_no_price_file_is_refused() {
        let known = Catalog::empty();
        for text in ["", "1", "[]", "{}", "[1]", r#"{"a": 1}"#, r#"{"a": {"models": {}}}"#] {
            let error = Catalog::import(text.as_bytes(), &known, day()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidCatalog, "{text}");
        }
    }
}
