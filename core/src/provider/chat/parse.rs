//! A Chat Completions body as a request.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::provider::read::{
    At, Problem, Read, boolean, compact, effort, field, labels, list, object, owned, require,
    service_tier, text, texts, thousandths, tokens, wrong_type,
};
use crate::provider::source;
use crate::request::{
    HostedTool, Message, ModelId, OutputFormat, Part, Request, Role, Source, Tool, ToolChoice,
};

// Apart: most programs speak one format, and an engine compiles what is called, all of it.
#[inline(never)]
pub(in crate::provider) fn parse(body: &Map<String, Value>) -> Read<Request> {
    let limit = field(body, "max_completion_tokens", tokens)?;
    let mut tools = field(body, "tools", |value| list(value, tool))?.unwrap_or_default();
    tools.extend(field(body, "functions", |value| list(value, function))?.unwrap_or_default());
    let choice = field(body, "tool_choice", tool_choice)?.flatten();
    Ok(Request {
        model: field(body, "model", text)?.map(ModelId::new),
        conversation: require(body, "messages", |value| list(value, message))?,
        tools,
        tool_choice: choice.or(field(body, "function_call", tool_choice)?.flatten()),
        parallel_tool_calls: field(body, "parallel_tool_calls", boolean)?,
        output: field(body, "response_format", output)?.unwrap_or_default(),
        max_output_tokens: limit.or(field(body, "max_tokens", tokens)?),
        effort: field(body, "reasoning_effort", effort)?,
        service_tier: field(body, "service_tier", service_tier)?.flatten(),
        temperature_milli: field(body, "temperature", thousandths)?,
        top_p_milli: field(body, "top_p", thousandths)?,
        top_logprobs: field(body, "top_logprobs", tokens)?,
        stop: field(body, "stop", texts)?.unwrap_or_default(),
        metadata: field(body, "metadata", labels)?.unwrap_or_default(),
        prompt_cache_key: field(body, "prompt_cache_key", owned)?,
        ..Request::default()
    })
}

fn message(value: &Value) -> Read<Message> {
    let map = object(value)?;
    let role = require(map, "role", |value| match text(value)? {
        "assistant" => Ok(Role::Assistant),
        "developer" => Ok(Role::Developer),
        "function" | "tool" => Ok(Role::Tool),
        "system" => Ok(Role::System),
        "user" => Ok(Role::User),
        other => Err(Problem::new(format!(
            "is no role of this format; it must be user, assistant, system, developer or tool: \
             {other}"
        ))),
    })?;
    let mut content = field(map, "content", parts)?.unwrap_or_default();
    let name = field(map, "name", owned)?;
    if role == Role::Tool {
        let call_id = field(map, "tool_call_id", owned)?.unwrap_or_default();
        content = vec![Part::ToolResult { call_id, content, is_error: false }];
    }
    if role == Role::Assistant {
        if let Some(text) = field(map, "refusal", owned)? {
            content.push(Part::Refusal { text });
        }
        let calls = field(map, "tool_calls", |value| list(value, tool_call))?;
        content.extend(calls.unwrap_or_default());
        let legacy = field(map, "function_call", |value| call(String::new(), object(value)?))?;
        content.extend(legacy);
    }
    Ok(Message { role, name, content })
}

fn tool_call(value: &Value) -> Read<Part> {
    let map = object(value)?;
    let id = field(map, "id", owned)?.unwrap_or_default();
    match map.get("function") {
        Some(function) => object(function).and_then(|function| call(id, function)).at("function"),
        None => Ok(Part::Other { value: value.clone() }),
    }
}

fn call(call_id: String, map: &Map<String, Value>) -> Read<Part> {
    let arguments = require(map, "arguments", |value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Object(_) => Ok(compact(value)),
        _ => Err(wrong_type(value, "JSON text")),
    })?;
    Ok(Part::ToolCall { call_id, item_id: None, name: require(map, "name", owned)?, arguments })
}

fn parts(value: &Value) -> Read<Vec<Part>> {
    match value {
        Value::String(text) => Ok(vec![Part::Text { text: text.clone() }]),
        Value::Array(_) => list(value, part),
        _ => Err(wrong_type(value, "text or a list of parts")),
    }
}

fn part(value: &Value) -> Read<Part> {
    // The endpoint takes bare words among the parts, though its reference does not say so.
    if let Value::String(text) = value {
        return Ok(Part::Text { text: text.clone() });
    }
    let map = object(value)?;
    match require(map, "type", text)? {
        "text" => Ok(Part::Text { text: require(map, "text", owned)? }),
        "refusal" => Ok(Part::Refusal { text: require(map, "refusal", owned)? }),
        "image_url" => require(map, "image_url", |image| {
            if let Value::String(url) = image {
                return Ok(Part::Image { source: source::from_url(url), detail: None, size: None });
            }
            let image = object(image)?;
            let url = require(image, "url", text)?;
            let detail = field(image, "detail", source::detail)?;
            Ok(Part::Image { source: source::from_url(url), detail, size: None })
        }),
        "input_audio" => require(map, "input_audio", |audio| {
            let audio = object(audio)?;
            let format = field(audio, "format", text)?.unwrap_or("wav");
            let source = Source::Base64 {
                media_type: format!("audio/{format}"),
                data: require(audio, "data", owned)?,
            };
            Ok(Part::Audio { source, duration_ms: None })
        }),
        "file" => require(map, "file", |file| {
            let file = object(file)?;
            let source = match field(file, "file_data", text)? {
                Some(data) => source::from_url(data),
                None => Source::FileId { id: require(file, "file_id", owned)? },
            };
            Ok(Part::File { source, filename: field(file, "filename", owned)? })
        }),
        _ => Ok(Part::Other { value: value.clone() }),
    }
}

fn tool(value: &Value) -> Read<Tool> {
    let map = object(value)?;
    match field(map, "type", text)? {
        None | Some("function") => require(map, "function", function),
        Some(_) => Ok(Tool::Hosted { kind: HostedTool::Other, settings: map.clone() }),
    }
}

fn function(value: &Value) -> Read<Tool> {
    let map = object(value)?;
    Ok(Tool::Function {
        name: require(map, "name", owned)?,
        description: field(map, "description", owned)?,
        parameters: map.get("parameters").filter(|schema| !schema.is_null()).cloned(),
        strict: field(map, "strict", boolean)?,
    })
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
    let named = match field(map, "function", object)? {
        Some(function) => field(function, "name", owned).at("function")?,
        None => field(map, "name", owned)?,
    };
    Ok(named.map(|name| ToolChoice::Tool { name }))
}

fn output(value: &Value) -> Read<OutputFormat> {
    let map = object(value)?;
    Ok(match require(map, "type", text)? {
        "json_object" => OutputFormat::JsonObject,
        "json_schema" => require(map, "json_schema", |schema| {
            let map = object(schema)?;
            Ok(OutputFormat::JsonSchema {
                name: require(map, "name", owned)?,
                description: field(map, "description", owned)?,
                schema: map.get("schema").cloned().unwrap_or(Value::Null),
                strict: field(map, "strict", boolean)?,
            })
        })?,
        _ => OutputFormat::Text,
    })
}
