//! Compares the wasm-bindgen that the module links with the one that reads it.
//!
//! The two speak a private format that changes between patch releases. The workspace pins both, and
//! this check turns a pin that slipped into one sentence.

use std::path::Path;

use anyhow::{Context, Result, bail};

pub(crate) fn check(root: &Path) -> Result<()> {
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock is missing")?;
    let tool = wasm_bindgen_shared::version();
    match locked_version(&lock, "wasm-bindgen") {
        Some(linked) if linked == tool => Ok(()),
        Some(linked) => bail!(
            "the module links wasm-bindgen {linked} and this tool reads {tool}; \
             set both to one version in the workspace's Cargo.toml"
        ),
        None => bail!("Cargo.lock names no wasm-bindgen; run `cargo update -p farebox-wasm`"),
    }
}

fn locked_version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let heading = format!("name = \"{name}\"");
    let mut lines = lock.lines().skip_while(|line| *line != heading);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"0.1.0\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.0\"\n";

    #[test]
    fn the_version_of_the_very_package_is_read() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.0"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
