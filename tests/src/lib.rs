//! The vectors: one set of cases that every host of Farebox must answer alike.
//!
//! A file under `tests/vectors` holds the cases of one subject. [`VectorFile::load`] reads and
//! checks it, [`Case::check`] compares an answer exactly. What a subject calls is the runner's
//! affair: `tests/rust` calls the crates, `tests/js` the packed npm package.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use farebox_core::error::Error;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The cases of one subject.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorFile {
    /// Always `farebox-vectors/1`.
    pub schema: String,
    /// What is called.
    pub subject: String,
    /// How many cases there are; a runner that ran fewer has failed.
    pub count: usize,
    /// What the subject's input and answer are.
    pub about: String,
    /// What each flag of a case means.
    pub flags: BTreeMap<String, String>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One call and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `subject/what-is-shown`, unique over all files.
    pub id: String,
    /// Words explained by the file.
    #[serde(default)]
    pub flags: Vec<String>,
    /// What the subject is given.
    pub input: Value,
    /// What it must answer.
    #[serde(default)]
    pub expect: Option<Value>,
    /// How it must fail.
    #[serde(default)]
    pub error: Option<ExpectedError>,
}

/// How a case must fail; what is not given is not compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedError {
    /// The class of the failure.
    pub kind: String,
    /// The whole sentence.
    #[serde(default)]
    pub message: Option<String>,
    /// All the details.
    #[serde(default)]
    pub details: Option<Map<String, Value>>,
}

impl VectorFile {
    /// Reads a file and checks that it keeps its own promises.
    ///
    /// # Errors
    ///
    /// A sentence when the file cannot be read, or its count, ids or flags do not hold.
    pub fn load(path: &Path) -> Result<Self, String> {
        let at = |what: String| format!("{}: {what}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| at(error.to_string()))?;
        let file: Self = serde_json::from_str(&text).map_err(|error| at(error.to_string()))?;
        if file.schema != "farebox-vectors/1" {
            return Err(at(format!("the schema is `farebox-vectors/1`, not `{}`", file.schema)));
        }
        if file.count != file.cases.len() {
            return Err(at(format!("counts {} cases, holds {}", file.count, file.cases.len())));
        }
        let mut ids = BTreeSet::new();
        for case in &file.cases {
            if !case.id.starts_with(&format!("{}/", file.subject)) || !ids.insert(&case.id) {
                return Err(at(format!("`{}` is no new id of `{}`", case.id, file.subject)));
            }
            if case.expect.is_some() == case.error.is_some() {
                return Err(at(format!("`{}` needs either `expect` or `error`", case.id)));
            }
            if let Some(flag) = case.flags.iter().find(|flag| !file.flags.contains_key(*flag)) {
                return Err(at(format!("`{}` has the unexplained flag `{flag}`", case.id)));
            }
        }
        Ok(file)
    }

    /// Every vector file, by name.
    ///
    /// # Errors
    ///
    /// A sentence when a file does not load, or there is none.
    pub fn load_all() -> Result<Vec<Self>, String> {
        let folder = root().join("tests/vectors");
        let entries = std::fs::read_dir(&folder).map_err(|error| error.to_string())?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        paths.sort();
        if paths.is_empty() {
            return Err(format!("{} holds no vectors", folder.display()));
        }
        paths.iter().map(|path| Self::load(path)).collect()
    }
}

impl Case {
    /// Compares an answer with the one expected, exactly.
    ///
    /// # Errors
    ///
    /// A sentence with both, when they differ.
    pub fn check(&self, answer: &Result<Value, Error>) -> Result<(), String> {
        match (answer, &self.expect, &self.error) {
            (Ok(answer), Some(expect), _) if answer == expect => Ok(()),
            (Err(error), _, Some(expect)) if expect.matches(error) => Ok(()),
            (Ok(answer), Some(expect), _) => {
                Err(format!("{}: expected {expect}\n     answered {answer}", self.id))
            }
            (Ok(answer), _, expect) => {
                Err(format!("{}: expected {expect:?}\n     answered {answer}", self.id))
            }
            (Err(error), ..) => Err(format!("{}: failed: {error} {:?}", self.id, error.details)),
        }
    }
}

impl ExpectedError {
    fn matches(&self, error: &Error) -> bool {
        self.kind == error.kind.as_str()
            && self.message.as_ref().is_none_or(|message| *message == error.message)
            && self.details.as_ref().is_none_or(|details| *details == error.details)
    }
}

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
