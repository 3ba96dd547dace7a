//! Cohere's own events, which some gateways pass on under the name of Chat Completions
//! (<https://docs.cohere.com/v2/docs/streaming>, 2026-11-22).

use serde_json::Value;

use super::stream::ChatFold;
use super::tool_calls::Piece;
use super::usage::usage;
use crate::json::object;
use crate::json::pointer::part;
use crate::provider::answer::Finish;
use crate::provider::fold::{Sink, Step, text_of};
use crate::provider::node::Node;

/// Whether a chunk is one of Cohere's events.
pub(super) fn is_event(chunk: &Node<'_>) -> bool {
    let is_named = matches!(
        text_of(chunk, "type"),
        "message-start"
            | "content-start"
            | "content-delta"
            | "content-end"
            | "tool-plan-delta"
            | "tool-call-start"
            | "tool-call-delta"
            | "tool-call-end"
            | "citation-start"
            | "citation-end"
            | "message-end"
    );
    is_named && chunk.get("choices").is_none()
}

/// Takes one of Cohere's events.
pub(super) fn event(fold: &mut ChatFold, event: &Node<'_>, sink: &mut dyn Sink) -> Step {
    let message = event.get("delta").and_then(|delta| delta.get("message")).unwrap_or(&Node::Null);
    let number = event.get("index").and_then(Node::as_u64);
    match text_of(event, "type") {
        "message-start" => {
            fold.begin(text_of(event, "id"));
            return Step::Idle;
        }
        "content-start" | "content-delta" => {
            let content = message.get("content").unwrap_or(&Node::Null);
            fold.message.add_reasoning(text_of(content, "thinking"), sink);
            fold.message.add_text(text_of(content, "text"), sink);
        }
        "tool-plan-delta" => fold.message.add_reasoning(text_of(message, "tool_plan"), sink),
        "tool-call-start" | "tool-call-delta" => {
            let call = message.get("tool_calls").unwrap_or(&Node::Null);
            let function = call.get("function").unwrap_or(&Node::Null);
            let (name, arguments) = (text_of(function, "name"), text_of(function, "arguments"));
            let id = text_of(call, "id");
            let piece = Piece { number, id, name, arguments, ..Piece::default() };
            fold.message.calls.add(piece, sink);
        }
        "citation-start" => {
            if let Some(citation) = message.get("citations") {
                fold.message.add_annotation(citation, sink);
            }
        }
        "message-end" => {
            let delta = event.get("delta").unwrap_or(&Node::Null);
            if let Some(counters) = delta.get("usage") {
                fold.usage = Some(usage(&as_openai(&counters.to_value())));
            }
            let finish = match text_of(delta, "finish_reason") {
                "COMPLETE" | "STOP_SEQUENCE" => Finish::Stop,
                "MAX_TOKENS" => Finish::Length,
                "TOOL_CALL" => Finish::ToolCalls,
                _ => Finish::Other,
            };
            fold.end(finish, sink);
        }
        _ => {}
    }
    Step::Content
}

fn as_openai(counters: &Value) -> Value {
    object! {
        "prompt_tokens" => part(counters, "/tokens/input_tokens"),
        "completion_tokens" => part(counters, "/tokens/output_tokens"),
        "prompt_tokens_details" => object! { "cached_tokens" => counters.get("cached_tokens") },
    }
}
