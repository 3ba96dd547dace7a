//! Gemini generateContent and streamGenerateContent.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Finish};
use crate::models::Model;
use crate::prompt::{Api, Format, Message, Prompt, Role, Tool, ToolChoice, lane};
use crate::state::Shared;
use crate::wire::Event;
use crate::wire::fields::Fields;
use crate::wire::problem::Problem;

/// Reads a request; whether it is a stream is said by the path.
pub(crate) fn read(fields: &Fields, model: Model, stream: bool) -> Result<Prompt, Problem> {
    let body = camel(&Value::Object(fields.map.clone()));
    if let Some(name) = body.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(invalid(format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."
        )));
    }
    let contents = body.get("contents").and_then(Value::as_array);
    let Some(contents) = contents.filter(|contents| !contents.is_empty()) else {
        return Err(invalid("* GenerateContentRequest.contents: contents is not specified\n"));
    };
    let mut messages = Vec::new();
    if let Some(system) = body.get("systemInstruction") {
        read_content(&system["parts"], Role::System, &mut messages);
    }
    for content in contents {
        let role = match content["role"].as_str() {
            Some("model") => Role::Assistant,
            Some("user" | "function") | None => Role::User,
            Some(_) => return Err(invalid("Please use a valid role: user, model.")),
        };
        read_content(&content["parts"], role, &mut messages);
    }
    let config = body.get("generationConfig").map(camel).unwrap_or_default();
    let config = |name: &str| config.get(name).unwrap_or(&Value::Null);
    let thinking = camel(config("thinkingConfig"));
    let budget_tokens = thinking.get("thinkingBudget").and_then(Value::as_i64);
    let level = thinking.get("thinkingLevel").and_then(Value::as_str).map(str::to_lowercase);
    Ok(Prompt {
        api: Api::Gemini,
        model_name: model.id.clone(),
        messages,
        tools: tools(&body),
        tool_choice: tool_choice(&body),
        has_parallel_tools: true,
        format: format(
            config("responseMimeType"),
            config("responseSchema"),
            config("responseJsonSchema"),
        ),
        max_output_tokens: config("maxOutputTokens").as_u64(),
        stop: config("stopSequences")
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        effort: if budget_tokens == Some(0) { Some("none".to_owned()) } else { level },
        thinking_tokens: match budget_tokens {
            Some(0) => None,
            Some(tokens) if tokens > 0 => u64::try_from(tokens).ok(),
            // Minus one, like no budget at all, leaves it to the model.
            _ if !thinking.is_empty() => Some(1_024),
            _ => None,
        },
        stream,
        service_tier: lane(body.get("serviceTier").and_then(Value::as_str)),
        marked_text: None,
        model,
    })
}

fn read_content(parts: &Value, role: Role, messages: &mut Vec<Message>) {
    let one = [parts.clone()];
    let parts = parts.as_array().map_or(&one[..], Vec::as_slice);
    let mut message = Message { role, text: String::new(), calls: Vec::new() };
    let mut results = Vec::new();
    for part in parts {
        let part = camel(part);
        let field = |name: &str| part.get(name);
        if field("thought").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        if let Some(text) = field("text").and_then(Value::as_str) {
            message.text.push_str(text);
        } else if let Some(call) = field("functionCall") {
            let name = call["name"].as_str().unwrap_or_default().to_owned();
            message.calls.push((name, call["args"].to_string()));
        } else if let Some(result) = field("functionResponse") {
            let text = result["response"].to_string();
            results.push(Message { role: Role::Tool, text, calls: Vec::new() });
        }
    }
    if results.is_empty() || !message.text.is_empty() {
        messages.push(message);
    }
    messages.append(&mut results);
}

