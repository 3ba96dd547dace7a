//! A loopback provider: it speaks the real wire formats, keeps an honest bill and fails on demand.
//!
//! ```
//! use farebox_emulator::{Emulator, Options};
//!
//! let emulator = Emulator::start(Options::default())?;
//! // Point a client at `emulator.base_url()`, with any key.
//! assert!(emulator.base_url().starts_with("http://127.0.0.1:"));
//! assert!(emulator.bill().lines.is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! It runs on threads of its own, binds a port of the system's choice on 127.0.0.1 and stops when it
//! is dropped. Everything a request can be told apart by decides its answer, so the same requests in
//! the same order get the same answers, ids and faults; only times differ.
//!
//! # What it speaks
//!
//! | Path | What |
//! |---|---|
//! | `POST /v1/responses` | OpenAI Responses, whole or as events |
//! | `GET`, `DELETE /v1/responses/{id}` | stored answers |
//! | `POST /v1/responses/input_tokens` | the count of a request |
//! | `POST /v1/chat/completions` | OpenAI Chat Completions, whole or as chunks |
//! | `POST /v1/messages`, `/v1/messages/count_tokens` | Anthropic Messages, whole or as events, and their count |
//! | `POST /v1beta/models/{id}:generateContent`, `:streamGenerateContent`, `:countTokens` | Gemini, also under `/v1` |
//! | `POST`, `GET /v1/files`, `GET`, `DELETE /v1/files/{id}`, `GET /v1/files/{id}/content` | OpenAI Files |
//! | `POST`, `GET /v1/batches`, `GET /v1/batches/{id}`, `POST …/cancel` | OpenAI Batch; see [`BatchPlan`] |
//! | `POST`, `GET /v1/messages/batches`, `GET`, `DELETE …/{id}`, `POST …/{id}/cancel`, `GET …/{id}/results` | Anthropic Message Batches |
//! | `GET /v1/models`, `/v1/models/{id}`, `/v1beta/models` | the models on offer |
//!
//! Models, limits and shutdowns are those of a catalogue, input is counted by the kernel. Hosted tools
//! are accepted and never called.
//!
//! # Control
//!
//! | Path | What |
//! |---|---|
//! | `GET /_emulator/bill` | [`Bill`] |
//! | `GET /_emulator/totals` | the bill summed up: tokens by class, and the cost as text |
//! | `GET /_emulator/requests` | a list of [`Received`] |
//! | `GET /_emulator/options` | the [`Options`] in force |
//! | `POST /_emulator/script` | `{"answers": [`[`Scripted`]`…], "faults": [`[`Fault`]` or text…], "batches": [`[`BatchPlan`]`…]}`, added to what is there |
//! | `POST /_emulator/reset` | forgets requests, bill, scripts, caches and stored answers |
//!
//! All of it is open to pages of any origin.
//!
//! # Faults
//!
//! A fault is asked for with the header `x-emulator-fault` for one request, by the script for the
//! next requests that match, or falls by luck ([`Options::fault_rate_ppm`]). In text it is written
//! as names and `field=value` pairs between semicolons: `cut; cut_after_events=7`. In a body that is
//! not a stream, what happens after a number of events happens after half of the body.
//!
//! | Fault | What the client sees | On the bill |
//! |---|---|---|
//! | `status=503` | the status, with the error body that belongs to it | nothing |
//! | `rate_limit`, `insufficient_quota`, `overloaded`, … ([`ERROR_NAMES`]) | the provider's own status, headers and body for that error | nothing |
//! | `body=text`, `headers={"a":"b"}` | that body; those headers, an empty value taking one off | nothing with `body`, else as usual |
//! | `retry_after=2`, `retry_after_ms=20`, `retry_after_date_s=-5`, `should_retry=false` | the waiting headers, as given | as usual |
//! | `delay_headers_ms=6000` (`slow_headers`) | silence before the status line | as usual |
//! | `delay_content_ms=6000` (`slow_first`) | headers, then silence, with comments if `keep_alive_ms` | as usual |
//! | `stall_after_events=4` (`stall`), `stall_ms`, `keep_alive_ms` | silence in the middle for an hour or `stall_ms`, with comments if asked | what was delivered |
//! | `cut_after_events=4` (`cut`), `cut_after_bytes` | the connection is reset | what was delivered |
//! | `cut_at_end` | the whole body, then a reset: a complete answer all the same | as usual |
//! | `truncate_after_events=4` (`truncate`), `truncate_after_bytes` | a clean end without the terminal event | what was delivered |
//! | `malformed_after_events=4` (`malformed`) | one event of broken JSON, then the rest | as usual |
//! | `error_after_events=4` (`stream_error`), `error_shape=nested\|flat\|named\|chunk`, `error` | an error inside the stream, and its end; without a stream, that error at once | what was delivered |
//! | `content_type=text/plain` | another content type, or none if empty | as usual |
//! | `html` | a proxy's error page, status 502 | nothing |
//! | `empty` | status 200 without a body | nothing |
//! | `error_in_200` | an error body with status 200 | nothing |
//! | `redirect=URL` (`redirect`) | status 307 to that URL or to this server as `localhost` | nothing |
//! | `gzip_bomb_mib=1024` (`gzip_bomb`) | a small body that unpacks to that much white space | nothing |
//! | `huge_event_mib=64` (`huge_event`) | one event of that size | nothing |
//! | `duplicate_event=4` (`duplicate`) | the event with that index twice | as usual |
//! | `unknown_events` | events, fields and comments nobody knows, between the real ones | as usual |
//! | `chunk_bytes=7` | the body in pieces of that size | as usual |
//! | `dialect=openrouter` ([`Dialect`]) | nothing wrong, but another server's way of writing it | as usual |
//!
//! The sixteen scenarios clients are compared by are: script `rate_limit; retry_after=2`,
//! `rate_limit`, `status=503; times=2`, `status=500`, `status=529`, `status=408`; always
//! `status=400`, `invalid_api_key`, `insufficient_quota`, `rate_limit; retry_after=90`; and in a stream
//! `cut`, `truncate`, `malformed`, `stall; stall_ms=8000`, `slow_first`, `stream_error`.

