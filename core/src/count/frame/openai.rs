//! The frame of OpenAI's models, in Chat Completions and Responses.
//!
//! A message is its words between marks; tools and schemas are sections of the first system
//! message. The formats differ in constants only, which were measured on recorded traffic
//! (checked 2026-11-22) unless they say otherwise.

use alloc::borrow::Cow;
use alloc::string::String;

use super::era::{self, Era};
use super::history::{self, Marks};
use super::{media, schema, typescript};
use crate::catalog::{CountingFamily, Model};
use crate::count::ruler::Ruler;
use crate::count::tally::Tally;
use crate::count::{CountPartKind, TokenRange};
use crate::json;
use crate::request::{Api, Message, OutputFormat, Part, Request, Role, Tool, ToolChoice};
use crate::seek;
use crate::time::Timestamp;

pub(super) fn count(
    request: &Request,
    api: Api,
    model: &Model,
    at: Timestamp,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let era = Era::at(api, at);
    let frame = Frame::of(model, api, era);
    tally.add(CountPartKind::Framing, frame.priming);
    let opening = system_words(request);
    if let Some(words) = instructions(request) {
        tally.add(CountPartKind::Framing, frame.message);
        tally.add(CountPartKind::Text, ruler.tokens(words));
    }
    let mut answers = 0;
    let mut named = false;
    for message in &request.conversation {
        let is_answer = message.role == Role::Assistant;
        let words = words(message);
        if message.role == Role::Tool || (words.is_empty() && stands_alone(message)) {
            continue;
        }
        let tokens =
            if frame.paragraphs { paragraphs(ruler, &words) } else { ruler.tokens(&words) };
        tally.add(CountPartKind::Framing, frame.message);
        tally.add(CountPartKind::Text, tokens);
        if is_answer {
            answers += 1;
            tally.add(CountPartKind::Framing, frame.answer_channel);
        }
        // Measured: every name costs its tokens, and each after the first one mark more.
        if let Some(name) = &message.name {
            tally.add(CountPartKind::Framing, ruler.tokens(name) + u64::from(named));
            named = true;
        }
    }
    history::count(&request.conversation, api, &frame.marks, ruler, tally);
    media::count(request, api, model, ruler, tally);
    tally.add(CountPartKind::Images, picture_marks(&request.conversation, api, &frame));
    reasoning(&request.conversation, tally);

    let has_functions = request.tools.iter().any(|tool| matches!(tool, Tool::Function { .. }));
    if has_functions {
        // Of the older encodings cl100k_base shows such a union member by member.
        let style = typescript::Style {
            open_unions: model.counting.encoding.as_deref() != Some("cl100k_base"),
        };
        functions(request, api, opening, &frame, style, ruler, tally);
    }
    if era.opening_words {
        let words = era::opening_words(model.id.as_str(), has_functions);
        tally.add(CountPartKind::Framing, words);
    }
    if let OutputFormat::JsonSchema { name, description, schema, .. } = &request.output {
        let section = schema::section(name, description.as_deref(), schema);
        let joined = match (has_functions, opening) {
            _ if api == Api::Responses => ruler.tokens(&section) + frame.schema,
            (true, _) => joined(ruler, typescript::CLOSING, "\n\n", &section),
            (false, Some(words)) => joined(ruler, words, "\n\n", &section),
            (false, None) => MESSAGE + ruler.tokens(&section),
        };
        // Each answer is marked with the name of its format, the coming one where it cannot be a
        // call instead.
        let coming = u64::from(!frame.harmony && !has_functions);
        let marked = if api == Api::Responses { 0 } else { answers + coming };
        let marks = marked * (2 + ruler.tokens(name));
        tally.add(CountPartKind::Schema, joined + marks);
    }
}

/// Counts reasoning sent back while the tools it called are being answered; reasoning of turns that
/// the user has replied to is dropped, and not billed.
///
/// Sealed reasoning tells its tokens by its length: 0.169 for each character less 143 for each
/// item, within a sixth for nine in ten of 205 recorded requests (checked 2026-11-22).
fn reasoning(conversation: &[Message], tally: &mut Tally) {
    let open = conversation.iter().rposition(|message| message.role == Role::User).unwrap_or(0);
    for part in conversation.iter().skip(open).flat_map(|message| &message.content) {
        let Part::Reasoning { opaque, reasoning_tokens, .. } = part else { continue };
        if let Some(tokens) = reasoning_tokens {
            tally.add(CountPartKind::Reasoning, u64::from(*tokens));
        } else if let Some(opaque) = opaque {
            let length = opaque.len() as u64;
            let expected = (length.saturating_mul(169) / 1_000).saturating_sub(143);
            let margin = expected / 6 + 30;
            let range = TokenRange {
                low: expected.saturating_sub(margin),
                expected,
                high: expected.saturating_add(2 * margin),
            };
            tally.add_doubtful(CountPartKind::Reasoning, range, "sealed reasoning is sent back");
        }
    }
}

