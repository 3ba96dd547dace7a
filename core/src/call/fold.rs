//! A recorded body, folded without a call around it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::action::{Action, AttemptId};
use super::attempt::{Ending, Exchange};
use super::emit::Emitter;
use super::event::EventKind;
use super::settings::CallSettings;
use super::sse::Chunk;
use crate::error::Error;
use crate::provider::Answer;
use crate::request::Api;
use crate::time::Timestamp;

/// What a recorded body says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Writable)]
#[serde(rename_all = "camelCase")]
pub struct Folded {
    /// The pieces, in the order they came.
    pub events: Vec<EventKind>,
    /// The answer, whole or as far as it came.
    pub answer: Answer,
    /// Why it is not whole, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// A body that was recorded, in pieces.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Readable)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recording {
    /// The format it is in.
    pub api: Api,
    /// The status it came with; 200 otherwise.
    #[serde(default = "ok")]
    pub status: u16,
    /// The pieces, each a text or a list of bytes.
    pub chunks: Vec<Chunk>,
}

impl Recording {
    /// Folds it.
    pub fn fold(&self) -> Folded {
        fold(self.api, self.status, self.chunks.iter().map(|Chunk(bytes)| bytes.as_slice()))
    }
}

fn ok() -> u16 {
    200
}

/// Folds a recorded body, streamed or whole, exactly as a call would; cuts change nothing.
///
/// # Examples
///
/// ```
/// use farebox_core::call::fold;
/// use farebox_core::request::Api;
///
/// let body = b"data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\n";
/// let folded = fold(Api::Chat, 200, body.chunks(3));
/// assert_eq!(folded.answer.text, "hi");
/// assert!(folded.error.is_none());
/// ```
pub fn fold<'a>(api: Api, status: u16, chunks: impl IntoIterator<Item = &'a [u8]>) -> Folded {
    let defaults = CallSettings::default();
    let (max_event_bytes, max_body_bytes) = (defaults.max_event_bytes, defaults.max_body_bytes);
    let mut exchange = Exchange::new(api, max_event_bytes as usize, max_body_bytes as usize);
    let now = Timestamp::default();
    let (mut actions, mut has_delivered) = (VecDeque::new(), false);
    let mut emitter = Emitter {
        attempt: AttemptId::default(),
        actions: &mut actions,
        has_delivered: &mut has_delivered,
    };
    exchange.head(status, &[], now);
    let mut ending = None;
    for chunk in chunks {
        ending = exchange.body(chunk, now, &mut emitter);
        if ending.is_some() {
            break;
        }
    }
    let ending = ending.unwrap_or_else(|| exchange.end(now, &mut emitter));
    let events = actions.into_iter().filter_map(|action| match action {
        Action::Emit { event } => Some(event.kind),
        _ => None,
    });
    Folded {
        events: events.collect(),
        answer: exchange.fold.answer(),
        error: match ending {
            Ending::Answered => None,
            Ending::Failed(failure) => Some(failure.error),
        },
    }
}
