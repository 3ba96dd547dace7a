//! One attempt while it is under way: bytes in, pieces of the answer out.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::slice::from_ref;

use serde_json::Value;

use super::retry::ServerWord;
use super::sse::SseParser;
use crate::error::{Error, ErrorKind};
use crate::provider::{Fold, Problem, Remedy, Sink, Step, parse_body};
use crate::request::Api;
use crate::time::Timestamp;

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ending {
    /// With an answer.
    Answered,
    /// With a failure.
    Failed(Failure),
}

/// A failure, what may help and whether it may have been billed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) remedy: Remedy,
    /// How long the server asks to wait.
    pub(super) wait_ms: Option<u64>,
    /// Whether it certainly costs nothing.
    pub(super) is_free: bool,
}

/// The bytes of one attempt on their way into an answer.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) fold: Fold,
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<String>,
    pub(super) head_at: Option<Timestamp>,
    pub(super) last_content_at: Option<Timestamp>,
    server_word: ServerWord,
    form: Form,
    /// How much of a byte order mark came before anything else.
    mark_bytes: usize,
    /// White space before anything else.
    blank_bytes: usize,
    last_blank: Option<u8>,
    max_body_bytes: usize,
}

/// What the body turned out to be.
#[derive(Clone, Debug)]
enum Form {
    /// Nothing of it came but white space.
    Unseen(SseParser),
    /// Events.
    Events(SseParser),
    /// One document, kept until it is whole.
    Whole(Vec<u8>),
}

impl Failure {
    pub(super) fn new(error: Error, remedy: Remedy) -> Self {
        Self { error, remedy, wait_ms: None, is_free: false }
    }

    fn malformed(what: impl Into<String>) -> Self {
        Self::new(Error::new(ErrorKind::MalformedResponse, what), Remedy::Retry)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { wait_ms: problem.wait_ms, ..Self::new(problem.error, problem.remedy) }
    }
}

impl Exchange {
    pub(super) fn new(api: Api, max_event_bytes: usize, max_body_bytes: usize) -> Self {
        Self {
            fold: Fold::new(api),
            status: None,
            request_id: None,
            head_at: None,
            last_content_at: None,
            server_word: ServerWord::default(),
            form: Form::Unseen(SseParser::new(max_event_bytes)),
            mark_bytes: 0,
            blank_bytes: 0,
            last_blank: None,
            max_body_bytes,
        }
    }

    /// Whether the status says that the body is an error.
    pub(super) fn is_refusal(&self) -> bool {
        self.status.is_some_and(|status| !(200..300).contains(&status))
    }

