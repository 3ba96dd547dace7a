//! LiteLLM's price file: one object of models, each a flat list of prices of one token.
//!
//! A price's key is its class, then the length of prompt above which it holds, then its lane, as in
//! `cache_read_input_token_cost_above_272k_tokens_flex`. The keys were taken from the file in the
//! package litellm 1.109.1 (checked 2026-11-22).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::draft::{Draft, Drafts, day, put, rate};
use super::{Import, finish, invalid, providers};
use crate::catalog::{Ability, Lane, PriceSheet, Threshold};
use crate::error::Error;
use crate::money::Rate;
use crate::request::{Effort, HostedTool, ServiceTier};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Day;
use crate::usage::TokenClass;

pub(super) fn read(value: &Value, checked_on: Day) -> Result<Import, Error> {
    let Value::Object(entries) = value else {
        return Err(invalid("LiteLLM's price file is an object of models"));
    };
    let mut drafts = Drafts::default();
    for (key, entry) in entries {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let provider = text("litellm_provider").and_then(providers::known_as);
        let (Some(provider), Some("chat" | "responses")) = (provider, text("mode")) else {
            drafts.pass_over();
            continue;
        };
        let Value::Object(entry) = entry else { continue };
        // A fine-tuned model has a name of its own; this one stands for all of them.
        if key.starts_with("ft:") {
            drafts.pass_over();
            continue;
        }
        let draft = draft(key, provider, entry, &mut |why| drafts.leave_out(key, why));
        match draft {
            Ok(draft) => drafts.push(draft),
            Err(why) => drafts.leave_out(key, why),
        }
    }
    finish(drafts, checked_on)
}

fn draft(
    key: &str,
    provider: &str,
    entry: &Map<String, Value>,
    leave_out: &mut dyn FnMut(String),
) -> Result<Draft, String> {
    let tokens = |key: &str| entry.get(key).and_then(Value::as_u64).filter(|tokens| *tokens > 0);
    let window = tokens("max_input_tokens").or_else(|| tokens("max_tokens"));
    let (Some(window), Some(most)) = (window, tokens("max_output_tokens").or(tokens("max_tokens")))
    else {
        return Err("tells no limits".into());
    };
    let name = match key.split_once('/') {
        Some((host, name)) if providers::known_as(host) == Some(provider) => name,
        _ => key,
    };
    Ok(Draft {
        id: name.into(),
        provider: provider.into(),
        // Input and output together, where the file tells the input alone.
        context_tokens: window.max(most),
        max_output_tokens: most,
        abilities: abilities(entry),
        hosted_tools: hosted_tools(entry),
        efforts: efforts(entry),
        default_effort: entry.get("default_reasoning_effort").and_then(effort),
        regions: ["eu", "us"]
            .into_iter()
            .filter(|region| {
                entry.contains_key(&format!("regional_processing_uplift_multiplier_{region}"))
            })
            .map(String::from)
            .collect(),
        prices: alloc::vec![sheet(entry, leave_out)?],
        shutdown_on: day(entry.get("deprecation_date")),
        source: match entry.get("source").and_then(Value::as_str) {
            Some(source) => format!("litellm, after {source}"),
            None => "litellm".into(),
        },
        ..Draft::default()
    })
}

