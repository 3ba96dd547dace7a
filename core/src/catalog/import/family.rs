//! What a name says of how a model counts, where no file tells.

use alloc::string::String;
use alloc::vec::Vec;

use crate::catalog::{Counting, CountingFamily, ImageCounting};
use crate::request::Api;

/// How a model of this name counts; a family that nobody measured is not guessed.
pub(super) fn counting(provider: &str, name: &str) -> Counting {
    let (family, encoding) = match provider {
        "openai" => openai(name),
        "anthropic" => (claude(name), None),
        "google" => (gemini(name), None),
        _ => (CountingFamily::Unknown, None),
    };
    let images = match family {
        CountingFamily::Claude3
        | CountingFamily::Claude4
        | CountingFamily::Claude45
        | CountingFamily::Claude46
        | CountingFamily::Claude47 => {
            Some(ImageCounting::Area { pixels_per_token: 750, max_tokens: 1_600 })
        }
        _ => None,
    };
    Counting { family, encoding: encoding.map(String::from), images }
}

/// Formats beside its provider's that a model of this name answers.
pub(super) fn apis(provider: &str, name: &str) -> Vec<Api> {
    let spoken = name.contains("audio") || name.contains("search-preview");
    if provider == "openai" && spoken { alloc::vec![Api::Chat] } else { Vec::new() }
}

fn openai(name: &str) -> (CountingFamily, Option<&'static str>) {
    let o200k = Some("o200k_base");
    let starts = |names: &[&str]| names.iter().any(|start| name.starts_with(start));
    // The first chat variant of GPT-5 has no channels yet.
    let plain = ["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5-chat", "chatgpt-4o", "gpt-audio"];
    if starts(&plain) {
        return (CountingFamily::OpenaiChat, o200k);
    }
    if starts(&["gpt-3.5", "gpt-4"]) {
        return (CountingFamily::OpenaiChat, Some("cl100k_base"));
    }
    if starts(&["o1", "o3-mini"]) {
        return (CountingFamily::OpenaiO1, o200k);
    }
    if starts(&["gpt-5.2", "gpt-5.3", "gpt-5.4", "gpt-5.5", "gpt-5.6"]) {
        return (CountingFamily::OpenaiHarmony52, o200k);
    }
    if starts(&["o3", "o4", "gpt-5", "codex"]) {
        return (CountingFamily::OpenaiHarmony, o200k);
    }
    (CountingFamily::Unknown, None)
}

fn claude(name: &str) -> CountingFamily {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["claude-2", "claude-instant", "claude-3-opus", "claude-3-haiku", "claude-3-5"]) {
        CountingFamily::Claude3
    } else if has(&["3-7", "-4-0", "-4-1", "-4-2025"]) {
        CountingFamily::Claude4
    } else if has(&["-4-5"]) {
        CountingFamily::Claude45
    } else if has(&["-4-6"]) {
        CountingFamily::Claude46
    } else {
        CountingFamily::Claude47
    }
}

fn gemini(name: &str) -> CountingFamily {
    let starts = |start| name.starts_with(start);
    if starts("gemini-1") || starts("gemini-2.0") || starts("gemini-exp") {
        CountingFamily::Gemini2
    } else if starts("gemini-2.5") {
        CountingFamily::Gemini25
    } else if starts("gemini-") {
        CountingFamily::Gemini3
    } else {
        CountingFamily::Unknown
    }
}
