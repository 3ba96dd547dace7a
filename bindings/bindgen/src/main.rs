//! Builds the kernel for wasm and lays out what the npm package ships of it.
//!
//! `farebox-bindgen OUT_DIR` compiles `farebox-wasm`, runs wasm-bindgen on it as a library (so that
//! the tool and the annotations in the module cannot differ), and writes `kernel.wasm`, its glue
//! `kernel.js`, its types `kernel.d.ts`, the same of the module that only estimates as `slim.wasm` and
//! `slim-kernel.*`, and the data files beside them. With `--vectors` before it, there is one module, with
//! every operation that vectors name, and there are no data files. The tool knows nothing of the
//! kernel's meaning.

mod build;
mod data;
mod glue;
mod pin;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::build::Purpose;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let for_vectors = arguments.next_if(|argument| argument == "--vectors").is_some();
    let out_dir = arguments.next().map(PathBuf::from).context(
        "usage: farebox-bindgen [--vectors] OUT_DIR, the folder to write the kernel's files into",
    )?;
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::create_dir_all(&out_dir)?;

    pin::check(&root)?;
    if for_vectors {
        let module = build::wasm_module(&root, Purpose::Vectors)?;
        return glue::write(&module, &out_dir, "kernel", "kernel");
    }
    // One after the other: both are built as the same file.
    glue::write(&build::wasm_module(&root, Purpose::Package)?, &out_dir, "kernel", "kernel")?;
    glue::write(&build::wasm_module(&root, Purpose::Slim)?, &out_dir, "slim", "slim-kernel")?;
    data::write(&root, &out_dir)
}
