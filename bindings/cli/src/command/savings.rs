//! `farebox savings`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use farebox_core::catalog::Terms;
use farebox_core::money::Pusd;
use farebox_core::request::ModelId;
use farebox_core::savings::{Move, Projection, Saving, Volume, Workload, project};
use farebox_core::usage::{TokenClass, Usage};

use crate::failure::{Exit, Failure};
use crate::shell::Shell;

/// Project what moving work to other models saves, over a month and a year
///
/// `farebox savings --spend 50 --baseline gpt-4o --move gpt-5.4-mini=80` is a month of $50 on
/// GPT-4o, of which 80 % would go to Mini.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Dollars a month that the baseline costs
    #[arg(long, value_name = "USD", value_parser = dollars, conflicts_with = "requests")]
    spend: Option<Pusd>,

    /// Requests a month
    #[arg(long)]
    requests: Option<u64>,

    /// The model that would answer all of it
    #[arg(long, default_value = "gpt-5.4")]
    baseline: String,

    /// A model and the percentage of requests that would go to it; may be given again
    #[arg(long = "move", value_name = "MODEL=PERCENT", value_parser = share)]
    moves: Vec<(String, u32)>,

    /// Tokens of a prompt
    #[arg(long, default_value_t = 3_000)]
    input_tokens: u64,

    /// Tokens of a prompt that are read from the provider's cache
    #[arg(long, default_value_t = 0)]
    cached_tokens: u64,

    /// Tokens of an answer
    #[arg(long, default_value_t = 600)]
    output_tokens: u64,

    /// A model and the percentage of a plan's quota that a request to it takes, where the baseline
    /// takes 100; in Codex, gpt-5.4-mini takes 30
    #[arg(long, value_name = "MODEL=PERCENT", value_parser = share)]
    quota: Vec<(String, u32)>,

    /// Workloads as a JSON list, in place of the options above; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["spend", "requests", "moves"])]
    mix: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let settings = shell.settings()?;
    let workloads: Vec<Workload> = match &args.mix {
        Some(path) => serde_json::from_slice(&shell.read(path)?).map_err(|error| {
            Failure::host(format!("{}: a mix is a list of workloads: {error}", path.display()))
        })?,
        None => vec![workload(args)],
    };
    let terms = Terms { at: shell.now(), ..Terms::default() };
    let quota: BTreeMap<ModelId, u32> =
        args.quota.iter().map(|(name, ppm)| (ModelId::new(name), *ppm)).collect();
    let projection = project(&workloads, &settings.catalog, &terms, &quota)?;
    if shell.json {
        shell.print_json(&projection)?;
    } else {
        shell.print(&table(&projection))?;
    }
    Ok(Exit::Success)
}

fn workload(args: &Args) -> Workload {
    let cached = args.cached_tokens.min(args.input_tokens);
    Workload {
        name: "all".into(),
        volume: match (args.requests, args.spend) {
            (Some(requests), _) => Volume::Requests(requests),
            (None, Some(spend)) => Volume::Spend(spend),
            (None, None) => Volume::Spend(Pusd::from_pusd(FIFTY_DOLLARS_PUSD)),
        },
        usage: Usage::default()
            .with(TokenClass::Input, args.input_tokens - cached)
            .with(TokenClass::CacheRead, cached)
            .with(TokenClass::Output, args.output_tokens),
        baseline: ModelId::new(&args.baseline),
        moved: args
            .moves
            .iter()
            .map(|(name, ppm)| Move {
                model: ModelId::new(name),
                share_ppm: *ppm,
                service_tier: Default::default(),
            })
            .collect(),
    }
}

fn table(projection: &Projection) -> String {
    let mut text =
        format!("{:<16} {:>14} {:>14} {:>14} {:>7}\n", "", "baseline", "moved", "saved", "");
    let mut line = |name: &str, saving: &Saving| {
        let dollars = |pusd: i128| format!("${:.2}", pusd as f64 / 1e12);
        let _ = writeln!(
            text,
            "{name:<16} {:>14} {:>14} {:>14} {:>5.1} %",
            dollars(saving.baseline.as_pusd().into()),
            dollars(saving.moved.as_pusd().into()),
            dollars(saving.saved.as_pusd()),
            saving.share_ppm() as f64 / 1e4,
        );
    };
    if projection.workloads.len() > 1 {
        for workload in &projection.workloads {
            line(&workload.name, &workload.month);
        }
    }
    line("a month", &projection.month);
    line("a year", &projection.year);
    if let Some(ppm) = projection.quota_ppm {
        let _ = writeln!(
            text,
            "the plan's quota: {:.1} % of what the baseline takes",
            ppm as f64 / 1e4
        );
    }
    text
}

fn dollars(text: &str) -> Result<Pusd, String> {
    Pusd::parse(text).map_err(|error| error.message)
}

/// A name and a percentage of at most 100, in parts per million.
fn share(text: &str) -> Result<(String, u32), String> {
    let wrong = || {
        format!("must be a model and a percentage of at most 100, as in gpt-5.4-mini=80: {text}")
    };
    let (name, percent) = text.rsplit_once('=').ok_or_else(wrong)?;
    let percent: f64 = percent.trim_end_matches('%').parse().map_err(|_| wrong())?;
    if name.is_empty() || !(0.0..=100.0).contains(&percent) {
        return Err(wrong());
    }
    Ok((name.into(), (percent * 10_000.0).round() as u32))
}

const FIFTY_DOLLARS_PUSD: u64 = 50_000_000_000_000;
