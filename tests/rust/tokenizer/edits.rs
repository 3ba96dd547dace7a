//! An edited text has the count of the same text counted at once.

use std::ops::Range;

use farebox_core::count::{Encoding, LiveCount};

use crate::{
    number,
    texts::{self, Random},
    vocab,
};

#[test]
fn random_edits_leave_the_count_exact() {
    for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
        let vocab = vocab(encoding);
        let mut random = Random::new(number("FAREBOX_SEED", 4));
        for _ in 0..number("FAREBOX_CASES", 20_000) / 1000 {
            let mut text: String =
                (0..random.below(200)).map(|_| texts::text(&mut random)).collect();
            let mut live = LiveCount::new(&vocab, &text);
            for _ in 0..60 {
                let mut ends = [place(&mut random, &text), place(&mut random, &text)];
                if random.below(4) > 0 {
                    ends[1] = text.ceil_char_boundary(ends[0] + random.below(20));
                }
                ends.sort_unstable();
                let range = ends[0]..ends[1];
                let with = texts::text(&mut random);
                let before = vocab.boundaries(&text);
                let edit = live.replace(range.clone(), &with).unwrap();
                text.replace_range(range, &with);
                assert_eq!(edit.tokens, vocab.count(&text), "{text:?}");
                assert_eq!(live.tokens(), edit.tokens);
                assert_eq!(live.to_string(), text);
                let after = vocab.boundaries(&text);
                let (start, end) = (edit.changed.start, edit.changed.end);
                let kept = before.iter().take_while(|at| **at <= start);
                let moved: Vec<_> = after.iter().filter(|at| **at > end).collect();
                assert!(kept.copied().eq(after.iter().copied().take_while(|at| *at <= start)));
                assert!(moved.len() <= before.len());
                let inside = after.iter().copied().filter(|at| *at > start && *at <= end);
                assert!(inside.eq(live.boundaries(edit.changed)));
            }
        }
    }
}

#[test]
fn edits_in_utf16_units_are_the_same_edits() {
    let vocab = vocab(Encoding::O200kBase);
    let mut live = LiveCount::new(&vocab, "a😀b and more");
    live.replace_utf16(3..4, "ß").unwrap();
    assert_eq!(live.to_string(), "a😀ß and more");
    live.replace_utf16(2..3, "").unwrap();
    assert_eq!(live.to_string(), "aß and more", "half a surrogate pair takes the character");
    live.replace_utf16(11..11, "!").unwrap();
    assert_eq!(live.to_string(), "aß and more!");
    assert!(live.replace_utf16(13..14, "").is_err());
    let backwards = Range { start: 2, end: 1 };
    assert!(live.replace_utf16(backwards, "").is_err());
}

#[test]
fn boundaries_in_utf16_units_are_those_of_the_whole_text() {
    let vocab = vocab(Encoding::O200kBase);
    let text = "naïve 🏳️‍🌈 fares, 運賃 and 😀😀\r\n\tлишний ".repeat(90);
    let mut live = LiveCount::new(&vocab, "");
    live.replace_utf16(0..0, &text).unwrap();
    let units = |end: usize| text[..text.floor_char_boundary(end)].encode_utf16().count();
    let all: Vec<_> = vocab.boundaries(&text).into_iter().map(units).collect();
    assert_eq!(live.len_utf16(), text.encode_utf16().count());
    assert_eq!(live.boundaries_utf16(0..usize::MAX), all);
    for (start, end) in [(0, 7), (900, 2_100), (5, 5), (3_000, usize::MAX)] {
        let inside = all.iter().copied().filter(|at| *at > start && *at <= end);
        assert!(inside.eq(live.boundaries_utf16(start..end)), "{start}..{end}");
    }
}

#[test]
fn impossible_edits_are_refused_and_change_nothing() {
    let vocab = vocab(Encoding::O200kBase);
    let mut live = LiveCount::new(&vocab, "naïve");
    #[expect(clippy::reversed_empty_ranges, reason = "that is the mistake")]
    for range in [3..4, 0..7, 7..7, 4..3, 0..usize::MAX] {
        let error = live.replace(range, "x").unwrap_err();
        assert_eq!(error.kind.as_str(), "invalid_request");
    }
    assert_eq!(live.to_string(), "naïve");
    assert_eq!(live.tokens(), vocab.count("naïve"));
    let mut empty = LiveCount::new(&vocab, "");
    assert_eq!(empty.replace(0..0, "").unwrap().tokens, 0);
    assert_eq!(empty.replace(0..0, "one two").unwrap().tokens, 2);
    assert_eq!(empty.replace(0..7, "").unwrap().tokens, 0);
}

fn place(random: &mut Random, text: &str) -> usize {
    text.floor_char_boundary(random.below(text.len() + 1))
}
