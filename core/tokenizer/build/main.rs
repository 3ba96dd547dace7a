//! Makes what the tokenizer is built on: Unicode's character classes and the vocabulary files.
//!
//! Both come from the crates that define the behaviour (`regex-syntax` for the classes,
//! `tiktoken-rs` for the vocabularies), so that nothing is copied by hand and nothing drifts.

extern crate alloc;

mod classes;
mod packing;
mod vocab;

#[allow(dead_code, reason = "the kernel reads")]
#[path = "../src/bits.rs"]
mod bits;
#[allow(dead_code, reason = "the kernel reads")]
#[path = "../src/code.rs"]
mod code;
#[allow(dead_code, unreachable_pub, reason = "the kernel reads")]
#[path = "../src/pack.rs"]
mod pack;
#[path = "../src/parts.rs"]
mod parts;
#[path = "../src/ranking.rs"]
mod ranking;
#[path = "../src/shape.rs"]
mod shape;
#[path = "../src/zeros.rs"]
mod zeros;

#[allow(dead_code, unreachable_pub, unused_imports, reason = "the searching half is the kernel's")]
#[path = "../src/table/mod.rs"]
mod table;

use std::{env, error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed=build");
    for read in
        ["bits.rs", "code.rs", "pack.rs", "parts.rs", "ranking.rs", "shape.rs", "table", "zeros.rs"]
    {
        println!("cargo::rerun-if-changed=src/{read}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("classes.rs"), classes::source()?)?;
    let mut digests = String::new();
    for vocabulary in vocab::all()? {
        let file = packing::write(vocabulary.code, &vocabulary.byte_order, &vocabulary.pairs);
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
