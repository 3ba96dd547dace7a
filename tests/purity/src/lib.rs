//! The kernel linked whole into a wasm module without a standard library.
//!
//! `tests/purity/run` builds this and demands that the module imports nothing: a clock, a random
//! source or a line of output in the kernel would show as an import.
#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
mod bare {
    use core::alloc::{GlobalAlloc, Layout};

    // Never runs; it only has to link.
    struct NoMemory;

    // SAFETY: returning null is how an allocator says that it has no memory.
    unsafe impl GlobalAlloc for NoMemory {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            core::ptr::null_mut()
        }
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static MEMORY: NoMemory = NoMemory;

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        loop {}
    }
}

#[cfg(target_family = "wasm")]
use farebox_core as _;
