//! Any bytes: the tokens of their text are tiktoken's, and every other way of counting agrees.
//!
//! `cargo +nightly fuzz run tokens` in this folder, or without cargo-fuzz:
//! `RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
//! -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
//! -Cllvm-args=-sanitizer-coverage-trace-compares" cargo run --release --target
//! x86_64-unknown-linux-gnu --bin tokens -- -max_len=400 -max_total_time=3600 CORPUS_FOLDER`; the
//! target is named so that build scripts are left as they are.
#![no_main]

use std::sync::LazyLock;

use farebox_core::count::{Encoding, LiveCount, Vocab};
use libfuzzer_sys::fuzz_target;

static O200K: LazyLock<Vocab> =
    LazyLock::new(|| Vocab::embedded(Encoding::O200kBase).expect("embedded"));
static CL100K: LazyLock<Vocab> =
    LazyLock::new(|| Vocab::embedded(Encoding::Cl100kBase).expect("embedded"));

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let sides = [
        (&*O200K, tiktoken_rs::o200k_base_singleton()),
        (&*CL100K, tiktoken_rs::cl100k_base_singleton()),
    ];
    for (vocab, oracle) in sides {
        let expected = oracle.encode_ordinary(&text);
        let tokens = expected.len() as u64;
        assert_eq!(vocab.encode(&text), expected);
        assert_eq!(vocab.count(&text), tokens);
        assert_eq!(vocab.count_bytes(bytes), tokens);
        assert_eq!(vocab.count_till_limit(&text, tokens), Some(tokens));
        let mut counter = vocab.counter();
        bytes.chunks(7).for_each(|part| counter.push(part));
        assert_eq!(counter.finish(), tokens);
        let mut live = LiveCount::new(vocab, &text);
        let middle = text.floor_char_boundary(text.len() / 2);
        assert!(live.replace(middle..middle, "x").is_ok());
        assert!(live.replace(middle..middle + 1, "").is_ok_and(|edit| edit.tokens == tokens));
    }
});
