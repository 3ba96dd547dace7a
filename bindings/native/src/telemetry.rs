//! Attempts as spans of `tracing`, by OpenTelemetry's conventions for generative AI (semantic
//! conventions 1.38, <https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/>, read
//! 2026-11-22).
//!
//! What was asked and answered is in them only where the builder's `record_content` says so; a key
//! never is.

use farebox_core::call::{Answer, Attempt, AttemptId, Billing, HttpRequest};
use farebox_core::request::ModelId;
use farebox_core::usage::TokenClass;
use tracing::Span;
use tracing::field::Empty;

/// The span of the attempt under way.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    span: Option<(AttemptId, Span)>,
}

impl Telling {
    pub(crate) fn begin(
        &mut self,
        attempt: AttemptId,
        model: &ModelId,
        request: &HttpRequest,
        content: bool,
    ) {
        let span = tracing::info_span!(
            target: "farebox",
            "chat",
            otel.name = %format_args!("chat {model}"),
            otel.kind = "client",
            otel.status_code = Empty,
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = request.provider.0.as_str(),
            gen_ai.request.model = model.as_str(),
            gen_ai.response.id = Empty,
            gen_ai.response.model = Empty,
            gen_ai.response.finish_reasons = Empty,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            gen_ai.usage.cache_read.input_tokens = Empty,
            gen_ai.input.messages = Empty,
            gen_ai.output.messages = Empty,
            http.response.status_code = Empty,
            "error.type" = Empty,
            farebox.attempt = attempt.0,
            farebox.cost_usd = Empty,
            farebox.time_to_first_content_ms = Empty,
        );
        if content {
            span.record("gen_ai.input.messages", request.body.to_string());
        }
        self.span = Some((attempt, span));
    }

    /// Closes the span of an attempt that is over, with the answer if it is this attempt's.
    pub(crate) fn end(&mut self, attempts: &[Attempt], answer: Option<(&Answer, bool)>) {
        let Some((id, span)) = self.span.take() else { return };
        let Some(attempt) = attempts.iter().find(|attempt| attempt.id == id) else { return };
        let is_error = attempt.error.is_some();
        span.record("otel.status_code", if is_error { "ERROR" } else { "OK" });
        if let Some(status) = attempt.status {
            span.record("http.response.status_code", status);
        }
        match (&attempt.error, &attempt.refused) {
            (Some(error), _) => {
                span.record("error.type", error.kind.as_str());
            }
            (None, Some(_)) => {
                span.record("error.type", "refused");
            }
            (None, None) => {}
        }
        if let Some(first) = attempt.first_content_at {
            span.record("farebox.time_to_first_content_ms", first.ms_since(attempt.sent_at));
        }
        if let Billing::Reported { usage, cost } = &attempt.billing {
            span.record("gen_ai.usage.input_tokens", usage.input_tokens());
            span.record("gen_ai.usage.output_tokens", usage.output_tokens());
            let read = usage.tokens(TokenClass::CacheRead);
            span.record("gen_ai.usage.cache_read.input_tokens", read);
            if let Some(cost) = cost {
                span.record("farebox.cost_usd", cost.total.to_string());
            }
        }
        let Some((answer, content)) = answer.filter(|_| !attempt.only_checks) else { return };
        if let Some(id) = &answer.id {
            span.record("gen_ai.response.id", id.as_str());
        }
        if let Some(model) = &answer.model {
            span.record("gen_ai.response.model", model.as_str());
        }
        if let Some(finish) = answer.finish {
            let word = serde_json::to_value(finish).ok();
            let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or("other");
            span.record("gen_ai.response.finish_reasons", word);
        }
        if content {
            span.record("gen_ai.output.messages", answer.text.as_str());
        }
    }
}
