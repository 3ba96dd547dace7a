//! A Responses body as a request.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::json::object;
use crate::provider::read::{
    At, Problem, Read, boolean, compact, effort, field, given, labels, lacks, list, object, owned,
    require, service_tier, text, thousandths, tokens, wrong_type,
};
use crate::provider::source;
use crate::request::{
    HostedTool, Message, ModelId, OutputFormat, Part, Request, Role, Source, Tool, ToolChoice,
    UNSEEN,
};

// Apart: most programs speak one format, and an engine compiles what is called, all of it.
#[inline(never)]
pub(in crate::provider) fn parse(body: &Map<String, Value>) -> Read<Request> {
    let reasoning = field(body, "reasoning", object)?;
    let mut request = Request {
        model: field(body, "model", text)?.map(ModelId::new),
        instructions: field(body, "instructions", instructions)?,
        conversation: field(body, "input", conversation)?.unwrap_or_default(),
        tools: field(body, "tools", |value| list(value, tool))?.unwrap_or_default(),
        tool_choice: field(body, "tool_choice", tool_choice)?.flatten(),
        parallel_tool_calls: field(body, "parallel_tool_calls", boolean)?,
        output: field(body, "text", output)?.flatten().unwrap_or_default(),
        max_output_tokens: field(body, "max_output_tokens", tokens)?,
        effort: match reasoning {
            Some(reasoning) => field(reasoning, "effort", effort).at("reasoning")?,
            None => None,
        },
        service_tier: field(body, "service_tier", service_tier)?.flatten(),
        temperature_milli: field(body, "temperature", thousandths)?,
        top_p_milli: field(body, "top_p", thousandths)?,
        top_logprobs: field(body, "top_logprobs", tokens)?,
        metadata: field(body, "metadata", labels)?.unwrap_or_default(),
        previous_response_id: field(body, "previous_response_id", owned)?,
        prompt_cache_key: field(body, "prompt_cache_key", owned)?,
        ..Request::default()
    };
    // What stands with the provider is part of the prompt, though nobody here can read it.
    for key in ["conversation", "prompt"] {
        if let Some(value) = body.get(key).filter(|value| !value.is_null()) {
            request
                .conversation
                .insert(0, other(Role::System, object! { UNSEEN => key, key => value }));
        }
    }
    if let Some(mode) = reasoning.and_then(|map| map.get("mode")).and_then(Value::as_str)
        && mode != "standard"
    {
        let value = object! { UNSEEN => "reasoning_mode", "mode" => mode };
        request.conversation.insert(0, other(Role::System, value));
    }
    Ok(request)
}

/// Text, or a list of items of which the words are taken.
fn instructions(value: &Value) -> Read<String> {
    if let Value::String(text) = value {
        return Ok(text.clone());
    }
    let mut words = String::new();
    for message in conversation(value)? {
        for part in message.content {
            if let Part::Text { text } = part {
                words.push_str(&text);
            }
        }
    }
    Ok(words)
}

fn conversation(value: &Value) -> Read<Vec<Message>> {
    match value {
        Value::String(text) => Ok(vec![Message::text(Role::User, text.as_str())]),
        Value::Array(_) => list(value, item),
        _ => Err(wrong_type(value, "text or a list of items")),
    }
}

fn item(value: &Value) -> Read<Message> {
    let map = object(value)?;
    let kind = field(map, "type", text)?;
    match kind {
        None | Some("message") => message(map),
        Some("function_call") => Ok(one(
            Role::Assistant,
            Part::ToolCall {
                call_id: require(map, "call_id", owned)?,
                item_id: field(map, "id", owned)?,
                name: require(map, "name", owned)?,
                arguments: require(map, "arguments", arguments)?,
            },
        )),
        Some("function_call_output") => Ok(one(
            Role::Tool,
            Part::ToolResult {
                call_id: require(map, "call_id", owned)?,
                content: require(map, "output", |output| parts(output, Role::Tool))?,
                is_error: false,
            },
        )),
        Some("reasoning") => {
            let summary = field(map, "summary", summary)?.unwrap_or_default();
            Ok(one(
                Role::Assistant,
                Part::Reasoning {
                    item_id: field(map, "id", owned)?,
                    text: summary,
                    opaque: field(map, "encrypted_content", owned)?,
                    reasoning_tokens: None,
                },
            ))
        }
        Some(_) => Ok(other(Role::Assistant, value.clone())),
    }
}

fn message(map: &Map<String, Value>) -> Read<Message> {
    let role = require(map, "role", |value| match text(value)? {
        "assistant" => Ok(Role::Assistant),
        "developer" => Ok(Role::Developer),
        "system" => Ok(Role::System),
        "user" => Ok(Role::User),
        other => Err(Problem::new(format!(
            "is no role of this format; it must be user, assistant, system or developer: {other}"
        ))),
    })?;
    let content = given(map, "content").ok_or_else(|| lacks("content"))?;
    let content = parts(content, role).at("content")?;
    Ok(Message { role, name: None, content })
}

