//! The published vocabularies, as the merges they were trained as.
//!
//! Every token beyond the 256 bytes is what merging two earlier tokens gives, and the two are
//! found by encoding the token with the earlier ones only. This is checked for each token, since
//! the tokenizer relies on it.

use std::{collections::HashMap, error};

use tiktoken_rs::CoreBPE;

/// One vocabulary: what [`crate::pack::write`] needs.
pub(crate) struct Vocabulary {
    pub(crate) name: &'static str,
    pub(crate) code: u8,
    pub(crate) byte_order: [u8; 256],
    pub(crate) pairs: Vec<[u32; 2]>,
}

type Loader = fn() -> Result<CoreBPE, Box<dyn error::Error>>;

pub(crate) fn all() -> Result<Vec<Vocabulary>, Box<dyn error::Error>> {
    let sources: [(&str, u8, u32, Option<u32>, Loader); 4] = [
        ("cl100k_base", 1, 100_256, None, || Ok(tiktoken_rs::cl100k_base()?)),
        ("o200k_base", 2, 199_998, None, || Ok(tiktoken_rs::o200k_base()?)),
        // Rank 50256 is the end-of-text token in the middle of the vocabulary.
        ("p50k_base", 3, 50_281, Some(50_256), || Ok(tiktoken_rs::p50k_base()?)),
        ("r50k_base", 4, 50_256, None, || Ok(tiktoken_rs::r50k_base()?)),
    ];
    let mut all = Vec::new();
    for (name, code, end, hole, load) in sources {
        let bpe = load()?;
        let tokens = (0..end)
            .filter(|rank| Some(*rank) != hole)
            .map(|rank| bpe.decode_bytes(&[rank]))
            .collect::<Result<Vec<_>, _>>()?;
        let mut byte_order = [0; 256];
        for (byte, token) in byte_order.iter_mut().zip(&tokens) {
            let [only] = token[..] else {
                return Err(format!("{name} does not begin with the 256 bytes").into());
            };
            *byte = only;
        }
        all.push(Vocabulary { name, code, byte_order, pairs: pairs(name, &tokens)? });
    }
    Ok(all)
}

fn pairs(name: &str, tokens: &[Vec<u8>]) -> Result<Vec<[u32; 2]>, Box<dyn error::Error>> {
    let mut ranks: HashMap<&[u8], u32> = HashMap::with_capacity(tokens.len());
    let mut pairs = Vec::with_capacity(tokens.len());
    for (rank, token) in (0u32..).zip(tokens) {
        if rank >= 256 {
            let parts = encode(token, &ranks);
            let [left, right] = parts[..] else {
                return Err(format!("{name}: token {rank} is not a merge of two").into());
            };
            pairs.push([left, right]);
        }
        ranks.insert(token, rank);
    }
    Ok(pairs)
}

/// Byte pair encoding by the definition.
fn encode(piece: &[u8], ranks: &HashMap<&[u8], u32>) -> Vec<u32> {
    let mut ends: Vec<usize> = (0..=piece.len()).collect();
    loop {
        let best = (0..ends.len().saturating_sub(2))
            .filter_map(|i| Some((*ranks.get(&piece[ends[i]..ends[i + 2]])?, i)))
            .min();
        let Some((_, at)) = best else { break };
        ends.remove(at + 1);
    }
    ends.windows(2).filter_map(|ends| ranks.get(&piece[ends[0]..ends[1]]).copied()).collect()
}
