//! Server-sent events: bytes in, cut anywhere, events out.
//!
//! The parser follows the WHATWG standard (HTML, section 9.2.6, read 2026-11-22). It is a fold over
//! bytes whose whole state is the unfinished line, the unfinished event and two flags, and each of
//! them changes only at a line's end or by appending; so cutting the input elsewhere cannot change
//! what comes out. Every byte is searched once and copied at most twice, into the line (only when
//! the line is cut) and into the event's data, and both buffers are reused: the time is linear in
//! the input, whatever the cuts.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::settings::CallSettings;
use crate::error::{Error, ErrorKind};

/// One event, as the standard dispatches it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SseEvent {
    /// Its type: `message` where the stream names none.
    pub event: String,
    /// Its data, lines joined by line feeds.
    pub data: String,
    /// The last id the stream has given, empty when none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
}

/// A borrowed view of one event, valid until the parser reads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SseEventRef<'a> {
    /// Its type: `message` where the stream names none.
    pub event: &'a str,
    /// Its data, lines joined by line feeds.
    pub data: &'a str,
    /// The last id the stream has given, empty when none.
    pub id: &'a str,
}

impl SseEventRef<'_> {
    /// The event, kept.
    pub fn to_owned(self) -> SseEvent {
        SseEvent { event: self.event.into(), data: self.data.into(), id: self.id.into() }
    }
}

/// A parser of one stream.
///
/// # Examples
///
/// ```
/// use farebox_core::call::sse::SseParser;
///
/// let mut parser = SseParser::new(1 << 20);
/// let mut seen = Vec::new();
/// for chunk in [&b"data: {\"a\""[..], b":1}\r", b"\n\r\ndata: half"] {
///     parser.feed(chunk, |event| seen.push(event.data.to_owned()))?;
/// }
/// assert_eq!(seen, ["{\"a\":1}"]);
/// assert_eq!(parser.finish().unwrap().data, "half");
/// # Ok::<(), farebox_core::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SseParser {
    max_event_bytes: usize,
    /// The bytes of a line that is not over.
    line: Vec<u8>,
    /// The data of the event that is not over, each line followed by a line feed.
    data: Vec<u8>,
    event: String,
    id: String,
    retry_ms: Option<u64>,
    /// The last byte was a carriage return, so a line feed now belongs to it.
    after_return: bool,
    /// Bytes of the byte order mark seen at the very start; `None` once the start is over.
    mark: Option<usize>,
    is_over_limit: bool,
}

impl SseParser {
    /// A parser that refuses an event longer than this.
    pub fn new(max_event_bytes: usize) -> Self {
        Self {
            max_event_bytes,
            line: Vec::new(),
            data: Vec::new(),
            event: String::new(),
            id: String::new(),
            retry_ms: None,
            after_return: false,
            mark: Some(0),
            is_over_limit: false,
        }
    }

    /// The reconnection time the stream asked for last.
    pub fn retry_ms(&self) -> Option<u64> {
        self.retry_ms
    }

