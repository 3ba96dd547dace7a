//! A `generateContent` body as a request.
//!
//! The provider takes every field in `camelCase` and in `snake_case`, so both are read.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::json::object;
use crate::provider::read::{
    At, Problem, Read, boolean, compact, field, list, object, owned, require, text, texts,
    thousandths, tokens,
};
use crate::request::{
    Effort, HostedTool, Message, ModelId, OutputFormat, Part, Request, Role, Source, Tool,
    ToolChoice, UNSEEN,
};

// Apart: most programs speak one format, and an engine compiles what is called, all of it.
#[inline(never)]
pub(in crate::provider) fn parse(body: &Map<String, Value>) -> Read<Request> {
    let empty = Map::new();
    let config_key = either(body, "generationConfig", "generation_config");
    let config = field(body, config_key, object)?.unwrap_or(&empty);
    let instructions_key = either(body, "systemInstruction", "system_instruction");
    let tools = field(body, "tools", |value| match value {
        Value::Array(_) => list(value, tool),
        _ => Ok(vec![tool(value)?]),
    })?;
    let mut request = Request {
        model: field(body, "model", text)?
            .map(|name| ModelId::new(name.strip_prefix("models/").unwrap_or(name))),
        instructions: field(body, instructions_key, instructions)?,
        conversation: named(require(body, "contents", contents)?),
        tools: tools.unwrap_or_default().into_iter().flatten().collect(),
        tool_choice: field(body, either(body, "toolConfig", "tool_config"), tool_choice)?.flatten(),
        ..Request::default()
    };
    configure(&mut request, config).at(config_key)?;
    let cached = either(body, "cachedContent", "cached_content");
    if let Some(name) = field(body, cached, owned)? {
        let value = object! { UNSEEN => cached, "name" => name };
        let part = Part::Other { value };
        request
            .conversation
            .insert(0, Message { role: Role::User, name: None, content: vec![part] });
    }
    Ok(request)
}

fn configure(request: &mut Request, config: &Map<String, Value>) -> Read<()> {
    request.max_output_tokens =
        field(config, either(config, "maxOutputTokens", "max_output_tokens"), tokens)?;
    request.temperature_milli = field(config, "temperature", thousandths)?;
    request.top_p_milli = field(config, either(config, "topP", "top_p"), thousandths)?;
    request.top_logprobs = field(config, "logprobs", tokens)?;
    request.stop = field(config, either(config, "stopSequences", "stop_sequences"), texts)?
        .unwrap_or_default();
    request.effort =
        field(config, either(config, "thinkingConfig", "thinking_config"), thinking)?.flatten();

    let keys = [
        "responseSchema",
        "response_schema",
        "responseJsonSchema",
        "response_json_schema",
        "_responseJsonSchema",
    ];
    let schema = keys.iter().find_map(|key| config.get(*key).filter(|value| !value.is_null()));
    let media = field(config, either(config, "responseMimeType", "response_mime_type"), text)?;
    request.output = match (schema, media) {
        (Some(schema), _) => OutputFormat::JsonSchema {
            name: String::new(),
            description: None,
            schema: schema.clone(),
            strict: None,
        },
        (None, Some("application/json")) => OutputFormat::JsonObject,
        _ => OutputFormat::Text,
    };
    Ok(())
}

/// Text, one content or a list of parts.
fn instructions(value: &Value) -> Read<String> {
    let content = match value {
        Value::String(text) => return Ok(text.clone()),
        Value::Array(_) => list(value, part)?.into_iter().flatten().collect(),
        _ => content(value)?.content,
    };
    let texts = content.into_iter().filter_map(|part| match part {
        Part::Text { text } => Some(text),
        _ => None,
    });
    Ok(texts.collect::<Vec<_>>().concat())
}

fn contents(value: &Value) -> Read<Vec<Message>> {
    match value {
        Value::String(text) => Ok(vec![Message::text(Role::User, text.as_str())]),
        Value::Object(_) => Ok(vec![content(value)?]),
        _ => list(value, content),
    }
}

