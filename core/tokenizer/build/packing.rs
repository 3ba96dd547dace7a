//! Writes a vocabulary file, which `src/pack.rs` describes.

use std::collections::BTreeMap;

use crate::{
    code::{KINDS, LEVELS, Symbol, WORD_BITS_MAX, word_from_lowest, words},
    pack::{MAGIC, digest},
    ranking::Ranking,
    shape::{CONTEXTS, Shapes},
};

/// The file that holds these merges, if they are merges of earlier tokens.
pub(crate) fn write(code: u8, byte_order: &[u8; 256], pairs: &[[u32; 2]]) -> Option<Vec<u8>> {
    let mut shapes = Shapes::new(byte_order);
    let mut kinds: Vec<usize> = (0..256).map(|rank| shapes.kind(rank)).collect();
    let mut contexts = Vec::new();
    for [left, right] in pairs {
        contexts.push(shapes.context(*left));
        kinds.push(shapes.add(*left, *right));
    }
    let mut sizes = [0; KINDS];
    kinds.iter().for_each(|kind| sizes[*kind] += 1);

    let lefts = Halves::new(&[kinds.len() as u32], 1, vec![0; kinds.len()])
        .of(pairs.iter().map(|[left, _]| (0, *left)))?;
    let rights = Halves::new(&sizes, CONTEXTS, kinds)
        .of(contexts.into_iter().zip(pairs.iter().map(|[_, right]| *right)))?;
    let mut codes = Bits::default();
    let lefts = lefts.write(&mut codes)?;
    let rights = rights.write(&mut codes)?;
    let codes = codes.finish();

    let mut payload = byte_order.to_vec();
    for size in sizes {
        payload.extend(&size.to_le_bytes()[..3]);
    }
    for run in [&codes, &lefts] {
        payload.extend((run.len() as u32).to_le_bytes());
    }
    payload.extend([codes, lefts, rights].concat());
    let mut file = MAGIC.to_vec();
    file.push(code);
    file.extend((pairs.len() as u64).to_le_bytes());
    file.extend(digest(&payload).to_le_bytes());
    file.extend(payload);
    Some(file)
}

/// The halves on one side, as they are told.
struct Halves {
    ranking: Ranking,
    /// Of each token, its kind, and its place once it has one.
    kinds: Vec<usize>,
    places: Vec<u32>,
    /// The code of each half with its symbol, which of how many it is.
    told: Vec<(usize, (usize, usize), u32, u32)>,
    /// How often each symbol of a code came.
    uses: Vec<BTreeMap<(usize, usize), u64>>,
}

impl Halves {
    fn new(sizes: &[u32], codes: usize, kinds: Vec<usize>) -> Self {
        let mut new = Self {
            ranking: Ranking::new(sizes),
            kinds,
            places: Vec::new(),
            told: Vec::new(),
            uses: vec![BTreeMap::new(); codes],
        };
        (0..256).for_each(|_| new.add());
        new
    }

    fn add(&mut self) {
        let token = self.places.len();
        let (start, size) = self.ranking.level(self.kinds[token], 0);
        self.places.push(start + size);
        self.ranking.add(self.kinds[token], token as u32);
    }

    /// These halves, each with its code.
    fn of(mut self, halves: impl Iterator<Item = (usize, u32)>) -> Option<Self> {
        for (code, token) in halves {
            let kind = *self.kinds.get(token as usize)?;
            let place = *self.places.get(token as usize)?;
            let level = (0..LEVELS).find(|level| self.ranking.level(kind, *level).0 <= place)?;
            let (start, size) = self.ranking.level(kind, level);
            self.told.push((code, (kind, level), place - start, size));
            *self.uses[code].entry((kind, level)).or_default() += 1;
            self.ranking.used(kind, level, place, self.places.len() as u32);
            for place in [start, place] {
                self.places[self.ranking.token(place) as usize] = place;
            }
            self.add();
        }
        Some(self)
    }