fn sheet(
    entry: &Map<String, Value>,
    leave_out: &mut dyn FnMut(String),
) -> Result<PriceSheet, String> {
    // Prices by lane, then by the length above which they hold.
    let mut lanes: SortedMap<ServiceTier, SortedMap<u64, SortedMap<TokenClass, _>>> =
        SortedMap::new();
    for (key, price) in entry {
        let Some((class, rest)) = CLASSES.iter().find_map(|(base, class)| {
            Some((*class, key.strip_prefix(base)?)).filter(|(_, rest)| {
                rest.is_empty()
                    || rest.starts_with("_above_") && !rest.contains("hr")
                    || lane(rest).is_some()
            })
        }) else {
            let is_price = key.contains("_cost") || key.contains("cost_per");
            if is_price && !KNOWN.contains(&key.as_str()) {
                leave_out(format!("`{key}` is not understood and not charged"));
            }
            continue;
        };
        let (above, rest) = match rest.strip_prefix("_above_") {
            Some(rest) => match rest.split_once("k_tokens") {
                Some((thousands, rest)) => (
                    thousands.parse::<u64>().map_err(|_| format!("has an odd key: {key}"))? * 1_000,
                    rest,
                ),
                None => continue,
            },
            None => (0, rest),
        };
        let Some(lane) = lane(rest) else {
            leave_out(format!("`{key}` is of a lane that is not understood"));
            continue;
        };
        put(lanes.or_default(lane).or_default(above), class, price, 6)?;
    }
    let mut sheet = PriceSheet {
        from: None,
        lanes: SortedMap::new(),
        regional_uplift_ppm: uplift(entry),
        tool_fees: SortedMap::new(),
        source: None,
    };
    // The ordinary lane first: a discounted one may take its lengths from it.
    let ordinary = ServiceTier::Standard;
    let ordinary = lanes.remove(&ordinary).map(|steps| (ordinary, steps));
    for (tier, mut steps) in ordinary.into_iter().chain(lanes) {
        let rates = steps.remove(&0).unwrap_or_default();
        let complete = [TokenClass::Input, TokenClass::Output];
        if complete.iter().any(|class| !rates.contains_key(class)) {
            if tier == ServiceTier::Standard {
                return Err("has no price of input and output".into());
            }
            continue;
        }
        // A class without a price of its own above keeps the price it has below.
        let mut above: Vec<Threshold> = steps
            .into_iter()
            .map(|(input_tokens, own)| {
                let mut all = rates.clone();
                all.extend(own);
                Threshold { input_tokens, rates: all }
            })
            .collect();
        let ordinary = sheet.lanes.get(&ServiceTier::Standard);
        if let (true, Some(ordinary), ServiceTier::Batch | ServiceTier::Flex) =
            (above.is_empty(), ordinary, tier)
        {
            above = discounted(&rates, ordinary);
        }
        sheet.lanes.insert(tier, Lane { rates, above });
    }
    if sheet.lanes.is_empty() {
        return Err("has no price of a token".into());
    }
    let searches = entry.get("search_context_cost_per_query");
    if let Some(fee) = searches.and_then(|fees| fees.get("search_context_size_medium")) {
        sheet.tool_fees.insert(HostedTool::WebSearch, rate(fee, 6)?);
    }
    Ok(sheet)
}

/// The long prices of a lane for which the file has short ones alone: a discount is the same at
/// every length, as OpenAI and Google state of theirs (checked 2026-11-22).
fn discounted(rates: &SortedMap<TokenClass, Rate>, ordinary: &Lane) -> Vec<Threshold> {
    let scale = |class: &TokenClass, long: &Rate| {
        let short = ordinary.rates.get(class)?.as_pusd_per_unit();
        let own = rates.get(class)?.as_pusd_per_unit();
        let scaled = u128::from(long.as_pusd_per_unit()) * u128::from(own);
        let scaled = scaled.checked_div(u128::from(short))?;
        u64::try_from(scaled).ok().map(Rate::from_pusd_per_unit)
    };
    let step = |step: &Threshold| {
        let mut all = rates.clone();
        all.extend(
            step.rates.iter().filter_map(|(class, long)| Some((*class, scale(class, long)?))),
        );
        Threshold { input_tokens: step.input_tokens, rates: all }
    };
    ordinary.above.iter().map(step).collect()
}

/// What holding a request to a region adds, in parts per million.
fn uplift(entry: &Map<String, Value>) -> u32 {
    let factor = entry
        .get("regional_processing_uplift_multiplier_us")
        .or_else(|| entry.get("provider_specific_entry")?.get("us"));
    let hundredths = factor.and_then(Value::as_f64).map_or(100.0, |factor| factor * 100.0 + 0.5);
    (hundredths as u32).saturating_sub(100).saturating_mul(10_000)
}

