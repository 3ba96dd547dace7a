//! The request that follows an answer: the conversation so far with the answer in it, the results
//! of the tools it called, and perhaps words of the user.
//!
//! A body in a provider's own shape stays one, with the answer's parts as the provider gave them:
//! thoughts that only it can read must come back unchanged.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::parse;
use crate::json::{ToJson, object};
use crate::request::{Api, Message, Part, Request, Role, ToolChoice};

/// What a tool gave back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolOutput {
    /// Ties it to the call.
    pub call_id: String,
    /// What it gave back, as text.
    pub output: String,
    /// Whether the tool failed.
    #[serde(default)]
    pub is_error: bool,
}

/// The request that follows an answer which came in a format.
///
/// A choice that forced a tool to be called holds for the answer that is here; the model is free
/// in the next one, or it would call tools for ever.
///
/// # Examples
///
/// ```
/// use farebox_core::provider::{Answer, follow_up};
/// use farebox_core::request::{Api, Request};
///
/// let request = Request::new().user("Name a city.");
/// let answer = Answer { text: "Paris".into(), ..Answer::default() };
/// let next = follow_up(&request, &answer, Api::Chat, &[], Some("Another."));
/// assert_eq!(next.conversation.len(), 3);
/// ```
pub fn follow_up(
    request: &Request,
    answer: &Answer,
    api: Api,
    outputs: &[ToolOutput],
    user: Option<&str>,
) -> Request {
    let mut next = request.clone();
    if matches!(next.tool_choice, Some(ToolChoice::Required | ToolChoice::Tool { .. })) {
        next.tool_choice = Some(ToolChoice::Auto);
    }
    let content = parts(answer, api);
    next.conversation.push(Message { role: Role::Assistant, name: None, content });
    next.conversation.extend(outputs.iter().map(|output| Message {
        role: Role::Tool,
        name: None,
        content: alloc::vec![Part::ToolResult {
            call_id: output.call_id.clone(),
            content: alloc::vec![Part::Text { text: output.output.clone() }],
            is_error: output.is_error,
        }],
    }));
    next.conversation.extend(user.map(|text| Message::text(Role::User, text)));
    // An answer that came in another format has no parts the body could hold.
    next.native = next.native.filter(|native| native.api == api);
    if let Some(native) = &mut next.native {
        extend(&mut native.body, answer, api, outputs, user);
    }
    next
}

/// An answer's parts, those of its provider's own read as its own format reads them.
fn parts(answer: &Answer, api: Api) -> Vec<Part> {
    let own = match api {
        Api::Chat => None,
        Api::GenerateContent => Some(
            object! { "contents" => [object! { "role" => "model", "parts" => gemini_parts(answer) }] },
        ),
        Api::Messages => Some(object! {
            "messages" => [object! { "role" => "assistant", "content" => answer.items }],
            "max_tokens" => 1,
        }),
        Api::Responses => Some(object! { "input" => answer.items }),
    };
    let own = own.filter(|_| !answer.items.is_empty());
    if let Some(read) = own.and_then(|body| parse(&body, Some(api)).ok()) {
        let mut parts: Vec<Part> =
            read.conversation.into_iter().flat_map(|message| message.content).collect();
        // Gemini's summaries of its thoughts are for people; what it wants back is signed.
        let is_summary =
            |part: &Part| matches!(part, Part::Reasoning { item_id: None, opaque: None, .. });
        parts.retain(|part| !is_summary(part));
        let named = |part: &&Part| matches!(part, Part::ToolCall { .. });
        // Calls without an id of their own were given one, which the results name.
        if parts.iter().filter(named).count() == answer.tool_calls.len() {
            return with_call_ids(parts, answer);
        }
    }
    let thoughts = answer.items.iter().find_map(|item| item.get("reasoning_content")?.as_str());
    let thoughts = thoughts.map(|text| Part::Reasoning {
        item_id: None,
        text: text.into(),
        opaque: None,
        reasoning_tokens: None,
    });
    let text = Some(&answer.text).filter(|text| !text.is_empty());
    let words = text.map(|text| Part::Text { text: text.clone() });
    let calls = answer.tool_calls.iter().map(|call| Part::ToolCall {
        call_id: call.call_id.clone(),
        item_id: None,
        name: call.name.clone(),
        arguments: call.arguments.clone(),
    });
    thoughts.into_iter().chain(words).chain(calls).collect()
}

fn with_call_ids(mut parts: Vec<Part>, answer: &Answer) -> Vec<Part> {
    let mut calls = answer.tool_calls.iter();
    for part in &mut parts {
        if let Part::ToolCall { call_id, .. } = part
            && let Some(call) = calls.next()
        {
            *call_id = call.call_id.clone();
        }
    }
    parts
}