    pub(super) fn head(&mut self, status: u16, headers: &[(String, String)], now: Timestamp) {
        self.status = Some(status);
        self.head_at = Some(now);
        self.server_word = ServerWord::read(headers, now);
        let named = |name: &str| {
            let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.chars().take(MAX_REQUEST_ID_CHARS).collect())
        };
        self.request_id = REQUEST_ID_HEADERS.iter().find_map(|name| named(name));
    }

    /// Takes bytes of the body; the ending, when they are the last that matter.
    pub(super) fn body(
        &mut self,
        bytes: &[u8],
        now: Timestamp,
        sink: &mut dyn Sink,
    ) -> Option<Ending> {
        let bytes = self.skip_mark(bytes);
        if let Form::Unseen(parser) = &mut self.form {
            // The type a server declares is often missing or wrong; no stream of events begins
            // like a document, and no document like a stream.
            let is_refusal = self.status.is_some_and(|status| !(200..300).contains(&status));
            match bytes.iter().find(|byte| !is_blank(byte)) {
                None if !is_refusal => {
                    self.blank_bytes = self.blank_bytes.saturating_add(bytes.len());
                    self.last_blank = bytes.last().copied().or(self.last_blank);
                    if self.blank_bytes > self.max_body_bytes {
                        return Some(self.too_long());
                    }
                }
                Some(b'{' | b'[' | b'<') => self.form = Form::Whole(Vec::new()),
                _ if is_refusal => self.form = Form::Whole(Vec::new()),
                _ => {
                    let fresh = SseParser::new(0);
                    self.form = Form::Events(core::mem::replace(parser, fresh));
                    // Of what was passed over, the last tells whether a line has begun.
                    let last = self.last_blank;
                    for passed in [MARK.get(..self.mark_bytes), last.as_ref().map(from_ref)] {
                        let passed = passed.unwrap_or_default();
                        if let Some(ending) = self.events(passed, now, sink) {
                            return Some(ending);
                        }
                    }
                }
            }
        }
        match &mut self.form {
            Form::Unseen(_) => None,
            Form::Events(_) => self.events(bytes, now, sink),
            Form::Whole(_) => {
                if bytes.iter().any(|byte| !is_blank(byte)) {
                    self.last_content_at = Some(now);
                }
                let is_refusal = self.is_refusal();
                let Form::Whole(body) = &mut self.form else { return None };
                if is_refusal {
                    // Only the words of an error matter, and they come first.
                    let room = MAX_ERROR_BYTES.saturating_sub(body.len());
                    body.extend_from_slice(&bytes[..bytes.len().min(room)]);
                    return (body.len() >= MAX_ERROR_BYTES).then(|| self.refused());
                }
                if body.len().saturating_add(bytes.len()) > self.max_body_bytes {
                    return Some(self.too_long());
                }
                body.extend_from_slice(bytes);
                None
            }
        }
    }

    /// Passes over a byte order mark at the very start, which both forms may have.
    fn skip_mark<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        while self.blank_bytes == 0
            && matches!(self.form, Form::Unseen(_))
            && let Some((byte, after)) = rest.split_first()
            && MARK.get(self.mark_bytes) == Some(byte)
        {
            self.mark_bytes += 1;
            rest = after;
        }
        rest
    }

    fn too_long(&self) -> Ending {
        let limit_bytes = self.max_body_bytes;
        let message =
            format!("the body is longer than {limit_bytes} bytes, the most that is accepted");
        let error = Error::new(ErrorKind::MalformedResponse, message)
            .with("limitBytes", limit_bytes as u64);
        Ending::Failed(Failure::new(error, Remedy::None))
    }

    /// Takes the clean end of the body.
    pub(super) fn end(&mut self, now: Timestamp, sink: &mut dyn Sink) -> Ending {
        if self.is_refusal() {
            return self.refused();
        }
        match &mut self.form {
            Form::Unseen(_) => {
                Ending::Failed(Failure::malformed("the provider sent an empty body"))
            }
            Form::Whole(body) => {
                let body = core::mem::take(body);
                self.whole(&body, sink)
            }
            Form::Events(parser) => {
                let last = core::mem::replace(parser, SseParser::new(0)).finish();
                if let Some(last) = last
                    && !self.fold.is_complete()
                    && let Some(ending) = self.event(&last.event, &last.data, now, sink)
                {
                    return ending;
                }
                // Of what cannot be read, the answer holds nothing.
                let _ = self.fold.release(sink);
                self.cut("the stream ended before the event that ends an answer")
            }
        }
    }

    /// Takes the loss of the connection.
    pub(super) fn lost(&mut self, message: &str, unsent: bool) -> Ending {
        if self.is_refusal() {
            return self.refused();
        }
        if self.fold.is_complete() {
            return Ending::Answered;
        }
        let what = if self.status.is_some() {
            "the connection broke before the answer was whole"
        } else {
            "the provider could not be reached"
        };
        let error = Error::new(ErrorKind::Connection, format!("{what}: {message}"));
        Ending::Failed(Failure { is_free: unsent, ..Failure::new(error, Remedy::Retry) })
    }

    /// The failure that a refusing status and its body stand for.
    pub(super) fn refused(&mut self) -> Ending {
        let status = self.status.unwrap_or(0);
        let body = match &self.form {
            Form::Whole(body) => String::from_utf8_lossy(body).to_string(),
            _ => String::new(),
        };
        let problem = Problem::of_response(status, &body);
        let mut failure = Failure { is_free: true, ..Failure::from(problem) };
        failure.wait_ms = self.server_word.wait_ms.or(failure.wait_ms);
        let is_hopeless = matches!(failure.error.kind, ErrorKind::Permission);
        match self.server_word.should_retry {
            Some(true) if !is_hopeless => failure.remedy = Remedy::Retry,
            Some(false) if matches!(failure.remedy, Remedy::Retry | Remedy::Sideways) => {
                failure.remedy = Remedy::Elsewhere;
            }
            _ => {}
        }
        if let Some(id) = &self.request_id {
            failure.error = failure.error.with("requestId", id.as_str());
        }
        Ending::Failed(failure)
    }

    fn cut(&self, what: &str) -> Ending {
        if self.fold.is_complete() {
            Ending::Answered
        } else {
            Ending::Failed(Failure::malformed(what))
        }
    }

    fn events(&mut self, bytes: &[u8], now: Timestamp, sink: &mut dyn Sink) -> Option<Ending> {
        let Form::Events(parser) = &mut self.form else { return None };
        let (fold, last_content_at) = (&mut self.fold, &mut self.last_content_at);
        let mut ending = None;
        let fed = parser.feed(bytes, |event| {
            if ending.is_none() {
                ending = fold_event(fold, last_content_at, event.event, event.data, now, sink);
            }
        });
        match (ending, fed) {
            (Some(ending), _) => Some(ending),
            (None, Ok(())) => None,
            (None, Err(_)) if self.fold.is_complete() => Some(Ending::Answered),
            (None, Err(error)) => Some(Ending::Failed(Failure::new(error, Remedy::None))),
        }
    }

    fn event(
        &mut self,
        name: &str,
        data: &str,
        now: Timestamp,
        sink: &mut dyn Sink,
    ) -> Option<Ending> {
        fold_event(&mut self.fold, &mut self.last_content_at, name, data, now, sink)
    }

    fn whole(&mut self, body: &[u8], sink: &mut dyn Sink) -> Ending {
        let Ok(value) = parse_body(body) else {
            let text = String::from_utf8_lossy(body);
            let what = if text.trim_start().starts_with('<') {
                "the provider sent a page instead of an answer"
            } else {
                "the provider sent a body that is not whole JSON"
            };
            return Ending::Failed(Failure::malformed(what));
        };
        fold_whole(&mut self.fold, &value, sink)
    }
}

