//! Pictures, sounds and documents as the formats write them: an address that may hold the bytes.

use alloc::string::String;

use crate::request::{ImageDetail, Source};
use serde_json::Value;

use super::read::{Problem, Read, text};

/// An address, or the bytes inside a `data:` address.
pub(super) fn from_url(url: &str) -> Source {
    let data = url.strip_prefix("data:").and_then(|rest| rest.split_once(','));
    match data {
        Some((head, data)) if head.ends_with(";base64") => Source::Base64 {
            media_type: String::from(head.split(';').next().unwrap_or_default()),
            data: String::from(data),
        },
        _ => Source::Url { url: String::from(url) },
    }
}

pub(super) fn detail(value: &Value) -> Read<ImageDetail> {
    Ok(match text(value)? {
        "auto" => ImageDetail::Auto,
        "high" => ImageDetail::High,
        "low" => ImageDetail::Low,
        "original" => ImageDetail::Original,
        other => {
            return Err(Problem::new(alloc::format!(
                "is no detail; it must be auto, high, low or original: {other}"
            )));
        }
    })
}
