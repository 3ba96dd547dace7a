//! Actions as they cross to the host.
//!
//! Nearly all are pieces of an answer, thousands of them: each is written as its words alone, after a
//! list that says of what all the pieces after it are.

use farebox_core::call::{Action, AttemptId, Event, EventKind};
use farebox_core::json::{Writable, Writer};

/// A list of actions as JSON text.
pub(crate) fn told(actions: &[Action]) -> String {
    let mut items = Vec::with_capacity(actions.len());
    let mut last = None;
    for action in actions {
        let Some((source, words)) = piece(action) else {
            items.push(Item::Action(action));
            continue;
        };
        if last != Some(source) {
            items.push(Item::Source(source));
            last = Some(source);
        }
        items.push(Item::Words(words));
    }
    let mut out = Writer::new();
    out.list(&mut items.iter().map(|item| item as &dyn Writable));
    out.into_text()
}

enum Item<'a> {
    Action(&'a Action),
    Source(Source),
    Words(&'a str),
}

/// What a piece is of: its kind, its attempt and its tool call.
type Source = (&'static str, AttemptId, u32);

impl Writable for Item<'_> {
    fn write(&self, out: &mut Writer) {
        match self {
            Self::Action(action) => action.write(out),
            Self::Source((kind, attempt, index)) => {
                out.list(&mut [kind as &dyn Writable, attempt, index].into_iter());
            }
            Self::Words(words) => out.string(words),
        }
    }
}

fn piece(action: &Action) -> Option<(Source, &str)> {
    let Action::Emit { event: Event { attempt, kind } } = action else { return None };
    let (name, index, words) = match kind {
        EventKind::ReasoningDelta { text } => ("reasoning_delta", 0, text),
        EventKind::RefusalDelta { text } => ("refusal_delta", 0, text),
        EventKind::TextDelta { text } => ("text_delta", 0, text),
        EventKind::ToolCallDelta { index, arguments } => ("tool_call_delta", *index, arguments),
        _ => return None,
    };
    Some(((name, *attempt, index), words))
}
