//! A Messages body as a request.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::provider::read::{
    At, Problem, Read, boolean, compact, effort, field, labels, list, object, owned, require,
    service_tier, text, texts, thousandths, tokens, wrong_type,
};
use crate::request::{
    Effort, HostedTool, Message, ModelId, OutputFormat, Part, Request, Role, Source, Tool,
    ToolChoice,
};
use crate::seek;

/// Whether a body with `messages` is of this format and not of Chat Completions.
pub(in crate::provider) fn is_format_of(body: &Map<String, Value>) -> bool {
    const OWN: [&str; 7] = [
        "anthropic_version",
        "mcp_servers",
        "output_config",
        "stop_sequences",
        "system",
        "thinking",
        "top_k",
    ];
    let named = body.get("model").and_then(Value::as_str);
    let tools = body.get("tools").and_then(Value::as_array);
    OWN.iter().any(|key| body.contains_key(*key))
        || named.is_some_and(|name| seek::has(name, "claude"))
        || tools.is_some_and(|tools| tools.iter().any(|tool| tool.get("input_schema").is_some()))
}

// Apart: most programs speak one format, and an engine compiles what is called, all of it.
#[inline(never)]
pub(in crate::provider) fn parse(body: &Map<String, Value>) -> Read<Request> {
    let config = field(body, "output_config", object)?;
    let configured = match config {
        Some(config) => field(config, "effort", effort).at("output_config")?,
        None => None,
    };
    let configured_format = match config {
        Some(config) => field(config, "format", output).at("output_config")?,
        None => None,
    };
    let mut tools = field(body, "tools", |value| list(value, tool))?.unwrap_or_default();
    tools.extend(field(body, "mcp_servers", |value| list(value, server))?.unwrap_or_default());
    let choice = field(body, "tool_choice", object)?;
    let serial = match choice {
        Some(choice) => field(choice, "disable_parallel_tool_use", boolean).at("tool_choice")?,
        None => None,
    };
    Ok(Request {
        model: field(body, "model", text)?.map(ModelId::new),
        instructions: field(body, "system", instructions)?,
        conversation: require(body, "messages", |value| list(value, message))?,
        tools,
        tool_choice: match choice {
            Some(choice) => tool_choice(choice).at("tool_choice")?,
            None => None,
        },
        parallel_tool_calls: serial.map(|serial| !serial),
        output: field(body, "output_format", output)?.or(configured_format).unwrap_or_default(),
        max_output_tokens: field(body, "max_tokens", tokens)?,
        effort: match field(body, "thinking", thinking)?.flatten() {
            Some(Effort::None) => Some(Effort::None),
            from => configured.or(from),
        },
        service_tier: field(body, "service_tier", service_tier)?.flatten(),
        temperature_milli: field(body, "temperature", thousandths)?,
        top_p_milli: field(body, "top_p", thousandths)?,
        stop: field(body, "stop_sequences", texts)?.unwrap_or_default(),
        metadata: field(body, "metadata", labels)?.unwrap_or_default(),
        ..Request::default()
    })
}

/// Text, or a list of blocks of text.
fn instructions(value: &Value) -> Read<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        _ => Ok(list(value, |block| require(object(block)?, "text", owned))?.concat()),
    }
}

fn message(value: &Value) -> Read<Message> {
    let map = object(value)?;
    let role = require(map, "role", |value| match text(value)? {
        "assistant" => Ok(Role::Assistant),
        "system" => Ok(Role::System),
        "user" => Ok(Role::User),
        other => Err(Problem::new(format!(
            "is no role of this format; it must be user or assistant: {other}"
        ))),
    })?;
    Ok(Message { role, name: None, content: require(map, "content", blocks)? })
}

fn blocks(value: &Value) -> Read<Vec<Part>> {
    match value {
        Value::String(text) => Ok(vec![Part::Text { text: text.clone() }]),
        Value::Array(_) => list(value, block),
        _ => Err(wrong_type(value, "text or a list of blocks")),
    }
}

