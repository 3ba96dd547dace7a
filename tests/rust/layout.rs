//! The kernel keeps its shape: each module knows only those above it.

use std::fs;
use std::path::{Path, PathBuf};

use farebox_conformance::root;

/// Modules of the kernel from the ground up; each may use its own row and those before it.
const ROWS: &[&[&str]] = &[
    &["money", "time", "error", "json", "order", "seek", "sorted"],
    &["request", "usage"],
    &["catalog"],
    &["count"],
    &["estimate"],
    &["route"],
    &["plan"],
    &["quote"],
    &["provider"],
    &["call"],
    &["receipt", "budget", "savings"],
    &["orchestrate"],
];

fn row(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn modules_use_only_those_above_them() {
    let source = root().join("core/src");
    let mut files = Vec::new();
    sources(&source, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&source).unwrap();
        let first = inside.iter().next().unwrap().to_string_lossy();
        let module = first.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let own = row(module).unwrap_or_else(|| panic!("`{module}` has no row in this test"));
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Some(path) = line.trim_start().strip_prefix("use crate::") else { continue };
            let used = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            if row(used).is_none_or(|used| used > own) {
                wrong.push(format!("{}: {line}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "uses a module below its own:\n{}", wrong.join("\n"));
}
