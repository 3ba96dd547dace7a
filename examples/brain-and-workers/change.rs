//! A real change of two files, cut into one piece a file.

use farebox::kernel::orchestrate::{Goal, Material};
use farebox::{Error, Request};
use serde_json::Value;

/// The goal: to review the change.
pub(crate) fn review() -> Result<Goal, Error> {
    let body: Value = serde_json::from_str(include_str!("../requests/code-review.json"))
        .map_err(|error| Error::invalid_request(format!("the request: {error}")))?;
    let instructions = body["instructions"].as_str().unwrap_or_default();
    let text = body["input"][0]["content"][0]["text"].as_str().unwrap_or_default();
    let (about, diff) = text.split_once("```diff\n").unwrap_or((text, ""));
    let (diff, question) = diff.rsplit_once("```").unwrap_or((diff, ""));
    let request = Request::new().instructions(instructions).user(format!(
        "{}\n\n{}",
        about.trim(),
        question.trim()
    ));
    let files = diff.split("diff --git ").filter(|file| !file.is_empty());
    Ok(Goal { request, materials: files.map(material).collect() })
}

fn material(file: &str) -> Material {
    let name = file.split_whitespace().next().unwrap_or_default();
    let name = name.strip_prefix("a/").unwrap_or(name).to_owned();
    let changed = |sign: char| file.lines().filter(|line| line.starts_with(sign)).count();
    let about = format!("{} lines added, {} removed", changed('+') - 1, changed('-') - 1);
    Material { name, about: Some(about), text: file.to_owned() }
}