fn block(value: &Value) -> Read<Part> {
    let map = object(value)?;
    match require(map, "type", text)? {
        "text" => Ok(Part::Text { text: require(map, "text", owned)? }),
        "image" => {
            let source = require(map, "source", source)?;
            Ok(Part::Image { source, detail: None, size: None })
        }
        "document" => Ok(Part::File {
            source: require(map, "source", source)?,
            filename: field(map, "title", owned)?,
        }),
        "thinking" => Ok(Part::Reasoning {
            item_id: None,
            text: require(map, "thinking", owned)?,
            opaque: field(map, "signature", owned)?,
            reasoning_tokens: None,
        }),
        "tool_use" => Ok(Part::ToolCall {
            call_id: require(map, "id", owned)?,
            item_id: None,
            name: require(map, "name", owned)?,
            arguments: require(map, "input", |input| Ok(compact(input)))?,
        }),
        "tool_result" => Ok(Part::ToolResult {
            call_id: require(map, "tool_use_id", owned)?,
            content: field(map, "content", blocks)?.unwrap_or_default(),
            is_error: field(map, "is_error", boolean)?.unwrap_or_default(),
        }),
        _ => Ok(Part::Other { value: value.clone() }),
    }
}

fn source(value: &Value) -> Read<Source> {
    let map = object(value)?;
    Ok(match require(map, "type", text)? {
        "url" => Source::Url { url: require(map, "url", owned)? },
        "file" => Source::FileId { id: require(map, "file_id", owned)? },
        "content" => Source::Base64 {
            media_type: "text/plain".into(),
            data: map.get("content").map(compact).unwrap_or_default(),
        },
        _ => Source::Base64 {
            media_type: require(map, "media_type", owned)?,
            data: require(map, "data", owned)?,
        },
    })
}

fn tool(value: &Value) -> Read<Tool> {
    let map = object(value)?;
    match field(map, "type", text)? {
        None | Some("custom" | "function") => Ok(Tool::Function {
            name: require(map, "name", owned)?,
            description: field(map, "description", owned)?,
            parameters: map.get("input_schema").filter(|schema| !schema.is_null()).cloned(),
            strict: field(map, "strict", boolean)?,
        }),
        Some(kind) => Ok(Tool::Hosted { kind: hosted(kind), settings: map.clone() }),
    }
}

/// Hosted tools carry the day of their version in their name.
fn hosted(kind: &str) -> HostedTool {
    const KINDS: [(&str, HostedTool); 7] = [
        ("bash", HostedTool::Shell),
        ("code_execution", HostedTool::CodeInterpreter),
        ("computer", HostedTool::ComputerUse),
        ("mcp", HostedTool::Mcp),
        ("tool_search", HostedTool::ToolSearch),
        ("web_fetch", HostedTool::WebFetch),
        ("web_search", HostedTool::WebSearch),
    ];
    let known = KINDS.iter().find(|(prefix, _)| kind.starts_with(prefix));
    known.map_or(HostedTool::Other, |(_, kind)| *kind)
}

fn server(value: &Value) -> Read<Tool> {
    Ok(Tool::Hosted { kind: HostedTool::Mcp, settings: object(value)?.clone() })
}

fn tool_choice(map: &Map<String, Value>) -> Read<Option<ToolChoice>> {
    Ok(match require(map, "type", text)? {
        "any" => Some(ToolChoice::Required),
        "auto" => Some(ToolChoice::Auto),
        "none" => Some(ToolChoice::None),
        "tool" => Some(ToolChoice::Tool { name: require(map, "name", owned)? }),
        other => {
            return Err(Problem::new(format!(
                "is no choice; its type must be auto, any, tool or none: {other}"
            )));
        }
    })
}

/// The effort that a thinking budget amounts to; nothing when the model is left to itself.
fn thinking(value: &Value) -> Read<Option<Effort>> {
    let map = object(value)?;
    Ok(match require(map, "type", text)? {
        "disabled" => Some(Effort::None),
        "enabled" => Some(match field(map, "budget_tokens", tokens)?.unwrap_or_default() {
            0..4_096 => Effort::Low,
            4_096..16_384 => Effort::Medium,
            _ => Effort::High,
        }),
        // Adaptive: the model decides for itself.
        _ => None,
    })
}

fn output(value: &Value) -> Read<OutputFormat> {
    let map = object(value)?;
    Ok(match require(map, "type", text)? {
        "json_schema" => OutputFormat::JsonSchema {
            name: String::new(),
            description: None,
            schema: require(map, "schema", |schema| Ok(schema.clone()))?,
            strict: Some(true),
        },
        _ => OutputFormat::Text,
    })
}