/// Counts the namespace of function tools and the choice among them.
// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn functions(
    request: &Request,
    api: Api,
    opening: Option<&str>,
    frame: &Frame,
    style: typescript::Style,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let rendered = typescript::functions(request.tools.iter(), style);
    let mut tokens = if frame.harmony {
        ruler.tokens(typescript::OPENING) + ruler.tokens(&rendered.text)
    } else {
        ruler.tokens(&[typescript::OPENING, &rendered.text].concat())
    };
    tokens += match opening {
        Some(words) => frame.functions_with_system + joined(ruler, words, frame.after_system, ""),
        None => frame.functions,
    };
    let only = match request.tools.as_slice() {
        [Tool::Function { name, .. }] if api == Api::Responses => Some(name),
        _ => None,
    };
    tokens += match (&request.tool_choice, only) {
        _ if frame.harmony => 0,
        // Having to call the only tool there is names it too.
        (Some(ToolChoice::Tool { name }), _) | (Some(ToolChoice::Required), Some(name)) => {
            ruler.tokens(&["functions.", name].concat()) + 6
        }
        (Some(ToolChoice::None), _) if api != Api::Responses => 1,
        _ => 0,
    };
    if frame.harmony && api == Api::Responses && request.parallel_tool_calls == Some(false) {
        tokens += ONE_CALL_AT_A_TIME;
    }
    if rendered.complete {
        return tally.add(CountPartKind::Tools, tokens);
    }
    // What was left out is no longer than all of it as written.
    let range = TokenRange {
        low: tokens - tokens / 4,
        expected: tokens,
        high: tokens.saturating_add(as_written(&request.tools, ruler)),
    };
    let why = "a tool's schema is none, refers to what is not there, or is too deep";
    tally.add_doubtful(CountPartKind::Tools, range, why);
}

/// The schemas of functions as JSON.
fn as_written(tools: &[Tool], ruler: &Ruler<'_>) -> u64 {
    let schemas = tools.iter().filter_map(|tool| match tool {
        Tool::Function { parameters, .. } => parameters.as_ref(),
        _ => None,
    });
    schemas.map(|schema| ruler.tokens(&json::text(schema))).sum()
}

/// What pictures add beside their own tokens: in Responses a message of nothing else is marked on
/// 4o and 4.1, in Chat Completions a picture among calls on Harmony models (14 of 15 recorded
/// requests, all of one repository, checked 2026-11-22).
fn picture_marks(conversation: &[Message], api: Api, frame: &Frame) -> u64 {
    let is_picture = |part: &Part| matches!(part, Part::Image { .. });
    let bare = |content: &[Part]| {
        content.iter().any(is_picture)
            && !content.iter().any(|part| matches!(part, Part::Text { .. }))
    };
    let parts = || conversation.iter().flat_map(|message| &message.content);
    match (api, frame.harmony) {
        (Api::Responses, false) => {
            let messages = conversation.iter().filter(|message| bare(&message.content)).count();
            let results = parts()
                .filter(|part| matches!(part, Part::ToolResult { content, .. } if bare(content)));
            (messages + results.count()) as u64
        }
        (Api::Chat, true) => {
            let calls = parts().any(|part| matches!(part, Part::ToolCall { .. }));
            let pictures = parts().any(|part| match part {
                Part::ToolResult { content, .. } => content.iter().any(is_picture),
                part => is_picture(part),
            });
            u64::from(calls && pictures)
        }
        _ => 0,
    }
}

/// Words read paragraph by paragraph, without the white space around them, as the first preview of
/// o1 did; its constants and this fit all 18 recorded requests to it (of one repository, checked
/// 2026-11-22).
// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn paragraphs(ruler: &Ruler<'_>, words: &str) -> u64 {
    const BREAK: &str = "\n\n";
    let words = words.trim();
    let mut tokens = 0;
    let mut last = words;
    let mut start = 0;
    for (end, behind) in seek::each(words, BREAK) {
        tokens += ruler.tokens(words.get(start..end).unwrap_or_default()) + 1;
        start = end + BREAK.len();
        last = behind;
    }
    tokens + ruler.tokens(last)
}

