//! Memory of zeros, which no loop has to fill: an engine of WebAssembly begins with slow ones.

use alloc::{alloc::handle_alloc_error, boxed::Box};
use core::alloc::Layout;

use zerocopy::FromZeros;

/// A value of zeros that was never on the stack.
pub(crate) fn zeros<T: FromZeros>() -> Box<T> {
    T::new_box_zeroed().unwrap_or_else(|_| handle_alloc_error(Layout::new::<T>()))
}
