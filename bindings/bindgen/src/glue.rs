//! Runs wasm-bindgen and writes its three products under the package's own names.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// Writes `NAME.wasm`, and `GLUE.js` with its types `GLUE.d.ts`.
pub(crate) fn write(module: &Path, out_dir: &Path, name: &str, glue: &str) -> Result<()> {
    let mut output = Bindgen::new()
        .input_path(module)
        .out_name(glue)
        .web(true)?
        .typescript(true)
        // A URL in the glue, beside the one in the package's own loader, makes bundlers ship the
        // module twice.
        .omit_default_module_path(true)
        // A kernel that trapped is started anew by the package.
        .reset_state_function(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen could not read the module")?;

    save(out_dir, &format!("{name}.wasm"), &output.wasm_mut().emit_wasm())?;
    save(out_dir, &format!("{glue}.js"), output.js().as_bytes())?;
    save(out_dir, &format!("{glue}.d.ts"), output.ts().unwrap_or_default().as_bytes())
}

fn save(out_dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = out_dir.join(name);
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