/// Tokens that a text adds behind another, which may share a token with it.
#[inline(never)]
fn joined(ruler: &Ruler<'_>, before: &str, between: &str, text: &str) -> u64 {
    // The last words are enough: no token reaches over a space before a letter.
    let start = before.len().saturating_sub(TAIL_BYTES);
    let bytes = before.as_bytes();
    let cut = (start..before.len()).find(|&at| {
        bytes.get(at) == Some(&b' ') && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
    });
    let tail = match cut {
        Some(at) if start > 0 => before.get(at..).unwrap_or(before),
        _ => before,
    };
    let whole = ruler.tokens(&[tail, between, text].concat());
    whole.saturating_sub(ruler.tokens(tail))
}

/// The words of the system message that opens the conversation, if one does.
fn system_words(request: &Request) -> Option<&str> {
    if let Some(words) = instructions(request) {
        return Some(words);
    }
    let first = request.conversation.first()?;
    if !matches!(first.role, Role::System | Role::Developer) {
        return None;
    }
    match first.content.last() {
        Some(Part::Text { text }) => Some(text),
        _ => Some(""),
    }
}

/// The instructions; none are as good as empty ones, which are no message.
fn instructions(request: &Request) -> Option<&str> {
    request.instructions.as_deref().filter(|words| !words.is_empty())
}

/// Whether a message without words is none of its own: it holds calls, reasoning or the like.
fn stands_alone(message: &Message) -> bool {
    let content = &message.content;
    let counted = |part: &Part| {
        matches!(
            part,
            Part::Audio { .. } | Part::File { .. } | Part::Image { .. } | Part::Text { .. }
        )
    };
    let calls = content.iter().any(|part| matches!(part, Part::ToolCall { .. }));
    calls || (!content.is_empty() && !content.iter().any(counted))
}

fn words(message: &Message) -> Cow<'_, str> {
    if let [Part::Text { text }] = message.content.as_slice() {
        return Cow::Borrowed(text);
    }
    let words = message.content.iter().filter_map(|part| match part {
        Part::Text { text } | Part::Refusal { text } => Some(text.as_str()),
        _ => None,
    });
    Cow::Owned(words.collect::<String>())
}

/// The marks around a message and its role.
const MESSAGE: u64 = 4;
const TAIL_BYTES: usize = 200;
/// What Harmony models are told in Responses when calls must come one at a time; it rests on two
/// recorded requests to one model (checked 2026-11-22).
const ONE_CALL_AT_A_TIME: u64 = 78;

/// Constants of a family at an endpoint, in tokens.
struct Frame {
    /// Whether answers and calls name a channel.
    harmony: bool,
    /// The marks around a message and its role.
    message: u64,
    /// What opens the answer.
    priming: u64,
    /// The channel of an earlier answer.
    answer_channel: u64,
    /// Around the functions, in a system message of their own.
    functions: u64,
    /// Around the functions, in the caller's system message.
    functions_with_system: u64,
    /// What joins the caller's system message to the functions.
    after_system: &'static str,
    /// Around the schema in Responses.
    schema: u64,
    /// Whether paragraphs are read one by one.
    paragraphs: bool,
    marks: Marks,
}

impl Frame {
    fn of(model: &Model, api: Api, era: Era) -> Self {
        let family = model.counting.family;
        let responses = api == Api::Responses;
        let first_preview = model.id.as_str().starts_with("o1-preview");
        match family {
            CountingFamily::OpenaiHarmony | CountingFamily::OpenaiHarmony52 => Self {
                harmony: true,
                message: MESSAGE,
                priming: 2,
                answer_channel: 2,
                functions: if responses { 8 } else { 90 },
                functions_with_system: if responses { 8 } else { 89 },
                after_system: if responses { "" } else { "\n\n" },
                schema: 0,
                paragraphs: false,
                marks: Marks {
                    ascii_results: era.ascii_results,
                    chat: 18,
                    chat_parallel: 26,
                    responses: if family == CountingFamily::OpenaiHarmony52 { 18 } else { 15 },
                    item_id: 0,
                    responses_parallel: if family == CountingFamily::OpenaiHarmony52 {
                        10
                    } else {
                        0
                    },
                },
            },
            _ => Self {
                harmony: false,
                message: if first_preview { 15 } else { MESSAGE },
                priming: match family {
                    _ if first_preview => 10,
                    CountingFamily::OpenaiO1 => 2,
                    _ => 3,
                },
                answer_channel: 0,
                functions: match family {
                    _ if responses => 3,
                    CountingFamily::OpenaiO1 => 10,
                    _ => 9,
                },
                functions_with_system: if responses { 3 } else { 5 },
                after_system: if responses { "" } else { "\n" },
                schema: 1,
                paragraphs: first_preview,
                marks: Marks {
                    ascii_results: era.ascii_results,
                    chat: 12,
                    chat_parallel: 20,
                    responses: 9,
                    item_id: if era.opening_words { 0 } else { 3 },
                    responses_parallel: 0,
                },
            },
        }
    }
}