fn tools(body: &Map<String, Value>) -> Vec<Tool> {
    let groups = body.get("tools").and_then(Value::as_array).into_iter().flatten();
    let declared = groups.filter_map(|group| camel(group).remove("functionDeclarations"));
    let declared = declared.filter_map(|list| match list {
        Value::Array(list) => Some(list),
        _ => None,
    });
    declared
        .flatten()
        .map(|tool| {
            let tool = camel(&tool);
            let schema = tool.get("parameters").or_else(|| tool.get("parametersJsonSchema"));
            let text =
                |name: &str| tool.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            Tool { name: text("name"), parameters: schema.map(lower_types).unwrap_or_default() }
        })
        .collect()
}

fn tool_choice(body: &Map<String, Value>) -> ToolChoice {
    let config = body.get("toolConfig").map(camel).unwrap_or_default();
    let calling = config.get("functionCallingConfig").map(camel).unwrap_or_default();
    let allowed = calling.get("allowedFunctionNames").and_then(Value::as_array);
    let only = allowed.filter(|names| names.len() == 1).and_then(|names| names[0].as_str());
    match (calling.get("mode").and_then(Value::as_str), only) {
        (Some("ANY"), Some(name)) => ToolChoice::Named(name.to_owned()),
        (Some("ANY"), None) => ToolChoice::Required,
        (Some("NONE"), _) => ToolChoice::None,
        _ => ToolChoice::Auto,
    }
}

fn format(mime_type: &Value, schema: &Value, json_schema: &Value) -> Format {
    let schema = if json_schema.is_object() { json_schema } else { schema };
    match mime_type.as_str() {
        Some("application/json") if schema.is_object() => {
            Format::Schema { name: String::new(), schema: lower_types(schema) }
        }
        Some("application/json") => Format::JsonObject,
        _ => Format::Text,
    }
}

/// An object with its names in camel case; the API takes both.
fn camel(value: &Value) -> Map<String, Value> {
    let fields = value.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| {
            let mut parts = name.split('_');
            let first = parts.next().unwrap_or_default().to_owned();
            let name = parts.fold(first, |mut name, part| {
                let mut letters = part.chars();
                name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
                name.push_str(letters.as_str());
                name
            });
            (name, value.clone())
        })
        .collect()
}

/// A schema with its types in lower case, as JSON Schema has them.
fn lower_types(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::String(kind) if name == "type" => (name.clone(), json!(kind.to_lowercase())),
                other => (name.clone(), lower_types(other)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(lower_types).collect(),
        other => other.clone(),
    }
}

fn invalid(message: impl Into<String>) -> Problem {
    Problem::new(400, "INVALID_ARGUMENT", message)
}

