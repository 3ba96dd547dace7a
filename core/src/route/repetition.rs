//! Whether an agent turns in circles: the same tool call again and again, or the same error.
//!
//! Step-level state that a router can read without reading meaning. Three of the newest six calls
//! being the newest one, or three of the newest six results being the same error, is a loop.

use alloc::vec::Vec;

use crate::request::{Message, Part};

/// How an agent turns in circles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repetition {
    /// It makes the same call with the same arguments.
    Calls {
        /// How many of its newest six calls are the newest one.
        times: u32,
    },
    /// Its calls end in the same error.
    Errors {
        /// How many of its newest six results are the newest error.
        times: u32,
    },
}

/// Whether, and how, the newest calls of a conversation turn in circles.
// Apart, as a request that names its model needs none of it: an engine compiles what is called.
#[inline(never)]
pub fn repetition(conversation: &[Message]) -> Option<Repetition> {
    let parts = || conversation.iter().rev().flat_map(|message| message.content.iter().rev());

    let calls: Vec<(&str, &str)> = parts()
        .filter_map(|part| match part {
            Part::ToolCall { name, arguments, .. } => Some((name.as_str(), arguments.as_str())),
            _ => None,
        })
        .take(NEWEST)
        .collect();
    if let Some(times) = looped(&calls) {
        return Some(Repetition::Calls { times });
    }

    let results: Vec<Option<&[Part]>> = parts()
        .filter_map(|part| match part {
            Part::ToolResult { content, is_error, .. } => {
                Some(is_error.then_some(content.as_slice()))
            }
            _ => None,
        })
        .take(NEWEST)
        .collect();
    match results.first() {
        Some(Some(_)) => looped(&results).map(|times| Repetition::Errors { times }),
        _ => None,
    }
}

fn looped<T: PartialEq>(newest_first: &[T]) -> Option<u32> {
    let newest = newest_first.first()?;
    let times = newest_first.iter().filter(|item| *item == newest).count();
    (times >= ENOUGH).then_some(times as u32)
}

const NEWEST: usize = 6;
const ENOUGH: usize = 3;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;
    use crate::request::Role;

    fn call(arguments: &str) -> Message {
        let part = Part::ToolCall {
            call_id: "c".to_string(),
            item_id: None,
            name: "read".to_string(),
            arguments: arguments.to_string(),
        };
        Message { role: Role::Assistant, name: None, content: vec![part] }
    }

    fn result(text: &str, is_error: bool) -> Message {
        let content = vec![Part::Text { text: text.to_string() }];
        let part = Part::ToolResult { call_id: "c".to_string(), content, is_error };
        Message { role: Role::Tool, name: None, content: vec![part] }
    }

    #[test]
    fn three_equal_calls_of_six_are_a_loop_and_two_are_not() {
        let two = [call("a"), call("b"), call("c"), call("a")];
        assert_eq!(repetition(&two), None);
        let three = [call("a"), call("b"), call("a"), call("c"), call("a")];
        assert_eq!(repetition(&three), Some(Repetition::Calls { times: 3 }));
        let left_behind = [call("a"), call("a"), call("a"), call("b"), call("c"), call("d")];
        assert_eq!(repetition(&left_behind), None);
    }

    #[test]
    fn equal_errors_are_a_loop_and_equal_answers_are_not() {
        let errors = [result("no", true), result("no", true), result("no", true)];
        assert_eq!(repetition(&errors), Some(Repetition::Errors { times: 3 }));
        let answers = [result("ok", false), result("ok", false), result("ok", false)];
        assert_eq!(repetition(&answers), None);
    }
}
