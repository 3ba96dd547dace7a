//! How long an answer will be: never known, so a range with its reasons.
//!
//! What bounds it is exact: the caller's limit and the model's. Inside the bounds the guess comes
//! from what is asked for: the fields of a schema, a tool call, plain words, and how hard the
//! model is to think first. The guesses are medians and 95th percentiles of recorded traffic
//! (facts of 2026-11-22), short prompts for the most part: weak priors, and therefore wide.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::OutputForecast;
use crate::catalog::Model;
use crate::count::TokenRange;
use crate::request::{Effort, OutputFormat, Request, Tool, WorkKind};

/// Forecasts the answer to a prompt of this many tokens.
pub fn forecast(request: &Request, model: &Model, input_tokens: u64) -> OutputForecast {
    let mut why = Vec::new();
    let visible = visible(request, &mut why);
    let reasoning = effort(request, model).map_or(NOTHING, |effort| thinking(effort, &mut why));

    let window = model.limits.context_tokens.saturating_sub(input_tokens).max(1);
    let most = model.limits.max_output_tokens.min(window);
    let limit = request.max_output_tokens.map_or(most, |tokens| most.min(u64::from(tokens)));
    let mut tokens = TokenRange {
        low: (visible.low + reasoning.low).min(limit),
        expected: (visible.expected + reasoning.expected).min(limit),
        high: (visible.high + reasoning.high).min(limit),
    };
    if request.max_output_tokens.is_some() {
        tokens.high = limit;
        why.push("an answer may use the whole of the caller's limit".into());
    }
    let reasoning = TokenRange {
        low: reasoning.low.min(tokens.low),
        expected: reasoning.expected.min(tokens.expected),
        high: reasoning.high.min(tokens.high),
    };
    OutputForecast { tokens, reasoning, why }
}

/// The effort the model would be asked for; nothing when it does not reason.
pub(super) fn effort(request: &Request, model: &Model) -> Option<Effort> {
    let strongest = model.efforts.last().copied()?;
    let asked = request.effort.or(model.default_effort).unwrap_or(Effort::Medium);
    Some(asked.min(strongest))
}

fn visible(request: &Request, why: &mut Vec<String>) -> TokenRange {
    if let OutputFormat::JsonSchema { schema, .. } = &request.output {
        let fields = fields(schema, 0);
        why.push("the answer is JSON of a schema, its texts of unknown length".into());
        return TokenRange {
            low: 2 + 3 * fields,
            expected: 8 + 14 * fields,
            high: 64 + 120 * fields,
        };
    }
    if request.tools.iter().any(|tool| matches!(tool, Tool::Function { .. })) {
        why.push("the answer may be a tool call or words".into());
        return TokenRange { low: 10, expected: 60, high: 1_500 };
    }
    why.push("the length of the words is not known".into());
    match request.hints.kind {
        Some(WorkKind::BulkClassification | WorkKind::BulkExtraction | WorkKind::BulkRouting) => {
            TokenRange { low: 1, expected: 20, high: 400 }
        }
        Some(
            WorkKind::CodeBoilerplate
            | WorkKind::CodeDebug
            | WorkKind::CodeReview
            | WorkKind::Planning
            | WorkKind::Research,
        ) => TokenRange { low: 50, expected: 800, high: 6_000 },
        _ => TokenRange { low: 3, expected: 200, high: 2_500 },
    }
}

/// Reasoning tokens at an effort; measured on gpt-5 (low 128, default 256 with p95 2,240, medium
/// 1,280 with most 7,040, high 1,920), beyond that each step doubled.
fn thinking(effort: Effort, why: &mut Vec<String>) -> TokenRange {
    if effort != Effort::None {
        why.push("how long the model thinks is not known".into());
    }
    let (low, expected, high) = match effort {
        Effort::None => (0, 0, 0),
        Effort::Minimal => (0, 32, 512),
        Effort::Low => (0, 128, 1_024),
        Effort::Medium => (0, 500, 7_040),
        Effort::High => (64, 1_920, 16_000),
        Effort::Xhigh => (128, 4_000, 32_000),
        Effort::Max => (256, 8_000, 64_000),
    };
    TokenRange { low, expected, high }
}

/// Leaves of a schema; a list counts its item three times.
fn fields(schema: &Value, depth: u32) -> u64 {
    if depth > 32 {
        return 1;
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    if let Some(properties) = properties {
        let each = properties.values().map(|property| fields(property, depth + 1));
        return each.fold(0, u64::saturating_add).clamp(1, 1_000);
    }
    match schema.get("items") {
        Some(items) => fields(items, depth + 1).saturating_mul(3).min(1_000),
        None => 1,
    }
}

const NOTHING: TokenRange = TokenRange { low: 0, expected: 0, high: 0 };
