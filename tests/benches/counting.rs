//! What counting a recorded request takes, beside counting the words in it: every request of
//! `FAREBOX_DATA`, parsed once, its strings cut out once.
//!
//! `cargo bench -p farebox-conformance --bench counting`

// A bench that cannot be set up has nothing to measure.
#![allow(clippy::expect_used)]

use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use farebox_core::catalog::{Catalog, Model};
use farebox_core::count::{Encoding, Vocab, Vocabularies, count_request};
use farebox_core::provider;
use farebox_core::request::{Api, Request};
use flate2::read::GzDecoder;
use serde_json::Value;

/// A recorded request with the model it went to, and the words of its body.
struct Recorded {
    request: Request,
    api: Api,
    model: Model,
    body: Value,
    words: Vec<String>,
}

fn main() {
    let Some(folder) = std::env::var_os("FAREBOX_DATA").map(PathBuf::from) else {
        println!("no recorded data (FAREBOX_DATA), skipped");
        return;
    };
    let json = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/data/catalog.json"));
    let catalog = Catalog::parse(&json.expect("the catalogue")).expect("a catalogue");
    let vocabularies = Vocabularies::new()
        .with(Vocab::embedded(Encoding::O200kBase).expect("the vocabulary"))
        .with(Vocab::embedded(Encoding::Cl100kBase).expect("the vocabulary"));
    let files = [
        ("openai_chat", Api::Chat),
        ("openai_responses", Api::Responses),
        ("azure_chat", Api::Chat),
        ("anthropic_messages", Api::Messages),
        ("google_generateContent", Api::GenerateContent),
    ];
    println!("{:<24} {:>6} {:>12} {:>14}", "recordings", "rows", "count/words", "+parse/words");
    for (name, api) in files {
        let path = folder.join("usage").join(format!("{name}.jsonl.gz"));
        let rows = read(&path, api, &catalog);
        let words = least(|| {
            for row in &rows {
                let encoding = row.model.counting.encoding.as_deref();
                let encoding = encoding.and_then(|name| Encoding::parse(name).ok());
                let vocab = vocabularies.vocab(encoding.unwrap_or(Encoding::O200kBase));
                let vocab = vocab.expect("both are there");
                black_box(row.words.iter().map(|words| vocab.count(words)).sum::<u64>());
            }
        });
        let counted = least(|| {
            for row in &rows {
                black_box(count_request(&row.request, row.api, &row.model, &vocabularies));
            }
        });
        let parsed = least(|| {
            for row in &rows {
                let request = provider::parse(&row.body, Some(row.api)).expect("parsed before");
                black_box(count_request(&request, row.api, &row.model, &vocabularies));
            }
        });
        let ratio = |time: Duration| time.as_secs_f64() / words.as_secs_f64();
        println!("{name:<24} {:>6} {:>12.2} {:>14.2}", rows.len(), ratio(counted), ratio(parsed));
    }
}

fn read(path: &Path, api: Api, catalog: &Catalog) -> Vec<Recorded> {
    let file = BufReader::new(GzDecoder::new(File::open(path).expect("the recordings")));
    let rows = file.lines().map(|line| -> Option<Recorded> {
        let row: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let body = row.get("request")?.clone();
        let request = provider::parse(&body, Some(api)).ok()?;
        let model = catalog.stand_in(&row.get("model")?.as_str()?.into()).ok()?;
        let mut words = Vec::new();
        strings(&body, &mut words);
        Some(Recorded { request, api, model, body, words })
    });
    rows.flatten().collect()
}

/// Every text of a body, names and values.
fn strings(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, words)),
        Value::Object(map) => map.iter().for_each(|(key, item)| {
            words.push(key.clone());
            strings(item, words);
        }),
        _ => {}
    }
}

/// The shortest of several runs.
fn least(mut run: impl FnMut()) -> Duration {
    let times = (0..7).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}
