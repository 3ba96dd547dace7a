//! `farebox replay`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use farebox_core::route::replay::{Outcomes, ReplayOptions, replay_outcomes};
use flate2::read::MultiGzDecoder;

use crate::failure::{Exit, Failure};
use crate::replay::{html, table};
use crate::shell::Shell;

/// Replay known outcomes: what routing would have cost and how often it would have been right
///
/// Lines are JSON objects. A pair of outcomes holds `prompt`, `strong_model`, `weak_model`,
/// `strong_correct` and `weak_correct` (0 to 1), and may hold `id`, `source`, `label`,
/// `strong_cost` and `weak_cost` (dollars). A logged decision holds `decision` and `observation`,
/// and may hold `cost`.
///
/// In the tables `apgr` is the share of the gap between the two models that is closed, averaged over
/// all shares of prompts sent to the stronger one (chance gives 0.5); `cpt50` and `cpt80` are the
/// shares of prompts that must go to it to close half and four fifths. `gained` is the share of what
/// knowing the better model of every label gains over always asking the better one, `regret 150` what
/// the first 150 prompts lose against that, a prompt, and `Brier` the squared error of forecasts
/// after 30 outcomes of a label above that of its true rate.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Outcomes, one JSON object a line, gzipped or not; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// What one answer of the stronger model costs, as a share of what a right answer is worth
    #[arg(long, value_name = "SHARE", default_value = "0.2", value_parser = share)]
    strong_cost: u32,

    /// Numbers of labelled outcomes to learn from before the rest is scored
    #[arg(long, value_delimiter = ',', default_value = "50,150,500,1500")]
    labels: Vec<u32>,

    /// How often labelled outcomes and streams are drawn anew
    #[arg(long, default_value_t = 5)]
    draws: u32,

    /// What every draw is made from: the same seed, the same report
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Resamples behind each interval
    #[arg(long, default_value_t = 200)]
    resamples: u32,

    /// Learn from structure alone, not from hashed words
    #[arg(long)]
    no_words: bool,

    /// Draw the curves of quality against cost to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let options = ReplayOptions {
        strong_cost_ppm: args.strong_cost,
        labels: args.labels.clone(),
        draws: args.draws,
        seed: args.seed,
        resamples: args.resamples,
        words: !args.no_words,
    };
    let mut outcomes = Outcomes::default();
    for path in &args.files {
        let text = read(shell, path)?;
        outcomes.read(&text, options.words)?;
    }
    let report = replay_outcomes(&outcomes, &options);
    if let Some(path) = &args.html {
        fs::write(path, html::page(&report)).map_err(|error| Failure::file(path, &error))?;
    }
    if shell.json {
        shell.print_json(&report)?;
    } else {
        shell.print(&table::text(&report, args.strong_cost))?;
    }
    Ok(Exit::Success)
}

/// The text of a file, unpacked where it is gzipped.
fn read(shell: &Shell, path: &Path) -> Result<String, Failure> {
    let bytes = shell.read(path)?;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .map_err(|error| Failure::file(path, &error))?;
        plain
    } else {
        bytes
    };
    String::from_utf8(bytes)
        .map_err(|_| Failure::host(format!("{}: not UTF-8 text", path.display())))
}

/// A share between 0 and 1 as parts per million.
fn share(text: &str) -> Result<u32, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok((share * 1e6).round() as u32),
        _ => Err("a share between 0 and 1 is right, such as 0.2".into()),
    }
}
