//! How a body goes out: first a program of steps, then the stream that runs it.
//!
//! The program is plain data, so that every fault is a change of the program and can be tested
//! without a socket. What has been delivered is charged just before it is handed over.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use crate::bill::Usage;
use crate::fault::{ErrorShape, Fault};
use crate::prompt::Api;
use crate::socket::Connection;
use crate::state::{LineRef, Shared};
use crate::wire::Event;
use crate::wire::problem::Problem;

/// One thing to do with a body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Wait until this much time has passed since the body began.
    Due { us: u64 },
    /// Reset the connection.
    Reset,
    /// Hand over bytes.
    Send { bytes: Bytes, tokens: u64, is_last: bool },
    /// Say nothing, or only comments.
    Silence { ms: u64, keep_alive_ms: Option<u64> },
}

/// How fast tokens go out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    pub(crate) first_token_ms: u64,
    pub(crate) tokens_per_second: u32,
}

impl Pace {
    /// When a token is due after the body began.
    pub(crate) fn due_us(self, tokens: u64) -> u64 {
        let first_us = self.first_token_ms * 1_000;
        match u64::from(self.tokens_per_second) {
            0 => first_us,
            per_second => first_us + tokens.saturating_mul(1_000_000) / per_second,
        }
    }
}

/// The steps of a stream of events.
pub(crate) fn stream_steps(
    events: &[Event],
    fault: &Fault,
    pace: Pace,
    api: Api,
    problem: &Problem,
) -> Vec<Step> {
    let mut steps = silence(fault);
    let mut tokens = 0;
    for (index, event) in events.iter().enumerate() {
        if let Some(end) = stream_end(events, index, fault, api, problem, &mut steps) {
            steps.extend(end);
            return in_chunks(cut_bytes(steps, fault), fault);
        }
        tokens += event.tokens;
        let us = pace.due_us(tokens);
        if event.tokens > 0 && us > 0 {
            steps.push(Step::Due { us });
        }
        let bytes = Bytes::from(event.text());
        if fault.unknown_events {
            steps.push(note(&unknown(api, index)));
        }
        if fault.duplicate_event == Some(index) {
            steps.push(Step::Send { bytes: bytes.clone(), tokens: 0, is_last: false });
        }
        steps.push(Step::Send { bytes, tokens: event.tokens, is_last: event.is_last });
    }
    if fault.cut_at_end {
        steps.push(Step::Reset);
    }
    in_chunks(cut_bytes(steps, fault), fault)
}

/// What happens before the event with this index; `Some` if nothing follows.
fn stream_end(
    events: &[Event],
    index: usize,
    fault: &Fault,
    api: Api,
    problem: &Problem,
    steps: &mut Vec<Step>,
) -> Option<Vec<Step>> {
    // An answer shorter than asked still goes wrong before its last event.
    let is_due = |after: Option<usize>| {
        after.is_some_and(|after| index == after.min(events.len().saturating_sub(1)))
    };
    if is_due(fault.stall_after_events) {
        steps.push(stall(fault));
    }
    if is_due(fault.malformed_after_events) {
        let half = events[index].data.len() / 2;
        let half = (0..=half).rev().find(|at| events[index].data.is_char_boundary(*at));
        let broken = &events[index].data[..half.unwrap_or(0)];
        steps.push(note(&format!("data: {broken}}}{{\n\n")));
    }
    if is_due(fault.error_after_events) {
        let text = error_text(events, index, fault, api, problem);
        return Some(vec![note(&text)]);
    }
    if is_due(fault.cut_after_events) {
        return Some(vec![Step::Reset]);
    }
    is_due(fault.truncate_after_events).then(Vec::new)
}

