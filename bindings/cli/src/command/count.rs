//! `farebox count`.

use std::path::PathBuf;

use farebox_core::count::{Encoding, Vocab, count_request};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::estimate::api_for;
use farebox_core::request::ModelId;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::prompt;
use crate::shell::Shell;
use crate::show;

/// Count tokens: of text alone, or of a prompt as a model's provider counts it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Text or requests; `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,

    /// Count as this model's provider does, with all it adds around the text
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,

    /// The vocabulary that text alone is counted with
    #[arg(long, default_value = "o200k_base", conflicts_with = "model")]
    encoding: String,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    match &args.model {
        Some(model) => of_prompts(args, &ModelId::new(model), shell),
        None => of_texts(args, shell),
    }
}

fn of_texts(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let encoding = Encoding::parse(&args.encoding)?;
    let vocab = Vocab::embedded(encoding).ok_or_else(|| {
        Error::invalid_request(format!(
            "the vocabulary `{}` is not in this program; `o200k_base` and `cl100k_base` are",
            encoding.name()
        ))
    })?;
    let mut rows = Vec::new();
    let mut total = 0;
    for path in &args.files {
        let tokens = vocab.count(&shell.read_text(path)?);
        total += tokens;
        let name = path.display().to_string();
        if shell.json {
            let encoding = encoding.name();
            shell.print_json(&json!({ "file": name, "tokens": tokens, "encoding": encoding }))?;
        }
        rows.push(vec![tokens.to_string(), name]);
    }
    if shell.json {
        return Ok(Exit::Success);
    }
    if let [only] = rows.as_mut_slice() {
        // One number alone is what another program wants.
        only.truncate(1);
    } else {
        rows.push(vec![total.to_string(), "total".into()]);
    }
    shell.print(&show::table(&rows))?;
    Ok(Exit::Success)
}

fn of_prompts(args: &Args, name: &ModelId, shell: &Shell) -> Result<Exit, Failure> {
    let settings = shell.settings()?;
    let Some(found) = settings.catalog.find(name) else {
        let message =
            format!("no model is called `{name}`; `farebox models` lists those there are");
        return Err(Error::new(ErrorKind::UnknownModel, message).into());
    };
    let model = found.model();
    let vocabularies = settings.vocabularies(std::iter::once(name));
    let mut rows = Vec::new();
    let mut doubts = Vec::new();
    for path in &args.files {
        let request = prompt::request(&shell.read_text(path)?)?;
        let api = api_for(&request, model, &settings.catalog);
        let counted = count_request(&request, api, model, &vocabularies);
        let file = path.display().to_string();
        if shell.json {
            shell.print_json(&json!({ "file": file, "model": name, "count": counted }))?;
            continue;
        }
        doubts.extend(show::doubt(&counted.basis));
        rows.push(vec![show::tokens(counted.tokens), file]);
    }
    if let [only] = rows.as_mut_slice() {
        only.truncate(1);
    }
    shell.print(&show::table(&rows))?;
    doubts.dedup();
    doubts.iter().for_each(|doubt| shell.note(&format!("not exact: {doubt}")));
    Ok(Exit::Success)
}
