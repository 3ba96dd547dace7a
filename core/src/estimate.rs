//! What a request will use and cost, before it is sent.
//!
//! An estimate is the price of a predicted usage. The input is counted; the output can only be
//! forecast, so it is a range, and so is the cost.

mod advice;
mod forecast;

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

pub use advice::notices;
pub use forecast::forecast;

use crate::catalog::{Catalog, CountingFamily, Model, Terms};
use crate::count::{Basis, InputCount, TokenRange, Vocabularies, count_request_at};
use crate::error::Error;
use crate::money::Pusd;
use crate::request::{Api, Effort, ModelId, Request, ServiceTier};
use crate::usage::{TokenClass, Usage};

/// An amount that is not known exactly; `low <= expected <= high`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CostRange {
    /// The price of the low usage.
    pub low: Pusd,
    /// The price of the expected usage.
    pub expected: Pusd,
    /// The price of the high usage.
    pub high: Pusd,
}

/// What one request will use and cost on one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Estimate {
    /// The model.
    pub model: ModelId,
    /// The format it would be asked in.
    pub api: Api,
    /// The effort it would be asked for, where it reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// The lane it was priced in.
    pub service_tier: ServiceTier,
    /// Tokens of the prompt.
    pub input: InputCount,
    /// Tokens of the answer, reasoning included.
    pub output: OutputForecast,
    /// What it will cost; absent when nobody published a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostRange>,
    /// What the caller should know of this model, this day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// Tokens an answer will probably take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutputForecast {
    /// All of them, as billed.
    pub tokens: TokenRange,
    /// Those of them that are reasoning.
    pub reasoning: TokenRange,
    /// Why the range is as wide as it is.
    pub why: Vec<String>,
}

/// Something the caller should know, with a stable word for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notice {
    /// The word.
    pub code: NoticeCode,
    /// The sentence.
    pub message: String,
}

/// What a [`Notice`] is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeCode {
    /// Another model costs less and can do at least as much.
    CheaperModel,
    /// Input is long enough for the whole request to be priced higher.
    LongContextPrice,
    /// The model no longer answers.
    ShutDown,
    /// The model will stop answering soon.
    ShutDownSoon,
    /// Nobody published a price.
    Unpriced,
    /// The model is not in the catalogue; its nearest relative's numbers stand in.
    UnknownModel,
}

/// Estimates a request on one model.
///
/// The request's own lane, where it names one, is priced over that of the terms. A model that is
/// not in the catalogue is taken for a stand-in (see [`Catalog::stand_in`]): its cost is a wide
/// band and a notice says so.
///
/// # Errors
///
/// `invalid_request` when the lane is not offered. A prompt that does not fit the model is estimated
/// all the same; whether it may be sent there is for routing to say.
pub fn estimate(
    request: &Request,
    model: &Model,
    catalog: &Catalog,
    vocabularies: &Vocabularies,
    terms: &Terms,
) -> Result<Estimate, Error> {
    let api = api_for(request, model, catalog);
    let mut input = count_request_at(request, api, model, vocabularies, terms.at);
    if catalog.model(&model.id).is_none() {
        widen(&mut input, model.counting.family);
    }
    let output = forecast(request, model, input.tokens.expected);
    let service_tier = request.service_tier.unwrap_or(terms.service_tier);
    let terms = Terms { service_tier, ..*terms };
    let cost = if model.prices.is_empty() {
        None
    } else {
        Some(cost(request, model, catalog, &input.tokens, &output, &terms)?)
    };
    let mut notices = notices(model, catalog, terms.at.date());
    if let Some(above) = model
        .sheet(terms.at)
        .and_then(|sheet| sheet.lanes.get(&service_tier)?.rates_for(input.tokens.expected).1)
    {
        let message = alloc::format!(
            "input of more than {above} tokens raises the price of the whole request"
        );
        notices.push(Notice { code: NoticeCode::LongContextPrice, message });
    }
    Ok(Estimate {
        model: model.id.clone(),
        api,
        effort: forecast::effort(request, model),
        service_tier,
        input,
        output,
        cost,
        notices,
    })
}

/// The format a request would be sent to a model in: its own, where the model answers that.
pub fn api_for(request: &Request, model: &Model, catalog: &Catalog) -> Api {
    let of_provider = || catalog.provider(model).map_or(&[][..], |provider| &provider.apis);
    let apis = if model.apis.is_empty() { of_provider() } else { &model.apis };
    let own = request.native.as_ref().map(|native| native.api);
    let taken = own.filter(|api| apis.contains(api)).or(apis.first().copied());
    taken.unwrap_or(Api::Chat)
}

fn cost(
    request: &Request,
    model: &Model,
    catalog: &Catalog,
    input: &TokenRange,
    output: &OutputForecast,
    terms: &Terms,
) -> Result<CostRange, Error> {
    let cached = request.hints.cached_tokens.unwrap_or(0);
    let price = |input: u64, cached: u64, output: u64, reasoning: u64| {
        let cached = cached.min(input);
        let reasoning = reasoning.min(output);
        let usage = Usage::default()
            .with(TokenClass::CacheRead, cached)
            .with(TokenClass::Input, input - cached)
            .with(TokenClass::Reasoning, reasoning)
            .with(TokenClass::Output, output - reasoning);
        model.cost(&usage, terms).map(|cost| cost.total)
    };
    let (tokens, reasoning) = (&output.tokens, &output.reasoning);
    let mut range = CostRange {
        low: price(input.low, cached, tokens.low, reasoning.low)?,
        expected: price(input.expected, cached, tokens.expected, reasoning.expected)?,
        high: price(input.high, 0, tokens.high, reasoning.high)?,
    };
    if catalog.model(&model.id).is_none() {
        range.low = Pusd::from_pusd(range.low.as_pusd() / STAND_IN_FACTOR);
        range.high = Pusd::from_pusd(range.high.as_pusd().saturating_mul(STAND_IN_FACTOR));
    }
    Ok(range)
}

/// Admits that a prompt was counted by the rules of a model's nearest relative.
// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn widen(input: &mut InputCount, family: CountingFamily) {
    let margin_ppm = match family {
        CountingFamily::Gemini2 | CountingFamily::Gemini25 | CountingFamily::Gemini3 => {
            GEMINI_STAND_IN_MARGIN_PPM
        }
        _ => STAND_IN_MARGIN_PPM,
    };
    let why = "the model is not in the catalogue; its nearest relative's rules stand in".into();
    let margin = input.tokens.expected.saturating_mul(margin_ppm.into()) / 1_000_000;
    input.tokens.low = input.tokens.low.min(input.tokens.expected.saturating_sub(margin));
    input.tokens.high = input.tokens.high.max(input.tokens.expected.saturating_add(margin));
    match &mut input.basis {
        Basis::Exact => {
            input.basis = Basis::Approximate { margin_ppm, why: alloc::vec![why] };
        }
        Basis::Approximate { margin_ppm: known_ppm, why: reasons } => {
            *known_ppm = (*known_ppm).max(margin_ppm);
            reasons.push(why);
        }
    }
}

/// How far the counts of two neighbours of one provider may be apart: Claude's tokenizers of two
/// generations differ by a quarter on the same text (measured on recorded traffic, 2026-11-22).
const STAND_IN_MARGIN_PPM: u32 = 250_000;

/// An assumption, not a measurement: that Gemini's generations count more alike than Claude's.
const GEMINI_STAND_IN_MARGIN_PPM: u32 = 120_000;

/// How far off the price of a model may be from that of its nearest relative: the factor between
/// neighbouring tiers of one provider.
const STAND_IN_FACTOR: u64 = 5;
