//! A request as a Responses body.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::json::{ToJson, object};
use crate::provider::build::{Target, set, thousandths, url_of};
use crate::request::{
    Effort, HostedTool, ImageDetail, Message, OutputFormat, Part, Role, ServiceTier, Source, Tool,
    ToolChoice,
};

/// Changes what the plan decides in a body the caller wrote.
#[inline(never)]
pub(crate) fn adjust(body: &mut Map<String, Value>, target: &Target<'_>) {
    set(body, "model", target.name());
    stream(body, target);
    if let Some(limit) = target.rung.max_output_tokens {
        set(body, "max_output_tokens", limit);
    }
    if let (true, Some(effort)) = (target.effort_changed(), target.rung.arm.effort) {
        match body.get_mut("reasoning") {
            Some(Value::Object(reasoning)) => set(reasoning, "effort", effort_word(effort)),
            _ => set(body, "reasoning", object! { "effort" => effort_word(effort) }),
        }
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
    let mut body = Map::new();
    set(&mut body, "model", target.name());
    if let Some(instructions) = &request.instructions {
        set(&mut body, "instructions", instructions.as_str());
    }
    let mut input = Vec::new();
    for message in &request.conversation {
        items(message, target, &mut input)?;
    }
    set(&mut body, "input", input);
    if !request.tools.is_empty() {
        set(&mut body, "tools", request.tools.iter().map(tool).collect::<Vec<_>>());
    }
    if let Some(choice) = &request.tool_choice {
        set(&mut body, "tool_choice", tool_choice(choice));
    }
    if let Some(parallel) = request.parallel_tool_calls {
        set(&mut body, "parallel_tool_calls", parallel);
    }
    if let Some(format) = format(&request.output) {
        set(&mut body, "text", object! { "format" => format });
    }
    if let Some(limit) = target.rung.max_output_tokens {
        set(&mut body, "max_output_tokens", limit);
    }
    if let Some(effort) = target.rung.arm.effort {
        set(&mut body, "reasoning", object! { "effort" => effort_word(effort) });
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
        set(&mut body, "top_logprobs", alternatives);
        set(&mut body, "include", ["message.output_text.logprobs"].map(Value::from).to_vec());
    }
    if !request.stop.is_empty() {
        let instead = "leave them out, or choose a model that answers in chat";
        return Err(target.cannot_carry("texts that end the answer", instead));
    }
    if !request.metadata.is_empty() {
        set(&mut body, "metadata", request.metadata.to_json());
    }
    if let Some(id) = &request.previous_response_id {
        set(&mut body, "previous_response_id", id.as_str());
    }
    if let Some(key) = &request.prompt_cache_key {
        set(&mut body, "prompt_cache_key", key.as_str());
    }
    stream(&mut body, target);
    Ok(body)
}

fn stream(body: &mut Map<String, Value>, target: &Target<'_>) {
    if target.stream {
        set(body, "stream", true);
    } else {
        body.remove("stream");
        body.remove("stream_options");
    }
}

/// One message is several items: its words, and each call, result and thought apart.
fn items(message: &Message, target: &Target<'_>, input: &mut Vec<Value>) -> Result<(), Error> {
    if message.name.is_some() {
        return Err(target.cannot_carry("a speaker's name", "say it in the text"));
    }
    let role = match message.role {
        Role::Assistant => "assistant",
        Role::Developer => "developer",
        Role::System => "system",
        Role::Tool | Role::User => "user",
    };
    let mut content = Vec::new();
    for part in &message.content {
        let item = match part {
            Part::ToolCall { call_id, item_id, name, arguments } => {
                let mut item = object! {
                    "type" => "function_call",
                    "call_id" => call_id,
                    "name" => name,
                    "arguments" => arguments,
                };
                if let (Some(id), Value::Object(fields)) = (item_id, &mut item) {
                    set(fields, "id", id.as_str());
                }
                item
            }
            Part::ToolResult { call_id, content, .. } => {
                object! {
                    "type" => "function_call_output",
                    "call_id" => call_id,
                    "output" => result(content, target)?,
                }
            }
            Part::Reasoning { item_id, text, opaque, .. } => {
                reasoning(item_id.as_deref(), text, opaque.as_deref(), target)?
            }
            Part::Other { value } => target.other(value)?,
            part => {
                content.push(self::content(part, role == "assistant", target)?);
                continue;
            }
        };
        push_message(role, &mut content, input);
        input.push(item);
    }
    push_message(role, &mut content, input);
    Ok(())
}

fn push_message(role: &str, content: &mut Vec<Value>, input: &mut Vec<Value>) {
    if content.is_empty() {
        return;
    }
    let content = core::mem::take(content);
    let only_words = match content.as_slice() {
        [part] => part.get("text").filter(|_| part.get("type").is_some_and(is_text)).cloned(),
        _ => None,
    };
    let content = only_words.unwrap_or(Value::Array(content));
    input.push(object! { "role" => role, "content" => content });
}

fn is_text(kind: &Value) -> bool {
    kind == "input_text" || kind == "output_text"
}

fn content(part: &Part, is_assistant: bool, target: &Target<'_>) -> Result<Value, Error> {
    Ok(match part {
        Part::Text { text } if is_assistant => object! { "type" => "output_text", "text" => text },
        Part::Text { text } => object! { "type" => "input_text", "text" => text },
        Part::Refusal { text } => object! { "type" => "refusal", "refusal" => text },
        Part::Image { source, detail, .. } => {
            let mut image = object! { "type" => "input_image" };
            if let Value::Object(fields) = &mut image {
                match source {
                    Source::FileId { id } => set(fields, "file_id", target.file_id(id)?),
                    source => set(fields, "image_url", url_of(source)),
                }
                set(fields, "detail", detail_word(detail.unwrap_or_default()));
            }
            image
        }
        Part::File { source, filename } => {
            let mut file = object! { "type" => "input_file" };
            if let Value::Object(fields) = &mut file {
                match source {
                    Source::FileId { id } => set(fields, "file_id", target.file_id(id)?),
                    Source::Url { url } => set(fields, "file_url", url.as_str()),
                    source => set(fields, "file_data", url_of(source)),
                }
                if let Some(filename) = filename {
                    set(fields, "filename", filename.as_str());
                }
            }
            file
        }
        part => return Err(target.cannot_carry_part(part, "a message")),
    })
}

/// A result is its words, or a list when it holds more than words. The format has no mark for a
/// failed tool; what failed stands in the words.
fn result(parts: &[Part], target: &Target<'_>) -> Result<Value, Error> {
    if let Some(text) = crate::provider::build::only_text(parts) {
        return Ok(text.into());
    }
    parts.iter().map(|part| content(part, false, target)).collect()
}

/// Reasoning goes back only as the item it was: the provider rejects any other.
fn reasoning(
    item_id: Option<&str>,
    text: &str,
    opaque: Option<&str>,
    target: &Target<'_>,
) -> Result<Value, Error> {
    let Some(id) = item_id else {
        let instead = "leave it out, or stay with the provider it came from";
        return Err(target.cannot_carry("another provider's reasoning", instead));
    };
    let summary = match text {
        "" => Value::Array(Vec::new()),
        text => [object! { "type" => "summary_text", "text" => text }].to_json(),
    };
    let mut item = object! { "type" => "reasoning", "id" => id, "summary" => summary };
    if let (Some(opaque), Value::Object(fields)) = (opaque, &mut item) {
        set(fields, "encrypted_content", opaque);
    }
    Ok(item)
}

fn tool(tool: &Tool) -> Value {
    match tool {
        Tool::Function { name, description, parameters, strict } => {
            let mut fields = Map::new();
            set(&mut fields, "type", "function");
            set(&mut fields, "name", name.as_str());
            if let Some(description) = description {
                set(&mut fields, "description", description.as_str());
            }
            set(&mut fields, "parameters", parameters.clone().unwrap_or_else(empty_schema));
            // The field is required; the provider's own default is strict.
            set(&mut fields, "strict", strict.unwrap_or(false));
            Value::Object(fields)
        }
        Tool::Hosted { kind, settings } => {
            let mut fields = settings.clone();
            if !fields.contains_key("type") {
                set(&mut fields, "type", hosted_word(*kind));
            }
            Value::Object(fields)
        }
    }
}

fn empty_schema() -> Value {
    object! { "type" => "object", "properties" => object! {} }
}

fn hosted_word(kind: HostedTool) -> &'static str {
    match kind {
        HostedTool::ApplyPatch => "apply_patch",
        HostedTool::CodeInterpreter => "code_interpreter",
        HostedTool::ComputerUse => "computer",
        HostedTool::FileSearch => "file_search",
        HostedTool::ImageGeneration => "image_generation",
        HostedTool::Mcp => "mcp",
        HostedTool::Other => "other",
        HostedTool::Shell => "shell",
        HostedTool::Skills => "skills",
        HostedTool::ToolSearch => "tool_search",
        HostedTool::WebFetch => "web_fetch",
        HostedTool::WebSearch => "web_search",
    }
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Tool { name } => object! { "type" => "function", "name" => name },
    }
}