/// Adds the answer and what follows it to a body in its own format.
fn extend(
    body: &mut Map<String, Value>,
    answer: &Answer,
    api: Api,
    outputs: &[ToolOutput],
    user: Option<&str>,
) {
    let (key, turns) = match api {
        Api::Chat => ("messages", chat(answer, outputs, user)),
        Api::GenerateContent => ("contents", gemini(answer, outputs, user)),
        Api::Messages => ("messages", messages(answer, outputs, user)),
        Api::Responses => ("input", responses(answer, outputs, user)),
    };
    let list = body.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::String(text) = list {
        *list = [object! { "role" => "user", "content" => &*text }].to_json();
    }
    if let Value::Array(list) = list {
        list.extend(turns);
    }
    let is_forced = match body.get("tool_choice") {
        Some(Value::String(word)) => word == "required" || word == "any",
        Some(Value::Object(choice)) => {
            !matches!(choice.get("type").and_then(Value::as_str), Some("auto" | "none"))
        }
        _ => false,
    };
    if is_forced {
        body.remove("tool_choice");
    }
    if api == Api::GenerateContent {
        body.remove("toolConfig");
        body.remove("tool_config");
    }
}

fn responses(answer: &Answer, outputs: &[ToolOutput], user: Option<&str>) -> Vec<Value> {
    let mut turns = answer.items.clone();
    turns.extend(outputs.iter().map(|it| {
        object! {
            "type" => "function_call_output",
            "call_id" => it.call_id,
            "output" => it.output,
        }
    }));
    turns.extend(user.map(|text| object! { "role" => "user", "content" => text }));
    turns
}

fn chat(answer: &Answer, outputs: &[ToolOutput], user: Option<&str>) -> Vec<Value> {
    let mut said = Map::new();
    said.insert("role".to_owned(), "assistant".into());
    said.insert("content".to_owned(), answer.text.as_str().into());
    if !answer.tool_calls.is_empty() {
        let calls = answer.tool_calls.iter().map(|call| {
            let function = object! { "name" => call.name, "arguments" => call.arguments };
            let mut said = beside_call(answer, &call.call_id);
            said.insert("id".to_owned(), call.call_id.as_str().into());
            said.insert("type".to_owned(), "function".into());
            said.insert("function".to_owned(), function);
            Value::Object(said)
        });
        said.insert("tool_calls".to_owned(), Value::Array(calls.collect()));
    }
    // OpenRouter asks for it back, for some models answer only to their own thoughts.
    // <https://openrouter.ai/docs/use-cases/reasoning-tokens>, checked 2026-11-22.
    // DeepSeek and Moonshot refuse calls that come back without the thoughts before them.
    // <https://api-docs.deepseek.com/guides/thinking_mode>, checked 2026-11-22.
    for key in ["reasoning_details", "reasoning_content"] {
        if let Some(thoughts) = answer.items.iter().find_map(|item| item.get(key)) {
            said.insert(key.to_owned(), thoughts.clone());
        }
    }
    let mut turns = alloc::vec![Value::Object(said)];
    turns.extend(outputs.iter().map(
        |it| object! { "role" => "tool", "tool_call_id" => it.call_id, "content" => it.output },
    ));
    turns.extend(user.map(|text| object! { "role" => "user", "content" => text }));
    turns
}

/// What stood beside a call without a name here: Gemini wants the signature of the thought back that
/// stands there. <https://ai.google.dev/gemini-api/docs/thought-signatures>, checked 2026-11-22.
fn beside_call(answer: &Answer, call_id: &str) -> Map<String, Value> {
    let calls = answer.items.iter().filter_map(|item| item.get("tool_calls")?.as_array());
    let found = calls.flatten().find(|call| call["id"] == call_id);
    found.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn messages(answer: &Answer, outputs: &[ToolOutput], user: Option<&str>) -> Vec<Value> {
    let mut content: Vec<Value> = Vec::new();
    content.extend(outputs.iter().map(|it| {
        object! {
            "type" => "tool_result",
            "tool_use_id" => it.call_id,
            "content" => it.output,
            "is_error" => it.is_error,
        }
    }));
    content.extend(user.map(|text| object! { "type" => "text", "text" => text }));
    let mut turns = alloc::vec![object! { "role" => "assistant", "content" => answer.items }];
    if !content.is_empty() {
        turns.push(object! { "role" => "user", "content" => content });
    }
    turns
}

fn gemini(answer: &Answer, outputs: &[ToolOutput], user: Option<&str>) -> Vec<Value> {
    let name = |id: &str| {
        let call = answer.tool_calls.iter().find(|call| call.call_id == id);
        call.map_or("", |call| call.name.as_str())
    };
    let mut parts: Vec<Value> = Vec::new();
    parts.extend(outputs.iter().map(|it| {
        let key = if it.is_error { "error" } else { "output" };
        let mut response = Map::new();
        response.insert(key.to_owned(), it.output.as_str().into());
        object! {
            "functionResponse" => object! { "name" => name(&it.call_id), "response" => response },
        }
    }));
    parts.extend(user.map(|text| object! { "text" => text }));
    let mut turns = alloc::vec![object! { "role" => "model", "parts" => gemini_parts(answer) }];
    if !parts.is_empty() {
        turns.push(object! { "role" => "user", "parts" => parts });
    }
    turns
}

/// The parts of the answer itself, without what is kept beside them.
fn gemini_parts(answer: &Answer) -> Vec<&Value> {
    let beside = ["content", "finishMessage", "logprobsResult"];
    let is_part = |item: &&Value| beside.into_iter().all(|key| item.get(key).is_none());
    answer.items.iter().filter(is_part).collect()
}
