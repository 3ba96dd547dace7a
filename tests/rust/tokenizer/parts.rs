//! Text in parts: streams, bytes, limits and chunks.

use std::io::Write as _;

use farebox_core::count::{Encoding, Keep};

use crate::{
    number,
    texts::{self, Random},
    vocab,
};

const ENCODINGS: [Encoding; 2] = [Encoding::O200kBase, Encoding::Cl100kBase];

#[test]
fn bytes_count_as_their_lossy_text_however_they_arrive() {
    for encoding in ENCODINGS {
        let vocab = vocab(encoding);
        let mut random = Random::new(number("FAREBOX_SEED", 5));
        for case in 0..number("FAREBOX_CASES", 20_000) / 4 {
            let repeat = if case % 50 == 0 { 3000 } else { 1 };
            let bytes = texts::broken(&mut random).repeat(repeat);
            let expected = vocab.count(&String::from_utf8_lossy(&bytes));
            assert_eq!(vocab.count_bytes(&bytes), expected, "{bytes:?}");
            let mut counter = vocab.counter();
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let (part, after) = rest.split_at((1 + random.below(5000)).min(rest.len()));
                counter.write_all(part).unwrap();
                rest = after;
            }
            assert_eq!(counter.finish(), expected);
        }
    }
}

#[test]
fn a_long_text_counts_the_same_on_all_cores() {
    let vocab = vocab(Encoding::O200kBase);
    let mut random = Random::new(number("FAREBOX_SEED", 6));
    let texts: Vec<String> = (0..2000).map(|_| texts::text(&mut random)).collect();
    let whole = texts.concat();
    assert_eq!(vocab.count_parallel(&whole), vocab.count(&whole));
    let counts = vocab.count_all(&texts);
    assert!(counts.into_iter().eq(texts.iter().map(|text| vocab.count(text))));
}

#[test]
fn truncated_text_is_within_the_limit_and_part_of_the_whole() {
    for encoding in ENCODINGS {
        let vocab = vocab(encoding);
        let mut random = Random::new(number("FAREBOX_SEED", 7));
        for _ in 0..number("FAREBOX_CASES", 20_000) / 10 {
            let text = texts::text(&mut random);
            let tokens = vocab.count(&text);
            let limit = random.below(tokens as usize + 2) as u64;
            let start = vocab.truncate(&text, limit, Keep::Start);
            assert!(text.starts_with(&*start) && vocab.count(&start) <= limit, "{text:?} {limit}");
            let end = vocab.truncate(&text, limit, Keep::End);
            assert!(text.ends_with(&*end) && vocab.count(&end) <= limit, "{text:?} {limit}");
            let ends = vocab.truncate(&text, limit, Keep::Ends { marker: " … " });
            assert!(vocab.count(&ends) <= limit, "{text:?} {limit}");
            if limit >= tokens {
                assert!([start, end, ends].iter().all(|whole| *whole == text));
            }
        }
    }
}

#[test]
fn truncation_keeps_all_it_may_of_ordinary_text() {
    let vocab = vocab(Encoding::O200kBase);
    let text = "Every fare is known before the ride begins. ".repeat(50);
    for limit in 0..vocab.count(&text) {
        assert_eq!(vocab.count(&vocab.truncate(&text, limit, Keep::Start)), limit);
        assert_eq!(vocab.count(&vocab.truncate(&text, limit, Keep::End)), limit);
    }
}

#[test]
fn chunks_cover_the_text_and_keep_the_limit() {
    for encoding in ENCODINGS {
        let vocab = vocab(encoding);
        let mut random = Random::new(number("FAREBOX_SEED", 8));
        for _ in 0..number("FAREBOX_CASES", 20_000) / 20 {
            let text: String = (0..4).map(|_| texts::text(&mut random)).collect();
            let limit = 12 + random.below(60) as u64;
            let overlap = random.below(limit as usize / 2) as u64;
            let mut covered = 0;
            let mut last_start = None;
            for chunk in vocab.chunks(&text, limit, overlap).unwrap() {
                assert!(chunk.start <= covered && chunk.end > covered, "{text:?} {chunk:?}");
                assert!(last_start.is_none_or(|last| chunk.start > last));
                assert!(vocab.count(&text[chunk.clone()]) <= limit);
                assert!(vocab.count(&text[chunk.start..covered]) <= overlap);
                (covered, last_start) = (chunk.end, Some(chunk.start));
            }
            assert_eq!(covered, text.len());
        }
    }
}

#[test]
fn chunks_end_where_a_reader_would_end_them() {
    let vocab = vocab(Encoding::O200kBase);
    let text = "One line of a few words.\nAnd another one. It goes on.\n\nThen a new paragraph.";
    let parts = |limit| -> Vec<&str> {
        vocab.chunks(text, limit, 0).unwrap().into_iter().map(|part| &text[part]).collect()
    };
    assert_eq!(
        parts(18),
        ["One line of a few words.\nAnd another one. It goes on.\n\n", "Then a new paragraph."]
    );
    assert_eq!(parts(11)[0], "One line of a few words.\n");
    let refused = vocab.chunks("a", 3, 3).unwrap_err();
    assert_eq!(refused.details["limit_tokens"], 3);
    let refused = vocab.chunks("\u{12345}", 1, 0).unwrap_err();
    assert_eq!(refused.details["limit_tokens"], 1);
}