fn lane(word: &str) -> Option<ServiceTier> {
    Some(match word {
        "" => ServiceTier::Standard,
        "_batches" => ServiceTier::Batch,
        "_flex" => ServiceTier::Flex,
        "_priority" => ServiceTier::Priority,
        "_ultrafast" => ServiceTier::Ultrafast,
        _ => return None,
    })
}

fn is(entry: &Map<String, Value>, key: &str) -> bool {
    entry.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn abilities(entry: &Map<String, Value>) -> SortedSet<Ability> {
    let told = [
        ("supports_audio_input", Ability::AudioInput),
        ("supports_audio_output", Ability::AudioOutput),
        ("supports_pdf_input", Ability::FileInput),
        ("supports_vision", Ability::ImageInput),
        ("supports_parallel_function_calling", Ability::ParallelTools),
        ("supports_response_schema", Ability::StructuredOutput),
        ("supports_function_calling", Ability::Tools),
    ];
    let mut abilities: SortedSet<Ability> =
        told.into_iter().filter(|(key, _)| is(entry, key)).map(|(_, ability)| ability).collect();
    abilities.insert(Ability::Streaming);
    abilities
}

fn hosted_tools(entry: &Map<String, Value>) -> SortedSet<HostedTool> {
    let told = [
        ("supports_computer_use", HostedTool::ComputerUse),
        ("supports_tool_search", HostedTool::ToolSearch),
        ("supports_url_context", HostedTool::WebFetch),
        ("supports_web_search", HostedTool::WebSearch),
    ];
    told.into_iter().filter(|(key, _)| is(entry, key)).map(|(_, tool)| tool).collect()
}

fn efforts(entry: &Map<String, Value>) -> Vec<Effort> {
    let mut efforts: Vec<Effort> = match entry.get("reasoning_effort_levels") {
        Some(Value::Array(levels)) => levels.iter().filter_map(effort).collect(),
        _ if !is(entry, "supports_reasoning") => Vec::new(),
        _ => {
            let mut efforts = alloc::vec![Effort::Low, Effort::Medium, Effort::High];
            let more = [
                ("supports_none_reasoning_effort", Effort::None),
                ("supports_minimal_reasoning_effort", Effort::Minimal),
                ("supports_xhigh_reasoning_effort", Effort::Xhigh),
                ("supports_max_reasoning_effort", Effort::Max),
            ];
            efforts.extend(more.into_iter().filter(|(key, _)| is(entry, key)).map(|(_, own)| own));
            efforts
        }
    };
    efforts.sort();
    efforts.dedup();
    efforts
}

fn effort(value: &Value) -> Option<Effort> {
    serde_json::from_value(Value::String(value.as_str()?.to_string())).ok()
}

/// The start of a price's key and its class, longer starts first.
const CLASSES: [(&str, TokenClass); 9] = [
    ("cache_creation_input_token_cost_above_12hr", TokenClass::CacheWriteLong),
    ("cache_creation_input_token_cost_above_1hr", TokenClass::CacheWriteLong),
    ("cache_creation_input_token_cost", TokenClass::CacheWrite),
    ("cache_read_input_token_cost", TokenClass::CacheRead),
    ("input_cost_per_audio_token", TokenClass::AudioInput),
    ("input_cost_per_image_token", TokenClass::ImageInput),
    ("input_cost_per_token", TokenClass::Input),
    ("output_cost_per_audio_token", TokenClass::AudioOutput),
    ("output_cost_per_token", TokenClass::Output),
];

/// Keys of prices that are read elsewhere or say nothing more.
const KNOWN: [&str; 3] = [
    "input_cost_per_token_cache_hit",
    "output_cost_per_reasoning_token",
    "search_context_cost_per_query",
];
