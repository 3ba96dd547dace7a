//! Builds the kernel for wasm and lays out what the npm package ships of it.
//!
//! `farebox-bindgen OUT_DIR` compiles `farebox-wasm`, runs wasm-bindgen on it as a library (so that
//! the tool and the annotations in the module cannot differ), and writes `kernel.wasm`, its glue
//! `kernel.js`, its types `kernel.d.ts` and the data files beside them. With `--vectors` before it, the
//! module has every operation that vectors name, and there are no data files. The tool knows nothing of
//! the kernel's meaning.

mod build;
mod data;
mod glue;
mod pin;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::build::Purpose;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let purpose = match arguments.next_if(|argument| argument == "--vectors") {
        Some(_) => Purpose::Vectors,
        None => Purpose::Package,
    };
    let out_dir = arguments.next().map(PathBuf::from).context(
        "usage: farebox-bindgen [--vectors] OUT_DIR, the folder to write the kernel's files into",
    )?;
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::create_dir_all(&out_dir)?;

    pin::check(&root)?;
    let module = build::wasm_module(&root, purpose)?;
    glue::write(&module, &out_dir)?;
    match purpose {
        Purpose::Package => data::write(&root, &out_dir),
        Purpose::Vectors => Ok(()),
    }
}
