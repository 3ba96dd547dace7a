//! One recorded request: a line of JSON, parsed, estimated and held against its bill.

use farebox_core::catalog::{Catalog, Model, Terms};
use farebox_core::count::{Basis, Vocabularies};
use farebox_core::error::Error;
use farebox_core::estimate::{Estimate, estimate};
use farebox_core::money::Pusd;
use farebox_core::provider::{self, parse_usage};
use farebox_core::request::{Api, Part, PixelSize, Request, ServiceTier, Source};
use farebox_core::time::Timestamp;
use farebox_core::usage::{TokenClass, Usage};
use serde::Deserialize;
use serde_json::{Value, json};

use super::class::class_of;

/// A line of a log: a request, and what the provider said it used.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    #[serde(default)]
    pub(crate) key: Value,
    #[serde(default)]
    endpoint: Option<String>,
    #[serde(default)]
    model: Option<String>,
    /// What the answer called its model; a deployment's address does not tell.
    #[serde(default)]
    model_returned: Option<String>,
    request: Value,
    #[serde(default)]
    usage: Option<Value>,
    /// Seconds since the epoch.
    #[serde(default)]
    created: Option<i64>,
}

/// A row with its estimate and, where the log has it, its bill.
pub(crate) struct Audited {
    pub(crate) model: String,
    pub(crate) provider: String,
    pub(crate) class: &'static str,
    pub(crate) estimate: Estimate,
    pub(crate) usage: Option<Usage>,
    pub(crate) billed: Option<Pusd>,
    pub(crate) request: Request,
    pub(crate) terms: Terms,
}

impl Row {
    /// Estimates the request of this row.
    pub(crate) fn audit(
        &self,
        catalog: &Catalog,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Audited, Error> {
        let request = self.request()?;
        let named = request.model.as_ref().map(|model| model.as_str());
        let names = [self.model.as_deref(), named, self.model_returned.as_deref()];
        let name = names.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default();
        let model = catalog.stand_in(&name.into())?;
        let at = self.created.map(|seconds| Timestamp::from_ms(seconds.saturating_mul(1_000)));
        let terms = Terms { at: at.unwrap_or(now), ..Terms::default() };
        let estimate = estimate(&request, &model, catalog, vocabularies, &terms)?;
        let api = request.native.as_ref().map_or(estimate.api, |native| native.api);
        let usage = self.usage(api);
        let billed = usage.as_ref().and_then(|usage| bill(&model, usage, &estimate, &terms));
        let exact = model.counting.encoding.is_some();
        Ok(Audited {
            model: name.to_owned(),
            provider: model.provider.0.clone(),
            class: class_of(&request, &estimate.input, exact),
            estimate,
            usage,
            billed,
            request,
            terms,
        })
    }

    /// The format the row says its body is written in.
    fn api(&self) -> Result<Option<Api>, Error> {
        Ok(match self.endpoint.as_deref() {
            None => None,
            Some("chat" | "chat_completions") => Some(Api::Chat),
            Some("responses" | "responses_input_tokens") => Some(Api::Responses),
            Some("messages" | "count_tokens") => Some(Api::Messages),
            Some("generateContent" | "countTokens" | "generate_content") => {
                Some(Api::GenerateContent)
            }
            Some(other) => {
                return Err(Error::invalid_request(format!(
                    "`endpoint` must be chat, responses, messages or generateContent: {other}"
                )));
            }
        })
    }

    /// The request, with what the log tells of bytes it left out.
    fn request(&self) -> Result<Request, Error> {
        let body = self.request.get("generateContentRequest").unwrap_or(&self.request);
        let mut request = provider::parse(body, self.api()?)?;
        for message in &mut request.conversation {
            message.content.iter_mut().for_each(read_marker);
        }
        Ok(request)
    }

    /// What was used; a counting endpoint reports the input alone.
    fn usage(&self, api: Api) -> Option<Usage> {
        let usage = self.usage.as_ref()?;
        if let Some(tokens) = usage.get("totalTokens").and_then(Value::as_u64) {
            return Some(Usage::default().with(TokenClass::Input, tokens));
        }
        let key = if api == Api::GenerateContent { "usageMetadata" } else { "usage" };
        parse_usage(&json!({ key: usage }), api).filter(|usage| usage.input_tokens() > 0)
    }
}

impl Audited {
    /// One line for programs.
    pub(crate) fn to_json(&self, key: &Value) -> Value {
        let input = &self.estimate.input;
        let output = &self.estimate.output;
        let basis = match input.basis {
            Basis::Exact => "exact",
            Basis::Approximate { .. } => "approximate",
        };
        let cost = self.estimate.cost.map(|cost| {
            json!({
                "low": dollars(cost.low),
                "expected": dollars(cost.expected),
                "high": dollars(cost.high),
            })
        });
        let parts =
            input.parts.iter().map(|part| json!({ "kind": part.kind, "tokens": part.tokens }));
        json!({
            "key": key,
            "model": self.model,
            "input_tokens": input.tokens,
            "output_tokens": output.tokens,
            "cost_usd": cost,
            "basis": basis,
            "class": self.class,
            "parts": parts.collect::<Vec<_>>(),
            "why": match &input.basis {
                Basis::Exact => &[],
                Basis::Approximate { why, .. } => why.as_slice(),
            },
        })
    }
}

/// The price of what was used, where the estimate's lane is offered; else of the ordinary lane.
fn bill(model: &Model, usage: &Usage, estimate: &Estimate, terms: &Terms) -> Option<Pusd> {
    let lanes = [estimate.service_tier, ServiceTier::Standard];
    let mut costs =
        lanes.iter().map(|&service_tier| model.cost(usage, &Terms { service_tier, ..*terms }));
    costs.find_map(Result::ok).map(|cost| cost.total)
}

/// For display: an amount as a floating point number of dollars.
pub(crate) fn dollars(amount: Pusd) -> f64 {
    amount.as_pusd() as f64 / 1e12
}

/// Takes what a log tells of bytes it left out: the size of a picture from a marker such as
/// `<<base64 image/png 15941 bytes sha256:… 128x128>>`, the length of what is encrypted from one
/// such as `<<encrypted_content 1528 chars>>`.
fn read_marker(part: &mut Part) {
    match part {
        Part::Reasoning { opaque: Some(opaque), .. } => {
            let chars = opaque.strip_prefix("<<").and_then(|rest| rest.strip_suffix(" chars>>"));
            let length = chars.and_then(|rest| rest.rsplit(' ').next()?.parse::<usize>().ok());
            if let Some(length) = length {
                *opaque = "A".repeat(length.min(MAX_OPAQUE_BYTES));
            }
        }
        Part::Image { source, size, .. } if size.is_none() => {
            let text = match source {
                Source::Url { url } => url,
                Source::Base64 { data, .. } => data,
                _ => return,
            };
            let marker = text.split_once("<<base64").and_then(|(_, rest)| rest.split_once(">>"));
            let last = marker.and_then(|(words, _)| words.split_whitespace().last());
            let sides = last.and_then(|last| last.split_once('x'));
            *size = sides.and_then(|(width, height)| {
                Some(PixelSize { width: width.parse().ok()?, height: height.parse().ok()? })
            });
        }
        Part::ToolResult { content, .. } => content.iter_mut().for_each(read_marker),
        _ => {}
    }
}

const MAX_OPAQUE_BYTES: usize = 4 << 20;
