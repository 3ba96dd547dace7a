//! Every count and every token equals tiktoken's.
// What sets a test up may fail it as the test itself may.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]
//!
//! `FAREBOX_CASES` sets how many generated texts each test compares (20,000 unless given) and
//! `FAREBOX_SEED` where they begin.

mod edits;
mod parts;
mod recorded;
mod special;
mod texts;

use std::{
    env,
    fs::File,
    io::{BufWriter, Write as _},
    iter,
};

use farebox_core::count::{Encoding, Vocab};
use serde_json::json;
use texts::Random;
use tiktoken_rs::CoreBPE;

#[test]
fn generated_texts_have_tiktokens_tokens() {
    for (encoding, vocab, oracle) in oracles() {
        let mut random = Random::new(number("FAREBOX_SEED", 1));
        for case in 0..number("FAREBOX_CASES", 20_000) {
            let text = texts::text(&mut random);
            let expected = oracle.encode_ordinary(&text);
            assert_eq!(vocab.encode(&text), expected, "{encoding:?} case {case}: {text:?}");
            assert_eq!(vocab.count(&text), expected.len() as u64, "{encoding:?}: {text:?}");
            assert_eq!(vocab.decode(&expected).as_deref(), Ok(text.as_str()));
        }
    }
}

#[test]
fn the_embedded_tables_are_those_of_the_file() {
    for (encoding, vocab, _) in oracles() {
        let embedded = Vocab::embedded(encoding).unwrap();
        let mut random = Random::new(number("FAREBOX_SEED", 3));
        for _ in 0..number("FAREBOX_CASES", 20_000) / 10 {
            let text = texts::text(&mut random);
            assert_eq!(vocab.encode(&text), embedded.encode(&text), "{encoding:?} {text:?}");
        }
    }
}

/// Writes texts and their tokens for `python_oracle.py`, where `FAREBOX_PYTHON_CASES` says.
#[test]
fn texts_for_python() {
    let Ok(file) = env::var("FAREBOX_PYTHON_CASES") else {
        println!("no file asked for, skipped");
        return;
    };
    let mut lines = BufWriter::new(File::create(file).unwrap());
    for (encoding, vocab, _) in oracles() {
        let mut random = Random::new(number("FAREBOX_SEED", 12));
        for _ in 0..number("FAREBOX_CASES", 20_000) {
            let text = texts::text(&mut random);
            let tokens = vocab.encode(&text);
            let case = json!({ "encoding": encoding.name(), "text": text, "tokens": tokens });
            writeln!(lines, "{case}").unwrap();
        }
    }
}

#[test]
fn a_limit_is_exact() {
    for (encoding, vocab, _) in oracles() {
        let mut random = Random::new(number("FAREBOX_SEED", 2));
        for _ in 0..number("FAREBOX_CASES", 20_000) / 10 {
            let text = texts::text(&mut random);
            let tokens = vocab.count(&text);
            for limit in [0, tokens.saturating_sub(1), tokens, tokens + 1] {
                let expected = (tokens <= limit).then_some(tokens);
                assert_eq!(vocab.count_till_limit(&text, limit), expected, "{encoding:?} {text:?}");
            }
        }
    }
}

#[test]
fn every_character_is_split_as_tiktoken_splits_it() {
    for (encoding, vocab, oracle) in oracles() {
        let all: Vec<char> = (0..0x11_0000).filter_map(char::from_u32).collect();
        for some in all.chunks(16) {
            let around = |c| format!("a{c}B{c}{c}c 1{c}.{c}\n{c} x\u{2028}");
            let text: String = some.iter().map(around).collect();
            assert_eq!(vocab.encode(&text), oracle.encode_ordinary(&text), "{encoding:?} {some:?}");
        }
    }
}

#[test]
fn runs_of_any_character_have_tiktokens_tokens() {
    let ascii = (0..0x80).filter_map(char::from_u32);
    let others = (0x80..0x11_0000).step_by(997).filter_map(char::from_u32);
    let all: Vec<char> = ascii.chain(others).collect();
    for (encoding, vocab, oracle) in oracles() {
        for &c in &all {
            for len in 1..=40 {
                let text: String = iter::repeat_n(c, len).collect();
                assert_eq!(
                    vocab.encode(&text),
                    oracle.encode_ordinary(&text),
                    "{encoding:?} {text:?}"
                );
            }
        }
    }
}

/// A vocabulary, embedded.
fn vocab(encoding: Encoding) -> Vocab {
    Vocab::embedded(encoding).unwrap()
}

fn oracles() -> Vec<(Encoding, Vocab, &'static CoreBPE)> {
    let files = [
        (Encoding::O200kBase, farebox_core::count::O200K_FILE, tiktoken_rs::o200k_base_singleton()),
        (
            Encoding::Cl100kBase,
            farebox_core::count::CL100K_FILE,
            tiktoken_rs::cl100k_base_singleton(),
        ),
    ];
    files
        .map(|(encoding, file, oracle)| (encoding, Vocab::parse(encoding, file).unwrap(), oracle))
        .into()
}

fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}