/// Calls and their results, which mostly go without ids here, tied by ids as elsewhere.
fn named(mut conversation: Vec<Message>) -> Vec<Message> {
    let mut open: Vec<(String, String)> = Vec::new();
    let mut calls = 0_u32;
    for part in conversation.iter_mut().flat_map(|message| &mut message.content) {
        match part {
            Part::ToolCall { call_id, name, .. } => {
                if call_id.is_empty() {
                    *call_id = format!("call_{calls}");
                    open.push((name.clone(), call_id.clone()));
                }
                calls += 1;
            }
            Part::ToolResult { call_id, .. } => {
                if let Some(place) = open.iter().position(|(name, _)| name == call_id) {
                    *call_id = open.remove(place).1;
                }
            }
            _ => {}
        }
    }
    conversation
}

fn content(value: &Value) -> Read<Message> {
    let map = object(value)?;
    let role = field(map, "role", |value| match text(value)? {
        "function" | "tool" => Ok(Role::Tool),
        "model" => Ok(Role::Assistant),
        "system" => Ok(Role::System),
        "user" => Ok(Role::User),
        other => Err(Problem::new(format!(
            "is no role of this format; it must be user or model: {other}"
        ))),
    })?;
    let content = field(map, "parts", |value| match value {
        Value::Array(_) => Ok(list(value, part)?.into_iter().flatten().collect()),
        _ => part(value),
    })?;
    Ok(Message {
        role: role.unwrap_or(Role::User),
        name: None,
        content: content.unwrap_or_default(),
    })
}

/// A part; a call that carries the signature of the thoughts before it becomes two.
fn part(value: &Value) -> Read<Vec<Part>> {
    let Value::Object(map) = value else {
        return Ok(vec![Part::Text { text: owned(value)? }]);
    };
    let thought = field(map, "thought", boolean)?.unwrap_or(false);
    let signature = either(map, "thoughtSignature", "thought_signature");
    let opaque = field(map, signature, owned)?;
    if thought {
        let text = field(map, "text", owned)?.unwrap_or_default();
        return Ok(vec![reasoning(text, opaque)]);
    }
    let part = unsigned_part(value, map)?;
    Ok(match (part, opaque) {
        (part, None) => part.into_iter().collect(),
        (None, opaque) => vec![reasoning(String::new(), opaque)],
        // It is kept as it is, with its signature in it.
        (Some(part @ Part::Other { .. }), _) => vec![part],
        (Some(part), opaque) => vec![reasoning(String::new(), opaque), part],
    })
}

fn reasoning(text: String, opaque: Option<String>) -> Part {
    Part::Reasoning { item_id: None, text, opaque, reasoning_tokens: None }
}

fn unsigned_part(value: &Value, map: &Map<String, Value>) -> Read<Option<Part>> {
    if let Some(text) = field(map, "text", owned)? {
        return Ok(Some(Part::Text { text }));
    }
    let inline = either(map, "inlineData", "inline_data");
    if let Some(blob) = field(map, inline, object)? {
        let media_type = field(blob, either(blob, "mimeType", "mime_type"), owned).at(inline)?;
        let data = require(blob, "data", owned).at(inline)?;
        let media_type = media_type.unwrap_or_default();
        let source = Source::Base64 { media_type: media_type.clone(), data };
        return Ok(Some(media(source, &media_type)));
    }
    let file_key = either(map, "fileData", "file_data");
    if let Some(file) = field(map, file_key, object)? {
        let media_type = field(file, either(file, "mimeType", "mime_type"), owned).at(file_key)?;
        let url = require(file, either(file, "fileUri", "file_uri"), owned).at(file_key)?;
        return Ok(Some(media(Source::Url { url }, media_type.as_deref().unwrap_or_default())));
    }
    let call = either(map, "functionCall", "function_call");
    if let Some(call) = field(map, call, object)? {
        return Ok(Some(Part::ToolCall {
            call_id: field(call, "id", owned)?.unwrap_or_default(),
            item_id: None,
            name: require(call, "name", owned)?,
            arguments: call.get("args").map_or_else(|| String::from("{}"), compact),
        }));
    }
    let answer = either(map, "functionResponse", "function_response");
    if let Some(answer) = field(map, answer, object)? {
        let text = answer.get("response").map(compact).unwrap_or_default();
        let id = field(answer, "id", owned)?;
        return Ok(Some(Part::ToolResult {
            call_id: id.map_or_else(|| require(answer, "name", owned), Ok)?,
            content: vec![Part::Text { text }],
            is_error: false,
        }));
    }
    let empty = map.keys().all(|key| key.starts_with("thought") || key == "text");
    Ok((!empty).then(|| Part::Other { value: value.clone() }))
}

