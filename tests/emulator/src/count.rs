//! How many tokens the emulator charges for, by one documented rule.
//!
//! Input is counted by the kernel, so that an estimate and the bill can be compared. Output is the
//! tokens of what is visible, those of the reasoning, and what recorded answers carry around them
//! (checked 2026-11-22): 4 on Responses of models that reason, 6 once they have; 3 and 9 on Chat
//! Completions; 1 on Responses of other models; 3 on Messages; 8 for a call. Providers without a
//! public tokeniser are charged 115 % (Claude) and 110 % (Gemini) of `o200k_base`.

use std::collections::HashSet;
use std::sync::LazyLock;

use farebox_core::count::{CL100K_FILE, Encoding, O200K_FILE, Vocab, Vocabularies, count_request};
use farebox_core::error::Error;
use farebox_core::provider;
use serde_json::Value;

use crate::answer::ToolCall;
use crate::models::{Maker, Model};
use crate::prompt::{Api, Prompt};

/// Tokens of a text on its own.
pub(crate) fn text_tokens(model: &Model, text: &str) -> u64 {
    scale(model, vocabulary(model).map_or(0, |vocabulary| vocabulary.count(text)))
}

/// The text in pieces of one token each; a character spread over tokens stays in one piece.
pub(crate) fn pieces(model: &Model, text: &str) -> Vec<String> {
    let Some(vocabulary) = vocabulary(model) else { return vec![text.to_owned()] };
    let mut pieces = Vec::new();
    let mut open = Vec::new();
    for token in vocabulary.encode(text) {
        open.extend(vocabulary.decode_bytes(&[token]).unwrap_or_default());
        if let Ok(piece) = std::str::from_utf8(&open) {
            pieces.push(piece.to_owned());
            open.clear();
        }
    }
    pieces
}

/// Input tokens of a body.
///
/// # Errors
///
/// What the kernel finds wrong with the body.
pub(crate) fn input_tokens(api: Api, model: &Model, body: &Value) -> Result<u64, Error> {
    let request = provider::parse(body, Some(api.format()))?;
    Ok(count_request(&request, api.format(), &model.entry, &VOCABULARIES).tokens.expected)
}

/// Output tokens around the visible text.
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

fn vocabulary(model: &Model) -> Option<&'static Vocab> {
    VOCABULARIES.vocab(model.encoding)
}

static VOCABULARIES: LazyLock<Vocabularies> = LazyLock::new(|| {
    let files = [(Encoding::Cl100kBase, CL100K_FILE), (Encoding::O200kBase, O200K_FILE)];
    // INVARIANT: the files were built together with their reader, so both are read.
    let vocabs = files.into_iter().filter_map(|(encoding, file)| Vocab::parse(encoding, file).ok());
    vocabs.fold(Vocabularies::new(), Vocabularies::with)
});

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
        let Some(vocabulary) = vocabulary(&prompt.model) else { return (0, 0) };
        let tokens = vocabulary.encode(&text);
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