/// Writes one answer.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    prompt: &'a Prompt,
    answer: &'a Answer,
    id: String,
    call_ids: Vec<String>,
    shows_thoughts: bool,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        shared: &Shared,
        prompt: &'a Prompt,
        fields: &'a Fields,
        answer: &'a Answer,
    ) -> Self {
        let body = camel(&Value::Object(fields.map.clone()));
        let config = body.get("generationConfig").map(camel).unwrap_or_default();
        let thinking = config.get("thinkingConfig").map(camel).unwrap_or_default();
        Self {
            prompt,
            answer,
            id: shared.id(""),
            call_ids: answer.tool_calls.iter().map(|_| shared.id("")).collect(),
            shows_thoughts: thinking.get("includeThoughts").and_then(Value::as_bool) == Some(true),
        }
    }

    pub(crate) fn whole(&self) -> Value {
        let mut parts = self.thoughts();
        let text = self.answer.whole_text();
        if !text.is_empty() {
            parts.push(json!({ "text": text }));
        }
        parts.extend(self.calls());
        self.chunk(parts, Some(self.answer.usage.output_tokens), true)
    }

    pub(crate) fn events(&self, is_array: bool) -> Vec<Event> {
        let mut chunks: Vec<(Value, u64)> = Vec::new();
        let thoughts = self.thoughts();
        let reasoning_tokens = self.answer.usage.reasoning_tokens;
        let mut sent_tokens = reasoning_tokens;
        if !thoughts.is_empty() {
            chunks.push((self.chunk(thoughts, Some(sent_tokens), false), sent_tokens));
        }
        for group in self.answer.text.chunks(8) {
            sent_tokens += group.len() as u64;
            let first = if chunks.is_empty() { reasoning_tokens } else { 0 };
            let chunk = self.chunk(vec![json!({"text": group.concat()})], Some(sent_tokens), false);
            chunks.push((chunk, first + group.len() as u64));
        }
        // The last chunk brings the calls, the reason for the end and the whole usage.
        let mut last = self.calls();
        if last.is_empty() && self.answer.refusal.is_none() {
            last.push(json!({"text": ""}));
        }
        chunks.push((self.chunk(last, Some(self.answer.usage.output_tokens), true), 8));
        let length = chunks.len();
        let chunks = chunks.into_iter().enumerate().map(|(index, (chunk, tokens))| {
            let event = if is_array {
                let open = if index == 0 { "[" } else { ",\r\n" };
                let close = if index + 1 == length { "]" } else { "" };
                Event::raw(format!("{open}{chunk}{close}"))
            } else {
                Event::bare(chunk)
            };
            event.tokens(tokens)
        });
        let mut events: Vec<Event> = chunks.collect();
        if let Some(last) = events.pop() {
            events.push(last.last());
        }
        events
    }

    fn thoughts(&self) -> Vec<Value> {
        match &self.answer.reasoning {
            Some(text) if self.shows_thoughts && self.answer.usage.reasoning_tokens > 0 => {
                vec![json!({"text": text, "thought": true})]
            }
            _ => Vec::new(),
        }
    }

    fn calls(&self) -> Vec<Value> {
        let calls = self.answer.tool_calls.iter().zip(&self.call_ids);
        calls
            .map(|(call, id)| {
                let arguments = call.arguments_text();
                let args: Value = serde_json::from_str(&arguments).unwrap_or_else(|_| json!({}));
                let mut part = json!({"functionCall": {"id": id, "name": call.name, "args": args}});
                if self.answer.usage.reasoning_tokens > 0 {
                    part["thoughtSignature"] = json!(format!("CiQ{id}"));
                }
                part
            })
            .collect()
    }

    /// A chunk with what has been used until it.
    fn chunk(&self, parts: Vec<Value>, used_tokens: Option<u64>, is_last: bool) -> Value {
        let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
        if is_last {
            candidate["finishReason"] = json!(match self.answer.finish {
                Finish::ContentFilter | Finish::Refusal => "SAFETY",
                Finish::Length => "MAX_TOKENS",
                Finish::Stop | Finish::ToolCalls => "STOP",
            });
        }
        let usage = &self.answer.usage;
        let used_tokens = used_tokens.unwrap_or_default().min(usage.output_tokens);
        let thought_tokens = usage.reasoning_tokens.min(used_tokens);
        let mut metadata = json!({
            "promptTokenCount": usage.input_tokens,
            "candidatesTokenCount": used_tokens - thought_tokens,
            "totalTokenCount": usage.input_tokens + used_tokens,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.input_tokens}],
            "serviceTier": self.prompt.lane("standard"),
        });
        if thought_tokens > 0 {
            metadata["thoughtsTokenCount"] = json!(thought_tokens);
        }
        if usage.cache_read_tokens > 0 {
            metadata["cachedContentTokenCount"] = json!(usage.cache_read_tokens);
        }
        json!({"candidates": [candidate], "usageMetadata": metadata,
            "modelVersion": self.prompt.model.snapshot, "responseId": self.id})
    }
}

const KNOWN: &[&str] = &[
    "cachedContent",
    "contents",
    "generationConfig",
    "labels",
    "model",
    "safetySettings",
    "serviceTier",
    "store",
    "systemInstruction",
    "toolConfig",
    "tools",
];
