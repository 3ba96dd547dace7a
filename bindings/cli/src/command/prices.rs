//! `farebox prices`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use farebox_core::catalog::{Catalog, Cost, Model, Refresh, Terms};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::provider::parse_usage;
use farebox_core::request::{Api, ModelId, ServiceTier};
use farebox_core::time::{Day, Timestamp};
use farebox_core::usage::Usage;
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// Bring prices up to date from files that other projects publish
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Bill(BillArgs),
    Refresh(RefreshArgs),
}

/// Price usages that were reported, one JSON object a line
///
/// A line holds `model` and `usage`, as the provider reported it or in classes of tokens
/// (`{"tokens": {"input": 1200, "cache_read": 800, "output": 90}}`), and may hold `serviceTier`,
/// `regional` and `on` (a day). Each answers a line with the cost; one that cannot be priced says why,
/// and the exit code is then 7.
#[derive(Debug, clap::Args)]
struct BillArgs {
    /// Usages, one JSON object a line; `-` is standard input
    file: PathBuf,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bill {
    model: ModelId,
    usage: Value,
    #[serde(default)]
    service_tier: ServiceTier,
    #[serde(default)]
    regional: bool,
    #[serde(default)]
    on: Option<Day>,
}

/// Read LiteLLM's, genai-prices' or models.dev's price file into a catalogue
///
/// New models are taken; where prices of a known model differ, the file's hold from `--from` on and
/// the older ones stay for older bills. What was not understood is listed.
#[derive(Debug, clap::Args)]
struct RefreshArgs {
    /// LiteLLM's model_prices_and_context_window.json, genai-prices' data.json or models.dev's
    /// api.json, in the order they are to be read
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Write the catalogue to this file, for `--catalog`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// The day the files' prices begin; today by default
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    from: Option<Day>,

    /// Keep the catalogue's own prices where a file's differ, and only tell
    #[arg(long, conflicts_with = "from")]
    keep: bool,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    match &args.command {
        Command::Bill(args) => bill(args, shell),
        Command::Refresh(args) => refresh(args, shell),
    }
}

fn bill(args: &BillArgs, shell: &Shell) -> Result<Exit, Failure> {
    let catalog = shell.settings()?.catalog;
    let text = shell.read_text(&args.file)?;
    let mut answers = String::new();
    let mut exit = Exit::Success;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let answer = serde_json::from_str::<Bill>(line)
            .map_err(|error| Error::invalid_request(format!("the line is no bill: {error}")))
            .and_then(|bill| bill.cost(&catalog, shell.now()));
        let answer = match answer {
            Ok(cost) => json!(cost),
            Err(error) => {
                exit = Exit::Partial;
                json!({ "error": { "kind": error.kind, "message": error.message } })
            }
        };
        let _ = writeln!(answers, "{answer}");
    }
    shell.print(&answers)?;
    Ok(exit)
}

impl Bill {
    fn cost(&self, catalog: &Catalog, now: Timestamp) -> Result<Cost, Error> {
        let model = catalog.model(&self.model).ok_or_else(|| {
            let message = format!("no model is called `{}`", self.model);
            Error::new(ErrorKind::UnknownModel, message)
        })?;
        let at = self.on.map_or(now, Day::start);
        let terms = Terms { at, service_tier: self.service_tier, regional: self.regional };
        model.cost(&self.usage(model)?, &terms)
    }

    /// The usage, whichever shape it is in.
    fn usage(&self, model: &Model) -> Result<Usage, Error> {
        let has = |key: &str| self.usage.get(key).is_some();
        let reported = |key: &str, api| parse_usage(&json!({ key: self.usage }), api);
        let usage = if has("tokens") || has("toolCalls") {
            let usage = serde_json::from_value(self.usage.clone())
                .map_err(|error| Error::invalid_request(format!("`usage`: {error}")))?;
            Some(usage)
        } else if has("promptTokenCount") || has("totalTokenCount") {
            reported("usageMetadata", Api::GenerateContent)
        } else if has("prompt_tokens") {
            reported("usage", Api::Chat)
        } else if has("input_tokens") {
            let speaks_messages = model.apis.contains(&Api::Messages);
            reported("usage", if speaks_messages { Api::Messages } else { Api::Responses })
        } else {
            None
        };
        usage.ok_or_else(|| {
            Error::invalid_request("`usage` must be what a provider reported, or hold `tokens`")
        })
    }
}

fn refresh(args: &RefreshArgs, shell: &Shell) -> Result<Exit, Failure> {
    let today = shell.now().date();
    let how = if args.keep { Refresh::Keep } else { Refresh::From(args.from.unwrap_or(today)) };
    let mut catalog = shell.settings()?.catalog;
    let before = catalog.models.len();
    let mut text = String::new();
    let mut reports = Vec::new();
    for path in &args.files {
        let import = Catalog::import(&shell.read(path)?, &catalog, today)?;
        let differences = catalog.refresh(&import, how)?;
        let _ = writeln!(
            text,
            "{}: {} models read, {} entries passed over, {} things not understood, {} prices differ",
            path.display(),
            import.catalog.models.len(),
            import.passed_over,
            import.left_out.len(),
            differences.len(),
        );
        for left in &import.left_out {
            let _ = writeln!(text, "  not understood: {}: {}", left.model, left.why);
        }
        for difference in &differences {
            let price = |price: &Option<String>| {
                price.as_ref().map_or_else(|| "none".into(), |price| format!("${price}"))
            };
            let _ = writeln!(
                text,
                "  differs: {} {}: ours {}, theirs {}",
                difference.model,
                difference.price,
                price(&difference.ours),
                price(&difference.theirs),
            );
        }
        reports.push(json!({
            "file": path.display().to_string(),
            "models": import.catalog.models.len(),
            "passedOver": import.passed_over,
            "leftOut": import.left_out,
            "differences": differences,
        }));
    }
    if let Some(path) = &args.out {
        write(path, &catalog)?;
    }
    if shell.json {
        shell.print_json(&json!({
            "models": catalog.models.len(),
            "newModels": catalog.models.len() - before,
            "files": reports,
        }))?;
    } else {
        let _ = writeln!(
            text,
            "{} models, {} of them new{}",
            catalog.models.len(),
            catalog.models.len() - before,
            match &args.out {
                Some(path) => format!("; written to {}", path.display()),
                None => "; `--out FILE` writes the catalogue".into(),
            },
        );
        shell.print(&text)?;
    }
    Ok(Exit::Success)
}

fn write(path: &Path, catalog: &Catalog) -> Result<(), Failure> {
    // One model a line: a change of price is a change of one line.
    let mut text = String::from("{\n");
    let value = json!(catalog);
    for key in ["checkedOn", "providers", "models", "ladders"] {
        match value[key].as_array() {
            Some(items) => {
                let lines: Vec<String> = items.iter().map(|item| format!("  {item}")).collect();
                let _ = write!(text, " \"{key}\": [\n{}\n ]", lines.join(",\n"));
            }
            None => {
                let _ = write!(text, " \"{key}\": {}", value[key]);
            }
        }
        text.push_str(if key == "ladders" { "\n}\n" } else { ",\n" });
    }
    fs::write(path, text).map_err(|error| Failure::file(path, &error))
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).map_err(|error| error.message)
}
