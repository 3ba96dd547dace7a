//! A request as a `generateContent` body.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::json::{ToJson, object};
use crate::provider::build::{Target, arguments_object, only_text, set, thousandths};
use crate::request::{
    Effort, HostedTool, Message, OutputFormat, Part, Role, ServiceTier, Source, Tool, ToolChoice,
};
use crate::sorted::SortedMap;

/// The path names the model and the way of answering; the body holds neither.
pub(crate) fn path(target: &Target<'_>) -> String {
    let model = target.name();
    if target.stream {
        format!("models/{model}:streamGenerateContent?alt=sse")
    } else {
        format!("models/{model}:generateContent")
    }
}

/// Changes what the plan decides in a body the caller wrote.
#[inline(never)]
pub(crate) fn adjust(body: &mut Map<String, Value>, target: &Target<'_>) {
    // A body taken from a library's call may name the model, which the endpoint refuses.
    body.remove("model");
    body.remove("stream");
    let mut config = match body.remove("generationConfig") {
        Some(Value::Object(config)) => config,
        _ => Map::new(),
    };
    if let Some(limit) = target.rung.max_output_tokens {
        set(&mut config, "maxOutputTokens", limit);
    }
    if let (true, Some(effort)) = (target.effort_changed(), target.rung.arm.effort) {
        thinking(&mut config, effort);
    }
    if !config.is_empty() {
        set(body, "generationConfig", config);
    }
}

/// The whole body.
// Apart: most programs speak one format, and an engine compiles what is called, all of it.
#[inline(never)]
pub(crate) fn body(target: &Target<'_>) -> Result<Map<String, Value>, Error> {
    let request = target.request;
    let mut body = Map::new();
    let (mut system, mut contents) = (Vec::new(), Vec::<Value>::new());
    system.extend(request.instructions.clone());
    let names = call_names(&request.conversation);
    for message in &request.conversation {
        match message.role {
            Role::Developer | Role::System if contents.is_empty() => {
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
                self::message(message, target, &names, &mut contents)?;
            }
        }
    }
    if !system.is_empty() {
        let parts: Vec<Value> = system.iter().map(|text| object! { "text" => text }).collect();
        set(&mut body, "systemInstruction", object! { "parts" => parts });
    }
    set(&mut body, "contents", contents);
    tools(&mut body, target)?;
    let config = config(target)?;
    if !config.is_empty() {
        set(&mut body, "generationConfig", config);
    }
    if !request.metadata.is_empty() {
        return Err(target.cannot_carry("labels", "leave them out"));
    }
    if request.previous_response_id.is_some() {
        let instead = "send the whole conversation";
        return Err(target.cannot_carry("the id of an earlier answer", instead));
    }
    Ok(body)
}

fn config(target: &Target<'_>) -> Result<Map<String, Value>, Error> {
    let request = target.request;
    let mut config = Map::new();
    if let Some(limit) = target.rung.max_output_tokens {
        set(&mut config, "maxOutputTokens", limit);
    }
    if let Some(milli) = request.temperature_milli {
        set(&mut config, "temperature", thousandths(milli));
    }
    if let Some(milli) = request.top_p_milli {
        set(&mut config, "topP", thousandths(milli));
    }
    if let Some(alternatives) = request.top_logprobs {
        set(&mut config, "responseLogprobs", true);
        set(&mut config, "logprobs", alternatives);
    }
    if !request.stop.is_empty() {
        set(&mut config, "stopSequences", request.stop.to_json());
    }
    match &request.output {
        OutputFormat::Text => {}
        OutputFormat::JsonObject => set(&mut config, "responseMimeType", "application/json"),
        OutputFormat::JsonSchema { schema, .. } => {
            set(&mut config, "responseMimeType", "application/json");
            set(&mut config, "responseJsonSchema", schema.clone());
        }
    }
    if let Some(effort) = target.rung.arm.effort {
        thinking(&mut config, effort);
    }
    if !matches!(target.rung.service_tier, ServiceTier::Standard | ServiceTier::Batch) {
        let instead = "ask for the standard lane";
        return Err(target.cannot_carry("the wish for that lane", instead));
    }
    Ok(config)
}

fn thinking(config: &mut Map<String, Value>, effort: Effort) {
    let level = match effort {
        Effort::None | Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High | Effort::Xhigh | Effort::Max => "high",
    };
    match config.get_mut("thinkingConfig") {
        Some(Value::Object(fields)) => set(fields, "thinkingLevel", level),
        _ => set(config, "thinkingConfig", object! { "thinkingLevel" => level }),
    }
}

/// Results name the tool here, not the call, so the call's name is looked up.
fn call_names(conversation: &[Message]) -> SortedMap<&str, &str> {
    let parts = conversation.iter().flat_map(|message| &message.content);
    let calls = parts.filter_map(|part| match part {
        Part::ToolCall { call_id, name, .. } => Some((call_id.as_str(), name.as_str())),
        _ => None,
    });
    calls.collect()
}