/// The steps of a body that comes in one piece.
///
/// What a fault does after a number of events it does here after half of the body.
pub(crate) fn whole_steps(body: &Bytes, fault: &Fault, tokens: u64) -> Vec<Step> {
    let mut steps = silence(fault);
    let half = body.len() / 2;
    let (first, rest) = (body.slice(..half), body.slice(half..));
    let part = |bytes: Bytes| Step::Send { bytes, tokens: 0, is_last: false };
    if fault.cut_after_events.is_some() {
        steps.extend([part(first), Step::Reset]);
    } else if fault.truncate_after_events.is_some() {
        steps.push(part(first));
    } else if fault.malformed_after_events.is_some() {
        steps.extend([part(first), part(Bytes::from_static(b"}{"))]);
    } else if fault.stall_after_events.is_some() {
        let rest = Step::Send { bytes: rest, tokens, is_last: true };
        steps.extend([part(first), stall(fault), rest]);
    } else {
        steps.push(Step::Send { bytes: body.clone(), tokens, is_last: true });
        if fault.cut_at_end {
            steps.push(Step::Reset);
        }
    }
    in_chunks(cut_bytes(steps, fault), fault)
}

fn silence(fault: &Fault) -> Vec<Step> {
    match fault.delay_content_ms {
        0 => Vec::new(),
        ms => vec![Step::Silence { ms, keep_alive_ms: fault.keep_alive_ms }],
    }
}

fn stall(fault: &Fault) -> Step {
    Step::Silence { ms: fault.stall_ms.unwrap_or(HOUR_MS), keep_alive_ms: fault.keep_alive_ms }
}

fn note(text: &str) -> Step {
    Step::Send { bytes: Bytes::from(text.to_owned()), tokens: 0, is_last: false }
}

fn unknown(api: Api, index: usize) -> String {
    let data = json!({"type": "response.weather.updated", "sequence_number": index,
        "forecast": {"sky": "clear", "layers": [1, null, true]}});
    match (api, index % 2) {
        (_, 1) => ": keep-alive\n\n".to_owned(),
        (Api::Responses | Api::Messages, _) => {
            format!("id: {index}\nretry: 3000\nevent: response.weather.updated\ndata: {data}\n\n")
        }
        _ => ": processing\nid: 7\n\n".to_owned(),
    }
}

fn error_text(
    events: &[Event],
    index: usize,
    fault: &Fault,
    api: Api,
    problem: &Problem,
) -> String {
    let shape = fault.error_shape.unwrap_or(match api {
        Api::Chat | Api::Gemini => ErrorShape::Chunk,
        Api::Messages | Api::Responses => ErrorShape::Nested,
    });
    let error = problem.openai();
    match (shape, api) {
        (_, Api::Gemini) => format!("data: {}\n\n", problem.body(api, "")),
        (ErrorShape::Nested, Api::Messages) => {
            format!("event: error\ndata: {}\n\n", problem.body(api, "req_emulator"))
        }
        (ErrorShape::Nested, _) => {
            let nested = json!({"type": "error", "sequence_number": index, "error": error});
            let mut text = Event::named(nested).text();
            let created = serde_json::from_str::<Value>(&events[0].data).unwrap_or(Value::Null);
            if let Some(mut response) = created.get("response").cloned() {
                response["status"] = json!("failed");
                response["error"] = json!({
                    "code": problem.code.as_deref().unwrap_or("server_error"),
                    "message": problem.message,
                });
                let failed = json!({"type": "response.failed", "sequence_number": index + 1,
                    "response": response});
                text.push_str(&Event::named(failed).text());
            }
            text
        }
        (ErrorShape::Flat, _) => Event::named(json!({
            "type": "error", "sequence_number": index, "code": problem.code,
            "message": problem.message, "param": problem.param,
        }))
        .text(),
        (ErrorShape::Named, _) => {
            let mut error = error;
            error["status_code"] = json!(problem.status);
            format!("event: error\ndata: {}\n\n", json!({ "error": error }))
        }
        (ErrorShape::Chunk, _) => {
            let mut chunk = serde_json::from_str::<Value>(&events[0].data).unwrap_or(json!({}));
            chunk["error"] = error;
            chunk["choices"] = json!([{"index": 0, "delta": {"role": "assistant", "content": ""},
                "finish_reason": "error"}]);
            format!("data: {chunk}\n\ndata: [DONE]\n\n")
        }
    }
}

