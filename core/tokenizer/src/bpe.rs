//! From a piece to its tokens, in time linear in the piece.
//!
//! Byte pair encoding merges the adjacent pair of lowest rank, the leftmost of equals, until
//! nothing merges. Done to the letter that is quadratic, so it is only done to at most
//! [`WINDOW`](crate::window::WINDOW) units at a time, in arrays on the stack. Three facts make the result exact; they
//! hold for every vocabulary whose tokens each encode to themselves, which the build script
//! checks:
//!
//! 1. A sequence of tokens is the encoding of its text exactly when each adjacent two are the
//!    encoding of theirs: a merge that would happen somewhere would already happen between two
//!    neighbours. Being right is a local question, answered by [`agree`].
//! 2. So a long piece may be encoded window by window: the tokens of a window agree with each
//!    other, and only the seam is left to ask. A window starts where a token of the window
//!    before ended, well before that window's end; where the seam does not agree, one token
//!    earlier.
//! 3. Merging may start from characters instead of bytes where [`Tables::atom`] knows a token
//!    that the bytes of the character merge into before any of them meets a neighbour.
//!
//! Where no seam agrees, which takes a text made for it or a run longer than a window, the whole
//! piece is merged with a queue, in n log n.

use alloc::{collections::BinaryHeap, vec::Vec};
use core::cmp::Reverse;

use super::{
    table::{NONE, Tables},
    window::Window,
};

/// Calls `see` with the tokens of a piece of UTF-8, in order; their count.
#[inline]
pub(crate) fn encode(
    tables: Tables<'_>,
    window: &mut Window,
    piece: &[u8],
    mut see: impl FnMut(u32),
) -> usize {
    if window.encode(tables, piece, 0) == piece.len() {
        let mut count = 0;
        window.for_each(|token, _| {
            see(token);
            count += 1;
        });
        return count;
    }
    let tokens = long(tables, piece, window).unwrap_or_else(|| by_queue(tables, piece));
    tokens.iter().for_each(|token| see(*token));
    tokens.len()
}

/// The tokens of a piece longer than the window, which holds its beginning; nothing where the
/// seams do not hold.
#[inline(never)]
fn long(tables: Tables<'_>, piece: &[u8], window: &mut Window) -> Option<Vec<u32>> {
    let mut tokens: Vec<u32> = Vec::with_capacity(piece.len() / 4);
    let (mut start, mut end) = (0, window.end());
    // So much that seemed settled was taken back.
    let mut doubtful_bytes = 0;
    loop {
        // INVARIANT: `tokens` is an encoding of the piece up to `start`, and the window holds
        // one of what is between `start` and `end`.
        let reached = start;
        let mut steps = 0;
        while tokens.last().is_some_and(|last| !agree(tables, *last, window.first())) {
            steps += 1;
            if steps > 8 {
                return None;
            }
            start -= tables.bytes_len(tokens.pop()?);
            end = window.encode(tables, piece, start);
        }
        if end == piece.len() {
            window.for_each(|token, _| tokens.push(token));
            return Some(tokens);
        }
        // The last tokens would be others if the window went on.
        let before = start;
        doubtful_bytes += reached - start;
        let stable_bytes = window.stable_bytes();
        let keep = start + stable_bytes - doubtful_bytes.min(stable_bytes / 2);
        let mut settled = false;
        let first = start;
        window.for_each(|token, bytes| {
            let next = first + bytes;
            settled |= start >= keep || next == end;
            if !settled {
                tokens.push(token);
                start = next;
            }
        });
        // Going back to where it was would go on forever.
        if steps > 0 && start <= reached || !settled {
            return None;
        }
        // A run that repeats itself is met with the same window again and again: what it holds, and
        // what follows it, decides its tokens.
        let advance = start - before;
        let again = |from: usize| {
            let seen = piece.get(before..=end);
            seen.is_some() && seen == piece.get(from..=from + (end - before))
        };
        let next = if steps == 0 && advance > 0 && again(start) {
            end + advance
        } else {
            window.encode(tables, piece, start)
        };
        if next <= end {
            return None;
        }
        end = next;
    }
}

/// Merging by the definition, the next merge from a queue.
#[inline(never)]
fn by_queue(tables: Tables<'_>, piece: &[u8]) -> Vec<u32> {
    let mut tokens: Vec<u32> = piece.iter().map(|byte| tables.byte(*byte)).collect();
    let len = tokens.len();
    let mut next: Vec<usize> = (1..=len).collect();
    let mut previous: Vec<usize> = (0..len).map(|at| at.wrapping_sub(1)).collect();
    let mut queue = BinaryHeap::with_capacity(len);
    let rank = |tokens: &[u32], left: usize, right: usize| match tokens.get(right) {
        Some(right) => tables.merge(tokens[left], *right),
        None => NONE,
    };
    for at in 0..len {
        let merged = rank(&tokens, at, at + 1);
        if merged != NONE {
            queue.push(Reverse((merged, at)));
        }
    }
    while let Some(Reverse((merged, at))) = queue.pop() {
        let right = next[at];
        // What was merged since is no token any more, or another one.
        if tokens[at] == NONE || rank(&tokens, at, right) != merged {
            continue;
        }
        tokens[at] = merged;
        if let Some(token) = tokens.get_mut(right) {
            *token = NONE;
            next[at] = next[right];
        }
        if let Some(before) = previous.get_mut(next[at]) {
            *before = at;
        }
        for left in [at, previous[at]] {
            if left < len {
                let merged = rank(&tokens, left, next[left]);
                if merged != NONE {
                    queue.push(Reverse((merged, left)));
                }
            }
        }
    }
    tokens.retain(|token| *token != NONE);
    tokens
}

/// Whether two tokens stay apart when their text is encoded.
///
/// Undoes the later of the two tokens' merges, again and again, and asks whether what then meets
/// at the border would have merged before that.
fn agree(tables: Tables<'_>, mut left: u32, mut right: u32) -> bool {
    // Ranks from here on are merged too late to matter.
    let mut limit = NONE;
    loop {
        if tables.merge(left, right) < limit {
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