    /// Takes more bytes and hands on every event they complete.
    ///
    /// # Errors
    ///
    /// `malformed_response` once an event is longer than the limit; the stream is over then, and
    /// further bytes give the same error.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        mut sink: impl FnMut(SseEventRef<'_>),
    ) -> Result<(), Error> {
        let mut rest = self.skip_mark(bytes);
        while !rest.is_empty() && !self.is_over_limit {
            if self.after_return {
                self.after_return = false;
                if let Some(after) = rest.strip_prefix(b"\n") {
                    rest = after;
                    continue;
                }
            }
            if let Some(after) = self.take_event(rest, &mut sink) {
                rest = after;
                continue;
            }
            // Each event ends in an empty line, which needs no search.
            let end = match rest.first() {
                Some(b'\n' | b'\r') => Some(0),
                _ => memchr::memchr2(b'\n', b'\r', rest),
            };
            let Some(end) = end else {
                self.check_limit(rest.len());
                if !self.is_over_limit {
                    self.line.extend_from_slice(rest);
                }
                break;
            };
            self.check_limit(end);
            if self.is_over_limit {
                break;
            }
            self.after_return = rest[end] == b'\r';
            if self.line.is_empty() {
                self.take_line(&rest[..end], &mut sink);
            } else {
                let mut line = core::mem::take(&mut self.line);
                line.extend_from_slice(&rest[..end]);
                self.take_line(&line, &mut sink);
                line.clear();
                self.line = line;
            }
            rest = &rest[end + 1..];
        }
        if self.is_over_limit { Err(self.over_limit()) } else { Ok(()) }
    }

    /// Ends the stream and returns the event whose blank line never came, if it has data.
    ///
    /// The standard drops it. Some providers leave out the last blank line, so the caller may
    /// want to know whether it is whole.
    pub fn finish(mut self) -> Option<SseEvent> {
        if self.is_over_limit {
            return None;
        }
        let line = core::mem::take(&mut self.line);
        if !line.is_empty() {
            self.take_line(&line, &mut |_| {});
        }
        let mut last = None;
        self.dispatch(&mut |event| last = Some(event.to_owned()));
        last
    }

    /// Drops a byte order mark at the very start, even one that is cut.
    fn skip_mark<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        while let Some(seen) = self.mark {
            let Some((&byte, after)) = rest.split_first() else { break };
            if byte == MARK[seen] {
                rest = after;
                self.mark = if seen + 1 == MARK.len() { None } else { Some(seen + 1) };
            } else {
                self.line.extend_from_slice(&MARK[..seen]);
                self.mark = None;
            }
        }
        rest
    }

    /// Takes an event whose one line of data begins the bytes and whose end is among them, as most
    /// are, from where it stands: what it is and what follows is the same as line by line.
    fn take_event<'a>(
        &mut self,
        bytes: &'a [u8],
        sink: &mut impl FnMut(SseEventRef<'_>),
    ) -> Option<&'a [u8]> {
        if !self.line.is_empty() || !self.data.is_empty() {
            return None;
        }
        let value = bytes.strip_prefix(b"data: ")?;
        let end = memchr::memchr2(b'\n', b'\r', value)?;
        let (data, rest) = value.split_at(end);
        let rest = rest.strip_prefix(b"\n\n")?;
        if bytes.len() - rest.len() > self.max_event_bytes {
            return None;
        }
        self.hand_on(data, sink);
        self.event.clear();
        Some(rest)
    }

    fn hand_on(&self, data: &[u8], sink: &mut impl FnMut(SseEventRef<'_>)) {
        // INVARIANT: lines are cut at ASCII bytes only, so decoding the joined lines gives what
        // decoding the whole stream would.
        let data = match core::str::from_utf8(data) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(data),
        };
        let event = if self.event.is_empty() { "message" } else { &self.event };
        sink(SseEventRef { event, data: &data, id: &self.id });
    }

    fn check_limit(&mut self, more: usize) {
        let held = self.line.len().saturating_add(self.data.len()).saturating_add(more);
        if held > self.max_event_bytes {
            self.is_over_limit = true;
            self.line = Vec::new();
            self.data = Vec::new();
        }
    }

    fn over_limit(&self) -> Error {
        let message = format!(
            "an event of the stream is longer than {} bytes, the most that is accepted",
            self.max_event_bytes
        );
        Error::new(ErrorKind::MalformedResponse, message)
            .with("limitBytes", self.max_event_bytes as u64)
    }

    fn take_line(&mut self, line: &[u8], sink: &mut impl FnMut(SseEventRef<'_>)) {
        if line.is_empty() {
            self.dispatch(sink);
            return;
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(0) => return,
            Some(at) => (&line[..at], line[at + 1..].strip_prefix(b" ").unwrap_or(&line[at + 1..])),
            None => (line, &[][..]),
        };
        match field {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => {
                self.event.clear();
                self.event.push_str(&String::from_utf8_lossy(value));
            }
            b"id" if !value.contains(&0) => {
                self.id.clear();
                self.id.push_str(&String::from_utf8_lossy(value));
            }
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = core::str::from_utf8(value).unwrap_or("");
                self.retry_ms = Some(digits.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }

    fn dispatch(&mut self, sink: &mut impl FnMut(SseEventRef<'_>)) {
        if let Some((_, data)) = self.data.split_last() {
            self.hand_on(data, sink);
        }
        self.data.clear();
        self.event.clear();
    }
}

/// The byte order mark in UTF-8.
const MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// A stream that was recorded whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SseTranscript {
    /// Its events.
    pub events: Vec<SseEvent>,
    /// The event whose blank line never came, if it has data; the standard drops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unterminated: Option<SseEvent>,
    /// The reconnection time the stream asked for last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
}

/// A stream given in pieces.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Readable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SseScript {
    /// The pieces, each a text or a list of bytes.
    pub chunks: Vec<Chunk>,
    /// The longest event accepted; a call's default otherwise.
    #[serde(default)]
    pub max_event_bytes: Option<u32>,
}

/// A piece of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Readable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "ts", tsify(type = "string | number[]"))]
#[serde(transparent)]
pub struct Chunk(#[serde(with = "super::body_bytes")] pub Vec<u8>);

impl SseScript {
    /// Reads the whole stream; cuts change nothing.
    ///
    /// # Errors
    ///
    /// `malformed_response` when an event is longer than the limit.
    pub fn read(&self) -> Result<SseTranscript, Error> {
        let default = CallSettings::default().max_event_bytes;
        let mut parser = SseParser::new(self.max_event_bytes.unwrap_or(default) as usize);
        let mut events = Vec::new();
        for Chunk(chunk) in &self.chunks {
            parser.feed(chunk, |event| events.push(event.to_owned()))?;
        }
        let retry_ms = parser.retry_ms();
        Ok(SseTranscript { events, unterminated: parser.finish(), retry_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8], size: usize) -> Vec<(String, String, String)> {
        let mut parser = SseParser::new(1 << 20);
        let mut seen = Vec::new();
        for chunk in bytes.chunks(size) {
            parser
                .feed(chunk, |e| seen.push((e.event.into(), e.data.into(), e.id.into())))
                .unwrap();
        }
        seen
    }

    #[test]
    fn an_event_over_the_limit_is_a_typed_error_and_stays_one() {
        let mut parser = SseParser::new(64);
        let mut count = 0;
        parser.feed(b"data: short\n\n", |_| count += 1).unwrap();
        for _ in 0..2 {
            let error = parser.feed(&[b'x'; 65], |_| count += 1).unwrap_err();
            assert_eq!(error.kind, ErrorKind::MalformedResponse);
        }
        assert!(parser.feed(b"\n\ndata: later\n\n", |_| count += 1).is_err());
        assert_eq!(count, 1);
        assert!(parser.finish().is_none());
    }

    #[test]
    fn a_limit_holds_over_many_lines_of_data() {
        let mut parser = SseParser::new(100);
        let line = b"data: 0123456789\n";
        assert!((0..20).any(|_| parser.feed(line, |_| {}).is_err()));
    }

    #[test]
    fn half_a_byte_order_mark_is_data() {
        for size in [1, 2, 100] {
            assert!(parse(b"\xef\xbb\xbfdata: a\n\n", size)[0].1 == "a");
            assert!(parse(b"\xef\xbbdata: a\n\n", size).is_empty());
            assert!(parse(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", size).is_empty());
        }
    }
}
