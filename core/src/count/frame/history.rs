//! Tool calls and their results, sent back, as OpenAI's models read them.
//!
//! A call names its function as recipient and the result names it as author, so the name is
//! counted twice. Calls made at once are one call of `multi_tool_use.parallel` with one list of
//! results. Measured on recorded traffic (checked 2026-11-22).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::json::{COMPACT, SPACED, SPACED_ASCII};
use crate::count::CountPartKind;
use crate::count::ruler::Ruler;
use crate::count::tally::Tally;
use crate::json::{self, object};
use crate::request::{Api, Message, Part};
use crate::sorted::SortedSet;

/// Constants of a family, in tokens.
pub(super) struct Marks {
    /// Whether results of calls made at once are written in ASCII.
    pub(super) ascii_results: bool,
    /// Around a call and its result in Chat Completions, beside two mentions of the name.
    pub(super) chat: u64,
    /// Around calls made at once and their results in Chat Completions.
    pub(super) chat_parallel: u64,
    /// Around a call and its result in Responses.
    pub(super) responses: u64,
    /// What an id of the item adds in Responses.
    pub(super) item_id: u64,
    /// What calls made at once add in Responses.
    pub(super) responses_parallel: u64,
}

struct Call<'a> {
    id: &'a str,
    has_item_id: bool,
    name: &'a str,
    arguments: &'a str,
}

/// Counts every call and result of a conversation.
pub(super) fn count(
    conversation: &[Message],
    api: Api,
    marks: &Marks,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let mut index = 0;
    while let Some(message) = conversation.get(index) {
        index += 1;
        let mut calls: Vec<Call<'_>> = calls(message);
        if calls.is_empty() {
            continue;
        }
        if api == Api::Responses {
            // Items that follow each other were made at once.
            while let Some(next) = conversation.get(index).map(self::calls)
                && !next.is_empty()
            {
                calls.extend(next);
                index += 1;
            }
            responses(&calls, marks, ruler, tally);
        } else if let [call] = calls.as_slice() {
            let name = ruler.tokens(call.name);
            let full = ruler.tokens(&["functions.", call.name].concat());
            let arguments = ruler.tokens(&compact(call.arguments));
            tally.add(CountPartKind::ToolHistory, full + name + arguments + marks.chat);
        } else {
            let rest = conversation.get(index..).unwrap_or_default();
            parallel(&calls, rest, marks, ruler, tally);
        }
    }
    let counted = if api == Api::Responses { SortedSet::new() } else { parallel_ids(conversation) };
    for message in conversation {
        for part in &message.content {
            if let Part::ToolResult { call_id, content, .. } = part
                && !counted.contains(call_id.as_str())
            {
                tally.add(CountPartKind::ToolHistory, ruler.tokens(&text(content)));
            }
        }
    }
}

fn responses(calls: &[Call<'_>], marks: &Marks, ruler: &Ruler<'_>, tally: &mut Tally) {
    for call in calls {
        let full = ruler.tokens(&["functions.", call.name].concat());
        let id = if call.has_item_id { marks.item_id } else { 0 };
        let arguments = ruler.tokens(&compact(call.arguments));
        tally.add(CountPartKind::ToolHistory, 2 * full + arguments + marks.responses + id);
    }
    if calls.len() > 1 {
        tally.add(CountPartKind::ToolHistory, marks.responses_parallel);
    }
}

fn parallel(
    calls: &[Call<'_>],
    rest: &[Message],
    marks: &Marks,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let uses = calls.iter().map(|call| {
        let name = ["functions.", call.name].concat();
        object! { "recipient_name" => name, "parameters" => value(call.arguments) }
    });
    let uses = object! { "tool_uses" => uses.collect::<Vec<_>>() };
    // Results stand before the next calls; looking no further keeps long histories linear.
    let before_next = rest.iter().take_while(|message| self::calls(message).is_empty());
    let results = before_next.flat_map(|message| &message.content).filter_map(|part| match part {
        Part::ToolResult { call_id, content, .. } => Some((call_id, content)),
        _ => None,
    });
    let own = results.filter(|(id, _)| calls.iter().any(|call| call.id == id.as_str()));
    let results = Value::Array(own.map(|(_, content)| value(&text(content))).collect());
    let style = if marks.ascii_results { SPACED_ASCII } else { SPACED };
    let tokens = ruler.tokens(&COMPACT.text(&uses)) + ruler.tokens(&style.text(&results));
    tally.add(CountPartKind::ToolHistory, tokens + marks.chat_parallel);
}

fn calls(message: &Message) -> Vec<Call<'_>> {
    let calls = message.content.iter().filter_map(|part| match part {
        Part::ToolCall { call_id, item_id, name, arguments } => {
            Some(Call { id: call_id, has_item_id: item_id.is_some(), name, arguments })
        }
        _ => None,
    });
    calls.collect()
}

/// Calls that were made at once, whose results are counted with them.
fn parallel_ids(conversation: &[Message]) -> SortedSet<&str> {
    let made_at_once = conversation.iter().map(calls).filter(|calls| calls.len() > 1);
    made_at_once.flatten().map(|call| call.id).collect()
}

/// The words of a result.
pub(super) fn text(content: &[Part]) -> Cow<'_, str> {
    match content {
        [Part::Text { text }] => Cow::Borrowed(text),
        _ => {
            let words = content.iter().filter_map(|part| match part {
                Part::Text { text } => Some(text.as_str()),
                _ => None,
            });
            Cow::Owned(words.collect())
        }
    }
}

/// Arguments are read and written again, without spaces.
fn compact(arguments: &str) -> Cow<'_, str> {
    match json::parse(arguments.as_bytes()) {
        Ok(value) => Cow::Owned(COMPACT.text(&value)),
        Err(_) => Cow::Borrowed(arguments),
    }
}

/// Text that is JSON is embedded as such, any other as a string.
fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap_or_else(|_| Value::String(String::from(text)))
}
