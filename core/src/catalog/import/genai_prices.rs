//! The `data.json` of genai-prices: a list of providers, each with models and their dated prices of
//! a million tokens.
//!
//! Its keys were taken from the package genai-prices 0.2.3 (checked 2026-11-22).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::draft::{Draft, Drafts, day, put, rate};
use super::{Import, finish, invalid, providers};
use crate::catalog::{Catalog, Lane, PriceSheet, Threshold};
use crate::error::Error;
use crate::request::{HostedTool, ModelId, ServiceTier};
use crate::sorted::SortedMap;
use crate::time::Day;
use crate::usage::TokenClass;

pub(super) fn read(value: &Value, known: &Catalog, checked_on: Day) -> Result<Import, Error> {
    let Value::Array(entries) = value else {
        return Err(invalid("the file of genai-prices is a list of providers"));
    };
    let mut drafts = Drafts::default();
    for provider in entries {
        let name = provider.get("id").and_then(Value::as_str).and_then(providers::known_as);
        let models = provider.get("models").and_then(Value::as_array);
        let (Some(name), Some(models)) = (name, models) else {
            drafts.pass_over();
            continue;
        };
        for model in models {
            let Some(id) = model.get("id").and_then(Value::as_str) else {
                drafts.pass_over();
                continue;
            };
            match draft(id, name, model, known, &mut |why| drafts.leave_out(id, why)) {
                Ok(draft) => drafts.push(draft),
                Err(why) => drafts.leave_out(id, why),
            }
        }
    }
    finish(drafts, checked_on)
}

fn draft(
    id: &str,
    provider: &str,
    model: &Value,
    known: &Catalog,
    leave_out: &mut dyn FnMut(String),
) -> Result<Draft, String> {
    let of = known.model(&ModelId::new(id)).filter(|of| of.provider.0 == provider);
    let of = of.ok_or("is not in the catalogue, and the file tells no limits of its answers")?;
    Ok(Draft {
        id: of.id.as_str().into(),
        provider: provider.into(),
        context_tokens: of.limits.context_tokens,
        max_input_tokens: of.limits.max_input_tokens,
        max_output_tokens: of.limits.max_output_tokens,
        abilities: of.abilities.clone(),
        hosted_tools: of.hosted_tools.clone(),
        efforts: of.efforts.clone(),
        default_effort: of.default_effort,
        regions: of.regions.clone(),
        prices: sheets(model, leave_out)?,
        released_on: of.released_on,
        shutdown_on: of.shutdown_on,
        knowledge_cutoff: of.knowledge_cutoff,
        source: "genai-prices".into(),
        ..Draft::default()
    })
}

fn sheets(model: &Value, leave_out: &mut dyn FnMut(String)) -> Result<Vec<PriceSheet>, String> {
    let mut sheets: Vec<PriceSheet> = Vec::new();
    match model.get("prices") {
        Some(Value::Object(prices)) => sheets.push(sheet(prices, None, leave_out)?),
        Some(Value::Array(dated)) => {
            for entry in dated {
                let constraint = entry.get("constraint").filter(|value| !value.is_null());
                let from = day(constraint.and_then(|constraint| constraint.get("start_date")));
                if constraint.is_some() && from.is_none() {
                    leave_out(
                        "has prices that hold at hours of the day, which are not kept".into(),
                    );
                    continue;
                }
                let Some(prices) = entry.get("prices").and_then(Value::as_object) else { continue };
                sheets.push(sheet(prices, from, leave_out)?);
            }
        }
        _ => return Err("tells no prices".into()),
    }
    sheets.sort_by_key(|sheet| sheet.from);
    sheets.dedup_by(|later, sooner| later.lanes == sooner.lanes);
    let Some(last) = sheets.last_mut() else { return Err("tells no prices".into()) };
    for variant in model.get("price_variants").and_then(Value::as_array).into_iter().flatten() {
        let Some(prices) = variant.get("prices").and_then(Value::as_object) else { continue };
        let word = |key: &str| variant.get("when").and_then(|when| when.get(key)?.as_str());
        let tier = match (word("processing"), word("service_tier")) {
            (Some("batch"), None) => ServiceTier::Batch,
            (None, Some("flex")) => ServiceTier::Flex,
            (None, Some("priority")) => ServiceTier::Priority,
            (None, Some("default" | "fast")) => continue,
            _ => {
                leave_out(format!(
                    "has prices of a lane that is not understood: {}",
                    variant["when"]
                ));
                continue;
            }
        };
        let lane = lane(prices, &mut |_| ())?;
        if lane.rates.contains_key(&TokenClass::Input)
            && lane.rates.contains_key(&TokenClass::Output)
        {
            last.lanes.insert(tier, lane);
        }
    }
    Ok(sheets)
}

fn sheet(
    prices: &Map<String, Value>,
    from: Option<Day>,
    leave_out: &mut dyn FnMut(String),
) -> Result<PriceSheet, String> {
    let lane = lane(prices, leave_out)?;
    if !lane.rates.contains_key(&TokenClass::Input) || !lane.rates.contains_key(&TokenClass::Output)
    {
        return Err("has no price of input and output".into());
    }
    let mut tool_fees = SortedMap::new();
    for (key, tool) in FEES {
        if let Some(price) = prices.get(key).filter(|price| !price.is_null()) {
            // Dollars for a thousand calls; a fee is dollars for a million.
            tool_fees.insert(tool, rate(price, 3)?);
        }
    }
    Ok(PriceSheet {
        from,
        lanes: SortedMap::from([(ServiceTier::Standard, lane)]),
        regional_uplift_ppm: 0,
        tool_fees,
        source: None,
    })
}

fn lane(prices: &Map<String, Value>, leave_out: &mut dyn FnMut(String)) -> Result<Lane, String> {
    let mut rates = SortedMap::new();
    let mut steps: SortedMap<u64, SortedMap<TokenClass, _>> = SortedMap::new();
    for (key, price) in prices.iter().filter(|(_, price)| !price.is_null()) {
        let Some((_, class)) = CLASSES.iter().find(|(own, _)| own == key) else {
            if !FEES.iter().any(|(own, _)| own == key) {
                leave_out(format!("`{key}` is not understood and not charged"));
            }
            continue;
        };
        put(&mut rates, *class, price.get("base").unwrap_or(price), 0)?;
        for tier in price.get("tiers").and_then(Value::as_array).into_iter().flatten() {
            let (Some(start), Some(price)) =
                (tier.get("start").and_then(Value::as_u64), tier.get("price"))
            else {
                return Err(format!("has a tier without start or price: {tier}"));
            };
            put(steps.or_default(start), *class, price, 0)?;
        }
    }
    let mut above: Vec<Threshold> = Vec::new();
    for (input_tokens, own) in steps {
        let mut all = above.last().map_or_else(|| rates.clone(), |before| before.rates.clone());
        all.extend(own);
        above.push(Threshold { input_tokens, rates: all });
    }
    Ok(Lane { rates, above })
}

const CLASSES: [(&str, TokenClass); 7] = [
    ("cache_read_mtok", TokenClass::CacheRead),
    ("cache_write_1h_mtok", TokenClass::CacheWriteLong),
    ("cache_write_mtok", TokenClass::CacheWrite),
    ("input_audio_mtok", TokenClass::AudioInput),
    ("input_mtok", TokenClass::Input),
    ("output_audio_mtok", TokenClass::AudioOutput),
    ("output_mtok", TokenClass::Output),
];

const FEES: [(&str, HostedTool); 2] = [
    ("storage_searches_kcount", HostedTool::FileSearch),
    ("web_searches_kcount", HostedTool::WebSearch),
];
