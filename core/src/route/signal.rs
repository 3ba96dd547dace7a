//! What can be read off a prompt's outside: lengths, counts of character classes, tools, turns.
//!
//! None of it says which model a prompt needs across workloads; measured on many, it is at chance.
//! Within one workload it sometimes does, and a head (see `posterior`) earns weight there by that
//! workload's own outcomes. Only the newest words of the user are read, and at most the first four
//! thousand bytes of them; of words, only hashes leave this module.

use alloc::vec::Vec;

use serde_json::Value;

use super::counts::{Counts, FEATURES, Sort, small};
use super::hash::{Hash, mix};
use crate::request::{Part, Request, Role, Tool};

/// The outside of a prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Signal {
    /// Natural logarithms of counts and the like, in thousandths; the first is the length.
    pub(super) features_milli: [i32; FEATURES],
    /// Hashes of words and pairs of words, sorted, each once; empty unless asked for.
    pub(super) grams: Vec<u16>,
}

impl Signal {
    /// Reads a request; words are hashed only when asked for.
    pub(super) fn of(request: &Request, with_grams: bool) -> Self {
        let newest = request.conversation.iter().rev().find(|message| message.role == Role::User);
        let mut counts = Counts::default();
        let mut grams = Vec::new();
        for part in newest.into_iter().flat_map(|message| &message.content) {
            if let Part::Text { text } = part {
                counts.read(text.len(), head(text));
                if with_grams {
                    hash_words(head(text), &mut grams);
                }
            }
        }
        for tool in &request.tools {
            counts.tools += 1;
            if let Tool::Function { parameters: Some(parameters), .. } = tool {
                counts.parameters += properties(parameters);
            }
        }
        counts.turns = request.conversation.len() as u32;
        Self { features_milli: counts.features(), grams: in_order(&grams) }
    }
}

/// Sorted, each once: a bit for each there may be, for a sort is several kilobytes to a page.
fn in_order(grams: &[u16]) -> Vec<u16> {
    if grams.is_empty() {
        return Vec::new();
    }
    let mut seen = [0_u64; GRAM_BUCKETS.div_ceil(64)];
    for gram in grams {
        if let Some(bits) = seen.get_mut(usize::from(gram >> 6)) {
            *bits |= 1 << (gram & 63);
        }
    }
    let mut sorted = Vec::with_capacity(grams.len());
    for (bits, first) in seen.into_iter().zip((0_u16..).step_by(64)) {
        let mut left = bits;
        while left != 0 {
            sorted.push(first + left.trailing_zeros() as u16);
            left &= left - 1;
        }
    }
    sorted
}

/// The part of a text that is read.
fn head(text: &str) -> &str {
    let mut end = text.len().min(READ_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// Hashes words in lower case, single digits and other signs, and each pair of neighbours.
// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
fn hash_words(text: &str, grams: &mut Vec<u16>) {
    grams.reserve(MOST_GRAMS);
    let mut before: Option<u64> = None;
    let mut bytes = text.as_bytes();
    while let Some((&first, rest)) = bytes.split_first() {
        let sort = Sort::of(first);
        if sort == Sort::Space {
            bytes = rest;
            continue;
        }
        let mut length = 0;
        let (mut start, mut hash) = (Hash::new(), Hash::new());
        for small in bytes.iter().map_while(|byte| small(*byte)) {
            hash = hash.bytes(&[small]);
            length += 1;
            if length == 4 {
                start = hash;
            }
        }
        if length == 0 {
            hash = hash.bytes(&[first]);
            length = 1;
        }
        let (letters, rest) = bytes.split_at(length);
        let word = hash.finish();
        // Both ends of a long word stand for its stem and its inflection.
        if length > 4
            && let Some(end) = letters.last_chunk::<3>()
        {
            grams.push(bucket(start.finish() ^ START));
            grams.push(bucket(lower(Hash::new(), end).finish() ^ END));
        }
        grams.push(bucket(word));
        if let Some(before) = before {
            grams.push(bucket(mix(before) ^ word));
        }
        before = Some(word);
        bytes = rest;
        if grams.len() >= MOST_GRAMS {
            return;
        }
    }
}

fn lower(hash: Hash, letters: &[u8]) -> Hash {
    letters.iter().fold(hash, |hash, byte| hash.bytes(&[byte.to_ascii_lowercase()]))
}

fn bucket(hash: u64) -> u16 {
    (mix(hash) % GRAM_BUCKETS as u64) as u16
}

/// How many properties a schema names, at any depth.
fn properties(schema: &Value) -> u32 {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| {
                let own = match value {
                    Value::Object(named) if key == "properties" => named.len() as u32,
                    _ => 0,
                };
                own + properties(value)
            })
            .sum(),
        Value::Array(items) => items.iter().map(properties).sum(),
        _ => 0,
    }
}

/// How many buckets words are hashed into.
pub(super) const GRAM_BUCKETS: usize = 16_384;
const START: u64 = 0x5354_4152_5400;
const END: u64 = 0x454e_4400;
pub(super) const READ_BYTES: usize = 4_096;
const MOST_GRAMS: usize = 1_024;
