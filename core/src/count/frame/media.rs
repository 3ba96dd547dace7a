//! Pictures, documents, sounds, hosted tools and whatever else only the provider can read.

use alloc::string::String;

use serde_json::Value;

use super::json::COMPACT;
use crate::catalog::{CountingFamily, Model};
use crate::count::image;
use crate::count::ruler::Ruler;
use crate::count::tally::Tally;
use crate::count::{CountPartKind, TokenRange};
use crate::request::{Api, HostedTool, Part, Request, Source, Tool, UNSEEN};

/// Counts all that is not words, calls or schemas.
pub(super) fn count(
    request: &Request,
    api: Api,
    model: &Model,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let view = View { model, ruler, shows_pictures: true };
    for message in &request.conversation {
        for part in &message.content {
            match part {
                // Words are counted with their message.
                Part::Text { .. } => {}
                // Chat Completions takes pictures in a tool's message and does not show them.
                Part::ToolResult { content, .. } if api == Api::Chat => {
                    let view = View { shows_pictures: false, ..view };
                    content.iter().for_each(|part| view.part(part, tally));
                }
                _ => view.part(part, tally),
            }
        }
    }
    for tool in &request.tools {
        if let Tool::Hosted { kind, .. } = tool {
            tally.add_doubtful(
                CountPartKind::HostedTools,
                hosted(*kind, model.counting.family),
                "what a hosted tool adds is not known before it runs",
            );
        }
    }
    if request.previous_response_id.is_some() {
        tally.add_doubtful(
            CountPartKind::Text,
            HELD,
            "the conversation that the provider holds is not in the request",
        );
    }
}

/// What parts are counted with.
#[derive(Clone, Copy)]
struct View<'a> {
    model: &'a Model,
    ruler: &'a Ruler<'a>,
    /// Whether the model gets to see pictures here.
    shows_pictures: bool,
}

impl View<'_> {
    fn part(self, part: &Part, tally: &mut Tally) {
        match part {
            Part::Image { source, detail, size } => {
                let size = size.or_else(|| match source {
                    Source::Base64 { data, .. } => image::size(data),
                    _ => None,
                });
                let (rule, detail) = (self.model.counting.images, detail.unwrap_or_default());
                let tokens = if self.shows_pictures {
                    image::tokens(rule, size, detail)
                } else {
                    image::surcharge(rule, size, detail)
                };
                match tokens {
                    image::Tokens::Known(tokens) => tally.add(CountPartKind::Images, tokens),
                    image::Tokens::Between(range) => tally.add_doubtful(
                        CountPartKind::Images,
                        range,
                        "the size of a picture, or how it is counted, is not known",
                    ),
                }
            }
            Part::File { source, .. } => {
                tally.add_doubtful(
                    CountPartKind::Files,
                    file(source),
                    "a document is billed as its text and pictures of its pages",
                );
            }
            Part::Audio { source, duration_ms } => {
                let rate = match self.model.counting.family {
                    CountingFamily::Gemini2
                    | CountingFamily::Gemini25
                    | CountingFamily::Gemini3 => 32,
                    _ => 10,
                };
                let range = match duration_ms {
                    Some(ms) => around(ms.saturating_mul(rate) / 1_000, 100_000),
                    None => around(seconds(source).saturating_mul(rate), 900_000),
                };
                tally.add_doubtful(CountPartKind::Audio, range, "sound is billed by its length");
            }
            Part::Other { value } if value.get(UNSEEN).is_some() => {
                let mode = value.get(UNSEEN).and_then(Value::as_str) == Some("reasoning_mode");
                let range = if mode { reasoning_mode(self.model) } else { HELD };
                if range.high > 0 {
                    let why = "part of the prompt is held by the provider";
                    tally.add_doubtful(CountPartKind::Text, range, why);
                }
            }
            Part::Other { value } => {
                let tokens = self.ruler.tokens(&COMPACT.text(value));
                tally.add_doubtful(
                    CountPartKind::Text,
                    TokenRange { low: tokens / 4, expected: tokens, high: 2 * tokens + 100 },
                    "part of the prompt is of a kind that is not known",
                );
            }
            Part::ToolResult { content, .. } => {
                content.iter().for_each(|part| self.part(part, tally));
            }
            _ => {}
        }
    }
}

/// What a mode of reasoning adds: 1,514 tokens or a few more to a first turn of GPT-5.6, in six
/// recorded requests, and more with each turn; nothing to models that have no other mode, in two
/// (checked 2026-11-22).
fn reasoning_mode(model: &Model) -> TokenRange {
    let name = model.id.as_str();
    if name.ends_with("-pro") {
        TokenRange::default()
    } else if name.starts_with("gpt-5.6") {
        TokenRange { low: 1_500, expected: 1_514, high: 20_000 }
    } else {
        HELD
    }
}

/// What a provider may hold of a prompt: nothing, or many turns.
const HELD: TokenRange = TokenRange { low: 0, expected: 300, high: 20_000 };

/// What a hosted tool was seen to add, from being offered to being used.
fn hosted(kind: HostedTool, family: CountingFamily) -> TokenRange {
    let gemini = [CountingFamily::Gemini2, CountingFamily::Gemini25, CountingFamily::Gemini3];
    let (low, expected, high) = match kind {
        // Gemini counts what its tools put into the prompt beside the prompt.
        _ if gemini.contains(&family) => (0, 0, 20_000),
        HostedTool::ApplyPatch => (500, 623, 1_000),
        HostedTool::CodeInterpreter => (130, 1_000, 6_000),
        HostedTool::ComputerUse => (484, 484, 10_000),
        HostedTool::FileSearch => (800, 1_000, 20_000),
        HostedTool::ImageGeneration => (300, 1_500, 4_000),
        HostedTool::Mcp => (50, 1_000, 20_000),
        HostedTool::Shell => (200, 900, 5_000),
        HostedTool::WebSearch => (290, 8_000, 116_000),
        _ => (10, 300, 10_000),
    };
    TokenRange { low, expected, high }
}

/// A document of unknown length; its bytes say little, since pages are compressed.
fn file(source: &Source) -> TokenRange {
    let bytes = bytes(source);
    TokenRange { low: 20, expected: 800, high: 20_000_u64.max(bytes / 3) }
}

/// Seconds of sound, from uncompressed to well compressed.
fn seconds(source: &Source) -> u64 {
    const BYTES_PER_SECOND: u64 = 32_000;
    bytes(source) / BYTES_PER_SECOND + 1
}

fn bytes(source: &Source) -> u64 {
    match source {
        Source::Base64 { data, .. } => String::len(data) as u64 / 4 * 3,
        _ => 0,
    }
}

fn around(tokens: u64, ppm: u64) -> TokenRange {
    let margin = crate::count::tally::share(tokens, ppm);
    TokenRange { low: tokens - margin.min(tokens), expected: tokens, high: tokens + 10 * margin }
}