fn format(output: &OutputFormat) -> Option<Value> {
    match output {
        OutputFormat::Text => None,
        OutputFormat::JsonObject => Some(object! { "type" => "json_object" }),
        OutputFormat::JsonSchema { name, description, schema, strict } => {
            let mut fields = Map::new();
            set(&mut fields, "type", "json_schema");
            set(&mut fields, "name", name.as_str());
            if let Some(description) = description {
                set(&mut fields, "description", description.as_str());
            }
            set(&mut fields, "schema", schema.clone());
            if let Some(strict) = strict {
                set(&mut fields, "strict", *strict);
            }
            Some(Value::Object(fields))
        }
    }
}

fn detail_word(detail: ImageDetail) -> &'static str {
    match detail {
        ImageDetail::Auto => "auto",
        ImageDetail::High => "high",
        ImageDetail::Low => "low",
        ImageDetail::Original => "original",
    }
}

/// The word for an effort, the same in both of OpenAI's formats.
pub(crate) fn effort_word(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "none",
        Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::Xhigh => "xhigh",
        Effort::Max => "max",
    }
}

/// The word for a lane, the same in both of OpenAI's formats; the batch lane is another endpoint.
pub(crate) fn tier_word(tier: ServiceTier) -> String {
    match tier {
        ServiceTier::Batch | ServiceTier::Standard => "default",
        ServiceTier::Flex => "flex",
        ServiceTier::Priority => "priority",
        ServiceTier::Ultrafast => "ultrafast",
    }
    .into()
}
