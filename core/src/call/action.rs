//! What goes into a call and what comes out: the whole contract between the kernel and a host.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::event::Event;
#[cfg(doc)]
use super::event::EventKind;
use super::outcome::Outcome;
use crate::provider::HttpRequest;
use crate::time::Timestamp;

/// Names one attempt within its call, counted from zero.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct AttemptId(pub u32);

/// What the host is to do next. Exhaustive on purpose: a host that forgets one does not compile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Action {
    /// Drop this attempt's connection; nothing more of it matters.
    Abort {
        /// The attempt.
        attempt: AttemptId,
    },
    /// Hand this to the caller.
    Emit {
        /// What the caller sees.
        event: Event,
    },
    /// The call is over; it stays over.
    Finish {
        /// How it ended.
        outcome: Box<Outcome>,
    },
    /// Wait for the attempt's bytes, and report [`Input::Tick`] at the given moment if none came.
    Receive {
        /// The attempt.
        attempt: AttemptId,
        /// When to stop waiting.
        until: Timestamp,
    },
    /// Send this, then poll again.
    Send {
        /// The attempt it belongs to.
        attempt: AttemptId,
        /// What to send.
        request: Box<HttpRequest>,
    },
    /// Nothing is under way; report [`Input::Tick`] at the given moment.
    Sleep {
        /// When.
        until: Timestamp,
    },
}

/// What happened, as the host saw it. Exhaustive on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Input {
    /// Bytes of an attempt's body arrived.
    Body {
        /// The attempt.
        attempt: AttemptId,
        /// The bytes, cut anywhere; in JSON a text where they are one, else a list of numbers.
        #[serde(with = "super::body_bytes")]
        #[cfg_attr(feature = "ts", tsify(type = "string | number[]"))]
        bytes: Vec<u8>,
    },
    /// The caller wants no more.
    Cancel,
    /// An attempt was not sent and will not be before a moment: the caller's own rate limit has no
    /// room for it. It is to be sent once the call says so again.
    Deferred {
        /// The attempt.
        attempt: AttemptId,
        /// When there may be room.
        until: Timestamp,
    },
    /// An attempt's body ended as it should.
    End {
        /// The attempt.
        attempt: AttemptId,
    },
    /// An attempt's status line and headers arrived.
    Head {
        /// The attempt.
        attempt: AttemptId,
        /// The HTTP status.
        status: u16,
        /// Header names in lower case, and their values.
        headers: Vec<(String, String)>,
    },
    /// An attempt's connection failed or broke.
    Lost {
        /// The attempt.
        attempt: AttemptId,
        /// What the host's transport says of it; never a secret.
        message: String,
        /// Whether the request certainly never reached the provider.
        unsent: bool,
    },
    /// Time has passed.
    Tick,
    /// The caller has judged an answer that [`EventKind::Judging`] showed.
    Verdict {
        /// The attempt.
        attempt: AttemptId,
        /// Why it may not be accepted; absent when it may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
}
