//! How many tokens the emulator charges for, by one documented rule.
//!
//! Plain messages are counted as the providers do (rules measured on recorded traffic, checked
//! 2026-11-22): the tokens of the text, 4 around each message, and at the end 3, or 2 on models that
//! reason, which also add 2 for each assistant message. Tools and schemas are charged as the tokens
//! of their compact JSON and 8 each, calls and results as their text and 8 each. Providers without a
//! public tokeniser are charged 115 % (Claude) and 110 % (Gemini) of `o200k_base`.

use std::collections::HashSet;

use tiktoken_rs::{CoreBPE, cl100k_base_singleton, o200k_base_singleton};

use crate::answer::ToolCall;
use crate::models::{Maker, Model};
use crate::prompt::{Api, Format, Message, Prompt, Role, ToolChoice};

/// Tokens of a text on its own.
pub(crate) fn text_tokens(model: &Model, text: &str) -> u64 {
    scale(model, vocabulary(model).encode_ordinary(text).len() as u64)
}

/// The text in pieces of one token each; a character spread over tokens stays in one piece.
pub(crate) fn pieces(model: &Model, text: &str) -> Vec<String> {
    let vocabulary = vocabulary(model);
    let mut pieces = Vec::new();
    let mut open = Vec::new();
    for token in vocabulary.encode_ordinary(text) {
        open.extend(vocabulary.decode_bytes(&[token]).unwrap_or_default());
        if let Ok(piece) = std::str::from_utf8(&open) {
            pieces.push(piece.to_owned());
            open.clear();
        }
    }
    pieces
}

/// Input tokens of a request.
pub(crate) fn input_tokens(prompt: &Prompt) -> u64 {
    let model = &prompt.model;
    let mut tokens: u64 =
        prompt.messages.iter().map(|message| message_tokens(prompt, message)).sum();
    tokens += match model.maker {
        Maker::Openai if model.can_reason() => 2,
        Maker::Openai | Maker::Anthropic => 3,
        Maker::Google => 0,
    };
    if prompt.tool_choice != ToolChoice::None || model.maker == Maker::Openai {
        for tool in &prompt.tools {
            tokens += 8
                + text_tokens(model, &tool.name)
                + text_tokens(model, &tool.description)
                + text_tokens(model, &tool.parameters.to_string());
        }
    }
    if let Format::Schema { name, schema } = &prompt.format {
        tokens += 8 + text_tokens(model, name) + text_tokens(model, &schema.to_string());
    }
    tokens
}

fn message_tokens(prompt: &Prompt, message: &Message) -> u64 {
    let model = &prompt.model;
    let mut tokens = text_tokens(model, &message.text) + message.media_tokens;
    for (name, arguments) in &message.calls {
        tokens += 8 + text_tokens(model, name) + text_tokens(model, arguments);
    }
    tokens += match (model.maker, message.role) {
        (_, Role::Tool) => 8,
        (Maker::Openai, Role::Assistant) if model.can_reason() => 6,
        (Maker::Openai | Maker::Anthropic, _) => 4,
        (Maker::Google, _) => 1,
    };
    tokens
}

/// Output tokens around the visible text (what recorded answers carry, checked 2026-11-22).
pub(crate) fn output_frame_tokens(prompt: &Prompt, has_reasoned: bool) -> u64 {
    match (prompt.api, prompt.model.can_reason(), has_reasoned) {
        (Api::Responses, true, false) => 4,
        (Api::Responses, true, true) => 6,
        (Api::Chat, true, false) => 3,
        (Api::Chat, true, true) => 9,
        (Api::Responses, false, _) => 1,
        (Api::Messages, ..) => 3,
        (Api::Chat, false, _) | (Api::Gemini, ..) => 0,
    }
}

/// Output tokens of one call.
pub(crate) fn call_tokens(prompt: &Prompt, call: &ToolCall) -> u64 {
    8 + text_tokens(&prompt.model, &call.name) + text_tokens(&prompt.model, &call.arguments_text())
}

fn scale(model: &Model, tokens: u64) -> u64 {
    match model.maker {
        Maker::Anthropic => (tokens * 23).div_ceil(20),
        Maker::Google => (tokens * 11).div_ceil(10),
        Maker::Openai => tokens,
    }
}

fn vocabulary(model: &Model) -> &'static CoreBPE {
    if model.cl100k { cl100k_base_singleton() } else { o200k_base_singleton() }
}

/// What the prompt caches hold: hashes of the beginnings of prompts, in steps of 128 tokens.
///
/// As OpenAI documents it (prompt caching guide, checked 2026-11-22): prompts from 1,024 tokens, by
/// longest common beginning. Claude caches only what the caller marks.
#[derive(Debug, Default)]
pub(crate) struct PromptCache {
    known: HashSet<u64>,
}

impl PromptCache {
    /// The input tokens that were seen before and those that are new to the cache.
    pub(crate) fn read(&mut self, prompt: &Prompt, input_tokens: u64) -> (u64, u64) {
        let text = match (prompt.api, &prompt.marked_text) {
            (Api::Messages, None) => return (0, 0),
            (_, Some(marked)) => marked.clone(),
            (_, None) => prompt.text(),
        };
        let tokens = vocabulary(&prompt.model).encode_ordinary(&text);
        let mut hash = fnv(FNV_START, prompt.model.id.as_bytes());
        let (mut seen_tokens, mut whole_tokens) = (0, 0);
        let mut is_seen = true;
        for (index, step) in tokens.chunks_exact(128).enumerate() {
            for token in step {
                hash = fnv(hash, &token.to_le_bytes());
            }
            is_seen &= !self.known.insert(hash);
            let length_tokens = (index as u64 + 1) * 128;
            if length_tokens >= 1_024 {
                whole_tokens = length_tokens;
                seen_tokens = if is_seen { length_tokens } else { seen_tokens };
            }
        }
        let whole_tokens = whole_tokens.min(input_tokens);
        let seen_tokens = seen_tokens.min(whole_tokens);
        (seen_tokens, whole_tokens - seen_tokens)
    }
}

/// Whether what goes into the cache is counted apart: on Claude, and from GPT-5.6 on (price lists,
/// checked 2026-11-22).
pub(crate) fn counts_cache_writes(model: &Model) -> bool {
    model.maker == Maker::Anthropic
        || model.id.starts_with("gpt-5.6")
        || model.id.starts_with("gpt-6")
}

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
