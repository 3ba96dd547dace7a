//! Build script of the kernel.
fn main() {}