    /// The halves as bits; the codes they are in are put after the others.
    fn write(self, codes: &mut Bits) -> Option<Vec<u8>> {
        let mut told = Vec::new();
        for uses in &self.uses {
            let lengths = lengths(uses)?;
            describe(&lengths, codes);
            let symbols: Vec<Symbol> = lengths
                .iter()
                .map(|((kind, level), bits)| Symbol::new(*kind, *level, *bits))
                .collect();
            let words: BTreeMap<_, _> = words(&symbols)
                .map(|(symbol, word)| {
                    let bits = symbol.word_bits();
                    ((symbol.kind(), symbol.level()), (word_from_lowest(word, bits), bits))
                })
                .collect();
            told.push(words);
        }
        let mut halves = Bits::default();
        for (code, symbol, within, size) in self.told {
            let (word, bits) = told[code][&symbol];
            halves.put(word, bits);
            let least_bits = size.ilog2();
            let shorter = (2 << least_bits) - size;
            if within < shorter {
                halves.put(within, least_bits);
            } else {
                halves.put((within + shorter) >> 1, least_bits);
                halves.put((within + shorter) & 1, 1);
            }
        }
        Some(halves.finish())
    }
}

/// Describes a code by the lengths of its words, as `Codes::read` reads it.
fn describe(lengths: &BTreeMap<(usize, usize), u32>, bits: &mut Bits) {
    if lengths.is_empty() {
        return bits.put(0, 1);
    }
    bits.put(1, 1);
    let levels_of = |kind| (0..LEVELS).rfind(|level| lengths.contains_key(&(kind, *level)));
    let kinds = (0..KINDS).filter(|kind| levels_of(*kind).is_some());
    bits.put(kinds.clone().map(|kind| 1 << kind).sum(), KINDS as u32);
    for kind in kinds {
        let levels = levels_of(kind).map_or(0, |last| last + 1);
        bits.put(levels as u32, 4);
        for level in 0..levels {
            bits.put(lengths.get(&(kind, level)).copied().unwrap_or(0), 4);
        }
    }
}

/// The lengths of the words that make a text with these uses shortest, none above the longest.
///
/// Each symbol is bought as often as its word has bits, at the price of its uses each time. What
/// halves a bit costs less when two are bought as one for the next bit; those bought in the end are
/// the cheapest.
fn lengths(uses: &BTreeMap<(usize, usize), u64>) -> Option<BTreeMap<(usize, usize), u32>> {
    if uses.len() < 2 {
        return Some(uses.keys().map(|symbol| (*symbol, 1)).collect());
    }
    if uses.len() > 1 << WORD_BITS_MAX {
        return None;
    }
    let mut singles: Vec<(u64, Vec<(usize, usize)>)> =
        uses.iter().map(|(symbol, uses)| (*uses, vec![*symbol])).collect();
    singles.sort();
    let mut packages: Vec<(u64, Vec<(usize, usize)>)> = Vec::new();
    for _ in 0..WORD_BITS_MAX {
        let pairs = packages.chunks_exact(2).map(|pair| {
            (pair[0].0 + pair[1].0, [pair[0].1.as_slice(), pair[1].1.as_slice()].concat())
        });
        packages = pairs.chain(singles.iter().cloned()).collect();
        packages.sort_by_key(|(price, _)| *price);
    }
    let mut lengths = BTreeMap::new();
    for (_, symbols) in packages.iter().take(2 * uses.len() - 2) {
        symbols.iter().for_each(|symbol| *lengths.entry(*symbol).or_default() += 1);
    }
    Some(lengths)
}

/// A run of bits, from the lowest bit of each byte on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    last: u64,
    last_bits: u32,
}

impl Bits {
    fn put(&mut self, number: u32, bits: u32) {
        self.last |= u64::from(number) << self.last_bits;
        self.last_bits += bits;
        while self.last_bits >= 8 {
            self.bytes.push(self.last as u8);
            self.last >>= 8;
            self.last_bits -= 8;
        }
    }

    /// The bytes, and eight of nothing after them.
    fn finish(mut self) -> Vec<u8> {
        self.bytes.push(self.last as u8);
        self.bytes.extend([0; 8]);
        self.bytes
    }
}
