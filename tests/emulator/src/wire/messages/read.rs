//! Reading a Messages request.

use serde_json::Value;

use crate::models::Model;
use crate::prompt::{Api, Format, Message, Prompt, Role, Tool, ToolChoice, lane};
use crate::wire::fields::{Fields, content_text};
use crate::wire::problem::Problem;

/// Reads a request; one that is only to be counted need not limit its answer.
pub(crate) fn read(fields: &Fields, model: Model, is_count: bool) -> Result<Prompt, Problem> {
    if let Some(name) = fields.map.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Problem::invalid(format!("{name}: Extra inputs are not permitted")));
    }
    let max_tokens = match number(fields, "max_tokens")? {
        Some(max_tokens) => max_tokens,
        None if is_count => model.max_output_tokens,
        None => return Err(required("max_tokens")),
    };
    if max_tokens > model.max_output_tokens {
        return Err(Problem::invalid(format!(
            "max_tokens: {max_tokens} > {}, which is the maximum allowed number of output tokens \
             for {}",
            model.max_output_tokens, model.snapshot
        )));
    }
    let Some(given) = fields.any("messages") else { return Err(required("messages")) };
    let Some(given) = given.as_array() else {
        return Err(Problem::invalid("messages: Input should be a valid list"));
    };
    if given.is_empty() {
        return Err(Problem::invalid("messages: at least one message is required"));
    }
    let mut messages = Vec::new();
    let mut cut = Marks::default();
    if let Some(system) = fields.any("system") {
        cut.note(system, &mut messages, |text| message(Role::System, text));
    }
    for (index, given) in given.iter().enumerate() {
        read_message(index, given, &mut messages, &mut cut)?;
    }
    let is_prefilled = messages.last().is_some_and(|message| message.role == Role::Assistant);
    if is_prefilled && !TAKES_PREFILL.iter().any(|id| model.id.starts_with(id)) {
        return Err(Problem::invalid(
            "This model does not support assistant message prefill. The conversation must end \
             with a user message.",
        ));
    }
    let thinking_tokens = thinking(fields, max_tokens)?;
    let marked_text = cut.text(&messages, fields.any("cache_control").is_some());
    let tool_choice = tool_choice(fields);
    Ok(Prompt {
        api: Api::Messages,
        model_name: fields.text("model")?.unwrap_or_default().to_owned(),
        messages,
        tools: tools(fields)?,
        tool_choice,
        has_parallel_tools: fields
            .any("tool_choice")
            .and_then(|choice| choice["disable_parallel_tool_use"].as_bool())
            != Some(true),
        format: format(fields),
        max_output_tokens: Some(max_tokens),
        stop: strings(fields.any("stop_sequences")),
        effort: Some("none".to_owned()),
        thinking_tokens,
        stream: flag(fields, "stream")?,
        service_tier: lane(fields.text("service_tier")?),
        marked_text,
        model,
    })
}

fn read_message(
    index: usize,
    given: &Value,
    messages: &mut Vec<Message>,
    cut: &mut Marks,
) -> Result<(), Problem> {
    let role = match given["role"].as_str() {
        Some("assistant") => Role::Assistant,
        Some("user") => Role::User,
        Some("system") => Role::System,
        Some(_) => {
            return Err(Problem::invalid(format!(
                "messages: Unexpected role \"{}\". Allowed roles are \"user\" or \"assistant\"",
                given["role"].as_str().unwrap_or_default()
            )));
        }
        None => return Err(required(&format!("messages.{index}.role"))),
    };
    let content = &given["content"];
    if content.is_null() {
        return Err(required(&format!("messages.{index}.content")));
    }
    let mut said = message(role, String::new());
    for block in content.as_array().map_or(&[][..], Vec::as_slice) {
        match block["type"].as_str() {
            Some("tool_use") => {
                let name = block["name"].as_str().unwrap_or_default().to_owned();
                said.calls.push((name, block["input"].to_string()));
            }
            Some("tool_result") => {
                let result = &block["content"];
                messages.push(message(Role::Tool, content_text(result)));
            }
            Some(_) => {}
            None => return Err(required(&format!("messages.{index}.content.0.type"))),
        }
    }
    let has_only_results = content.as_array().is_some_and(|blocks| {
        blocks.iter().all(|block| block["type"].as_str() == Some("tool_result"))
    });
    if has_only_results {
        cut.mark(content, messages.len());
        return Ok(());
    }
    cut.note(content, messages, |text| Message { text, ..said });
    Ok(())
}

/// Where the caller asks for the prompt to be cached.
#[derive(Debug, Default)]
struct Marks {
    /// How many messages the last mark covers.
    covered: usize,
}

