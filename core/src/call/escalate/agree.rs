//! Whether two answers say the same.
//!
//! Each answer is brought down to what it finally says: the field of a JSON object that holds the
//! answer, what follows the last "answer", what stands in the last box, else the last line. Two of
//! those agree as JSON, as numbers of equal value, as the same choice of a list, or as the same
//! words, whatever their case, spacing and markup. Answers that cannot be brought down to less than
//! an essay seldom agree, and then a stronger model is asked: the error is on the safe side.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde_json::Value;

use super::case::lower;
use super::schema::same;
use crate::json;
use crate::order::sort_by;
use crate::seek;

/// Whether two answers say the same; empty ones never do, unless it is a field that is left empty.
pub fn agree(one: &str, other: &str) -> bool {
    let (one, other) = (said(one), said(other));
    match (&one, &other) {
        (Said::Json(one), Said::Json(other)) => same(one, other),
        (Said::Field(one), Said::Field(other)) if one == other => true,
        (Said::Words(one) | Said::Field(one), Said::Words(other) | Said::Field(other)) => {
            words_agree(one, other)
        }
        _ => false,
    }
}

/// What an answer finally says.
enum Said {
    Json(Value),
    /// Words that a field of a JSON object holds: they are all of the answer, however few.
    Field(String),
    Words(String),
}

fn said(answer: &str) -> Said {
    let answer = answer.trim();
    if let Some(value) = container(answer).or_else(|| fenced(answer)) {
        return said_json(value);
    }
    match broken_field(answer) {
        Some(words) => Said::Field(words),
        None => Said::Words(final_words(answer).to_string()),
    }
}

fn said_json(value: Value) -> Said {
    let Value::Object(mut fields) = value else { return Said::Json(value) };
    let key = ANSWERS.iter().find(|key| fields.contains_key(**key));
    match key.and_then(|key| fields.remove(*key)) {
        Some(value) => Said::Field(field(value)),
        None => {
            // How it came to its answer is not what it says.
            fields.retain(|key, _| !THOUGHTS.contains(&key.as_str()));
            Said::Json(Value::Object(fields))
        }
    }
}

/// A field's value as words: it is the same written out or as text.
fn field(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => json::text(&other),
    }
}

fn container(text: &str) -> Option<Value> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    json::parse(text.as_bytes()).ok()
}

/// The JSON between a fence and the last one. The widest that reads wins, for a string inside it
/// may hold fences of its own.
fn fenced(answer: &str) -> Option<Value> {
    let (before, _) = seek::parted_at_last(answer, "```")?;
    seek::each(before, "```").take(MOST_FENCES).find_map(|(_, block)| {
        container(block.split_once('\n').map_or(block, |(_, inside)| inside).trim())
    })
}

/// The answer's field in an object that does not read as JSON, for want of a comma or because a
/// string breaks its line.
fn broken_field(answer: &str) -> Option<String> {
    let (at, key) = ANSWERS.iter().find_map(|key| {
        let quoted = format!("\"{key}\"");
        seek::last(answer, &quoted).map(|at| (at, quoted))
    })?;
    let rest = answer.get(at + key.len()..)?.trim_start().strip_prefix(':')?.trim_start();
    let Some(text) = rest.strip_prefix('"') else {
        return json::first(rest).map(field);
    };
    let mut escaped = false;
    let end = text.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    let text = text.get(..end)?;
    let whole = text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    // An escape that JSON has no notion of is taken letter by letter.
    match json::parse(format!("\"{whole}\"").as_bytes()) {
        Ok(Value::String(read)) => Some(read),
        _ => Some(text.to_string()),
    }
}

/// What stands in the last box, after the last "answer", else on the last line.
fn final_words(answer: &str) -> &str {
    if let Some(at) = seek::last(answer, "\\boxed{")
        && let Some(inside) = answer.get(at + 7..).and_then(braced)
    {
        return inside;
    }
    if let Some((_, last)) = seek::parted_at_last(answer, "####") {
        return last.trim();
    }
    let lower = answer.to_ascii_lowercase();
    if let Some(at) = seek::last(&lower, "answer") {
        let rest = answer.get(at + 6..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":*=_\"".contains(c));
        let rest = rest.strip_prefix("is").map_or(rest, |rest| rest.trim_start_matches([':', ' ']));
        let line = rest.lines().map(str::trim).find(|line| !line.is_empty());
        if let Some(line) = line {
            return line;
        }
    }
    answer.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// The text up to the brace that closes the one before it.
fn braced(text: &str) -> Option<&str> {
    let mut depth = 1_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(..at);
        }
    }
    None
}