fn cut_bytes(steps: Vec<Step>, fault: &Fault) -> Vec<Step> {
    let (limit, end) = match (fault.cut_after_bytes, fault.truncate_after_bytes) {
        (Some(limit), _) => (limit, Some(Step::Reset)),
        (None, Some(limit)) => (limit, None),
        (None, None) => return steps,
    };
    let mut sent = 0;
    let mut kept = Vec::new();
    for step in steps {
        match step {
            Step::Send { bytes, .. } if sent + bytes.len() > limit => {
                kept.push(Step::Send {
                    bytes: bytes.slice(..limit - sent),
                    tokens: 0,
                    is_last: false,
                });
                break;
            }
            Step::Send { bytes, tokens, is_last } => {
                sent += bytes.len();
                kept.push(Step::Send { bytes, tokens, is_last });
            }
            other => kept.push(other),
        }
    }
    kept.extend(end);
    kept
}

fn in_chunks(steps: Vec<Step>, fault: &Fault) -> Vec<Step> {
    let Some(size) = fault.chunk_bytes.filter(|size| *size > 0) else { return steps };
    let mut chunked = Vec::new();
    for step in steps {
        let Step::Send { bytes, tokens, is_last } = step else {
            chunked.push(step);
            continue;
        };
        let mut rest = bytes;
        while rest.len() > size {
            chunked.push(Step::Send { bytes: rest.split_to(size), tokens: 0, is_last: false });
        }
        chunked.push(Step::Send { bytes: rest, tokens, is_last });
    }
    chunked
}

/// What a stream charges as it goes.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(crate) shared: Arc<Shared>,
    pub(crate) line: LineRef,
    pub(crate) usage: Usage,
}

/// A body that carries out the steps.
pub(crate) fn body(steps: Vec<Step>, meter: Option<Meter>, connection: Connection) -> Body {
    let run = Run {
        steps: steps.into_iter(),
        meter,
        connection,
        started: Instant::now(),
        delivered_tokens: 0,
        silence: None,
    };
    Body::from_stream(futures_util::stream::unfold(run, |mut run| async move {
        let item = run.next().await?;
        Some((item, run))
    }))
}

#[derive(Debug)]
struct Run {
    steps: std::vec::IntoIter<Step>,
    meter: Option<Meter>,
    connection: Connection,
    started: Instant,
    delivered_tokens: u64,
    /// The end of a silence broken by comments, and how often they come.
    silence: Option<(Instant, Duration)>,
}

impl Run {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        loop {
            if let Some((end, every)) = self.silence {
                let next = Instant::now() + every;
                if next < end {
                    sleep_until(next).await;
                    return Some(Ok(Bytes::from_static(b": keep-alive\n\n")));
                }
                sleep_until(end).await;
                self.silence = None;
            }
            match self.steps.next()? {
                Step::Due { us } => {
                    let due = self.started + Duration::from_micros(us);
                    if due > Instant::now() {
                        sleep_until(due).await;
                    }
                }
                Step::Reset => {
                    // A pause lets what was sent reach the other side before the reset does.
                    sleep(Duration::from_millis(20)).await;
                    self.connection.reset_on_close();
                    return Some(Err(io::Error::from(io::ErrorKind::ConnectionReset)));
                }
                Step::Send { bytes, tokens, is_last } => {
                    self.delivered_tokens += tokens;
                    if let Some(meter) = &self.meter
                        && (tokens > 0 || is_last)
                    {
                        let delivered = self.delivered_tokens;
                        meter.shared.charge(meter.line, &meter.usage, delivered, is_last);
                    }
                    if !bytes.is_empty() {
                        return Some(Ok(bytes));
                    }
                }
                Step::Silence { ms, keep_alive_ms: Some(every_ms) } => {
                    let end = Instant::now() + Duration::from_millis(ms);
                    self.silence = Some((end, Duration::from_millis(every_ms.max(1))));
                }
                Step::Silence { ms, keep_alive_ms: None } => {
                    sleep(Duration::from_millis(ms)).await;
                }
            }
        }
    }
}

const HOUR_MS: u64 = 3_600_000;
