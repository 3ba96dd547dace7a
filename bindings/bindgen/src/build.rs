//! Compiles `farebox-wasm`, for a download, whole or estimating only, or for the vectors.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

const TARGET: &str = "wasm32-unknown-unknown";

/// What a module is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A page's download: small, and without what no app has a use for.
    Package,
    /// The same without whatever sends.
    Slim,
    /// The vectors: every operation, quickly built.
    Vectors,
}

/// Builds the standard library with the module, so that what would become a panic's message is a trap
/// at once: none of the messages, nor what puts them together, is in the module.
const WITH_STD: [&str; 4] = [
    "-Zbuild-std=std,panic_abort",
    "-Zpanic-immediate-abort",
    "--config",
    "profile.wasm.panic='immediate-abort'",
];

const INSTALLED_STD: &str = "installed-std";

/// What the compiler is told beside, as a list in TOML has it.
fn flags() -> Vec<String> {
    // Every engine of 2023 and later has SIMD, and splitting a text is three times as fast. All have
    // several values at once too, but for each shape of a function that answers with several, Node 20
    // makes optimised code before the module is there: two milliseconds of each start.
    let mut flags = vec!["'-Ctarget-feature=+simd128,-multivalue'".to_owned()];
    // A place in the source of a dependency is part of what a page downloads; the folder it lies
    // in on this machine is nobody's business.
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let folders = registries.into_iter().flatten().filter_map(|folder| Some(folder.ok()?.path()));
    flags.extend(folders.map(|folder| format!("'--remap-path-prefix={}='", folder.display())));
    flags
}

/// Returns where the compiled module lies. Beside one for the package that holds the standard library
/// as it is installed lies a mark, [`INSTALLED_STD`], for whoever weighs it.
pub(crate) fn wasm_module(root: &Path, purpose: Purpose) -> Result<PathBuf> {
    let target_dir =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target_dir.join(TARGET).join(match purpose {
        Purpose::Package | Purpose::Slim => "wasm",
        Purpose::Vectors => "debug",
    });
    let is_built = match purpose {
        Purpose::Package | Purpose::Slim => {
            let mut options = vec!["--profile", "wasm"];
            if purpose == Purpose::Slim {
                options.push("--no-default-features");
            }
            let mark = folder.join(INSTALLED_STD);
            let is_small = has_source_of_std() && compile(root, &options, true)?;
            if !is_small {
                println!(
                    "farebox-bindgen: building with the standard library as it is installed, a \
                     twentieth larger; tests/setup/wasm-target says why"
                );
                std::fs::create_dir_all(&folder)?;
                std::fs::write(mark, "")?;
            } else if mark.exists() {
                std::fs::remove_file(mark)?;
            }
            is_small || compile(root, &options, false)?
        }
        Purpose::Vectors => compile(root, &["--features", "vectors"], false)?,
    };
    ensure!(
        is_built,
        "farebox-wasm did not compile; if the {TARGET} target is missing, run tests/setup/wasm-target"
    );
    Ok(folder.join("farebox_wasm.wasm"))
}

fn compile(root: &Path, options: &[&str], with_std: bool) -> Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut flags = flags();
    let mut command = Command::new(cargo);
    // The crate is an ordinary library to everyone else: one built as both is never optimised across
    // crates.
    command.args(["rustc", "--package", "farebox-wasm", "--lib", "--crate-type", "cdylib"]);
    if with_std {
        // What a stable compiler allows for the standard library's own build.
        command.env("RUSTC_BOOTSTRAP", "1").args(WITH_STD);
        flags.extend(["'-Zlocation-detail=none'".to_owned(), "'-Zfmt-debug=none'".to_owned()]);
    }
    let status = command
        .args(options)
        .args(["--target", TARGET])
        .args(["--config", &format!("target.{TARGET}.rustflags=[{}]", flags.join(", "))])
        .current_dir(root)
        .status()
        .context("cargo did not start")?;
    Ok(status.success())
}

fn has_source_of_std() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = Command::new(rustc).args(["--print", "sysroot"]).output();
    let sysroot = asked.ok().and_then(|answer| String::from_utf8(answer.stdout).ok());
    sysroot.is_some_and(|sysroot| {
        Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").is_file()
    })
}
