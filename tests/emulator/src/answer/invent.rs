//! An answer made up from the request when the test scripts none.
//!
//! It cannot know anything, but it is about the request: a review of the diff that was sent, a value
//! for the schema that was asked, a call of the tool that was offered, else a reply built from the
//! question's own words.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Scripted, ToolCall, review, schema, wants_json};
use crate::prompt::{Format, Prompt, Role, Tool, ToolChoice};

/// Makes up an answer.
pub(super) fn invent(prompt: &Prompt) -> Scripted {
    let tool_calls = calls(prompt);
    if !tool_calls.is_empty() {
        return Scripted { tool_calls, ..Scripted::default() };
    }
    if wants_json(prompt) {
        return Scripted { json: Some(value(prompt)), ..Scripted::default() };
    }
    let reasoning = format!("**Reading the request**\n\n{}", plan(prompt));
    Scripted { text: Some(text(prompt)), reasoning: Some(reasoning), ..Scripted::default() }
}

/// Reasoning tokens the model spends, by effort and size of the question.
pub(super) fn reasoning(prompt: &Prompt) -> u64 {
    if let Some(limit_tokens) = prompt.thinking_tokens {
        return (64 + prompt.question().len() as u64 / 16).min(limit_tokens);
    }
    let base_tokens = match prompt.effort() {
        "none" => return 0,
        "minimal" => 64,
        "low" => 128,
        "medium" => 256,
        "high" => 1_024,
        _ => 2_048,
    };
    // The larger question takes longer, in the steps of 64 that are seen on real answers.
    base_tokens + 64 * (prompt.question().len() as u64 / 4_096).min(32)
}

fn calls(prompt: &Prompt) -> Vec<ToolCall> {
    let is_answered = prompt.messages.last().is_some_and(|message| message.role == Role::Tool);
    let question = prompt.question().to_lowercase();
    let wanted: Vec<&Tool> = match &prompt.tool_choice {
        ToolChoice::None => Vec::new(),
        ToolChoice::Named(name) => {
            prompt.tools.iter().filter(|tool| tool.name == *name).take(1).collect()
        }
        ToolChoice::Required => {
            let mut wanted: Vec<&Tool> =
                prompt.tools.iter().filter(|tool| is_about(tool, &question)).collect();
            if wanted.is_empty() {
                wanted.extend(prompt.tools.first());
            }
            wanted
        }
        ToolChoice::Auto if is_answered => Vec::new(),
        ToolChoice::Auto => prompt.tools.iter().filter(|tool| is_about(tool, &question)).collect(),
    };
    let limit = if prompt.has_parallel_tools { usize::MAX } else { 1 };
    wanted.into_iter().take(limit).map(|tool| call(tool, prompt)).collect()
}

fn call(tool: &Tool, prompt: &Prompt) -> ToolCall {
    let question = prompt.question();
    let mut words = schema::Words::new(names(question));
    let arguments = match &tool.parameters {
        parameters if parameters.is_object() => schema::value_for(parameters, &mut words),
        _ => json!({}),
    };
    ToolCall { name: tool.name.clone(), arguments }
}

/// Whether the question shares a telling word with the tool's name.
fn is_about(tool: &Tool, question: &str) -> bool {
    tool.name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.len() > 3 && !PLAIN_WORDS.contains(word))
        .any(|word| question.contains(&word.to_lowercase()))
}

fn value(prompt: &Prompt) -> serde_json::Value {
    let text = prompt.text();
    let files = review::file_names(&text);
    let words = if files.is_empty() {
        names(prompt.question())
    } else {
        files.iter().map(String::as_str).collect()
    };
    match &prompt.format {
        Format::Schema { schema, .. } => schema::value_for(schema, &mut schema::Words::new(words)),
        _ => json!({ "answer": words.join(" "), "certain": false }),
    }
}

fn text(prompt: &Prompt) -> String {
    let results: Vec<&str> = prompt
        .messages
        .iter()
        .rev()
        .take_while(|message| message.role == Role::Tool)
        .map(|message| message.text.as_str())
        .collect();
    if !results.is_empty() {
        let results: Vec<String> =
            results.iter().rev().map(|result| format!("- {}", shorten(result, 200))).collect();
        return format!("Here is what the tools found:\n{}", results.join("\n"));
    }
    if let Some(review) = review::review(&prompt.text()) {
        return review;
    }
    let question = prompt.question();
    let topics = names(question).join(", ");
    let asked = shorten(first_sentence(question), 160);
    if asked.is_empty() {
        return "There is no question in this message; what should I look at?".to_owned();
    }
    let wants_summary = question.to_lowercase().contains("summar");
    if wants_summary && question.len() > 200 {
        let body = question.split_once('\n').map_or(question, |(_, body)| body);
        return format!("In short: {} It turns on {topics}.", shorten(first_sentence(body), 240));
    }
    format!(
        "You ask: \"{asked}\" The short answer depends on {topics}. \
         Start with the first of these, check it against what you already know, \
         and settle the others in turn."
    )
}

fn plan(prompt: &Prompt) -> String {
    let topics = names(prompt.question()).join(", ");
    format!("The request is about {topics}. I check what it asks and answer that first.")
}

fn first_sentence(text: &str) -> &str {
    let text = text.trim();
    let end = text.find(['\n', '?', '!']).or_else(|| text.find(". "));
    match end {
        Some(end) if text[end..].starts_with('\n') => &text[..end],
        Some(end) => &text[..=end],
        None => text,
    }
}

fn shorten(text: &str, limit: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= limit {
        return text;
    }
    let mut short: String = text.chars().take(limit).collect();
    short.push('…');
    short
}

/// Up to three telling words of a text: names first, then the longest.
fn names(text: &str) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let mut words: Vec<&str> = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '-')
        .filter(|word| word.chars().count() > 3 && word.chars().count() < 40)
        .filter(|word| !PLAIN_WORDS.contains(&word.to_lowercase().as_str()))
        .filter(|word| seen.insert(word.to_lowercase()))
        .take(200)
        .collect();
    let weight = |word: &&str| {
        let is_name = word.chars().next().is_some_and(char::is_uppercase);
        (!is_name, usize::MAX - word.len())
    };
    words.sort_by_key(weight);
    words.truncate(3);
    if words.is_empty() {
        words.push("the request");
    }
    words
}

const PLAIN_WORDS: &[&str] = &[
    "about", "after", "again", "also", "answer", "because", "before", "could", "does", "each",
    "explain", "find", "from", "function", "give", "have", "here", "into", "just", "know", "list",
    "make", "more", "most", "must", "only", "other", "please", "review", "same", "should", "some",
    "tell", "than", "that", "their", "them", "then", "there", "these", "they", "this", "those",
    "tool", "what", "when", "where", "which", "will", "with", "would", "write", "your",
];