impl Marks {
    fn note(
        &mut self,
        content: &Value,
        messages: &mut Vec<Message>,
        make: impl FnOnce(String) -> Message,
    ) {
        messages.push(make(content_text(content)));
        self.mark(content, messages.len());
    }

    fn mark(&mut self, content: &Value, length: usize) {
        let blocks = content.as_array().map_or(&[][..], Vec::as_slice);
        if blocks.iter().any(|block| block.get("cache_control").is_some()) {
            self.covered = length;
        }
    }

    fn text(&self, messages: &[Message], covers_all: bool) -> Option<String> {
        let covered = if covers_all { messages.len() } else { self.covered };
        let texts = messages.iter().take(covered).map(|message| message.text.as_str());
        (covered > 0).then(|| texts.collect::<Vec<_>>().join("\n"))
    }
}

fn message(role: Role, text: String) -> Message {
    Message { role, text, calls: Vec::new() }
}

fn required(name: &str) -> Problem {
    Problem::invalid(format!("{name}: Field required"))
}

fn number(fields: &Fields, name: &str) -> Result<Option<u64>, Problem> {
    let read = fields.whole(name);
    read.map_err(|_| Problem::invalid(format!("{name}: Input should be a valid integer")))
}

fn flag(fields: &Fields, name: &str) -> Result<bool, Problem> {
    match fields.flag(name) {
        Ok(flag) => Ok(flag.unwrap_or(false)),
        Err(_) => Err(Problem::invalid(format!("{name}: Input should be a valid boolean"))),
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn thinking(fields: &Fields, max_tokens: u64) -> Result<Option<u64>, Problem> {
    let Some(thinking) = fields.any("thinking") else { return Ok(None) };
    match thinking["type"].as_str() {
        Some("adaptive") => {
            let effort = fields.any("output_config").and_then(|config| config["effort"].as_str());
            Ok(Some(match effort {
                Some("low") => 256,
                Some("high" | "max" | "xhigh") => 4_096,
                _ => 1_024,
            }))
        }
        Some("enabled") => {
            let Some(budget_tokens) = thinking["budget_tokens"].as_u64() else {
                return Err(required("thinking.enabled.budget_tokens"));
            };
            if budget_tokens < 1_024 {
                return Err(Problem::invalid(
                    "thinking.enabled.budget_tokens: Input should be greater than or equal to \
                     1024",
                ));
            }
            if budget_tokens >= max_tokens {
                return Err(Problem::invalid(
                    "`max_tokens` must be greater than `thinking.budget_tokens`.",
                ));
            }
            Ok(Some(budget_tokens))
        }
        _ => Ok(None),
    }
}

fn tools(fields: &Fields) -> Result<Vec<Tool>, Problem> {
    let mut tools = Vec::new();
    for (index, tool) in fields.list("tools")?.iter().enumerate() {
        // Tools of the server have a type of their own and no schema.
        if tool["type"].as_str().is_some_and(|kind| kind != "custom") {
            continue;
        }
        let Some(name) = tool["name"].as_str() else {
            return Err(required(&format!("tools.{index}.custom.name")));
        };
        if tool.get("input_schema").is_none() {
            return Err(required(&format!("tools.{index}.custom.input_schema")));
        }
        tools.push(Tool { name: name.to_owned(), parameters: tool["input_schema"].clone() });
    }
    Ok(tools)
}

fn tool_choice(fields: &Fields) -> ToolChoice {
    let Some(choice) = fields.any("tool_choice") else { return ToolChoice::Auto };
    match (choice["type"].as_str(), choice["name"].as_str()) {
        (Some("any"), _) => ToolChoice::Required,
        (Some("none"), _) => ToolChoice::None,
        (Some("tool"), Some(name)) => ToolChoice::Named(name.to_owned()),
        _ => ToolChoice::Auto,
    }
}

fn format(fields: &Fields) -> Format {
    let config = fields.any("output_config").and_then(|config| config.get("format"));
    match config.or(fields.any("output_format")).map(|format| &format["schema"]) {
        Some(schema) if schema.is_object() => {
            Format::Schema { name: "output".to_owned(), schema: schema.clone() }
        }
        _ => Format::Text,
    }
}

/// The models that let the caller begin the answer; later ones refuse (checked 2026-11-22).
const TAKES_PREFILL: &[&str] =
    &["claude-3", "claude-haiku-4-5", "claude-opus-4-1", "claude-opus-4-5", "claude-sonnet-4-5"];

/// The parameters of the official SDK's types (npm `@anthropic-ai/sdk` 1.12.0, checked 2026-11-22).
const KNOWN: &[&str] = &[
    "betas",
    "cache_control",
    "container",
    "context_management",
    "inference_geo",
    "max_tokens",
    "mcp_servers",
    "messages",
    "metadata",
    "model",
    "output_config",
    "output_format",
    "service_tier",
    "speed",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];
