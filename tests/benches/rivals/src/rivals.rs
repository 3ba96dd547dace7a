//! The tokenizers that are compared, each loaded as its documentation says.

use std::collections::HashMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use farebox_tokenizer::{Tokenizer, Vocabulary};

/// Loads a tokenizer and gives back what counts with it.
pub struct Rival {
    pub name: &'static str,
    pub load: fn() -> Counter,
}

pub type Counter = Box<dyn Fn(&str) -> usize>;

pub const ALL: [Rival; 8] = [
    Rival { name: "farebox", load: farebox },
    Rival { name: "tiktoken-rs", load: tiktoken_rs },
    Rival { name: "bpe-openai", load: bpe_openai },
    Rival { name: "tokenizers", load: tokenizers },
    Rival { name: "toktok-rs", load: toktok },
    Rival { name: "fastokens", load: fastokens },
    Rival { name: "splintr", load: splintr },
    Rival { name: "riptoken", load: riptoken },
];

fn farebox() -> Counter {
    let vocabulary = Tokenizer::embedded(Vocabulary::O200k).expect("embedded");
    Box::new(move |text| vocabulary.count(text.as_bytes()) as usize)
}

fn tiktoken_rs() -> Counter {
    let bpe = tiktoken_rs::o200k_base().expect("tiktoken-rs loads");
    Box::new(move |text| bpe.encode_ordinary(text).len())
}

fn bpe_openai() -> Counter {
    let bpe = bpe_openai::o200k_base();
    Box::new(move |text| bpe.count(text))
}

fn toktok() -> Counter {
    let bpe = toktok::Tokenizer::builtin("o200k_base").expect("toktok-rs loads");
    Box::new(move |text| bpe.count(text.as_bytes()))
}

fn fastokens() -> Counter {
    let lines: String = ranks()
        .iter()
        .map(|(token, rank)| format!("{} {rank}\n", BASE64_STANDARD.encode(token)))
        .collect();
    let config = fastokens::tiktoken::TiktokenConfig::new(PATTERN, Vec::new());
    let bpe = fastokens::Tokenizer::from_tiktoken_str(&lines, config).expect("fastokens loads");
    Box::new(move |text| bpe.encode_ordinary(text).map_or(0, |tokens| tokens.len()))
}

fn splintr() -> Counter {
    let bpe = splintr::from_pretrained("o200k_base").expect("splintr loads");
    Box::new(move |text| bpe.encode(text).len())
}

fn riptoken() -> Counter {
    let ranks = ranks().into_iter().collect();
    let bpe = riptoken::CoreBPE::new(ranks, HashMap::default(), PATTERN).expect("riptoken loads");
    Box::new(move |text| bpe.encode_ordinary(text).len())
}

fn tokenizers() -> Counter {
    use tokenizers::{
        models::bpe::{BPE, Merges, Vocab},
        pre_tokenizers::{
            byte_level::ByteLevel,
            sequence::Sequence,
            split::{Split, SplitPattern},
        },
        tokenizer::{SplitDelimiterBehavior, Tokenizer},
    };
    let ranks = ranks();
    let known: HashMap<&[u8], u32> = ranks.iter().map(|(text, rank)| (&text[..], *rank)).collect();
    let letters = byte_letters();
    let spell = |text: &[u8]| text.iter().map(|byte| letters[usize::from(*byte)]).collect::<String>();
    let vocab: Vocab = ranks.iter().map(|(text, rank)| (spell(text), *rank)).collect();
    let merges: Merges = ranks
        .iter()
        .filter(|(text, _)| text.len() > 1)
        .map(|(text, rank)| {
            let (left, right) = halves(text, *rank, &known);
            (spell(left), spell(right))
        })
        .collect();
    let bpe = BPE::builder().vocab_and_merges(vocab, merges).ignore_merges(true).build();
    let mut tokenizer = Tokenizer::new(bpe.expect("tokenizers loads"));
    let pattern = SplitPattern::Regex(PATTERN.into());
    let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).expect("a pattern");
    let parts = vec![split.into(), ByteLevel::new(false, false, false).into()];
    tokenizer.with_pre_tokenizer(Some(Sequence::new(parts)));
    Box::new(move |text| tokenizer.encode_fast(text, false).map_or(0, |tokens| tokens.len()))
}

/// The two tokens that merge into one, by encoding it with the earlier ones.
fn halves<'a>(text: &'a [u8], limit: u32, known: &HashMap<&[u8], u32>) -> (&'a [u8], &'a [u8]) {
    let mut ends: Vec<usize> = (0..=text.len()).collect();
    while ends.len() > 3 {
        let best = (0..ends.len() - 2)
            .filter_map(|at| Some((*known.get(&text[ends[at]..ends[at + 2]])?, at)))
            .filter(|(rank, _)| *rank < limit)
            .min();
        ends.remove(best.expect("a merge").1 + 1);
    }
    text.split_at(ends[1])
}

/// The letters that byte-level vocabularies write bytes with.
fn byte_letters() -> Vec<char> {
    let mut unwritten = 0x100..;
    (0..=255)
        .map(|byte: u8| match byte {
            b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => char::from(byte),
            _ => unwritten.next().and_then(char::from_u32).expect("a letter"),
        })
        .collect()
}

fn ranks() -> Vec<(Vec<u8>, u32)> {
    let vocabulary = Tokenizer::embedded(Vocabulary::O200k).expect("embedded");
    (0..vocabulary.tokens()).map(|rank| (vocabulary.bytes(rank).to_vec(), rank)).collect()
}

const PATTERN: &str = concat!(
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|\p{N}{1,3}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"|\s*[\r\n]+",
    r"|\s+(?!\S)",
    r"|\s+",
);
