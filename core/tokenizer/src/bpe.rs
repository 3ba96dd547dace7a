//! From a piece to its tokens, in time linear in the piece.
//!
//! Byte pair encoding merges the adjacent pair of lowest rank, the leftmost of equals, until
//! nothing merges. Done to the letter that is quadratic, so it is only done to a few units at a
//! time, in arrays on the stack (`short`, `strips`). Three facts make the result exact; they hold
//! for every vocabulary whose tokens each encode to themselves, which the build script checks:
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
//! piece is merged by a tree, in n log n; so is a window whose strips do not meet.

use alloc::{vec, vec::Vec};

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
        window.tokens().iter().for_each(|token| see(*token));
        return window.tokens().len();
    }
    let tokens = long(tables, piece, window).unwrap_or_else(|| by_tree(tables, piece));
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
        while tokens.last().is_some_and(|last| !agree(tables, *last, window.tokens()[0])) {
            steps += 1;
            if steps > 8 {
                return None;
            }
            start -= tables.bytes_len(tokens.pop()?);
            end = window.encode(tables, piece, start);
        }
        let ends = window.ends();
        let settled = if end == piece.len() {
            ends.len()
        } else {
            // The last tokens would be others if the window went on. What starts before the others
            // stays, where another token follows it.
            doubtful_bytes += reached - start;
            let stable_bytes = window.stable_bytes();
            let keep = stable_bytes - doubtful_bytes.min(stable_bytes / 2);
            let ended = ends.partition_point(|end| usize::from(*end) < keep);
            (ended + 1).min(ends.len() - 1)
        };
        tokens.extend_from_slice(&window.tokens()[..settled]);
        if end == piece.len() {
            return Some(tokens);
        }
        let before = start;
        start += ends[..settled].last().map_or(0, |end| usize::from(*end));
        // Going back to where it was would go on forever.
        if steps > 0 && start <= reached || settled == 0 {
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

/// The tokens of a piece by the definition.
#[inline(never)]
fn by_tree(tables: Tables<'_>, piece: &[u8]) -> Vec<u32> {
    let mut tokens: Vec<u32> = piece.iter().map(|byte| tables.byte(*byte)).collect();
    merge_all(tables, &mut tokens);
    tokens.retain(|token| *token != NONE);
    tokens
}

/// Merges units by the definition; those merged into one before them become [`NONE`].
///
/// A tree tells the smallest of their keys, each of which is the rank of merging a unit with the
/// next, and the unit's place: the children of a node are at twice its place, the smallest key of
/// all is at 1. Neighbours are looked for: no token is long.
#[inline(never)]
pub(crate) fn merge_all(tables: Tables<'_>, units: &mut [u32]) {
    let leaves = units.len().next_power_of_two();
    let mut smallest = vec![u64::MAX; 2 * leaves];
    let key = |left: u32, right: Option<&u32>, at: usize| {
        let rank = right.map_or(NONE, |right| tables.merge(left, *right));
        u64::from(rank) << 32 | at as u64
    };
    for (at, unit) in units.iter().enumerate() {
        smallest[leaves + at] = key(*unit, units.get(at + 1), at);
    }
    for node in (1..leaves).rev() {
        smallest[node] = smallest[2 * node].min(smallest[2 * node + 1]);
    }
    loop {
        let (token, at) = ((smallest[1] >> 32) as u32, smallest[1] as u32 as usize);
        if token == NONE {
            return;
        }
        units[at] = token;
        let is_left = |unit: &u32| *unit != NONE;
        let right = at + 1 + units[at + 1..].iter().position(is_left).unwrap_or(0);
        units[right] = NONE;
        let after = units[right..].iter().copied().find(is_left);
        let before = units[..at].iter().rposition(is_left);
        let mut changed = [(right, u64::MAX), (at, key(token, after.as_ref(), at)), (0, 0)];
        let mut changes = 2;
        if let Some(before) = before {
            changed[2] = (before, key(units[before], Some(&token), before));
            changes = 3;
        }
        for (at, key) in changed.into_iter().take(changes) {
            let (mut node, mut least) = (leaves + at, key);
            while node > 0 && smallest[node] != least {
                smallest[node] = least;
                least = least.min(smallest[node ^ 1]);
                node /= 2;
            }
        }
    }
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
