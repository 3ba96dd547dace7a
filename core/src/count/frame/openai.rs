//! The frame of OpenAI's models, in Chat Completions and Responses.
//!
//! A message is its words between marks; tools and schemas are rendered into the first system
//! message. The formats differ in constants only, which were measured on recorded traffic
//! (checked 2026-11-22) unless they say otherwise.

use alloc::borrow::Cow;
use alloc::string::String;

use serde_json::Value;

use super::typescript;
use crate::catalog::{CountingFamily, Model};
use crate::count::CountPartKind;
use crate::count::ruler::Ruler;
use crate::count::tally::Tally;
use crate::request::{Api, Message, OutputFormat, Part, Request, Role, Tool, ToolChoice};

pub(super) fn count(
    request: &Request,
    api: Api,
    model: &Model,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let frame = Frame::of(model.counting.family, api);
    tally.add(CountPartKind::Framing, frame.priming);
    let has_functions = request.tools.iter().any(|tool| matches!(tool, Tool::Function { .. }));
    let has_schema = matches!(request.output, OutputFormat::JsonSchema { .. });
    let has_system = request.instructions.is_some()
        || request.conversation.iter().any(|message| is_system(message.role));

    let mut extended = !(has_functions && frame.functions_extend_system);
    let mut system = |words: &str, tally: &mut Tally| {
        let tokens = if extended {
            ruler.tokens(words)
        } else {
            extended = true;
            let mut text = String::from(words);
            text.push('\n');
            ruler.tokens(&text)
        };
        tally.add(CountPartKind::Framing, MESSAGE);
        tally.add(CountPartKind::Text, tokens);
    };
    if let Some(words) = &request.instructions {
        system(words, tally);
    }
    for message in &request.conversation {
        let words = words(message);
        if is_system(message.role) {
            system(&words, tally);
            continue;
        }
        let calls = message.content.iter().any(|part| matches!(part, Part::ToolCall { .. }));
        if message.role != Role::Tool && !(calls && words.is_empty()) {
            tally.add(CountPartKind::Framing, MESSAGE);
            tally.add(CountPartKind::Text, ruler.tokens(&words));
            if message.role == Role::Assistant {
                tally.add(CountPartKind::Framing, frame.assistant_channel);
            }
        }
        if let Some(name) = &message.name {
            tally.add(CountPartKind::Framing, ruler.tokens(name) + 1);
        }
    }
    history(request, api, &frame, ruler, tally);

    if has_functions {
        let rendered = typescript::namespace(request.tools.iter());
        tally.add(CountPartKind::Tools, ruler.tokens(&rendered.text));
        let around = if has_system { frame.functions_with_system } else { frame.functions };
        tally.add(CountPartKind::Tools, around);
        if !rendered.complete {
            tally.doubt("a tool's schema refers to what is not there, or is too deep");
        }
        match (&request.tool_choice, frame.counts_tool_choice) {
            (Some(ToolChoice::Tool { name }), true) => {
                tally.add(CountPartKind::Tools, ruler.tokens(name) + 4);
            }
            (Some(ToolChoice::None), true) => tally.add(CountPartKind::Tools, 1),
            _ => {}
        }
    }
    if has_schema {
        schema(&request.output, &frame, has_system, ruler, tally);
    }
}

fn history(request: &Request, api: Api, frame: &Frame, ruler: &Ruler<'_>, tally: &mut Tally) {
    for message in &request.conversation {
        let calls: u64 =
            message.content.iter().filter(|part| matches!(part, Part::ToolCall { .. })).count()
                as u64;
        for part in &message.content {
            match part {
                Part::ToolCall { name, arguments, item_id, .. } => {
                    let arguments = compact(arguments);
                    let full = alloc::format!("functions.{name}");
                    let f = ruler.tokens(&full);
                    let m = ruler.tokens(name);
                    let a = ruler.tokens(&arguments);
                    let around = match (api, frame.harmony) {
                        (Api::Responses, false) => {
                            2 * f + 9 + if item_id.is_some() { 3 } else { 0 }
                        }
                        (Api::Responses, true) => 2 * f + frame.call,
                        (_, false) if calls == 1 => f + m + 12,
                        (_, true) if calls == 1 => 2 * f + 17,
                        (_, false) => 9 + m,
                        (_, true) => 9 + m,
                    };
                    tally.add(CountPartKind::ToolHistory, a + around);
                }
                Part::ToolResult { content, .. } => {
                    let mut text = String::new();
                    for part in content {
                        if let Part::Text { text: words } = part {
                            text.push_str(words);
                        }
                    }
                    tally.add(CountPartKind::ToolHistory, ruler.tokens(&text));
                }
                _ => {}
            }
        }
        if calls > 1 && api != Api::Responses {
            tally.add(CountPartKind::ToolHistory, if frame.harmony { 32 } else { 26 });
        }
    }
}

