//! Every text of the recorded requests has tiktoken's tokens.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
};

use farebox_core::count::Vocab;
use flate2::read::GzDecoder;
use serde_json::Value;
use tiktoken_rs::CoreBPE;

use crate::oracles;

#[test]
fn recorded_texts_have_tiktokens_tokens() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let folder = PathBuf::from(env::var("FAREBOX_DATA").unwrap_or(beside.into())).join("usage");
    let Ok(files) = fs::read_dir(&folder) else {
        println!("no recorded data, skipped");
        return;
    };
    let oracles = oracles();
    let mut texts = 0;
    for file in files.filter_map(Result::ok) {
        let lines = BufReader::new(GzDecoder::new(fs::File::open(file.path()).unwrap())).lines();
        for line in lines {
            let recorded: Value = serde_json::from_str(&line.unwrap()).unwrap();
            for (_, vocab, oracle) in &oracles {
                texts += compare(&recorded, vocab, oracle);
            }
        }
    }
    println!("{texts} texts compared");
    assert!(texts > 0, "the recorded data holds no text");
}

/// Compares every string inside a value; how many there were.
fn compare(value: &Value, vocab: &Vocab, oracle: &CoreBPE) -> u64 {
    match value {
        Value::String(text) => {
            assert_eq!(vocab.encode(text), oracle.encode_ordinary(text), "{text:?}");
            assert_eq!(vocab.count(text), oracle.encode_ordinary(text).len() as u64, "{text:?}");
            1
        }
        Value::Array(values) => values.iter().map(|value| compare(value, vocab, oracle)).sum(),
        Value::Object(fields) => fields.values().map(|value| compare(value, vocab, oracle)).sum(),
        _ => 0,
    }
}
