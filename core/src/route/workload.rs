//! Which workload a request belongs to: the one thing that predicts which model it needs.
//!
//! The caller's label says it best. Without one, requests of one template are one workload: the
//! system prompt with its volatile parts (dates, ids, numbers, addresses) blotted out, the sorted
//! names of the tools and the schema of the answer. Only a hash of that is kept.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::filter::hosted_word;
use super::hash::Hash;
use crate::json::text;
use crate::order::sort_by;
use crate::request::{HostedTool, OutputFormat, Part, Request, Role, Tool, WorkKind};
use crate::seek;

/// A workload and the kind of work it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Workload {
    pub(super) key: String,
    pub(super) kind: Option<WorkKind>,
}

impl Workload {
    pub(super) fn of(request: &Request) -> Self {
        Self { key: key(request), kind: kind(request) }
    }
}

fn key(request: &Request) -> String {
    if let Some(label) = request.hints.workload.as_ref().filter(|label| !label.is_empty()) {
        return format!("label/{label}");
    }
    let mut hash = Hash::new();
    if let Some(instructions) = &request.instructions {
        hash = template(hash, instructions);
    }
    for message in &request.conversation {
        if !matches!(message.role, Role::System | Role::Developer) {
            break;
        }
        for part in &message.content {
            if let Part::Text { text } = part {
                hash = template(hash, text);
            }
        }
    }
    let mut names: Vec<String> = request.tools.iter().map(tool_name).collect();
    sort_by(&mut names, Ord::cmp);
    for name in &names {
        hash = hash.text(name);
    }
    if let OutputFormat::JsonSchema { schema, .. } = &request.output {
        hash = canonical(hash, schema);
    }
    if let Some(kind) = request.hints.kind {
        hash = hash.text(kind_word(kind));
    }
    format!("auto/{:016x}", hash.finish())
}

/// Hashes the words of a template that stay the same from request to request.
fn template(mut hash: Hash, text: &str) -> Hash {
    let mut blotted = false;
    for word in text.split_whitespace() {
        let volatile = is_volatile(word);
        // A run of volatile words is one blot: "22 November 2026" and "2026-11-22" are alike.
        if !volatile {
            hash = hash.text(word);
        } else if !blotted {
            hash = hash.text("#");
        }
        blotted = volatile;
    }
    hash.bytes(&[0xfe])
}

/// Hashes a JSON value by its content, in whatever order its keys stand.
fn canonical(hash: Hash, value: &Value) -> Hash {
    match value {
        Value::Array(items) => items.iter().fold(hash.bytes(b"["), canonical).bytes(b"]"),
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            sort_by(&mut keys, Ord::cmp);
            let mut hash = hash.bytes(b"{");
            for key in keys {
                hash = canonical(hash.text(key), fields.get(key).unwrap_or(&Value::Null));
            }
            hash.bytes(b"}")
        }
        Value::String(text) => hash.bytes(b"\"").text(text),
        Value::Bool(_) | Value::Null | Value::Number(_) => hash.text(&text(value)),
    }
}

