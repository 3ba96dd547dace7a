//! One recorded request: a line of JSON, parsed and counted.

use farebox_core::error::Error;
use farebox_core::provider;
use farebox_core::request::{Api, Part, PixelSize, Request, Source};
use serde::Deserialize;
use serde_json::Value;

/// A line of a log: a request, and what the provider said it used.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    #[serde(default)]
    pub(crate) key: Value,
    #[serde(default)]
    pub(crate) endpoint: Option<String>,
    #[serde(default)]
    pub(crate) model: Option<String>,
    pub(crate) request: Value,
    #[serde(default)]
    pub(crate) usage: Option<Value>,
    #[serde(default)]
    pub(crate) created: Option<i64>,
}

impl Row {
    /// The format the row says its body is written in.
    pub(crate) fn api(&self) -> Result<Option<Api>, Error> {
        Ok(match self.endpoint.as_deref() {
            None => None,
            Some("chat" | "chat_completions") => Some(Api::Chat),
            Some("responses" | "responses_input_tokens") => Some(Api::Responses),
            Some("messages" | "count_tokens") => Some(Api::Messages),
            Some("generateContent" | "countTokens" | "generate_content") => {
                Some(Api::GenerateContent)
            }
            Some(other) => {
                return Err(Error::invalid_request(format!(
                    "`endpoint` must be chat, responses, messages or generateContent: {other}"
                )));
            }
        })
    }

    /// The request, with the sizes of pictures whose bytes were left out of the log.
    pub(crate) fn request(&self) -> Result<Request, Error> {
        let body = self.request.get("generateContentRequest").unwrap_or(&self.request);
        let mut request = provider::parse(body, self.api()?)?;
        for message in &mut request.conversation {
            message.content.iter_mut().for_each(read_marker);
        }
        Ok(request)
    }
}

/// Takes what a log tells of bytes it left out: the size of a picture from a marker such as
/// `<<base64 image/png 15941 bytes sha256:… 128x128>>`, the length of what is encrypted from one
/// such as `<<encrypted_content 1528 chars>>`.
fn read_marker(part: &mut Part) {
    match part {
        Part::Reasoning { opaque: Some(opaque), .. } => {
            let chars = opaque.strip_prefix("<<").and_then(|rest| rest.strip_suffix(" chars>>"));
            let length = chars.and_then(|rest| rest.rsplit(' ').next()?.parse::<usize>().ok());
            if let Some(length) = length {
                *opaque = "A".repeat(length.min(MAX_OPAQUE_BYTES));
            }
        }
        Part::Image { source, size, .. } if size.is_none() => {
            let text = match source {
                Source::Url { url } => url,
                Source::Base64 { data, .. } => data,
                _ => return,
            };
            let marker = text.split_once("<<base64").and_then(|(_, rest)| rest.split_once(">>"));
            let last = marker.and_then(|(words, _)| words.split_whitespace().last());
            let sides = last.and_then(|last| last.split_once('x'));
            *size = sides.and_then(|(width, height)| {
                Some(PixelSize { width: width.parse().ok()?, height: height.parse().ok()? })
            });
        }
        Part::ToolResult { content, .. } => content.iter_mut().for_each(read_marker),
        _ => {}
    }
}

const MAX_OPAQUE_BYTES: usize = 4 << 20;
