//! Makes what the tokenizer is built on: Unicode's character classes and the vocabulary files.
//!
//! Both come from the crates that define the behaviour (`regex-syntax` for the classes,
//! `tiktoken-rs` for the vocabularies), so that nothing is copied by hand and nothing drifts.

extern crate alloc;

mod classes;
mod vocab;

#[allow(dead_code, reason = "the reading half is the kernel's")]
#[path = "../src/coder.rs"]
mod coder;
#[allow(dead_code, unreachable_pub, reason = "the reading half is the kernel's")]
#[path = "../src/pack.rs"]
mod pack;
#[path = "../src/parts.rs"]
mod parts;
#[path = "../src/ranking.rs"]
mod ranking;

#[allow(dead_code, unreachable_pub, unused_imports, reason = "the searching half is the kernel's")]
#[path = "../src/table/mod.rs"]
mod table;

use std::{env, error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/coder.rs");
    println!("cargo::rerun-if-changed=src/pack.rs");
    println!("cargo::rerun-if-changed=src/parts.rs");
    println!("cargo::rerun-if-changed=src/ranking.rs");
    println!("cargo::rerun-if-changed=src/table");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("classes.rs"), classes::source()?)?;
    let mut digests = String::new();
    for vocabulary in vocab::all()? {
        let file = pack::write(vocabulary.code, &vocabulary.byte_order, &vocabulary.pairs);
        let file = file.ok_or_else(|| format!("{} cannot be written", vocabulary.name))?;
        let digest = pack::digest(&file[pack::HEADER_BYTES..]);
        digests += &format!("({}, {:#018x}),\n", vocabulary.code, digest);
        fs::write(out.join(format!("{}.vocab", vocabulary.name)), file)?;
        let tables = table::Built::new(&vocabulary.byte_order, &vocabulary.pairs);
        let tables = tables.ok_or_else(|| format!("{} fits no table", vocabulary.name))?;
        fs::write(out.join(format!("{}.tables", vocabulary.name)), tables.view().to_bytes())?;
    }
    fs::write(out.join("digests.rs"), format!("[\n{digests}]\n"))?;
    Ok(())
}
