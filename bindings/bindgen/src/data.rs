//! Lays the catalog beside the kernel.

use std::path::Path;

use anyhow::{Context, Result};

pub(crate) fn write(root: &Path, out_dir: &Path) -> Result<()> {
    let catalog = root.join("core/data/catalog.json");
    if catalog.exists() {
        std::fs::copy(&catalog, out_dir.join("catalog.json"))
            .with_context(|| format!("cannot copy {}", catalog.display()))?;
    }
    Ok(())
}
