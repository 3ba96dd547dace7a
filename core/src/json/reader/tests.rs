use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::{plain, read_first, read_text};
use crate::json::Node;

fn is_as_serde_reads(text: &str) {
    let own = read_text(text).map(Node::into_value).map_err(|wrong| said(wrong.to_string()));
    let theirs = serde_json::from_str::<Value>(text).map_err(|wrong| said(wrong.to_string()));
    assert_eq!(own, theirs, "{text:?}");
}

/// A number that is too large is complained of behind it here, and somewhere in it there.
fn said(wrong: String) -> String {
    match wrong.split_once(" at line") {
        Some((words @ "number out of range", _)) => words.into(),
        _ => wrong,
    }
}

const WHOLE: &str = r#" { "a": [1, -2, 0, -0, 0.5, -1.25e3, 1E-7, 18446744073709551615,
    18446744073709551616, -9223372036854775808, -9223372036854775809, 1e308 ],
    "b\n\"\\\/\b\f\r\t" : "\u00e9 \ud83d\ude00 é 😀 a text of more than eight letters\u0000",
    "" : { }, "c": [ ], "d": [null, true, false, [[], {"a": {}}]], "a": "again" } "#;

#[test]
fn what_is_json_reads_as_with_serde() {
    is_as_serde_reads(WHOLE);
    for text in ["", " ", "\u{feff}1", "1 2", "nul", "nulx", "1e999", "-", "-a", "01", "1.", "1.a"]
    {
        is_as_serde_reads(text);
    }
    for depth in [126, 127, 128, 300] {
        is_as_serde_reads(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        is_as_serde_reads(&"{\"a\":".repeat(depth));
    }
}

#[test]
fn what_is_cut_or_changed_anywhere_is_refused_in_the_same_words() {
    let letters: Vec<char> = WHOLE.chars().collect();
    for place in 0..letters.len() {
        let (before, after) = letters.split_at(place);
        let before: String = before.iter().collect();
        is_as_serde_reads(&before);
        for other in
            ["", "\"", "\\", "\\u", "\\ud800", "{", "}", "]", ",", ":", "0", ".", "e", "\n", "é"]
        {
            let after: String = after.iter().skip(1).collect();
            is_as_serde_reads(&format!("{before}{other}{after}"));
        }
    }
}

#[test]
fn the_first_value_is_read_whatever_follows() {
    for text in ["1, 2", " \"a\"b", "{} x", "[1]]", "truex", "12a", "-", "", "null}", "1.5\n2"] {
        let own = read_first(text).map(Node::into_value);
        let mut theirs = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        assert_eq!(own, theirs.next().and_then(Result::ok), "{text:?}");
    }
}

#[test]
fn numbers_are_those_of_serde() {
    let mut state = 7_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 20
    };
    for power in -345..=320 {
        is_as_serde_reads(&format!("1e{power}"));
        is_as_serde_reads(&format!("-{}.{}e{power}", random(), random()));
        is_as_serde_reads(&format!("0.{}{}E{power}", "0".repeat(power as usize % 40), random()));
    }
    for digits in 1..60 {
        let whole = format!("{}{}{}{}", random(), random(), random(), random());
        let whole = whole.get(..digits).unwrap_or(&whole);
        let whole = whole.trim_start_matches('0');
        is_as_serde_reads(&format!("1{whole}"));
        is_as_serde_reads(&format!("-1{whole}.{whole}"));
        is_as_serde_reads(&format!("1{whole}e-{digits}"));
    }
    for text in ["-0", "-0.0", "0e999", "0e99999999999", "1e-99999999999", "1e99999999999", "1e+2"]
    {
        is_as_serde_reads(text);
    }
    is_as_serde_reads(&format!("0.{}1e400", "0".repeat(400)));
    is_as_serde_reads(&format!("1{}e-400", "0".repeat(400)));
}

#[test]
fn what_stands_for_itself_ends_at_the_first_byte_that_does_not() {
    for end in [b'"', b'\\', 0, 0x1f] {
        for place in 0..20 {
            for letter in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                let mut text = [letter; 24];
                assert_eq!(plain(&text), text.len());
                (text[place], text[23]) = (end, b'"');
                assert_eq!(plain(&text), place);
            }
        }
    }
}
