//! Lays the catalogue and the vocabularies beside the kernel.

use std::path::Path;

use anyhow::{Context, Result};
use farebox_core::count::{CL100K_FILE, O200K_FILE};

const VOCABULARIES: [(&str, &[u8]); 2] =
    [("cl100k_base.vocab", CL100K_FILE), ("o200k_base.vocab", O200K_FILE)];

pub(crate) fn write(root: &Path, out_dir: &Path) -> Result<()> {
    let catalog = root.join("core/data/catalog.json");
    std::fs::copy(&catalog, out_dir.join("catalog.json"))
        .with_context(|| format!("cannot copy {}", catalog.display()))?;
    let folder = out_dir.join("vocab");
    std::fs::create_dir_all(&folder)?;
    for (name, bytes) in VOCABULARIES {
        std::fs::write(folder.join(name), bytes)
            .with_context(|| format!("cannot write vocabulary {name}"))?;
    }
    Ok(())
}