fn words_agree(one: &str, other: &str) -> bool {
    if is_literal(one) || is_literal(other) {
        return literal(one) == literal(other);
    }
    // Nothing but markup or a full stop may still be all there is to say.
    if one == other {
        return !one.is_empty();
    }
    let (one, other) = (plain(one), plain(other));
    if one.is_empty() || other.is_empty() {
        return false;
    }
    if one == other {
        return true;
    }
    if let (Some(one), Some(other)) = (choice(&one), choice(&other)) {
        return one == other;
    }
    match (only_number(&one), only_number(&other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// Lower case, single spaces, no markup, no closing full stop.
fn plain(words: &str) -> String {
    let bare: String = words.chars().filter(|c| !"*`$\\".contains(*c)).collect();
    let bare = bare.trim().trim_matches(|c: char| "\"'".contains(c)).trim_end_matches(['.', ' ']);
    let lower: Vec<String> = bare.split_whitespace().map(lower).collect();
    lower.join(" ")
}

/// Whether some words are a value of a programming language: there every letter counts.
fn is_literal(words: &str) -> bool {
    words.trim().starts_with(['"', '\'', '[', '{', '(']) && choice(&plain(words)).is_none()
}

/// A string without the quotes around it, letter by letter; any other value with one sort of quotes,
/// no spaces outside of its strings, and the entries of an object or a set in one order.
fn literal(words: &str) -> String {
    for quote in ['"', '\''] {
        let inside = words.trim().strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inside) = inside {
            return inside.to_string();
        }
    }
    if !words.trim_start().starts_with(['[', '{', '(']) {
        return words.to_string();
    }
    let mut quoted = None;
    // The entries of every bracket that is open, the last one under way; first what is in none.
    let mut open = vec![(' ', vec![String::new()])];
    for c in words.chars() {
        match quoted {
            None if c.is_whitespace() => continue,
            None if c == '"' || c == '\'' => quoted = Some(c),
            None if "[{(".contains(c) => {
                open.push((c, vec![String::new()]));
                continue;
            }
            None if c == ',' => {
                if let Some((_, entries)) = open.last_mut() {
                    entries.push(String::new());
                }
                continue;
            }
            Some(quote) if c == quote => quoted = None,
            _ => {}
        }
        let closes = quoted.is_none() && "]})".contains(c) && open.len() > 1;
        let closed = open.pop_if(|_| closes).map(|(bracket, mut entries)| {
            if bracket == '{' {
                sort_by(&mut entries, Ord::cmp);
            }
            format!("{bracket}{}", entries.join(","))
        });
        if let Some(entry) = open.last_mut().and_then(|(_, entries)| entries.last_mut()) {
            entry.push_str(&closed.unwrap_or_default());
            entry.push(if c == '\'' { '"' } else { c });
        }
    }
    let parts = open.iter().map(|(bracket, entries)| format!("{bracket}{}", entries.join(",")));
    parts.collect()
}

/// The letter of a choice such as `b`, `(b)`, `b)`, `b. words` or `option b`.
fn choice(plain: &str) -> Option<char> {
    let rest = plain.strip_prefix("option ").unwrap_or(plain);
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let mut characters = rest.chars();
    let letter = characters.next().filter(|letter| ('a'..='j').contains(letter))?;
    match characters.next() {
        None | Some(')' | '.' | ':') => Some(letter),
        _ => None,
    }
}

/// The only number in a few plain words, without separators, leading or trailing zeros.
fn only_number(plain: &str) -> Option<String> {
    let is_code = |c: char| "\"'[](){}=_".contains(c);
    let mixes = |word: &str| {
        word.contains(|c: char| c.is_ascii_digit()) && word.contains(char::is_alphabetic)
    };
    if plain.contains(is_code) || plain.split(' ').any(mixes) {
        return None;
    }
    let mut numbers = Vec::new();
    let mut rest = plain;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let negative = rest.get(..start).is_some_and(|before| before.ends_with('-'));
        let tail = rest.get(start..).unwrap_or_default();
        let end = tail
            .char_indices()
            .find(|(at, c)| !(c.is_ascii_digit() || (",.".contains(*c) && followed(tail, *at))))
            .map_or(tail.len(), |(at, _)| at);
        let number = tail.get(..end).unwrap_or_default();
        numbers.push(tidy(number, negative));
        rest = tail.get(end..).unwrap_or_default();
    }
    match numbers.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// Whether a digit follows the sign at a place.
fn followed(text: &str, at: usize) -> bool {
    text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit)
}

fn tidy(number: &str, negative: bool) -> String {
    let bare: String = number.chars().filter(|c| *c != ',').collect();
    let (whole, fraction) = bare.split_once('.').unwrap_or((&bare, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    let sign = if negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

const ANSWERS: [&str; 4] = ["answer", "final_answer", "finalAnswer", "result"];
/// Fences that may open a block; an answer of more is an essay.
const MOST_FENCES: usize = 32;
const THOUGHTS: [&str; 5] = ["reasoning", "explanation", "rationale", "thoughts", "thinking"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_say_the_same_agree() {
        for (one, other) in [
            ("The total is 12.\nAnswer: $1,200.00", "#### 1200"),
            ("**Answer:** (B)", "The answer is b. Because the sky is blue"),
            ("So it is \\boxed{\\frac{1}{2}}", "answer: \\frac{1}{2}."),
            ("{\"reasoning\": \"long\", \"answer\": \"18\"}", "```json\n{\"answer\": 18}\n```"),
            ("{\"a\": 1, \"b\": [true]}", "{\"b\": [true], \"a\": 1.0}"),
            ("Paris", "  paris. "),
            ("{\"answer\": [1, \"a\"]}", "{\"answer\": \"[1, 'a']\"}"),
            ("{\"answer\": \"'a B'\"}", "{\"answer\": \"a B\"}"),
            ("{\"answer\": \"{2: 'b', 1: 'a, c'}\"}", "{\"answer\": \"{1: 'a, c', 2: 'b'}\"}"),
            ("[{'b': 2, 'a': (1,)}]", "[{\"a\":(1,),\"b\":2}]"),
            ("{\"answer\": \"['a', 1]\"}", "So:\n```json\n{\"answer\": \"[\\\"a\\\",1]\"}\n```"),
            ("-0.50 degrees", "it is -0.5 degrees"),
            ("{\"answer\": \"\"}", "So:\n```json\n{\"answer\": \"''\"}\n```"),
            ("{\"answer\": \".\"}", "{\"answer\": \".\"}"),
            ("{\"answer\": \"a b \"}", "{\"answer\": \"'a b '\"}"),
            ("{\"thoughts\": \"is ```x``` so\", \"answer\": 3}", "```\n{\"answer\": 3}\n```"),
            (
                "```json\n{\"reasoning\": \"gives\n```\n[1]\n```\", \"answer\": \"[1]\"}\n```",
                "{\"answer\": \"[1]\"}",
            ),
            ("{\"reasoning\": \"a\" \"answer\": \"b c\"}", "{\"answer\": \"b c\"}"),
            (
                "{\"reasoning\": \"it's \\'x\\'\", \"answer\": {\"x\": 1}}",
                "{\"answer\": {\"x\":1}}",
            ),
        ] {
            assert!(agree(one, other), "{one} / {other}");
            assert!(agree(other, one), "{other} / {one}");
        }
    }

    #[test]
    fn answers_that_differ_or_say_nothing_do_not() {
        for (one, other) in [
            ("Answer: 12", "Answer: 13"),
            ("Answer: A", "Answer: C"),
            ("{\"answer\": \"x\"}", "{\"answer\": \"y\"}"),
            ("", ""),
            ("between 3 and 5", "between 3 and 6"),
            ("-3", "3"),
            ("'a1'", "'b1'"),
            ("['Ab']", "['ab']"),
            ("{\"answer\": \"[2, 1]\"}", "{\"answer\": \"[1, 2]\"}"),
            ("{1: 'a, b'}", "{'b', 1: 'a'}"),
            ("'a b'", "'ab'"),
            ("x1", "y1"),
            ("{\"a\": 1}", "1"),
            ("{\"answer\": \"ab \"}", "{\"answer\": \"'ab'\"}"),
            ("{\"answer\": \"\"}", "{\"reasoning\": \"x\"}"),
        ] {
            assert!(!agree(one, other), "{one} / {other}");
        }
    }
}
