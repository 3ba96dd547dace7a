//! Special tokens, streams of tokens, and files that are none.

use std::collections::HashSet;

use farebox_core::count::{Encoding, SpecialTokens, Vocab};

use crate::{
    number, oracles,
    texts::{self, Random},
    vocab,
};

#[test]
fn special_tokens_are_treated_as_tiktoken_treats_them() {
    let oracles = [
        (Encoding::O200kBase, tiktoken_rs::o200k_base_singleton()),
        (Encoding::O200kHarmony, tiktoken_rs::o200k_harmony_singleton()),
        (Encoding::Cl100kBase, tiktoken_rs::cl100k_base_singleton()),
    ];
    for (encoding, oracle) in oracles {
        let vocab = vocab(encoding);
        let special: Vec<String> = encoding.special_tokens().map(|(text, _)| text).collect();
        let mut known: Vec<&str> = special.iter().map(String::as_str).collect();
        known.sort_unstable();
        let mut expected: Vec<&str> = oracle.special_tokens().into_iter().collect();
        expected.sort_unstable();
        assert_eq!(known, expected, "{encoding:?}");
        let mut random = Random::new(number("FAREBOX_SEED", 9));
        for _ in 0..number("FAREBOX_CASES", 20_000) / 40 {
            let mut text = String::new();
            for _ in 0..random.below(6) {
                text += &texts::text(&mut random);
                text += known[random.below(known.len())];
            }
            let all = vocab.encode_special(&text, SpecialTokens::All, SpecialTokens::None).unwrap();
            assert_eq!(all, oracle.encode_with_special_tokens(&text), "{text:?}");
            assert_eq!(vocab.decode(&all).unwrap(), text);
            let some = [known[random.below(known.len())], "<|endoftext|>"];
            let allowed = SpecialTokens::Some(&some);
            let tokens = vocab.encode_special(&text, allowed, SpecialTokens::None).unwrap();
            let (expected, _) = oracle.encode(&text, &HashSet::from(some)).unwrap();
            assert_eq!(tokens, expected, "{text:?}");
        }
    }
}

#[test]
fn a_disallowed_special_token_is_named() {
    let vocab = vocab(Encoding::O200kBase);
    let text = "a<|endoftext|>b";
    let refused = vocab.encode_special(text, SpecialTokens::None, SpecialTokens::All).unwrap_err();
    assert_eq!(refused.kind.as_str(), "invalid_request");
    assert_eq!(refused.details["token"], "<|endoftext|>");
    let ordinary = vocab.encode_special(text, SpecialTokens::None, SpecialTokens::None).unwrap();
    assert_eq!(ordinary, vocab.encode(text));
}

#[test]
fn tokens_one_by_one_give_the_text_without_cut_characters() {
    for (encoding, vocab, _) in oracles() {
        let mut random = Random::new(number("FAREBOX_SEED", 10));
        for _ in 0..number("FAREBOX_CASES", 20_000) / 10 {
            let text = texts::text(&mut random);
            let mut decoder = vocab.decoder();
            let mut decoded = String::new();
            for token in vocab.encode(&text) {
                decoded += &decoder.push(token).unwrap();
                assert!(text.starts_with(&decoded), "{encoding:?} {text:?}");
            }
            decoded += &decoder.finish();
            assert_eq!(decoded, text);
        }
        let random_tokens: Vec<u32> = (0..2000).map(|_| random.below(50_000) as u32).collect();
        let mut decoder = vocab.decoder();
        let parts: String =
            random_tokens.iter().map(|token| decoder.push(*token).unwrap()).collect();
        let bytes = vocab.decode_bytes(&random_tokens).unwrap();
        assert_eq!(parts + &decoder.finish(), String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn ranks_that_are_no_token_are_refused() {
    let vocab = vocab(Encoding::O200kBase);
    for rank in [199_998, 200_000, 200_019, u32::MAX] {
        assert_eq!(vocab.decode(&[rank]).unwrap_err().details["rank"], rank);
    }
    assert_eq!(vocab.decode(&[199_999, 200_018]).unwrap(), "<|endoftext|><|endofprompt|>");
}

#[test]
fn files_that_are_no_vocabulary_are_refused() {
    let file = farebox_core::count::O200K_FILE;
    let mut random = Random::new(11);
    let refuse = |bytes: &[u8], encoding| {
        let error = Vocab::parse(encoding, bytes).unwrap_err();
        assert_eq!(error.kind.as_str(), "invalid_request");
        assert_eq!(error.details["file_bytes"], bytes.len());
    };
    for len in [0, 1, 7, 8, 23, 24, 100, 280, file.len() - 1] {
        refuse(&file[..len], Encoding::O200kBase);
    }
    refuse(file, Encoding::Cl100kBase);
    refuse(&[file, &[0]].concat(), Encoding::O200kBase);
    for _ in 0..30 {
        let mut changed = file.to_vec();
        let at = random.below(changed.len());
        changed[at] ^= 1 << random.below(8);
        refuse(&changed, Encoding::O200kBase);
    }
    assert!(Vocab::parse(Encoding::O200kHarmony, file).is_ok());
    assert!(Encoding::parse("o300k_base").unwrap_err().message.contains("`o200k_harmony`"));
}
