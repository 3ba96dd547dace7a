//! Counting on every core of the machine.

use rayon::prelude::*;

use alloc::vec::Vec;

use farebox_tokenizer::is_cut;

use super::vocab::Vocab;

/// What is worth handing to another core.
const PART_BYTES: usize = 1 << 16;

impl Vocab {
    /// The counts of many texts, in their order, on all cores.
    pub fn count_all<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<u64> {
        texts.par_iter().map(|text| self.count(text.as_ref())).collect()
    }

    /// The count of one long text, on all cores.
    pub fn count_parallel(&self, text: &str) -> u64 {
        let mut parts = Vec::new();
        let mut rest = text.as_bytes();
        while rest.len() > PART_BYTES {
            let Some(cut) = (PART_BYTES..rest.len()).find(|at| is_cut(rest, *at)) else {
                break;
            };
            let (part, after) = rest.split_at(cut);
            parts.push(part);
            rest = after;
        }
        parts.push(rest);
        parts.into_par_iter().map(|part| self.count_utf8(part)).sum()
    }
}
