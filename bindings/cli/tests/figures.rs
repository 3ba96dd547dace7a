//! The commands that tell prices, savings and how good the counts are, through the binary.
// What sets a test up may fail it as the test itself may.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod program;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use program::farebox;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("figures");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

#[test]
fn the_catalogue_lists_chat_models_of_many_providers() {
    let output = farebox(&["--json", "models"], "");
    let models: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |provider: &str| {
        let models = models.as_array().unwrap();
        models.iter().filter(|model| model["provider"] == provider).count()
    };
    for provider in ["openai", "anthropic", "google", "mistral", "deepseek", "xai", "groq"] {
        assert!(of(provider) >= 3, "{provider}");
    }
    let output = farebox(&["models", "gpt-5.4-mini"], "");
    assert!(text(&output.stdout).contains("$0.75"));
}

#[test]
fn models_are_compared_and_their_changes_told() {
    let compared = farebox(&["models", "compare", "gpt-5.4", "openai/gpt-4o-2024-08-06"], "");
    let table = text(&compared.stdout);
    let row = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(
        row("input, standard").contains("$2.5") && row("context").contains("1,050,000"),
        "{table}"
    );
    let unknown = farebox(&["models", "compare", "gpt-5.4", "gpt-5.44"], "");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("`gpt-5` is the nearest"));

    let ending = farebox(&["--json", "models", "ending"], "");
    let ending: Vec<Value> = serde_json::from_slice(&ending.stdout).unwrap();
    let days: Vec<i64> = ending.iter().map(|model| model["days"].as_i64().unwrap()).collect();
    assert!(days.is_sorted() && days.iter().all(|days| *days > 0), "{days:?}");

    let catalog = |input: &str, more: Value| {
        let model = |id: &str, input: &str| {
            json!({
                "id": id, "provider": "p", "counting": { "family": "unknown" },
                "limits": { "contextTokens": 1_000, "maxOutputTokens": 100 }, "abilities": [],
                "prices": [{ "lanes": { "standard": { "rates": { "input": input, "output": "2" } } } }],
                "source": "a test", "checkedOn": "2026-11-22",
            })
        };
        let mut first = model("first", input);
        first.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let provider = json!({
            "id": "p", "baseUrl": "https://p.example/v1", "auth": { "type": "bearer" },
            "keyVariable": "P_KEY", "apis": ["chat"],
        });
        json!({ "checkedOn": "2026-11-22", "providers": [provider], "models": [first], "ladders": [] })
    };
    let (before, after) = (scratch("before.json"), scratch("after.json"));
    fs::write(&before, catalog("1", json!({})).to_string()).unwrap();
    fs::write(&after, catalog("0.5", json!({ "shutdownOn": "2027-02-01" })).to_string()).unwrap();
    let (before, after) = (before.to_str().unwrap(), after.to_str().unwrap());
    let changes = farebox(&["--catalog", after, "models", "changes", "--against", before], "");
    let changes = text(&changes.stdout);
    assert!(changes.contains("input $1 -> $0.5"), "{changes}");
    assert!(changes.contains("2027-02-01  first  answers no longer"), "{changes}");
}

#[test]
fn fifty_dollars_a_month_on_gpt_4o_are_halved() {
    let args = ["--json", "savings", "--spend", "50", "--baseline", "gpt-4o"];
    let moved = ["--move", "gpt-5.4-mini=80", "--quota", "gpt-5.4-mini=30"];
    let output = farebox(&[&args[..], &moved[..]].concat(), "");
    let projection: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(projection["year"]["baseline"], "600");
    assert_eq!(projection["year"]["moved"], "295.999999999992");
    assert_eq!(projection["quotaPpm"], 440_000);
    let refused = farebox(&["savings", "--move", "gpt-5.4-mini=120"], "");
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("at most 100"));
}

#[test]
fn a_price_file_refreshes_the_catalogue_and_bills_by_it() {
    let file = scratch("litellm.json");
    let entry = json!({ "gpt-5.4-mini": {
        "litellm_provider": "openai", "mode": "chat", "max_input_tokens": 272_000,
        "max_output_tokens": 128_000, "input_cost_per_token": 6e-7, "output_cost_per_token": 4.5e-6,
    }, "gpt-99": { "litellm_provider": "openai", "mode": "chat" } });
    fs::write(&file, entry.to_string()).unwrap();
    let out = scratch("catalog.json");
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    let args = ["prices", "refresh", file, "--from", "2027-01-01", "--out", out];
    let output = farebox(&args, "");
    let told = text(&output.stdout);
    assert!(told.contains("gpt-5.4-mini standard input: ours $0.75, theirs $0.6"), "{told}");
    assert!(told.contains("not understood: gpt-99: tells no limits"), "{told}");

    let bill = |day: &str| json!({ "model": "gpt-5.4-mini", "on": day, "usage": { "tokens": { "input": 1_000_000 } } });
    let lines = format!("{}\n{}\n", bill("2026-12-31"), bill("2027-01-01"));
    let output = farebox(&["--catalog", out, "prices", "bill", "-"], &lines);
    let totals: Vec<String> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["total"].to_string())
        .collect();
    assert_eq!(totals, ["\"0.75\"", "\"0.6\""]);
}

#[test]
fn a_usage_is_billed_in_whichever_shape_it_was_reported() {
    let lines = [
        json!({ "model": "gpt-5.4-mini", "usage": { "prompt_tokens": 1_000, "completion_tokens": 100,
            "prompt_tokens_details": { "cached_tokens": 400 } } }),
        json!({ "model": "gpt-5.4-mini", "usage": { "input_tokens": 1_000, "output_tokens": 100,
            "input_tokens_details": { "cached_tokens": 400 } } }),
        json!({ "model": "gpt-5.4-mini",
            "usage": { "tokens": { "input": 600, "cache_read": 400, "output": 100 } } }),
        json!({ "model": "claude-haiku-4-5", "usage": { "input_tokens": 600, "output_tokens": 100,
            "cache_read_input_tokens": 400 } }),
        json!({ "model": "gemini-2.5-flash", "usage": { "promptTokenCount": 1_000,
            "candidatesTokenCount": 100, "cachedContentTokenCount": 400 } }),
        json!({ "model": "gpt-5.4-mini", "usage": {} }),
    ];
    let text_of_lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let output = farebox(&["prices", "bill", "-"], &text_of_lines);
    let answers: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let totals: Vec<_> = answers.iter().map(|answer| answer["total"].as_str()).collect();
    let expected = ["0.00093", "0.00093", "0.00093", "0.00114", "0.000442"];
    assert_eq!(totals[..5], expected.map(Some));
    assert_eq!(answers[5]["error"]["kind"], "invalid_request");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn an_audit_draws_a_page_and_names_bad_lines() {
    let row = json!({
        "key": 1, "endpoint": "chat", "model": "gpt-4o",
        "request": { "model": "gpt-4o", "messages": [{ "role": "user", "content": "Hello" }] },
        "usage": { "prompt_tokens": 8, "completion_tokens": 9 },
    });
    let page = scratch("report.html");
    let log = format!("{row}\nno JSON\n\n{row}\n");
    let output = farebox(&["audit", "-", "--html", page.to_str().unwrap()], &log);
    let table = text(&output.stdout);
    assert!(table.contains("2 rows, 1 skipped"), "{table}");
    assert!(table.contains("routed by the default policy"), "{table}");
    assert!(text(&output.stderr).contains(":2: skipped"));
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("<svg") && page.contains("gpt-4o") && !page.contains("http"));
}
