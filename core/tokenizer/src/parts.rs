//! Long work done in parts.

use core::{hint::black_box, ops::Range};

/// Calls `step` with one part of a range from 0 after the other, until it says nothing.
///
/// Engines of WebAssembly begin with slow code, and change to fast code when a function is entered
/// again: what goes through a vocabulary is entered once a part. Nothing that optimises may make it
/// part of this loop, so none is told what it is.
#[inline(never)]
pub(crate) fn in_parts(len: usize, step: Step<'_>) -> Option<()> {
    let step = black_box(step);
    let mut start = 0;
    while start < len {
        let end = len.min(start + PART);
        step(start..end)?;
        start = end;
    }
    Some(())
}

type Step<'a> = &'a mut dyn FnMut(Range<usize>) -> Option<()>;

const PART: usize = 512;
