//! Reading a Responses request.

use serde_json::{Value, json};

use crate::models::Model;
use crate::prompt::{Api, Format, Message, Prompt, Role, Tool, ToolChoice, lane};
use crate::wire::fields::{Fields, content_text};
use crate::wire::problem::Problem;

/// Reads a request; `earlier` are the items of the answers it goes on from.
pub(crate) fn read(fields: &Fields, model: Model, earlier: &[Value]) -> Result<Prompt, Problem> {
    fields.only(KNOWN)?;
    let mut messages = Vec::new();
    if let Some(instructions) = fields.text("instructions")? {
        messages.push(message(Role::System, instructions.to_owned()));
    }
    for item in earlier.iter().chain(&items_of(fields)?) {
        read_item(item, &mut messages)?;
    }
    let max_output_tokens = fields.whole("max_output_tokens")?;
    if let Some(tokens) = max_output_tokens.filter(|tokens| *tokens < 16) {
        return Err(Problem::invalid(format!(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, \
             but got {tokens} instead."
        ))
        .param("max_output_tokens")
        .code("integer_below_min_value"));
    }
    let effort = fields.any("reasoning").and_then(|reasoning| reasoning.get("effort"));
    let effort = effort.and_then(Value::as_str).map(str::to_owned);
    check_sampling(fields, &model, effort.as_deref())?;
    if fields.flag("background")? == Some(true) {
        return Err(Problem::invalid("Background mode is not emulated.").param("background"));
    }
    Ok(Prompt {
        api: Api::Responses,
        model_name: fields.text("model")?.unwrap_or_default().to_owned(),
        messages,
        tools: tools(fields)?,
        tool_choice: tool_choice(fields)?,
        has_parallel_tools: fields.flag("parallel_tool_calls")?.unwrap_or(true),
        format: format(fields)?,
        max_output_tokens,
        stop: Vec::new(),
        effort,
        thinking_tokens: None,
        stream: fields.flag("stream")?.unwrap_or(false),
        service_tier: lane(fields.text("service_tier")?),
        marked_text: None,
        model,
    })
}

/// The input as items.
pub(crate) fn items_of(fields: &Fields) -> Result<Vec<Value>, Problem> {
    match fields.any("input") {
        Some(Value::String(text)) => Ok(vec![json!({"role": "user", "content": text})]),
        Some(Value::Array(items)) => Ok(items.clone()),
        Some(other) => Err(Problem::wrong_type("input", "a string or an array", other)),
        None if fields.any("prompt").is_some() => Ok(Vec::new()),
        None => Err(Problem::missing("input")),
    }
}

fn read_item(item: &Value, messages: &mut Vec<Message>) -> Result<(), Problem> {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = item.get("type").and_then(Value::as_str);
    match kind {
        Some("function_call" | "custom_tool_call") => {
            let arguments = if kind == Some("function_call") { "arguments" } else { "input" };
            let mut called = message(Role::Assistant, String::new());
            called.calls.push((text("name"), text(arguments)));
            messages.push(called);
        }
        Some("function_call_output" | "custom_tool_call_output") => {
            let output = item.get("output").unwrap_or(&Value::Null);
            messages.push(message(Role::Tool, content_text(output)));
        }
        // What a model thought earlier costs nothing once it has answered.
        Some("reasoning" | "item_reference") => {}
        Some("message") | None if item.get("role").is_some() => {
            let role = match item.get("role").and_then(Value::as_str) {
                Some("assistant") => Role::Assistant,
                Some("developer" | "system") => Role::System,
                Some("user") => Role::User,
                other => {
                    return Err(Problem::invalid(format!(
                        "Invalid value: '{}'. Supported values are: 'assistant', 'system', \
                         'developer', and 'user'.",
                        other.unwrap_or("null")
                    ))
                    .param("input")
                    .code("invalid_value"));
                }
            };
            let content = item.get("content").unwrap_or(&Value::Null);
            messages.push(message(role, content_text(content)));
        }
        // Items of hosted tools are charged as the text they are.
        Some(_) => messages.push(message(Role::Assistant, item.to_string())),
        None => return Err(Problem::missing("input[0].type")),
    }
    Ok(())
}

fn message(role: Role, text: String) -> Message {
    Message { role, text, calls: Vec::new() }
}

fn check_sampling(fields: &Fields, model: &Model, effort: Option<&str>) -> Result<(), Problem> {
    let effort = effort.or(Some(model.default_effort.as_str())).unwrap_or("none");
    for name in ["temperature", "top_p"] {
        let value = fields.decimal(name)?;
        if value.is_some_and(|value| (value - 1.0).abs() > f64::EPSILON)
            && model.can_reason()
            && effort != "none"
        {
            return Err(Problem::invalid(format!(
                "Unsupported parameter: '{name}' is not supported with this model."
            ))
            .param(name));
        }
    }
    Ok(())
}

fn tools(fields: &Fields) -> Result<Vec<Tool>, Problem> {
    let mut tools = Vec::new();
    for (index, tool) in fields.list("tools")?.iter().enumerate() {
        match tool.get("type").and_then(Value::as_str) {
            Some("function") => {}
            Some(_) => continue,
            None => return Err(Problem::missing(&format!("tools[{index}].type"))),
        }
        let Some(name) = tool.get("name").and_then(Value::as_str) else {
            return Err(Problem::missing(&format!("tools[{index}].name")));
        };
        tools.push(Tool {
            name: name.to_owned(),
            parameters: tool.get("parameters").cloned().unwrap_or(Value::Null),
        });
    }
    Ok(tools)
}

fn tool_choice(fields: &Fields) -> Result<ToolChoice, Problem> {
    Ok(match fields.any("tool_choice") {
        None => ToolChoice::Auto,
        Some(Value::String(choice)) => match choice.as_str() {
            "auto" => ToolChoice::Auto,
            "none" => ToolChoice::None,
            "required" => ToolChoice::Required,
            other => {
                return Err(Problem::invalid(format!(
                    "Invalid value: '{other}'. Supported values are: 'none', 'auto', and \
                     'required'."
                ))
                .param("tool_choice")
                .code("invalid_value"));
            }
        },
        Some(choice) => match choice.get("name").and_then(Value::as_str) {
            Some(name) => ToolChoice::Named(name.to_owned()),
            None if choice.get("mode").and_then(Value::as_str) == Some("required") => {
                ToolChoice::Required
            }
            None => ToolChoice::Auto,
        },
    })
}

fn format(fields: &Fields) -> Result<Format, Problem> {
    let Some(format) = fields.any("text").and_then(|text| text.get("format")) else {
        return Ok(Format::Text);
    };
    match format.get("type").and_then(Value::as_str) {
        Some("json_object") => Ok(Format::JsonObject),
        Some("json_schema") => {
            let name = format.get("name").and_then(Value::as_str);
            let Some(name) = name else { return Err(Problem::missing("text.format.name")) };
            let Some(schema) = format.get("schema") else {
                return Err(Problem::missing("text.format.schema"));
            };
            Ok(Format::Schema { name: name.to_owned(), schema: schema.clone() })
        }
        _ => Ok(Format::Text),
    }
}

/// The parameters of the official SDK's types (PyPI `openai` 3.54.0, checked 2026-11-22).
const KNOWN: &[&str] = &[
    "background",
    "context_management",
    "conversation",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "moderation",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
    "verbosity",
];
