//! The class of every character, as a two-level table.

use std::{error, fmt::Write};

use regex_syntax::{
    Parser,
    hir::{Class, HirKind},
};

/// Classes in the order of their numbers in `src/class.rs`; later ones win.
const CLASSES: [(&str, u8); 7] = [
    (r"[\p{Lu}\p{Lt}]", 1),
    (r"\p{Ll}", 2),
    (r"[\p{Lm}\p{Lo}]", 3),
    (r"\p{M}", 4),
    (r"\p{N}", 5),
    (r"\s", 6),
    (r"[\r\n]", 7),
];

/// Above this, only one block of marks (variation selectors) is not class 0.
const TABLE_END: usize = 0x33480;

pub(crate) fn source() -> Result<String, Box<dyn error::Error>> {
    let mut classes = vec![0u8; 0x11_0000];
    for (pattern, number) in CLASSES {
        let hir = Parser::new().parse(pattern)?;
        let HirKind::Class(Class::Unicode(set)) = hir.kind() else {
            return Err(format!("{pattern} is not a class").into());
        };
        for range in set.ranges() {
            classes[range.start() as usize..=range.end() as usize].fill(number);
        }
    }
    let above = |code: usize| if (0xE0100..=0xE01EF).contains(&code) { 4 } else { 0 };
    if (TABLE_END..classes.len()).any(|code| classes[code] != above(code)) {
        return Err("Unicode has grown past the table; raise its end".into());
    }
    let mut blocks: Vec<&[u8]> = Vec::new();
    let mut index = Vec::new();
    for block in classes[..TABLE_END].chunks(64) {
        let at = blocks.iter().position(|known| *known == block).unwrap_or_else(|| {
            blocks.push(block);
            blocks.len() - 1
        });
        index.push(u16::try_from(at)?);
    }
    let mut text = String::new();
    writeln!(text, "/// Block of each 64 code points.")?;
    writeln!(text, "pub(crate) static BLOCK: [u16; {}] = {index:?};", index.len())?;
    let flat: Vec<u8> = blocks.concat();
    writeln!(text, "/// Classes of the distinct blocks.")?;
    writeln!(text, "pub(crate) static CLASS: [u8; {}] = {flat:?};", flat.len())?;
    Ok(text)
}
