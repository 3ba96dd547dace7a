//! A request as a Messages body.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::json::{ToJson, object};
use crate::provider::build::{Target, arguments_object, only_text, set, thousandths};
use crate::request::{
    Effort, Message, OutputFormat, Part, Role, ServiceTier, Source, Tool, ToolChoice,
};

/// Headers every request carries.
pub(crate) fn headers() -> [(String, String); 1] {
    [("anthropic-version".into(), "2023-06-01".into())]
}

/// Changes what the plan decides in a body the caller wrote.
#[inline(never)]
pub(crate) fn adjust(body: &mut Map<String, Value>, target: &Target<'_>) {
    set(body, "model", target.name());
    stream(body, target);
    if let Some(limit) = target.rung.max_output_tokens {
        set(body, "max_tokens", limit);
    }
    if let (true, Some(effort)) = (target.effort_changed(), target.rung.arm.effort) {
        self::effort(body, effort);
    }
}

/// The whole body.
// Apart: most programs speak one format, and an engine compiles what is called, all of it.
#[inline(never)]
pub(crate) fn body(target: &Target<'_>) -> Result<Map<String, Value>, Error> {
    let request = target.request;
    let mut body = Map::new();
    set(&mut body, "model", target.name());
    // The limit is required here, so the model's own stands in for none.
    let limit = target.rung.max_output_tokens.unwrap_or(target.model.limits.max_output_tokens);
    set(&mut body, "max_tokens", limit);

    let (mut system, mut messages) = (Vec::new(), Vec::<Value>::new());
    system.extend(request.instructions.clone());
    for message in &request.conversation {
        match message.role {
            Role::Developer | Role::System if messages.is_empty() => {
                let words = only_text(&message.content).ok_or_else(|| {
                    let instead = "write the instructions in words";
                    target.cannot_carry("instructions that are more than words", instead)
                })?;
                system.push(words);
            }
            Role::Developer | Role::System => {
                let instead = "move them to the start, or give them to the user's turn";
                return Err(target.cannot_carry("instructions amid the conversation", instead));
            }
            Role::Assistant | Role::Tool | Role::User => {
                self::message(message, target, &mut messages)?;
            }
        }
    }
    if !system.is_empty() {
        set(&mut body, "system", system.join("\n\n"));
    }
    set(&mut body, "messages", messages);

    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|it| tool(it, target)).collect::<Result<Vec<_>, _>>();
        set(&mut body, "tools", tools?);
    }
    if let Some(choice) = tool_choice(request.tool_choice.as_ref(), request.parallel_tool_calls) {
        set(&mut body, "tool_choice", choice);
    }
    match &request.output {
        OutputFormat::Text => {}
        OutputFormat::JsonSchema { schema, .. } => {
            let format = object! { "type" => "json_schema", "schema" => schema };
            set(&mut body, "output_config", object! { "format" => format });
        }
        OutputFormat::JsonObject => {
            let instead = "give a schema";
            return Err(target.cannot_carry("the wish for some JSON object", instead));
        }
    }
    if let Some(effort) = target.rung.arm.effort {
        self::effort(&mut body, effort);
    }
    match target.rung.service_tier {
        ServiceTier::Standard | ServiceTier::Batch => {}
        ServiceTier::Priority => set(&mut body, "service_tier", "auto"),
        ServiceTier::Flex | ServiceTier::Ultrafast => {
            let instead = "ask for the standard lane";
            return Err(target.cannot_carry("the wish for that lane", instead));
        }
    }
    if let Some(milli) = request.temperature_milli {
        set(&mut body, "temperature", thousandths(milli));
    }
    if let Some(milli) = request.top_p_milli {
        set(&mut body, "top_p", thousandths(milli));
    }
    if request.top_logprobs.is_some() {
        let instead = "leave it out, or choose a model that tells them";
        return Err(target.cannot_carry("the wish for tokens' probabilities", instead));
    }
    if !request.stop.is_empty() {
        set(&mut body, "stop_sequences", request.stop.to_json());
    }
    if request.metadata.keys().any(|key| key != "user_id") {
        let instead = "send only `user_id`, the one label it stores";
        return Err(target.cannot_carry("labels", instead));
    }
    if !request.metadata.is_empty() {
        set(&mut body, "metadata", request.metadata.to_json());
    }
    if request.previous_response_id.is_some() {
        let instead = "send the whole conversation";
        return Err(target.cannot_carry("the id of an earlier answer", instead));
    }
    stream(&mut body, target);
    Ok(body)
}

fn stream(body: &mut Map<String, Value>, target: &Target<'_>) {
    if target.stream {
        set(body, "stream", true);
    } else {
        body.remove("stream");
    }
}

fn effort(body: &mut Map<String, Value>, effort: Effort) {
    let word = match effort {
        Effort::None => {
            set(body, "thinking", object! { "type" => "disabled" });
            return;
        }
        Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::Xhigh => "xhigh",
        Effort::Max => "max",
    };
    if !body.contains_key("thinking") {
        set(body, "thinking", object! { "type" => "adaptive" });
    }
    match body.get_mut("output_config") {
        Some(Value::Object(config)) => set(config, "effort", word),
        _ => set(body, "output_config", object! { "effort" => word }),
    }
}

