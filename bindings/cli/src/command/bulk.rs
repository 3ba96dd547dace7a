//! `farebox bulk`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Subcommand;
use farebox_core::request::{ModelId, ServiceTier};
use serde_json::json;

use super::{bulk_batch, bulk_run};
use crate::bulk::tally::{FileQuote, Prices, Tally};
use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use crate::show;

/// Work on files of requests, one JSON object a line
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Batch(bulk_batch::Args),
    Quote(QuoteArgs),
    Run(bulk_run::Args),
}

/// Say what a whole file costs on every model and in every lane
#[derive(Debug, clap::Args)]
struct QuoteArgs {
    /// Requests, or lines of a batch file of OpenAI's or Anthropic's; `-` for standard input
    file: PathBuf,

    /// The models to quote, with commas between; the ladder otherwise
    #[arg(long, value_name = "MODELS", value_delimiter = ',')]
    models: Vec<String>,

    /// When the answers are needed, in hours from now; lanes that may take longer are left out
    #[arg(long, value_name = "HOURS")]
    within: Option<u64>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    match &args.command {
        Command::Batch(args) => bulk_batch::run(args, shell),
        Command::Quote(args) => quote(args, shell),
        Command::Run(args) => bulk_run::run(args, shell),
    }
}

fn quote(args: &QuoteArgs, shell: &Shell) -> Result<Exit, Failure> {
    let settings = shell.settings()?;
    let named: Vec<ModelId> = args.models.iter().map(ModelId::new).collect();
    let models: Vec<ModelId> = if named.is_empty() {
        settings.models(&settings.policy, None).cloned().collect()
    } else {
        named
    };
    let vocabularies = settings.vocabularies(models.iter());
    let prices = Prices::new(&settings.catalog, &vocabularies, &models, shell.now())?;
    let tally = tally(&args.file, &prices)?;
    let quote = tally.price(&prices, |lane| meets(lane, args.within))?;
    let cheapest = cheapest(&quote);
    if shell.json {
        let cheapest = cheapest.map(|(model, lane)| json!({ "model": model, "serviceTier": lane }));
        shell.print_json(&json!({ "quote": quote, "cheapest": cheapest }))?;
    } else {
        shell.print(&text(&quote, cheapest.as_ref()))?;
    }
    Ok(if quote.unreadable > 0 { Exit::Partial } else { Exit::Success })
}

/// Whether a lane answers within so many hours. A batch may take a day; the flex lane promises
/// nothing, and is taken to need an hour.
fn meets(lane: ServiceTier, within_hours: Option<u64>) -> bool {
    let needed_hours = match lane {
        ServiceTier::Batch => 24,
        ServiceTier::Flex => 1,
        _ => 0,
    };
    within_hours.is_none_or(|hours| hours >= needed_hours)
}

fn cheapest(quote: &FileQuote) -> Option<(ModelId, ServiceTier)> {
    let lanes = quote.models.iter().flat_map(|(model, of_model)| {
        of_model.lanes.iter().map(move |(lane, cost)| (cost.expected, model, *lane))
    });
    lanes.min_by_key(|(cost, ..)| *cost).map(|(_, model, lane)| (model.clone(), lane))
}

/// Counts a file on every core; each takes a piece of whole lines at a time.
fn tally(path: &Path, prices: &Prices<'_>) -> Result<Tally, Failure> {
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|error| Failure::file(path, &error))?)
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (pieces, received) = sync_channel::<Piece>(workers);
    let received = Mutex::new(received);
    thread::scope(|scope| {
        let counting: Vec<_> =
            (0..workers).map(|_| scope.spawn(|| count(&received, prices))).collect();
        let mut reader = BufReader::with_capacity(PIECE_BYTES, reader);
        let mut first_line = 1;
        let read = loop {
            let mut bytes = Vec::with_capacity(PIECE_BYTES + PIECE_BYTES / 8);
            let whole = (&mut reader).take(PIECE_BYTES as u64).read_to_end(&mut bytes);
            let read = whole.and_then(|_| reader.read_until(b'\n', &mut bytes));
            if let Err(error) = read {
                break Err(Failure::file(path, &error));
            }
            if bytes.is_empty() {
                break Ok(());
            }
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            if pieces.send(Piece { first_line, bytes }).is_err() {
                break Ok(());
            }
            first_line += lines;
        };
        drop(pieces);
        let mut tally = Tally::default();
        for part in counting {
            let part = part.join().map_err(|_| Failure::host("a counting thread failed"))?;
            tally.merge(part);
        }
        read.map(|()| tally)
    })
}

/// Some whole lines of a file.
struct Piece {
    first_line: u64,
    bytes: Vec<u8>,
}

fn count(pieces: &Mutex<Receiver<Piece>>, prices: &Prices<'_>) -> Tally {
    let mut tally = Tally::default();
    loop {
        let piece = pieces.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(piece) = piece else { return tally };
        for (number, line) in (piece.first_line..).zip(piece.bytes.split(|byte| *byte == b'\n')) {
            if !line.trim_ascii().is_empty() {
                tally.add(number, line, prices);
            }
        }
    }
}

fn text(quote: &FileQuote, cheapest: Option<&(ModelId, ServiceTier)>) -> String {
    let mut text = format!("{} requests\n\n", show::count(quote.requests));
    let heads = ["model", "lane", "input", "output", "cost"].map(String::from);
    let mut rows = vec![heads.to_vec()];
    for (model, of_model) in &quote.models {
        for (lane, cost) in &of_model.lanes {
            rows.push(vec![
                model.to_string(),
                lane.as_str().into(),
                show::count(of_model.input_tokens),
                show::count(of_model.output_tokens),
                show::cost(Some(*cost)),
            ]);
        }
    }
    text.push_str(&show::table(&rows));
    if let Some((model, lane)) = cheapest {
        text.push_str(&format!("\ncheapest: {model} in the {} lane\n", lane.as_str()));
    }
    if quote.unreadable > 0 {
        text.push_str(&format!("\n{} lines could not be read:\n", show::count(quote.unreadable)));
        for problem in &quote.problems {
            text.push_str(&format!("  line {}: {}\n", problem.line, problem.message));
        }
    }
    text
}

const PIECE_BYTES: usize = 1 << 20;