mod answer;
mod batch;
mod bill;
mod compose;
mod control;
mod count;
mod cross_origin;
mod delivery;
mod dialect;
mod exchange;
mod fault;
mod guard;
mod intake;
mod limit;
mod matcher;
mod models;
mod models_route;
mod options;
mod prompt;
mod record;
mod reply;
mod server;
mod socket;
mod state;
mod stored;
mod wire;
mod wreck;

use std::io;

pub use answer::{Finish, Scripted, ToolCall};
pub use batch::BatchPlan;
pub use bill::{Bill, BillLine, Broken};
pub use dialect::Dialect;
pub use fault::{ERROR_NAMES, ErrorShape, Fault};
pub use matcher::Matcher;
pub use options::Options;
pub use record::Received;

use server::Running;

/// A running loopback provider; stops when dropped.
#[derive(Debug)]
pub struct Emulator {
    running: Running,
}

impl Emulator {
    /// Starts on 127.0.0.1, on a port of the system's choice.
    ///
    /// # Errors
    ///
    /// When no port or no thread can be had.
    pub fn start(options: Options) -> io::Result<Self> {
        Running::start(options).map(|running| Self { running })
    }

    /// The origin, without a slash or a path at the end: `http://127.0.0.1:PORT`.
    ///
    /// OpenAI's own clients take their version in the base: give them this and `/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.running.shared.port)
    }

    /// What was charged until now.
    #[must_use]
    pub fn bill(&self) -> Bill {
        self.running.shared.bill()
    }

    /// The requests received until now, with secrets masked.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.running.shared.requests()
    }

    /// Adds answers and faults for the requests to come.
    pub fn script(&self, answers: Vec<Scripted>, faults: Vec<Fault>) {
        self.running.shared.script(answers, faults, Vec::new());
    }

    /// Says how the next batches go, in order.
    pub fn plan_batches(&self, plans: Vec<BatchPlan>) {
        self.running.shared.script(Vec::new(), Vec::new(), plans);
    }

    /// Forgets requests, bill, scripts, caches and stored answers.
    pub fn reset(&self) {
        self.running.shared.reset();
    }

    /// Ends all connections and frees the port.
    pub fn stop(mut self) {
        self.running.stop();
    }
}
