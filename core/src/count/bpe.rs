//! From a piece to its tokens, in time linear in the piece.
//!
//! Byte pair encoding merges the adjacent pair of lowest rank until nothing merges. Doing that
//! literally is quadratic or needs a heap. Here the result is found without merging, which rests
//! on two facts that hold for every vocabulary whose tokens each encode to themselves (the build
//! script checks it):
//!
//! 1. A sequence of tokens is the encoding of its text exactly when each adjacent two are the
//!    encoding of theirs: a merge that would happen somewhere would already happen between two
//!    neighbours. So being right is a local question, answered by [`agree`].
//! 2. Hence the encoding of a text's prefix has one possible last token, and a prefix that ended
//!    in a dead end once is dead for good.
//!
//! The search takes the longest token that agrees with the one before, and steps back when no
//! token does. By 2 a bit per place keeps it from trying an end twice, so the work is bounded by
//! the places times the tokens that begin at one.

use alloc::vec::Vec;

use super::table::Tables;

/// Room for one search; reused, it keeps what it has allocated.
#[derive(Default)]
pub(crate) struct Scratch {
    path: Vec<u32>,
    dead: Vec<u64>,
}

/// The tokens of a piece, in order; they stay valid until the scratch is used again.
pub(crate) fn encode<'a>(tables: &Tables, piece: &[u8], scratch: &'a mut Scratch) -> &'a [u32] {
    let Scratch { path, dead } = scratch;
    path.clear();
    dead.clear();
    dead.resize(piece.len() / 64 + 1, 0);
    let mut at = 0;
    let mut candidates = tables.candidates(piece);
    while at < piece.len() {
        let rest = &piece[at..];
        let last = path.last().copied();
        let found = loop {
            let Some(token) = tables.next_candidate(rest, &mut candidates) else { break None };
            let end = at + tables.bytes_len(token);
            let is_dead = dead[end / 64] >> (end % 64) & 1 != 0;
            if !is_dead && last.is_none_or(|last| agree(tables, last, token)) {
                break Some((token, end));
            }
        };
        match (found, last) {
            (Some((token, end)), _) => {
                path.push(token);
                at = end;
                candidates = tables.candidates(&piece[at..]);
            }
            (None, Some(last)) => {
                dead[at / 64] |= 1 << (at % 64);
                path.pop();
                let len = tables.bytes_len(last);
                at -= len;
                candidates = tables.candidates(&piece[at..]);
                candidates.shorter_than(len);
            }
            // Every byte is a token, so the first place always has an encoding.
            (None, None) => break,
        }
    }
    path
}

/// Whether two tokens stay apart when their text is encoded.
///
/// Undoes the later of the two tokens' merges, again and again, and asks whether what then meets
/// at the border would have merged before that.
#[inline]
pub(crate) fn agree(tables: &Tables, mut left: u32, mut right: u32) -> bool {
    // Ranks from here on are merged too late to matter.
    let mut limit = u32::MAX;
    loop {
        if tables.merge(left, right).is_some_and(|merged| merged < limit) {
            return false;
        }
        if left.max(right) < 256 {
            return true;
        }
        // Of two equal merges the left one happens first, so a border that merges at the same
        // rank is too late for the left token and in time for the right one.
        if left > right {
            limit = left;
            left = tables.halves(left).1;
        } else {
            limit = right + 1;
            right = tables.halves(right).0;
        }
    }
}
