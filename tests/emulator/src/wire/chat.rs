//! OpenAI Chat Completions.

use serde_json::{Value, json};

use crate::answer::{Answer, Finish};
use crate::bill::Usage;
use crate::count;
use crate::models::Model;
use crate::prompt::{Api, Format, Message, Prompt, Role, Tool, ToolChoice, lane};
use crate::state::{Shared, unix_s};
use crate::wire::fields::{Fields, content_text};
use crate::wire::problem::Problem;
use crate::wire::{Event, obfuscation};

/// Reads a request.
pub(crate) fn read(fields: &Fields, model: Model) -> Result<Prompt, Problem> {
    let Some(given) = fields.any("messages") else {
        return Err(Problem::missing("messages"));
    };
    let Some(given) = given.as_array() else {
        return Err(Problem::wrong_type("messages", "an array of objects", given));
    };
    if given.is_empty() {
        return Err(Problem::invalid(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got \
             an empty array instead.",
        )
        .param("messages")
        .code("empty_array"));
    }
    let messages = given
        .iter()
        .enumerate()
        .map(|(index, message)| read_message(index, message))
        .collect::<Result<_, _>>()?;
    let max_tokens = fields.whole("max_tokens")?;
    if max_tokens.is_some() && model.can_reason() {
        return Err(Problem::invalid(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
             'max_completion_tokens' instead.",
        )
        .param("max_tokens")
        .code("unsupported_parameter"));
    }
    let effort = fields.text("reasoning_effort")?.map(str::to_owned);
    let in_force = effort.as_deref().or(Some(model.default_effort.as_str())).unwrap_or("none");
    let temperature = fields.decimal("temperature")?;
    if let Some(temperature) = temperature
        && model.can_reason()
        && in_force != "none"
        && (temperature - 1.0).abs() > f64::EPSILON
    {
        return Err(Problem::invalid(format!(
            "Unsupported value: 'temperature' does not support {temperature} with this model. \
             Only the default (1) value is supported."
        ))
        .param("temperature")
        .code("unsupported_value"));
    }
    Ok(Prompt {
        api: Api::Chat,
        model_name: fields.text("model")?.unwrap_or_default().to_owned(),
        messages,
        tools: tools(fields)?,
        tool_choice: tool_choice(fields),
        has_parallel_tools: fields.flag("parallel_tool_calls")?.unwrap_or(true),
        format: format(fields)?,
        max_output_tokens: fields.whole("max_completion_tokens")?.or(max_tokens),
        stop: match fields.any("stop") {
            Some(Value::String(stop)) => vec![stop.clone()],
            Some(Value::Array(stops)) => {
                stops.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        },
        effort,
        thinking_tokens: None,
        stream: fields.flag("stream")?.unwrap_or(false),
        service_tier: lane(fields.text("service_tier")?),
        marked_text: None,
        model,
    })
}

fn read_message(index: usize, message: &Value) -> Result<Message, Problem> {
    let role = match message.get("role").and_then(Value::as_str) {
        Some("assistant") => Role::Assistant,
        Some("developer" | "system") => Role::System,
        Some("function" | "tool") => Role::Tool,
        Some("user") => Role::User,
        Some(other) => {
            return Err(Problem::invalid(format!(
                "Invalid value: '{other}'. Supported values are: 'system', 'assistant', 'user', \
                 'function', 'tool', and 'developer'."
            ))
            .param(format!("messages[{index}].role"))
            .code("invalid_value"));
        }
        None => return Err(Problem::missing(&format!("messages[{index}].role"))),
    };
    let content = message.get("content").unwrap_or(&Value::Null);
    let calls = message.get("tool_calls").and_then(Value::as_array);
    if content.is_null() && role != Role::Assistant {
        return Err(Problem::invalid(format!(
            "Invalid value for 'content': expected a string, got null: messages[{index}].content"
        ))
        .param(format!("messages[{index}].content")));
    }
    let calls = calls.into_iter().flatten().map(|call| {
        let text = |name: &str| call["function"][name].as_str().unwrap_or_default().to_owned();
        (text("name"), text("arguments"))
    });
    Ok(Message { role, text: content_text(content), calls: calls.collect() })
}

fn tools(fields: &Fields) -> Result<Vec<Tool>, Problem> {
    let mut tools = Vec::new();
    for (index, tool) in fields.list("tools")?.iter().enumerate() {
        let function = &tool["function"];
        if tool.get("type").and_then(Value::as_str) != Some("function") {
            continue;
        }
        let Some(name) = function["name"].as_str() else {
            return Err(Problem::missing(&format!("tools[{index}].function.name")));
        };
        tools.push(Tool {
            name: name.to_owned(),
            parameters: function.get("parameters").cloned().unwrap_or(Value::Null),
        });
    }
    Ok(tools)
}

fn tool_choice(fields: &Fields) -> ToolChoice {
    match fields.any("tool_choice") {
        Some(Value::String(choice)) if choice == "none" => ToolChoice::None,
        Some(Value::String(choice)) if choice == "required" => ToolChoice::Required,
        Some(choice) => match choice["function"]["name"].as_str() {
            Some(name) => ToolChoice::Named(name.to_owned()),
            None => ToolChoice::Auto,
        },
        None => ToolChoice::Auto,
    }
}

fn format(fields: &Fields) -> Result<Format, Problem> {
    let Some(format) = fields.any("response_format") else { return Ok(Format::Text) };
    match format["type"].as_str() {
        Some("json_object") => Ok(Format::JsonObject),
        Some("json_schema") => {
            let schema = &format["json_schema"];
            let Some(name) = schema["name"].as_str() else {
                return Err(Problem::missing("response_format.json_schema.name"));
            };
            Ok(Format::Schema { name: name.to_owned(), schema: schema["schema"].clone() })
        }
        _ => Ok(Format::Text),
    }
}

/// How many answers were asked for; each is the same and each is charged.
pub(crate) fn choices(fields: &Fields) -> u64 {
    fields.any("n").and_then(Value::as_u64).unwrap_or(1).clamp(1, 128)
}

/// Writes one answer.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    prompt: &'a Prompt,
    fields: &'a Fields,
    answer: &'a Answer,
    id: String,
    created: u64,
    call_ids: Vec<String>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        shared: &Shared,
        prompt: &'a Prompt,
        fields: &'a Fields,
        answer: &'a Answer,
    ) -> Self {
        let call_ids = answer.tool_calls.iter().map(|_| shared.id("call_")).collect();
        Self { prompt, fields, answer, id: shared.id("chatcmpl-"), created: unix_s(), call_ids }
    }

    pub(crate) fn whole(&self) -> Value {
        let answer = self.answer;
        let has_text =
            !answer.text.is_empty() || (answer.refusal.is_none() && answer.tool_calls.is_empty());
        let mut message = json!({
            "role": "assistant",
            "content": if has_text { json!(answer.whole_text()) } else { Value::Null },
            "refusal": answer.refusal,
            "annotations": [],
        });
        if !answer.tool_calls.is_empty() {
            let calls = answer.tool_calls.iter().zip(&self.call_ids).map(|(call, id)| {
                json!({"id": id, "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments_text()}})
            });
            message["tool_calls"] = calls.collect();
        }
        let choices = (0..choices(self.fields)).map(|index| {
            json!({"index": index, "message": message, "logprobs": null,
                "finish_reason": finish_reason(answer.finish)})
        });
        let mut whole = self.shell("chat.completion");
        whole["choices"] = choices.collect();
        whole["usage"] = usage(&answer.usage, &self.prompt.model);
        whole
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        let options = self.fields.any("stream_options");
        let has_usage = options
            .and_then(|options| options.get("include_usage"))
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let mut events = Vec::new();
        for index in 0..choices(self.fields) {
            self.choice(&mut events, index, has_usage);
        }
        if has_usage {
            let mut chunk = self.shell("chat.completion.chunk");
            chunk["choices"] = json!([]);
            chunk["usage"] = usage(&self.answer.usage, &self.prompt.model);
            chunk["obfuscation"] = json!(obfuscation("", events.len()));
            events.push(Event::bare(chunk));
        }
        // Everything is delivered with the last chunk; the sentinel adds nothing.
        if let Some(last) = events.pop() {
            events.push(last.last());
        }
        events.push(Event::raw("data: [DONE]\n\n".to_owned()));
        events
    }

    fn choice(&self, events: &mut Vec<Event>, index: u64, has_usage: bool) {
        let answer = self.answer;
        let mut push = |delta: Value, finish: Value, tokens: u64| {
            let hidden = delta["content"].as_str().map_or(0, str::len);
            let mut chunk = self.shell("chat.completion.chunk");
            chunk["choices"] = json!([{"index": index, "delta": delta, "logprobs": null,
                "finish_reason": finish}]);
            if has_usage {
                chunk["usage"] = Value::Null;
            }
            chunk["obfuscation"] = json!(obfuscation(&"x".repeat(hidden), events.len()));
            events.push(Event::bare(chunk).tokens(tokens));
        };
        let reasoning_tokens = answer.usage.reasoning_tokens;
        let has_calls = !answer.tool_calls.is_empty();
        let opening = if has_calls && answer.text.is_empty() { Value::Null } else { json!("") };
        push(
            json!({"role": "assistant", "content": opening, "refusal": null}),
            Value::Null,
            reasoning_tokens,
        );
        for piece in &answer.text {
            push(json!({"content": piece}), Value::Null, 1);
        }
        for piece in count::pieces(&self.prompt.model, answer.refusal.as_deref().unwrap_or("")) {
            push(json!({"refusal": piece}), Value::Null, 1);
        }
        for (at, (call, id)) in answer.tool_calls.iter().zip(&self.call_ids).enumerate() {
            push(
                json!({"tool_calls": [{"index": at, "id": id, "type": "function",
                    "function": {"name": call.name, "arguments": ""}}]}),
                Value::Null,
                8,
            );
            for piece in count::pieces(&self.prompt.model, &call.arguments_text()) {
                push(
                    json!({"tool_calls": [{"index": at, "function": {"arguments": piece}}]}),
                    Value::Null,
                    1,
                );
            }
        }
        push(json!({}), json!(finish_reason(answer.finish)), 0);
    }

    fn shell(&self, object: &str) -> Value {
        json!({
            "id": self.id,
            "object": object,
            "created": self.created,
            "model": self.prompt.model.snapshot,
            "service_tier": self.prompt.lane("default"),
            "system_fingerprint": "fp_0e2a7b9c41",
        })
    }
}

fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::ContentFilter => "content_filter",
        Finish::Length => "length",
        Finish::Refusal | Finish::Stop => "stop",
        Finish::ToolCalls => "tool_calls",
    }
}

/// The usage as chat reports it.
pub(crate) fn usage(usage: &Usage, model: &Model) -> Value {
    let mut report = json!({
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens(),
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    });
    if count::counts_cache_writes(model) {
        report["prompt_tokens_details"]["cache_write_tokens"] = json!(usage.cache_write_tokens);
    }
    report
}