/// White space of JSON, which has no form feeds.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Takes a body that came whole.
pub(super) fn fold_whole(fold: &mut Fold, body: &Value, sink: &mut dyn Sink) -> Ending {
    match fold.whole(body, sink) {
        Ok(Step::Failed(problem)) => Ending::Failed(problem.into()),
        Ok(_) if fold.is_complete() => Ending::Answered,
        Ok(_) => Ending::Failed(Failure::malformed("the provider sent an unfinished answer")),
        Err(error) => Ending::Failed(Failure::new(error, Remedy::Retry)),
    }
}

fn fold_event(
    fold: &mut Fold,
    last_content_at: &mut Option<Timestamp>,
    name: &str,
    data: &str,
    now: Timestamp,
    sink: &mut dyn Sink,
) -> Option<Ending> {
    match fold.event(name, data, sink) {
        Ok(Step::Idle) => None,
        Ok(Step::Content) => {
            *last_content_at = Some(now);
            None
        }
        Ok(Step::Done) => Some(Ending::Answered),
        // INVARIANT: what comes after the terminal event cannot take the answer back.
        Ok(Step::Failed(problem)) => Some(Ending::Failed(problem.into())),
        Err(_) if fold.is_complete() => Some(Ending::Answered),
        Err(error) => Some(Ending::Failed(Failure::new(error, Remedy::Retry))),
    }
}

const MARK: &[u8] = "\u{feff}".as_bytes();
const MAX_ERROR_BYTES: usize = 64 << 10;
const MAX_REQUEST_ID_CHARS: usize = 200;
/// OpenAI and most others; Anthropic; Amazon; Azure.
const REQUEST_ID_HEADERS: &[&str] =
    &["x-request-id", "request-id", "x-amzn-requestid", "apim-request-id"];
