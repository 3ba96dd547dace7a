//! Checking the requests of a batch before any is worked on.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Line;

/// The lines of an input file, or what is wrong with them.
pub(super) fn lines(
    file: &[u8],
    endpoint: &str,
    max_requests: usize,
) -> Result<Vec<Line>, Vec<Value>> {
    let mut lines = Vec::new();
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    let mut model: Option<String> = None;
    let text = String::from_utf8_lossy(file);
    for (index, text) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut wrong = |code: &str, param: Option<&str>, message: String| {
            errors
                .push(json!({"code": code, "message": message, "param": param, "line": index + 1}));
        };
        let Ok(line) = serde_json::from_str::<Value>(text) else {
            wrong("invalid_json_line", None, "This line is not parseable as valid JSON.".into());
            continue;
        };
        let Some(custom_id) = line["custom_id"].as_str() else {
            let message = "Missing required parameter: 'custom_id'.".to_owned();
            wrong("missing_required_parameter", Some("custom_id"), message);
            continue;
        };
        if !seen.insert(custom_id.to_owned()) {
            let message = format!("The custom_id '{custom_id}' is used more than once.");
            wrong("duplicate_custom_id", Some("custom_id"), message);
            continue;
        }
        if line["method"] != "POST" {
            wrong("invalid_method", Some("method"), "The method must be 'POST'.".into());
            continue;
        }
        if line["url"] != endpoint {
            let message = format!("The URL of each request must be the batch's, '{endpoint}'.");
            wrong("mismatched_url", Some("url"), message);
            continue;
        }
        let asked = line["body"]["model"].as_str().unwrap_or_default();
        if *model.get_or_insert_with(|| asked.to_owned()) != asked {
            let message = "All requests of a batch must name the same model.".to_owned();
            wrong("mismatched_model", Some("body.model"), message);
            continue;
        }
        lines.push(Line {
            custom_id: custom_id.to_owned(),
            body: line["body"].clone(),
            outcome: None,
        });
    }
    if lines.is_empty() && errors.is_empty() {
        let message = "The input file has no requests.";
        errors.push(json!({"code": "empty_file", "message": message, "param": null, "line": null}));
    }
    if lines.len() > max_requests {
        let message = format!("A batch holds at most {max_requests} requests.");
        errors.push(json!({"code": "too_many_tasks", "message": message, "param": null,
            "line": null}));
    }
    if errors.is_empty() { Ok(lines) } else { Err(errors) }
}