fn is_volatile(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@')
        || seek::has(word, "://")
        || is_of_calendar(word.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Whether a word is the name of a month or a day of the week, or its first three letters.
fn is_of_calendar(word: &str) -> bool {
    let Some((first, others)) = word.as_bytes().split_first_chunk() else { return false };
    let name_goes_on: &[u8] = match &first.map(|letter: u8| letter.to_ascii_lowercase()) {
        b"jan" => b"uary",
        b"feb" => b"ruary",
        b"mar" => b"ch",
        b"apr" => b"il",
        b"may" => b"",
        b"jun" => b"e",
        b"jul" => b"y",
        b"aug" => b"ust",
        b"sep" => b"tember",
        b"oct" => b"ober",
        b"nov" | b"dec" => b"ember",
        b"mon" | b"fri" | b"sun" => b"day",
        b"tue" => b"sday",
        b"wed" => b"nesday",
        b"thu" => b"rsday",
        b"sat" => b"urday",
        _ => return false,
    };
    others.is_empty() || others.eq_ignore_ascii_case(name_goes_on)
}

fn tool_name(tool: &Tool) -> String {
    match tool {
        Tool::Function { name, .. } => name.clone(),
        Tool::Hosted { kind, .. } => format!("hosted/{}", hosted_word(*kind)),
    }
}

/// The kind of work, from the caller, else where structure alone tells it.
fn kind(request: &Request) -> Option<WorkKind> {
    if request.hints.kind.is_some() {
        return request.hints.kind;
    }
    let hosts = |wanted: HostedTool| {
        request
            .tools
            .iter()
            .any(|tool| matches!(tool, Tool::Hosted { kind, .. } if *kind == wanted))
    };
    if hosts(HostedTool::ComputerUse) {
        return Some(WorkKind::ComputerUse);
    }
    let mut functions = request.tools.iter().filter_map(|tool| match tool {
        Tool::Function { name, .. } => Some(name.as_str()),
        Tool::Hosted { .. } => None,
    });
    let has_functions = functions.clone().next().is_some();
    if hosts(HostedTool::Shell) || functions.any(is_shell) {
        return Some(WorkKind::TerminalAgent);
    }
    if has_functions {
        return Some(WorkKind::ToolAgent);
    }
    match &request.output {
        OutputFormat::JsonSchema { schema, .. } if only_picks(schema) => {
            Some(WorkKind::BulkClassification)
        }
        _ => None,
    }
}

/// Whether every field of a schema's object is picked from a list: then to answer is to classify,
/// for there is no room to write anything.
fn only_picks(schema: &Value) -> bool {
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return false };
    let picks = |field: &Value| {
        field.get("enum").is_some() || field.get("type").and_then(Value::as_str) == Some("boolean")
    };
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    is_closed && !fields.is_empty() && fields.values().all(picks)
}

/// Whether a function's name says that it is a shell.
fn is_shell(name: &str) -> bool {
    SHELLS.iter().any(|shell| name.eq_ignore_ascii_case(shell))
}

/// The word that stands for a kind of work in JSON and in keys.
pub(super) fn kind_word(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::BulkClassification => "bulk_classification",
        WorkKind::BulkExtraction => "bulk_extraction",
        WorkKind::BulkRouting => "bulk_routing",
        WorkKind::Chat => "chat",
        WorkKind::CodeBoilerplate => "code_boilerplate",
        WorkKind::CodeDebug => "code_debug",
        WorkKind::CodeReview => "code_review",
        WorkKind::ComputerUse => "computer_use",
        WorkKind::HardReasoning => "hard_reasoning",
        WorkKind::Planning => "planning",
        WorkKind::Research => "research",
        WorkKind::Rewrite => "rewrite",
        WorkKind::TerminalAgent => "terminal_agent",
        WorkKind::ToolAgent => "tool_agent",
        WorkKind::WorkerStep => "worker_step",
    }
}

const SHELLS: [&str; 8] = [
    "bash",
    "exec_command",
    "execute_bash",
    "run_command",
    "run_shell_command",
    "run_terminal_cmd",
    "shell",
    "terminal",
];

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::is_volatile;

    #[test]
    fn dates_addresses_and_numbers_are_volatile() {
        const NAMES: [&str; 19] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        for name in NAMES {
            let short = &name[..3];
            for word in
                [name, &name.to_uppercase(), short, &format!("({name},"), &format!("{short}.")]
            {
                assert!(is_volatile(word), "{word}");
            }
            // One letter more or less is another word.
            assert!(!is_volatile(&format!("{name}s")), "{name}s");
            assert!(name.len() == 4 || !is_volatile(&name[..name.len() - 1]), "{name}");
        }
        for word in ["12", "v2", "me@example.org", "https://example.org/", "«4»"] {
            assert!(is_volatile(word), "{word}");
        }
        for word in ["", "ma", "Mayor", "éte", "Märzen", "train:", "…"] {
            assert!(!is_volatile(word), "{word}");
        }
    }
}
