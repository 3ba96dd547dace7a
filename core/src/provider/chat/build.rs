//! A request as a Chat Completions body.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::dialect::Dialect;
use crate::error::Error;
use crate::json::{ToJson, object};
use crate::provider::build::{Target, only_text, set, thousandths, url_of};
use crate::provider::responses::build::{effort_word, tier_word};
use crate::request::{ImageDetail, Message, OutputFormat, Part, Role, Source, Tool, ToolChoice};

/// Changes what the plan decides in a body the caller wrote.
#[inline(never)]
pub(crate) fn adjust(body: &mut Map<String, Value>, target: &Target<'_>) {
    let dialect = Dialect::of(target.provider);
    set(body, "model", target.name());
    stream(body, target, dialect);
    if let Some(limit) = target.rung.max_output_tokens {
        // The caller's own choice of the two names stands.
        let key = if body.contains_key("max_tokens") { "max_tokens" } else { dialect.limit_key() };
        set(body, key, limit);
    }
    if let (true, Some(effort)) = (target.effort_changed(), target.rung.arm.effort) {
        set(body, "reasoning_effort", effort_word(effort));
    }
    if target.service_tier_changed() {
        set(body, "service_tier", tier_word(target.rung.service_tier));
    }
}

/// The whole body.
// Apart: most programs speak one format, and an engine compiles what is called, all of it.
#[inline(never)]
pub(crate) fn body(target: &Target<'_>) -> Result<Map<String, Value>, Error> {
    let request = target.request;
    let dialect = Dialect::of(target.provider);
    let mut body = Map::new();
    set(&mut body, "model", target.name());
    let mut messages = Vec::new();
    if let Some(instructions) = &request.instructions {
        messages.push(object! { "role" => "system", "content" => instructions });
    }
    for message in &request.conversation {
        self::messages(message, target, dialect, &mut messages)?;
    }
    set(&mut body, "messages", messages);
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|it| tool(it, target)).collect::<Result<Vec<_>, _>>();
        set(&mut body, "tools", tools?);
    }
    if let Some(choice) = &request.tool_choice {
        set(&mut body, "tool_choice", tool_choice(choice, dialect));
    }
    if let Some(parallel) = request.parallel_tool_calls {
        set(&mut body, "parallel_tool_calls", parallel);
    }
    if let Some(format) = format(&request.output) {
        set(&mut body, "response_format", format);
    }
    if let Some(limit) = target.rung.max_output_tokens {
        set(&mut body, dialect.limit_key(), limit);
    }
    if let Some(effort) = target.rung.arm.effort {
        set(&mut body, "reasoning_effort", effort_word(effort));
    }
    if target.service_tier_changed() || request.service_tier.is_some() {
        set(&mut body, "service_tier", tier_word(target.rung.service_tier));
    }
    if let Some(milli) = request.temperature_milli {
        set(&mut body, "temperature", thousandths(milli));
    }
    if let Some(milli) = request.top_p_milli {
        set(&mut body, "top_p", thousandths(milli));
    }
    if let Some(alternatives) = request.top_logprobs {
        set(&mut body, "logprobs", true);
        set(&mut body, "top_logprobs", alternatives);
    }
    if !request.stop.is_empty() {
        set(&mut body, "stop", request.stop.to_json());
    }
    if !request.metadata.is_empty() {
        set(&mut body, "metadata", request.metadata.to_json());
    }
    if request.previous_response_id.is_some() {
        let instead = "send the whole conversation, or choose a model that answers in responses";
        return Err(target.cannot_carry("the id of an earlier answer", instead));
    }
    // Elsewhere the key changes no answer, and servers that do not know it may refuse it.
    if let (Some(key), true) = (&request.prompt_cache_key, dialect.is_openai()) {
        set(&mut body, "prompt_cache_key", key.as_str());
    }
    stream(&mut body, target, dialect);
    Ok(body)
}

fn stream(body: &mut Map<String, Value>, target: &Target<'_>, dialect: Dialect) {
    if !target.stream {
        body.remove("stream");
        body.remove("stream_options");
        return;
    }
    set(body, "stream", true);
    if dialect.reports_usage_unasked() {
        return;
    }
    // Without this the stream ends without usage, and the bill is unknown.
    match body.get_mut("stream_options") {
        Some(Value::Object(options)) => set(options, "include_usage", true),
        _ => set(body, "stream_options", object! { "include_usage" => true }),
    }
}