fn parts(value: &Value, role: Role) -> Read<Vec<Part>> {
    match value {
        Value::String(text) => Ok(vec![Part::Text { text: text.clone() }]),
        Value::Array(_) => list(value, part),
        _ if role == Role::Tool => Err(wrong_type(value, "text or a list of parts")),
        _ => Err(wrong_type(value, "text or a list of parts")),
    }
}

fn part(value: &Value) -> Read<Part> {
    let map = object(value)?;
    match require(map, "type", text)? {
        "input_text" | "output_text" | "text" => {
            Ok(Part::Text { text: require(map, "text", owned)? })
        }
        "refusal" => Ok(Part::Refusal { text: require(map, "refusal", owned)? }),
        "input_image" => {
            let source = match field(map, "image_url", text)? {
                Some(url) => source::from_url(url),
                None => Source::FileId { id: require(map, "file_id", owned)? },
            };
            Ok(Part::Image { source, detail: field(map, "detail", source::detail)?, size: None })
        }
        "input_file" => {
            let source = if let Some(data) = field(map, "file_data", text)? {
                source::from_url(data)
            } else if let Some(url) = field(map, "file_url", owned)? {
                Source::Url { url }
            } else {
                Source::FileId { id: require(map, "file_id", owned)? }
            };
            Ok(Part::File { source, filename: field(map, "filename", owned)? })
        }
        "input_audio" => {
            let audio = field(map, "input_audio", object)?.unwrap_or(map);
            let format = field(audio, "format", text)?.unwrap_or("wav");
            let source = Source::Base64 {
                media_type: format!("audio/{format}"),
                data: require(audio, "data", owned)?,
            };
            Ok(Part::Audio { source, duration_ms: None })
        }
        _ => Ok(Part::Other { value: value.clone() }),
    }
}

/// Arguments are JSON text; some clients send the object itself.
fn arguments(value: &Value) -> Read<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Object(_) => Ok(compact(value)),
        _ => Err(wrong_type(value, "JSON text")),
    }
}

fn summary(value: &Value) -> Read<String> {
    let texts = list(value, |part| field(object(part)?, "text", owned))?;
    Ok(texts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

fn tool(value: &Value) -> Read<Tool> {
    let map = object(value)?;
    let kind = require(map, "type", text)?;
    if kind == "function" {
        return Ok(Tool::Function {
            name: require(map, "name", owned)?,
            description: field(map, "description", owned)?,
            parameters: map.get("parameters").filter(|schema| !schema.is_null()).cloned(),
            strict: field(map, "strict", boolean)?,
        });
    }
    Ok(Tool::Hosted { kind: hosted(kind), settings: map.clone() })
}

fn hosted(kind: &str) -> HostedTool {
    match kind {
        "apply_patch" => HostedTool::ApplyPatch,
        "code_interpreter" => HostedTool::CodeInterpreter,
        "computer" | "computer_use" | "computer_use_preview" => HostedTool::ComputerUse,
        "file_search" => HostedTool::FileSearch,
        "image_generation" => HostedTool::ImageGeneration,
        "mcp" => HostedTool::Mcp,
        "shell" | "local_shell" => HostedTool::Shell,
        "skills" => HostedTool::Skills,
        "tool_search" => HostedTool::ToolSearch,
        kind if kind.starts_with("web_search") => HostedTool::WebSearch,
        _ => HostedTool::Other,
    }
}

fn tool_choice(value: &Value) -> Read<Option<ToolChoice>> {
    if let Value::String(word) = value {
        return match word.as_str() {
            "auto" => Ok(Some(ToolChoice::Auto)),
            "none" => Ok(Some(ToolChoice::None)),
            "required" => Ok(Some(ToolChoice::Required)),
            other => Err(Problem::new(format!(
                "is no choice; it must be auto, none, required or an object: {other}"
            ))),
        };
    }
    let map = object(value)?;
    match field(map, "name", owned)? {
        Some(name) => Ok(Some(ToolChoice::Tool { name })),
        None => Ok(None),
    }
}

fn output(value: &Value) -> Read<Option<OutputFormat>> {
    field(object(value)?, "format", |format| {
        let map = object(format)?;
        Ok(match require(map, "type", text)? {
            "json_object" => OutputFormat::JsonObject,
            "json_schema" => OutputFormat::JsonSchema {
                name: require(map, "name", owned)?,
                description: field(map, "description", owned)?,
                schema: require(map, "schema", |schema| Ok(schema.clone()))?,
                strict: field(map, "strict", boolean)?,
            },
            _ => OutputFormat::Text,
        })
    })
}

fn one(role: Role, part: Part) -> Message {
    Message { role, name: None, content: vec![part] }
}

fn other(role: Role, value: Value) -> Message {
    one(role, Part::Other { value })
}