fn message(
    message: &Message,
    target: &Target<'_>,
    names: &SortedMap<&str, &str>,
    contents: &mut Vec<Value>,
) -> Result<(), Error> {
    if message.name.is_some() {
        return Err(target.cannot_carry("a speaker's name", "say it in the text"));
    }
    let role = if message.role == Role::Assistant { "model" } else { "user" };
    let mut parts = Vec::new();
    let mut content = message.content.iter().peekable();
    while let Some(part) = content.next() {
        // A signature without words belongs to the part it came with: a call is refused without its
        // own. <https://ai.google.dev/gemini-api/docs/thought-signatures>, checked 2026-11-22.
        let signature = match part {
            Part::Reasoning { item_id: None, text, opaque, .. }
                if text.is_empty() && !target.is_foreign() =>
            {
                opaque
            }
            _ => &None,
        };
        let signed = signature.as_ref().and_then(|_| content.next_if(|next| can_be_signed(next)));
        let mut value = self::part(signed.unwrap_or(part), target, names)?;
        if let (Some(_), Some(signature), Value::Object(fields)) = (signed, signature, &mut value) {
            set(fields, "thoughtSignature", signature.as_str());
        }
        parts.push(value);
    }
    let last = contents.last_mut().filter(|last| last.get("role").is_some_and(|it| it == role));
    match last.and_then(|last| last.get_mut("parts")) {
        Some(Value::Array(so_far)) => so_far.append(&mut parts),
        _ => contents.push(object! { "role" => role, "parts" => parts }),
    }
    Ok(())
}

fn part(part: &Part, target: &Target<'_>, names: &SortedMap<&str, &str>) -> Result<Value, Error> {
    Ok(match part {
        Part::Text { text } | Part::Refusal { text } => object! { "text" => text },
        Part::Image { source, .. } | Part::Audio { source, .. } | Part::File { source, .. } => {
            match source {
                Source::Base64 { media_type, data } => {
                    object! { "inlineData" => object! { "mimeType" => media_type, "data" => data } }
                }
                Source::FileId { id } => {
                    object! { "fileData" => object! { "fileUri" => target.file_id(id)? } }
                }
                Source::Url { url } => object! { "fileData" => object! { "fileUri" => url } },
            }
        }
        Part::ToolCall { name, arguments, .. } => {
            object! {
                "functionCall" => object! {
                    "name" => name,
                    "args" => arguments_object(arguments)?,
                },
            }
        }
        Part::ToolResult { call_id, content, is_error } => {
            let name = names.get(call_id.as_str()).copied().ok_or_else(|| {
                let what = format!("the result of `{call_id}`, a call the conversation lacks,");
                target.cannot_carry(&what, "send the call too")
            })?;
            let text = only_text(content).ok_or_else(|| {
                target.cannot_carry("a tool result that is more than words", "describe it")
            })?;
            let key = if *is_error { "error" } else { "output" };
            let mut response = Map::new();
            set(&mut response, key, text);
            object! { "functionResponse" => object! { "name" => name, "response" => response } }
        }
        Part::Reasoning { item_id: None, text, opaque: Some(opaque), .. }
            if !target.is_foreign() =>
        {
            let mut value = object! { "text" => text, "thoughtSignature" => opaque };
            if let (false, Value::Object(fields)) = (text.is_empty(), &mut value) {
                set(fields, "thought", true);
            }
            value
        }
        Part::Reasoning { .. } => {
            let instead = "leave it out, or stay with the provider it came from";
            return Err(target.cannot_carry("reasoning without its signature", instead));
        }
        Part::Other { value } => target.other(value)?,
    })
}

/// Whether a signature that stands before a part came with it.
fn can_be_signed(part: &Part) -> bool {
    matches!(part, Part::Text { .. } | Part::ToolCall { .. } | Part::Image { .. })
}

fn tools(body: &mut Map<String, Value>, target: &Target<'_>) -> Result<(), Error> {
    let request = target.request;
    let (mut functions, mut tools) = (Vec::new(), Vec::new());
    for tool in &request.tools {
        match tool {
            Tool::Function { name, description, parameters, .. } => {
                let mut fields = Map::new();
                set(&mut fields, "name", name.as_str());
                if let Some(description) = description {
                    set(&mut fields, "description", description.as_str());
                }
                if let Some(parameters) = parameters {
                    set(&mut fields, "parametersJsonSchema", parameters.clone());
                }
                functions.push(Value::Object(fields));
            }
            Tool::Hosted { kind, settings } => {
                let key = match kind {
                    HostedTool::CodeInterpreter => "codeExecution",
                    HostedTool::WebFetch => "urlContext",
                    HostedTool::WebSearch => "googleSearch",
                    _ => {
                        let instead = "choose a model whose provider runs it";
                        return Err(target.cannot_carry("that tool of a provider's", instead));
                    }
                };
                let mut fields = Map::new();
                set(&mut fields, key, settings.clone());
                tools.push(Value::Object(fields));
            }
        }
    }
    if !functions.is_empty() {
        tools.push(object! { "functionDeclarations" => functions });
    }
    if !tools.is_empty() {
        set(body, "tools", tools);
    }
    if request.parallel_tool_calls == Some(false) && !request.tools.is_empty() {
        let instead = "allow several calls, or choose another model";
        return Err(target.cannot_carry("the wish for one call at a time", instead));
    }
    if let Some(choice) = &request.tool_choice {
        let config = match choice {
            ToolChoice::Auto => object! { "mode" => "AUTO" },
            ToolChoice::None => object! { "mode" => "NONE" },
            ToolChoice::Required => object! { "mode" => "ANY" },
            ToolChoice::Tool { name } => {
                object! { "mode" => "ANY", "allowedFunctionNames" => [name] }
            }
        };
        set(body, "toolConfig", object! { "functionCallingConfig" => config });
    }
    Ok(())
}