/// One message of ours is one of theirs, but for tool results, which stand alone.
fn messages(
    message: &Message,
    target: &Target<'_>,
    dialect: Dialect,
    messages: &mut Vec<Value>,
) -> Result<(), Error> {
    let mut fields = Map::new();
    let role = match message.role {
        Role::Assistant => "assistant",
        Role::Developer if dialect.is_openai() => "developer",
        Role::Developer | Role::System => "system",
        Role::Tool | Role::User => "user",
    };
    set(&mut fields, "role", role);
    if let Some(name) = &message.name {
        set(&mut fields, "name", name.as_str());
    }
    let (mut content, mut calls, mut reasoning) = (Vec::new(), Vec::new(), String::new());
    for part in &message.content {
        match part {
            Part::ToolCall { call_id, name, arguments, .. } => calls.push(object! {
                "id" => call_id,
                "type" => "function",
                "function" => object! { "name" => name, "arguments" => arguments },
            }),
            Part::ToolResult { call_id, content, .. } => {
                messages.push(object! {
                    "role" => "tool",
                    "tool_call_id" => call_id,
                    "content" => result(content, target)?,
                });
            }
            // Only a copy of OpenAI's server tells its thoughts, and may want them back.
            Part::Reasoning { text, opaque: None, item_id: None, .. }
                if !dialect.is_openai() || target.is_elsewhere =>
            {
                reasoning.push_str(text);
            }
            Part::Reasoning { .. } => {
                let instead = "leave it out, or stay with the provider it came from";
                return Err(target.cannot_carry("reasoning", instead));
            }
            part => content.push(self::content(part, target)?),
        }
    }
    let is_empty = content.is_empty() && calls.is_empty() && reasoning.is_empty();
    if is_empty && !message.content.is_empty() {
        return Ok(());
    }
    if !reasoning.is_empty() {
        set(&mut fields, "reasoning_content", reasoning);
    }
    let content = match content.as_slice() {
        [] if !calls.is_empty() => Value::Null,
        [] => "".into(),
        [part] if part.get("type").is_some_and(|kind| kind == "text") => {
            part.get("text").cloned().unwrap_or_default()
        }
        _ => Value::Array(content),
    };
    set(&mut fields, "content", content);
    if !calls.is_empty() {
        set(&mut fields, "tool_calls", calls);
    }
    messages.push(Value::Object(fields));
    Ok(())
}

fn content(part: &Part, target: &Target<'_>) -> Result<Value, Error> {
    Ok(match part {
        Part::Text { text } => object! { "type" => "text", "text" => text },
        Part::Refusal { text } => object! { "type" => "refusal", "refusal" => text },
        Part::Image { source, detail, .. } => {
            let url = url_of(source).ok_or_else(|| {
                let instead = "give its address or its bytes, or choose a model in responses";
                target.cannot_carry("a picture by its file id", instead)
            })?;
            let mut image = object! { "url" => url };
            if let (Some(detail), Value::Object(fields)) = (detail, &mut image) {
                set(fields, "detail", detail_word(*detail));
            }
            object! { "type" => "image_url", "image_url" => image }
        }
        Part::Audio { source: Source::Base64 { media_type, data }, .. } => {
            let format = match media_type.as_str() {
                "audio/mpeg" | "audio/mp3" => "mp3",
                "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
                other => other.strip_prefix("audio/").unwrap_or(other),
            };
            object! {
                "type" => "input_audio",
                "input_audio" => object! { "data" => data, "format" => format },
            }
        }
        Part::File { source, filename } => {
            let mut file = Map::new();
            match source {
                Source::FileId { id } => set(&mut file, "file_id", target.file_id(id)?),
                Source::Base64 { .. } => set(&mut file, "file_data", url_of(source)),
                Source::Url { .. } => {
                    let instead = "give its bytes or its file id";
                    return Err(target.cannot_carry("a document by its address", instead));
                }
            }
            if let Some(filename) = filename {
                set(&mut file, "filename", filename.as_str());
            }
            object! { "type" => "file", "file" => file }
        }
        Part::Other { value } => target.other(value)?,
        part => return Err(target.cannot_carry_part(part, "a message")),
    })
}

/// The format takes words only; it has no mark for a failed tool, what failed stands in the words.
fn result(parts: &[Part], target: &Target<'_>) -> Result<Value, Error> {
    if let Some(text) = only_text(parts) {
        return Ok(text.into());
    }
    let other = parts.iter().find(|part| !matches!(part, Part::Text { .. }));
    match other {
        Some(part) => Err(target.cannot_carry_part(part, "a tool result")),
        None => Ok("".into()),
    }
}

fn tool(tool: &Tool, target: &Target<'_>) -> Result<Value, Error> {
    let Tool::Function { name, description, parameters, strict } = tool else {
        let instead = "choose a model that answers in responses, or a function of your own";
        return Err(target.cannot_carry("a tool the provider runs", instead));
    };
    let mut function = Map::new();
    set(&mut function, "name", name.as_str());
    if let Some(description) = description {
        set(&mut function, "description", description.as_str());
    }
    if let Some(parameters) = parameters {
        set(&mut function, "parameters", parameters.clone());
    }
    if let Some(strict) = strict {
        set(&mut function, "strict", *strict);
    }
    Ok(object! { "type" => "function", "function" => function })
}

fn tool_choice(choice: &ToolChoice, dialect: Dialect) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => dialect.required_word().into(),
        ToolChoice::Tool { name } => {
            object! { "type" => "function", "function" => object! { "name" => name } }
        }
    }
}

fn format(output: &OutputFormat) -> Option<Value> {
    match output {
        OutputFormat::Text => None,
        OutputFormat::JsonObject => Some(object! { "type" => "json_object" }),
        OutputFormat::JsonSchema { name, description, schema, strict } => {
            let mut fields = Map::new();
            set(&mut fields, "name", name.as_str());
            if let Some(description) = description {
                set(&mut fields, "description", description.as_str());
            }
            set(&mut fields, "schema", schema.clone());
            if let Some(strict) = strict {
                set(&mut fields, "strict", *strict);
            }
            Some(object! { "type" => "json_schema", "json_schema" => fields })
        }
    }
}

fn detail_word(detail: ImageDetail) -> &'static str {
    match detail {
        ImageDetail::Auto => "auto",
        // The format knows no word for the full size; `high` is the closest it has.
        ImageDetail::High | ImageDetail::Original => "high",
        ImageDetail::Low => "low",
    }
}
