//! What accepting a cheap answer that a second cheap model agrees with is worth, on real answers.
//!
//! Needs `result_dirs` of a checkout of WildEval/ZeroEval (Apache-2.0) in `FAREBOX_ZEROEVAL`, and
//! the recorded outcomes; says so and passes where they are absent.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use farebox_conformance::root;
use farebox_core::call::escalate::agree;
use serde_json::Value;

/// Answers by prompt, and what they cost at list price for four characters a token.
fn answers(
    folder: &Path,
    task: &str,
    model: &str,
    rates: [f64; 2],
) -> BTreeMap<String, (String, f64)> {
    let file = folder.join(format!("result_dirs/{task}/{model}.json"));
    let rows: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let text = |value: &Value| match value {
        Value::Array(items) => items[0].as_str().unwrap_or_default().to_string(),
        other => other.as_str().unwrap_or_default().to_string(),
    };
    let rows = rows.iter().map(|row| {
        let (asked, said) = (text(&row["chat_history"]), text(&row["output"]));
        let cost = asked.len() as f64 / 4.0 * rates[0] + said.len() as f64 / 4.0 * rates[1];
        (row["session_id"].as_str().unwrap().to_string(), (said, cost))
    });
    rows.collect()
}

fn outcomes(file: &Path) -> BTreeMap<String, (f64, f64)> {
    let mut text = String::new();
    let packed = std::fs::File::open(file).unwrap();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let pair = rows.filter(|row| {
        row["strong_model"] == "gpt-4o-2024-08-06" && row["weak_model"] == "gpt-4o-mini-2024-07-18"
    });
    pair.map(|row| {
        let id = row["id"].as_str().unwrap().split_once('/').unwrap().1.to_string();
        (id, (row["strong_correct"].as_f64().unwrap(), row["weak_correct"].as_f64().unwrap()))
    })
    .collect()
}

#[test]
fn two_cheap_answers_that_agree_are_worth_a_strong_one() {
    let data =
        std::env::var("FAREBOX_DATA").map_or_else(|_| root().join("../shared/data"), PathBuf::from);
    let Ok(folder) = std::env::var("FAREBOX_ZEROEVAL").map(PathBuf::from) else {
        eprintln!("skipped: FAREBOX_ZEROEVAL names no checkout of ZeroEval's results");
        return;
    };
    if !data.join("routing").is_dir() {
        eprintln!("skipped: no recorded outcomes in {}", data.display());
        return;
    }
    for (task, least_quality, most_cost) in [("crux", 0.855, 0.53), ("gsm", 0.966, 0.20)] {
        let cheap = answers(&folder, task, "gpt-4o-mini-2024-07-18", [0.15, 0.6]);
        let second = answers(&folder, task, "gemini-1.5-flash", [0.075, 0.3]);
        let strong = answers(&folder, task, "gpt-4o-2024-08-06", [2.5, 10.0]);
        let known = outcomes(&data.join(format!("routing/zeroeval_{task}.jsonl.gz")));
        let (mut right, mut cost, mut strong_cost, mut escalated) = (0.0, 0.0, 0.0, 0.0);
        for (id, (strong_correct, cheap_correct)) in &known {
            cost += cheap[id].1 + second[id].1;
            strong_cost += strong[id].1;
            if agree(&cheap[id].0, &second[id].0) {
                right += cheap_correct;
            } else {
                right += strong_correct;
                cost += strong[id].1;
                escalated += 1.0;
            }
        }
        let count = known.len() as f64;
        let (quality, share) = (right / count, cost / strong_cost);
        eprintln!(
            "{task}: quality {quality:.4}, cost {share:.3}, escalated {:.3}",
            escalated / count
        );
        assert!(quality >= least_quality, "{task}: {quality}");
        assert!(share <= most_cost, "{task}: {share}");
    }
}