fn media(source: Source, media_type: &str) -> Part {
    match media_type.split('/').next() {
        Some("image") => Part::Image { source, detail: None, size: None },
        Some("audio") => Part::Audio { source, duration_ms: None },
        _ => Part::File { source, filename: None },
    }
}

fn tool(value: &Value) -> Read<Vec<Tool>> {
    let map = object(value)?;
    let mut tools = Vec::new();
    for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "functionDeclarations" | "function_declarations" => {
                tools.extend(list(value, function).at(key)?);
            }
            _ => tools.push(Tool::Hosted { kind: hosted(key), settings: one(key, value) }),
        }
    }
    Ok(tools)
}

fn function(value: &Value) -> Read<Tool> {
    let map = object(value)?;
    let keys = ["parameters", "parametersJsonSchema", "parameters_json_schema"];
    let schema = keys.iter().find_map(|key| map.get(*key).filter(|value| !value.is_null()));
    Ok(Tool::Function {
        name: require(map, "name", owned)?,
        description: field(map, "description", owned)?,
        parameters: schema.cloned(),
        strict: None,
    })
}

fn hosted(key: &str) -> HostedTool {
    match key {
        "codeExecution" | "code_execution" => HostedTool::CodeInterpreter,
        "computerUse" | "computer_use" => HostedTool::ComputerUse,
        "fileSearch" | "file_search" => HostedTool::FileSearch,
        "googleSearch" | "google_search" | "googleSearchRetrieval" | "google_search_retrieval" => {
            HostedTool::WebSearch
        }
        "urlContext" | "url_context" => HostedTool::WebFetch,
        _ => HostedTool::Other,
    }
}

fn tool_choice(value: &Value) -> Read<Option<ToolChoice>> {
    let map = object(value)?;
    let key = either(map, "functionCallingConfig", "function_calling_config");
    let Some(config) = field(map, key, object)? else { return Ok(None) };
    let allowed_key = either(config, "allowedFunctionNames", "allowed_function_names");
    let allowed = field(config, allowed_key, texts).at(key)?.unwrap_or_default();
    let mode = field(config, "mode", text).at(key)?.unwrap_or_default();
    Ok(match mode {
        "ANY" | "any" => match allowed.as_slice() {
            [name] => Some(ToolChoice::Tool { name: name.clone() }),
            _ => Some(ToolChoice::Required),
        },
        "NONE" | "none" => Some(ToolChoice::None),
        "AUTO" | "auto" | "VALIDATED" | "validated" => Some(ToolChoice::Auto),
        _ => None,
    })
}

/// The effort a thinking setting amounts to.
fn thinking(value: &Value) -> Read<Option<Effort>> {
    let map = object(value)?;
    if let Some(level) = field(map, either(map, "thinkingLevel", "thinking_level"), text)? {
        return Ok(match level {
            "MINIMAL" | "minimal" => Some(Effort::Minimal),
            "LOW" | "low" => Some(Effort::Low),
            "MEDIUM" | "medium" => Some(Effort::Medium),
            "HIGH" | "high" => Some(Effort::High),
            _ => None,
        });
    }
    let key = either(map, "thinkingBudget", "thinking_budget");
    Ok(match map.get(key).and_then(Value::as_i64) {
        Some(0) => Some(Effort::None),
        Some(1..4_096) => Some(Effort::Low),
        Some(4_096..16_384) => Some(Effort::Medium),
        Some(16_384..) => Some(Effort::High),
        _ => None,
    })
}

/// The spelling of a key that a map has, the first one when it has neither.
fn either(map: &Map<String, Value>, camel: &'static str, snake: &'static str) -> &'static str {
    if map.contains_key(snake) && !map.contains_key(camel) { snake } else { camel }
}

fn one(key: &str, value: &Value) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert(key.into(), value.clone());
    map
}
