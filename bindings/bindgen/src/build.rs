//! Compiles `farebox-wasm`, for a download or for the vectors.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

const TARGET: &str = "wasm32-unknown-unknown";

/// What a module is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A page's download: small, and without what no app has a use for.
    Package,
    /// The vectors: every operation, quickly built.
    Vectors,
}

/// What the compiler is told beside, as a list in TOML has it.
fn flags() -> Vec<String> {
    // Every engine of 2023 and later has it, and splitting a text is three times as fast.
    let mut flags = vec!["'-Ctarget-feature=+simd128'".to_owned()];
    // A place in the source of a dependency is part of what a page downloads; the folder it lies
    // in on this machine is nobody's business.
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let folders = registries.into_iter().flatten().filter_map(|folder| Some(folder.ok()?.path()));
    flags.extend(folders.map(|folder| format!("'--remap-path-prefix={}='", folder.display())));
    flags
}

/// Returns where the compiled module lies.
pub(crate) fn wasm_module(root: &Path, purpose: Purpose) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let (options, folder): (&[&str], _) = match purpose {
        Purpose::Package => (&["--profile", "wasm"], "wasm"),
        Purpose::Vectors => (&["--features", "vectors"], "debug"),
    };
    let status = Command::new(cargo)
        // The crate is an ordinary library to everyone else: one built as both is never
        // optimised across crates.
        .args(["rustc", "--package", "farebox-wasm", "--lib", "--crate-type", "cdylib"])
        .args(options)
        .args(["--target", TARGET])
        .args(["--config", &format!("target.{TARGET}.rustflags=[{}]", flags().join(", "))])
        .current_dir(root)
        .status()
        .context("cargo did not start")?;
    ensure!(
        status.success(),
        "farebox-wasm did not compile; if the {TARGET} target is missing, run tests/setup/wasm-target"
    );
    let target_dir =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target_dir.join(TARGET).join(folder).join("farebox_wasm.wasm"))
}
