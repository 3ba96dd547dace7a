//! What sort of request a row is, for the table.

use farebox_core::count::{Basis, InputCount};
use farebox_core::request::{OutputFormat, Part, Request, Tool};

/// The class of a request: the hardest thing to count in it.
pub(crate) fn class_of(request: &Request, count: &InputCount, exact_family: bool) -> &'static str {
    let mut parts = request.conversation.iter().flat_map(|message| &message.content);
    let any = |test: fn(&Part) -> bool| {
        request.conversation.iter().flat_map(|message| &message.content).any(test)
    };
    if request.tools.iter().any(|tool| matches!(tool, Tool::Hosted { .. })) {
        return "hosted tools";
    }
    if request.previous_response_id.is_some() || any(|part| matches!(part, Part::Other { .. })) {
        return "not all in the request";
    }
    if any(is_left_out) {
        return "bytes left out of the log";
    }
    if any(is_file_or_sound) {
        return "files and sound";
    }
    if parts.any(|part| matches!(part, Part::Reasoning { opaque: Some(_), .. })) {
        return "sealed reasoning";
    }
    if any(is_picture) {
        let known = !exact_family || matches!(count.basis, Basis::Exact);
        return if known { "pictures" } else { "pictures of unknown size" };
    }
    let schema = matches!(request.output, OutputFormat::JsonSchema { .. });
    let history = any(|part| matches!(part, Part::ToolCall { .. } | Part::ToolResult { .. }));
    match (schema, history, request.tools.is_empty()) {
        (true, _, _) => "schema",
        (_, true, _) => "tool history",
        (_, _, false) => "tools",
        _ => "text",
    }
}

/// Whether a log keeps only a marker where bytes or words stood.
fn is_left_out(part: &Part) -> bool {
    match part {
        Part::Text { text } => text.contains("<<base64 ") || is_redacted(text),
        Part::ToolResult { content, .. } => content.iter().any(is_left_out),
        _ => false,
    }
}

/// Whether a text holds what recorders of requests write over words that are not to be published:
/// a name in capitals such as `<ACME_API_KEY>`.
fn is_redacted(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        let name = rest.split_once('>').map_or("", |(name, _)| name);
        let in_capitals = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let of_words = name.bytes().all(|byte| byte == b'_' || in_capitals(byte));
        let joined = name.split('_').count() > 1 && name.split('_').all(|word| !word.is_empty());
        of_words && joined && name.starts_with(|first: char| first.is_ascii_uppercase())
    })
}

fn is_file_or_sound(part: &Part) -> bool {
    match part {
        Part::File { .. } | Part::Audio { .. } => true,
        Part::ToolResult { content, .. } => content.iter().any(is_file_or_sound),
        _ => false,
    }
}

fn is_picture(part: &Part) -> bool {
    match part {
        Part::Image { .. } => true,
        Part::ToolResult { content, .. } => content.iter().any(is_picture),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_redacted;

    #[test]
    fn names_in_capitals_stand_for_words_that_were_taken_out() {
        assert!(is_redacted("the la<ACME_API_KEY> forecast"));
        for text in ["", "<", "a < B_C", "<TASK>", "<b_c>", "<A_b>", "<_A>", "<A__B>", "x<A_B"] {
            assert!(!is_redacted(text), "{text}");
        }
    }
}