fn compact(arguments: &str) -> Cow<'_, str> {
    match serde_json::from_str::<Value>(arguments) {
        Ok(value) => Cow::Owned(alloc::string::ToString::to_string(&value)),
        Err(_) => Cow::Borrowed(arguments),
    }
}

fn schema(
    output: &OutputFormat,
    frame: &Frame,
    has_system: bool,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let OutputFormat::JsonSchema { name, description, schema, .. } = output else { return };
    let mut schema = schema.clone();
    strip(&mut schema, false);
    let mut text = String::new();
    if let Some(description) = description {
        text.push_str(&alloc::format!("// {description}\n"));
    }
    text.push_str(&alloc::string::ToString::to_string(&schema));
    let around = if has_system { frame.schema_with_system } else { frame.schema };
    let tokens = ruler.tokens(&text) + ruler.tokens(name) + around;
    tally.add(CountPartKind::Schema, tokens);
}

/// Removes the keywords that the provider does not show the model.
fn strip(schema: &mut Value, is_map_of_schemas: bool) {
    match schema {
        Value::Object(map) => {
            if !is_map_of_schemas {
                map.retain(|key, _| !HIDDEN.contains(&key.as_str()));
            }
            for (key, value) in map.iter_mut() {
                let maps = !is_map_of_schemas
                    && matches!(key.as_str(), "properties" | "$defs" | "definitions");
                strip(value, maps);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, false)),
        _ => {}
    }
}

const HIDDEN: [&str; 12] = [
    "additionalProperties",
    "required",
    "$schema",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
];

fn words(message: &Message) -> Cow<'_, str> {
    if let [Part::Text { text }] = message.content.as_slice() {
        return Cow::Borrowed(text);
    }
    let mut words = String::new();
    for part in &message.content {
        match part {
            Part::Text { text } | Part::Refusal { text } => words.push_str(text),
            _ => {}
        }
    }
    Cow::Owned(words)
}

fn is_system(role: Role) -> bool {
    matches!(role, Role::System | Role::Developer)
}

/// The marks around a message and its role.
const MESSAGE: u64 = 4;

/// Constants of a family at an endpoint, in tokens.
struct Frame {
    harmony: bool,
    priming: u64,
    assistant_channel: u64,
    functions: u64,
    functions_with_system: u64,
    functions_extend_system: bool,
    counts_tool_choice: bool,
    schema: u64,
    schema_with_system: u64,
    call: u64,
}

impl Frame {
    fn of(family: CountingFamily, api: Api) -> Self {
        let responses = api == Api::Responses;
        match family {
            CountingFamily::OpenaiHarmony | CountingFamily::OpenaiHarmony52 => Self {
                harmony: true,
                priming: 2,
                assistant_channel: 2,
                functions: if responses { 9 } else { 91 },
                functions_with_system: if responses { 9 } else { 90 },
                functions_extend_system: false,
                counts_tool_choice: false,
                schema: if responses { 6 } else { 10 },
                schema_with_system: if responses { 6 } else { 9 },
                call: if family == CountingFamily::OpenaiHarmony52 { 18 } else { 15 },
            },
            _ => Self {
                harmony: false,
                priming: 3,
                assistant_channel: 0,
                functions: if responses { 3 } else { 9 },
                functions_with_system: if responses { 3 } else { 5 },
                functions_extend_system: !responses,
                counts_tool_choice: !responses,
                schema: if responses { 7 } else { 14 },
                schema_with_system: if responses { 7 } else { 10 },
                call: 9,
            },
        }
    }
}