/// Turns of one speaker in a row are one message: results and the next words of the user share it.
fn message(message: &Message, target: &Target<'_>, messages: &mut Vec<Value>) -> Result<(), Error> {
    if message.name.is_some() {
        return Err(target.cannot_carry("a speaker's name", "say it in the text"));
    }
    let role = if message.role == Role::Assistant { "assistant" } else { "user" };
    let mut content = Vec::new();
    for part in &message.content {
        content.push(self::content(part, target)?);
    }
    let last = messages.last_mut().filter(|last| last.get("role").is_some_and(|it| it == role));
    match last.and_then(|last| last.get_mut("content")) {
        Some(Value::Array(so_far)) => so_far.append(&mut content),
        _ => messages.push(object! { "role" => role, "content" => content }),
    }
    Ok(())
}

fn content(part: &Part, target: &Target<'_>) -> Result<Value, Error> {
    Ok(match part {
        Part::Text { text } | Part::Refusal { text } => {
            object! { "type" => "text", "text" => text }
        }
        Part::Image { source, .. } => {
            object! { "type" => "image", "source" => source_of(source, target)? }
        }
        Part::File { source, filename } => {
            let mut file = object! { "type" => "document", "source" => source_of(source, target)? };
            if let (Some(filename), Value::Object(fields)) = (filename, &mut file) {
                set(fields, "title", filename.as_str());
            }
            file
        }
        Part::ToolCall { call_id, name, arguments, .. } => {
            object! {
                "type" => "tool_use",
                "id" => call_id,
                "name" => name,
                "input" => arguments_object(arguments)?,
            }
        }
        Part::ToolResult { call_id, content, is_error } => {
            let parts = content.iter().map(|it| self::content(it, target));
            let mut result = object! {
                "type" => "tool_result",
                "tool_use_id" => call_id,
                "content" => parts.collect::<Result<Vec<_>, _>>()? ,
            };
            if let (true, Value::Object(fields)) = (*is_error, &mut result) {
                set(fields, "is_error", true);
            }
            result
        }
        // Models that keep their words to themselves sign them all the same.
        Part::Reasoning { item_id: None, text, opaque: Some(opaque), .. }
            if !target.is_foreign() =>
        {
            object! { "type" => "thinking", "thinking" => text, "signature" => opaque }
        }
        Part::Reasoning { .. } => {
            let instead = "leave it out, or stay with the provider it came from";
            return Err(target.cannot_carry("reasoning without its signature", instead));
        }
        Part::Other { value } => target.other(value)?,
        part => return Err(target.cannot_carry_part(part, "a message")),
    })
}

fn source_of(source: &Source, target: &Target<'_>) -> Result<Value, Error> {
    Ok(match source {
        Source::Base64 { media_type, data } => {
            object! { "type" => "base64", "media_type" => media_type, "data" => data }
        }
        Source::FileId { id } => object! { "type" => "file", "file_id" => target.file_id(id)? },
        Source::Url { url } => object! { "type" => "url", "url" => url },
    })
}

fn tool(tool: &Tool, target: &Target<'_>) -> Result<Value, Error> {
    match tool {
        Tool::Function { name, description, parameters, strict } => {
            let mut fields = Map::new();
            set(&mut fields, "name", name.as_str());
            if let Some(description) = description {
                set(&mut fields, "description", description.as_str());
            }
            let empty = || object! { "type" => "object", "properties" => object! {} };
            set(&mut fields, "input_schema", parameters.clone().unwrap_or_else(empty));
            if *strict == Some(true) {
                set(&mut fields, "strict", true);
            }
            Ok(Value::Object(fields))
        }
        // Each of Anthropic's own tools has a dated type that only the caller can choose.
        Tool::Hosted { settings, .. } if settings.contains_key("type") => {
            Ok(Value::Object(settings.clone()))
        }
        Tool::Hosted { .. } => {
            let instead = "give its settings a `type` such as `web_search_20250305`";
            Err(target.cannot_carry("a tool the provider runs", instead))
        }
    }
}

fn tool_choice(choice: Option<&ToolChoice>, parallel: Option<bool>) -> Option<Value> {
    let mut fields = match choice {
        None if parallel == Some(false) => object! { "type" => "auto" },
        None => return None,
        Some(ToolChoice::Auto) => object! { "type" => "auto" },
        Some(ToolChoice::None) => return Some(object! { "type" => "none" }),
        Some(ToolChoice::Required) => object! { "type" => "any" },
        Some(ToolChoice::Tool { name }) => object! { "type" => "tool", "name" => name },
    };
    if let (Some(parallel), Value::Object(fields)) = (parallel, &mut fields) {
        set(fields, "disable_parallel_tool_use", !parallel);
    }
    Some(fields)
}
