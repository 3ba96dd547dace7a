//! The `api.json` of models.dev: providers, each with its models and prices of a million tokens.
//!
//! Its keys were compared with the files that project makes it of (`providers/*/models/*.toml` of
//! anomalyco/models.dev, 2026-07-02) on 2026-11-22.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::draft::{Draft, Drafts, day, put};
use super::{Import, finish, invalid, providers};
use crate::catalog::{Ability, Lane, PriceSheet, Threshold};
use crate::error::Error;
use crate::request::{Effort, ServiceTier};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Day;
use crate::usage::TokenClass;

pub(super) fn read(value: &Value, checked_on: Day) -> Result<Import, Error> {
    let Value::Object(entries) = value else {
        return Err(invalid("the file of models.dev is an object of providers"));
    };
    let mut drafts = Drafts::default();
    for (name, provider) in entries {
        let models = provider.get("models").and_then(Value::as_object);
        let (Some(known), Some(models)) = (providers::known_as(name), models) else {
            drafts.pass_over();
            continue;
        };
        for (name, model) in models {
            match draft(name, known, model, &mut |why| drafts.leave_out(name, why)) {
                Ok(Some(draft)) => drafts.push(draft),
                Ok(None) => drafts.pass_over(),
                Err(why) => drafts.leave_out(name, why),
            }
        }
    }
    finish(drafts, checked_on)
}

fn draft(
    name: &str,
    provider: &str,
    model: &Value,
    leave_out: &mut dyn FnMut(String),
) -> Result<Option<Draft>, String> {
    let speaks = |side: &str, word: &str| {
        let words = model.get("modalities").and_then(|sides| sides.get(side)?.as_array());
        words.is_some_and(|words| words.iter().any(|own| own.as_str() == Some(word)))
    };
    if model.get("modalities").is_some() && !(speaks("input", "text") && speaks("output", "text")) {
        return Ok(None);
    }
    let limit = |key| model.get("limit").and_then(|limits| limits.get(key)?.as_u64());
    let (Some(context), Some(output)) = (limit("context"), limit("output")) else {
        return Err("tells no limits".into());
    };
    let prices = match model.get("cost").and_then(Value::as_object) {
        Some(cost) => alloc::vec![sheet(cost, leave_out)?],
        None => return Err("tells no prices".into()),
    };
    let is = |key| model.get(key).and_then(Value::as_bool).unwrap_or(false);
    let abilities = [
        (Ability::AudioInput, speaks("input", "audio")),
        (Ability::AudioOutput, speaks("output", "audio")),
        (Ability::FileInput, speaks("input", "pdf")),
        (Ability::ImageInput, speaks("input", "image")),
        (Ability::Streaming, true),
        (Ability::StructuredOutput, is("structured_output")),
        (Ability::Tools, is("tool_call")),
    ];
    Ok(Some(Draft {
        id: name.into(),
        provider: provider.into(),
        context_tokens: context,
        max_input_tokens: limit("input"),
        max_output_tokens: output,
        abilities: abilities
            .into_iter()
            .filter(|(_, able)| *able)
            .map(|(ability, _)| ability)
            .collect::<SortedSet<_>>(),
        efforts: efforts(model),
        prices,
        released_on: day(model.get("release_date")),
        knowledge_cutoff: day(model.get("knowledge")),
        source: "models.dev".into(),
        ..Draft::default()
    }))
}

/// The efforts a model tells; the usual three where it reasons and tells none.
fn efforts(model: &Value) -> Vec<Effort> {
    let options = model.get("reasoning_options").and_then(Value::as_array).into_iter().flatten();
    let told = options
        .filter(|option| option.get("type").and_then(Value::as_str) == Some("effort"))
        .filter_map(|option| option.get("values")?.as_array())
        .flatten();
    let mut told: Vec<Effort> = told.filter_map(|word| Effort::deserialize(word).ok()).collect();
    told.sort();
    told.dedup();
    let reasons = model.get("reasoning").and_then(Value::as_bool) == Some(true);
    match (reasons, told.is_empty()) {
        (true, true) => alloc::vec![Effort::Low, Effort::Medium, Effort::High],
        (true, false) => told,
        (false, _) => Vec::new(),
    }
}

fn sheet(
    cost: &Map<String, Value>,
    leave_out: &mut dyn FnMut(String),
) -> Result<PriceSheet, String> {
    let mut rates = SortedMap::new();
    let mut above = alloc::vec![];
    for (key, price) in cost {
        if let Some((_, class)) = CLASSES.iter().find(|(own, _)| own == key) {
            put(&mut rates, *class, price, 0)?;
        } else if key != "context_over_200k" && key != "tiers" {
            leave_out(format!("`{key}` is not understood and not charged"));
        }
    }
    let long = cost.get("context_over_200k").map(|long| (200_000, long));
    let tiers = cost.get("tiers").and_then(Value::as_array).into_iter().flatten();
    let tiers = tiers.filter_map(|tier| Some((tier.get("tier")?.get("size")?.as_u64()?, tier)));
    let mut steps: SortedMap<u64, &Value> = long.into_iter().collect();
    steps.extend(tiers);
    for (input_tokens, step) in steps {
        let mut own = rates.clone();
        for (key, class) in CLASSES {
            put(&mut own, class, step.get(key).unwrap_or(&Value::Null), 0)?;
        }
        above.push(Threshold { input_tokens, rates: own });
    }
    if !rates.contains_key(&TokenClass::Input) || !rates.contains_key(&TokenClass::Output) {
        return Err("has no price of input and output".into());
    }
    Ok(PriceSheet {
        from: None,
        lanes: SortedMap::from([(ServiceTier::Standard, Lane { rates, above })]),
        regional_uplift_ppm: 0,
        tool_fees: SortedMap::new(),
        source: None,
    })
}

const CLASSES: [(&str, TokenClass); 7] = [
    ("cache_read", TokenClass::CacheRead),
    ("cache_write", TokenClass::CacheWrite),
    ("input", TokenClass::Input),
    ("input_audio", TokenClass::AudioInput),
    ("output", TokenClass::Output),
    ("output_audio", TokenClass::AudioOutput),
    ("reasoning", TokenClass::Reasoning),
];
