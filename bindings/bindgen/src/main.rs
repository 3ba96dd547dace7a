//! Builds the kernel for wasm and lays out what the npm package ships of it.
//!
//! `farebox-bindgen OUT_DIR [PROFILE]` compiles `farebox-wasm`, runs wasm-bindgen on it as a library (so that
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
    let mut arguments = std::env::args().skip(1);
    let out_dir = arguments.next().map(PathBuf::from).context(
        "usage: farebox-bindgen OUT_DIR [PROFILE], the folder to write the kernel's files into and \
         cargo's profile, `wasm` by default",
    )?;
    let profile = arguments.next().unwrap_or_else(|| "wasm".into());
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::create_dir_all(&out_dir)?;

    pin::check(&root)?;
    let module = build::wasm_module(&root, &profile)?;
    glue::write(&module, &out_dir)?;
    data::write(&root, &out_dir)?;
    Ok(())
}
