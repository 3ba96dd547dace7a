//! The vectors, run against the crates.

use std::collections::BTreeMap;
use std::fs;

use farebox_conformance::{VectorFile, root};
use farebox_core::catalog::Catalog;
use farebox_core::count::{CL100K_FILE, Encoding, O200K_FILE, Vocab, Vocabularies};
use farebox_core::error::Error;
use serde_json::Value;

/// What the vectors are priced and counted with.
struct Frozen {
    catalog: Catalog,
    vocabularies: Vocabularies,
}

impl Frozen {
    fn load() -> Self {
        let catalog = fs::read(root().join("tests/catalog.json")).unwrap();
        let vocab = |encoding, file| Vocab::parse(encoding, file).unwrap();
        Self {
            catalog: Catalog::parse(&catalog).unwrap(),
            vocabularies: Vocabularies::new()
                .with(vocab(Encoding::O200kBase, O200K_FILE))
                .with(vocab(Encoding::Cl100kBase, CL100K_FILE)),
        }
    }

    fn answer(&self, subject: &str, input: &Value) -> Result<Value, Error> {
        let input = input.to_string();
        let answer = farebox_wasm::evaluate(subject, &input, &self.catalog, &self.vocabularies)?;
        Ok(serde_json::from_str(&answer).unwrap())
    }
}

#[test]
fn every_vector_answers_as_it_says() {
    let frozen = Frozen::load();
    let (mut ran, mut promised) = (BTreeMap::new(), 0);
    let mut wrong = Vec::new();
    for file in VectorFile::load_all().unwrap() {
        promised += file.count;
        for case in &file.cases {
            let answer = frozen.answer(&file.subject, &case.input);
            wrong.extend(case.check(&answer).err());
            *ran.entry(file.subject.clone()).or_insert(0_usize) += 1;
        }
    }
    let total: usize = ran.values().sum();
    println!("vectors: ran {total} of {promised}: {ran:?}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(total, promised);
}
