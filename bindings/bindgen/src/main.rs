//! Builds the kernel for wasm and lays out what the npm package ships of it.
//!
//! `farebox-bindgen OUT_DIR` compiles `farebox-wasm`, runs wasm-bindgen on it as a library (so that
//! the tool and the annotations in the module cannot differ), and writes `kernel.wasm`, its glue
//! `kernel.js`, its types `kernel.d.ts` and the data files beside them. The tool knows nothing of the
//! kernel's meaning.

mod build;
mod data;
mod glue;
mod pin;

use std::path::PathBuf;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let out_dir = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .context("usage: farebox-bindgen OUT_DIR, the folder to write the kernel's files into")?;
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::create_dir_all(&out_dir)?;

    pin::check(&root)?;
    let module = build::wasm_module(&root)?;
    glue::write(&module, &out_dir)?;
    data::write(&root, &out_dir)?;
    Ok(())
}
