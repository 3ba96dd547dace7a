//! `farebox bulk run`.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write, stderr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use farebox::{Client, Failure as CallFailure, Reply};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::money::Pusd;
use farebox_core::receipt::Receipt;
use farebox_core::route::Policy;
use serde_json::json;
use tokio::task::JoinSet;

use crate::bulk::journal::Journal;
use crate::bulk::keys::Keys;
use crate::bulk::line::Line;
use crate::bulk::results::LineResult;
use crate::failure::{Exit, Failure};
use crate::prompt::PolicyArgs;
use crate::shell::Shell;
use crate::show;

/// Send every line of a file; killed and run again, it goes on where it was
///
/// Results are JSON lines with the number of their line, as they come: `answer` or `error`, and
/// the `receipt`. Beside them stands a journal; keep it until the work is done.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Requests, or lines of a batch file of OpenAI's or Anthropic's
    file: PathBuf,

    /// Where results go
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    policy: PolicyArgs,

    /// The most all of it may cost, in dollars
    #[arg(long, value_name = "DOLLARS", value_parser = crate::prompt::dollars)]
    budget: Option<Pusd>,

    /// The most requests under way at one time
    #[arg(long, value_name = "NUMBER", default_value_t = 64)]
    parallel: u32,

    /// Where the provider is, such as a gateway or a server on this machine
    #[arg(long, value_name = "URL", env = "FAREBOX_BASE_URL")]
    base_url: Option<String>,
}

type Ended = (u64, Option<String>, Pusd, Result<Reply, Box<CallFailure>>);

struct Work<'a> {
    client: &'a Client,
    policy: Policy,
    budget: Option<Pusd>,
    journal: Journal,
    keys: Keys,
    under_way: JoinSet<Ended>,
    reserved: Pusd,
    /// How many may be under way now: one more after each success, half as many when a provider
    /// says it is too much.
    window: u32,
    most: u32,
    shown: Instant,
    started: Instant,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let settings = shell.settings()?;
    let policy = args.policy.read(&settings)?;
    let vocabularies = settings.vocabularies(settings.models(&policy, None));
    let mut builder = settings.client(vocabularies)?.policy(policy.clone());
    if let Some(url) = &args.base_url {
        for provider in &settings.catalog.providers {
            builder = builder.base_url(&provider.id.0, url);
        }
    }
    let client = builder.build()?;
    let name = format!("bulk-{:x}-{:x}", shell.now().as_ms(), std::process::id());
    let journal = Journal::open(&args.file, &args.out, name)?;
    let now = Instant::now();
    let mut work = Work {
        client: &client,
        policy,
        budget: args.budget,
        journal,
        keys: Keys::default(),
        under_way: JoinSet::new(),
        reserved: Pusd::ZERO,
        window: args.parallel.clamp(1, 8),
        most: args.parallel.max(1),
        shown: now,
        started: now,
    };
    let file = File::open(&args.file).map_err(|error| Failure::file(&args.file, &error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(work.all(BufReader::new(file)));
    let ended = ended?;
    let results = &work.journal.results;
    let (done, failed, spent) = (results.done.len(), results.failed, work.journal.spent());
    if shell.json {
        shell.print_json(&json!({ "done": done, "failed": failed, "spent": spent }))?;
    } else {
        let done = show::count(done);
        shell.note(&format!("{done} done, {failed} failed, {}", show::dollars(spent)));
    }
    match ended {
        Stop::Cancelled => Ok(Exit::Cancelled),
        Stop::Done if failed > 0 => Ok(Exit::Partial),
        Stop::Done => Ok(Exit::Success),
        Stop::OverBudget(error) => Err(error.into()),
    }
}

enum Stop {
    Cancelled,
    Done,
    OverBudget(Error),
}

impl Work<'_> {
    async fn all(&mut self, mut lines: impl BufRead) -> Result<Stop, Failure> {
        let mut number = 0;
        let mut text = Vec::new();
        loop {
            text.clear();
            if lines.read_until(b'\n', &mut text)? == 0 {
                break;
            }
            number += 1;
            if text.trim_ascii().is_empty() {
                continue;
            }
            let is_done = self.journal.results.done.contains(number);
            let line = Line::parse(&text).and_then(|line| {
                self.keys.take(line.key.as_deref(), number)?;
                Ok(line)
            });
            if is_done {
                continue;
            }
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    self.journal.results.refuse(number, None, &error)?;
                    continue;
                }
            };
            loop {
                while self.under_way.len() >= self.window as usize {
                    if !self.one_ended().await? {
                        return Ok(Stop::Cancelled);
                    }
                }
                match self.begin(number, &line)? {
                    None => break,
                    Some(error) if self.under_way.is_empty() => return Ok(Stop::OverBudget(error)),
                    // What is under way holds its worst case; most of that comes back.
                    Some(_) => {
                        if !self.one_ended().await? {
                            return Ok(Stop::Cancelled);
                        }
                    }
                }
            }
        }
        while !self.under_way.is_empty() {
            if !self.one_ended().await? {
                return Ok(Stop::Cancelled);
            }
        }
        Ok(Stop::Done)
    }

    /// Starts a line; says so when the budget does not hold it.
    fn begin(&mut self, number: u64, line: &Line) -> Result<Option<Error>, Failure> {
        let mut policy = self.policy.clone();
        if let Some(budget) = self.budget {
            let left = budget.saturating_sub(self.journal.spent()).saturating_sub(self.reserved);
            let free = u64::from(self.window) - self.under_way.len() as u64;
            let share = Pusd::from_pusd(left.as_pusd() / free.max(1));
            policy.budget_left = Some(share);
        }
        let key = format!("{}-{number}", self.journal.name());
        let flow = match self.client.call(&line.request, &policy, key) {
            Ok(flow) => flow,
            Err(error) if error.kind == ErrorKind::OverBudget && self.budget.is_some() => {
                return Ok(Some(error));
            }
            Err(error) => {
                self.journal.results.refuse(number, line.key.as_deref(), &error)?;
                return Ok(None);
            }
        };
        let worst_case = flow.quote().plan.worst_case.unwrap_or_default();
        self.journal.sending(number, worst_case)?;
        self.reserved = self.reserved.saturating_add(worst_case);
        let key = line.key.clone();
        self.under_way.spawn(async move { (number, key, worst_case, flow.finish().await) });
        Ok(None)
    }

    /// Waits until one ends, and keeps its result; false when the caller wants no more.
    async fn one_ended(&mut self) -> Result<bool, Failure> {
        let ended = tokio::select! {
            ended = self.under_way.join_next() => ended,
            _ = tokio::signal::ctrl_c() => return Ok(false),
        };
        let Some(Ok((line, key, worst_case, ended))) = ended else { return Ok(true) };
        self.reserved = self.reserved.saturating_sub(worst_case);
        let result = LineResult::of_call(line, key.as_deref(), &ended);
        self.journal.keep(&result)?;
        let receipt = result.receipt;
        let is_too_much = receipt.is_some_and(is_too_much);
        self.window = if is_too_much {
            (self.window / 2).max(1)
        } else {
            self.window.saturating_add(1).min(self.most)
        };
        self.show();
        Ok(true)
    }

    fn show(&mut self) {
        if !stderr().is_terminal() || self.shown.elapsed() < Duration::from_millis(200) {
            return;
        }
        self.shown = Instant::now();
        let done = self.journal.results.done.len();
        let rate =
            done * 1_000 / u64::try_from(self.started.elapsed().as_millis()).unwrap_or(1).max(1);
        let (done, spent) = (show::count(done), show::dollars(self.journal.spent()));
        let open = self.under_way.len();
        let _ = write!(stderr(), "\r{done} done, {open} under way, {rate}/s, {spent}   ");
    }
}

/// Whether a provider said it was asked too much.
fn is_too_much(receipt: &Receipt) -> bool {
    receipt.attempts.iter().any(|attempt| {
        let kind = attempt.error.as_ref().map(|error| error.kind);
        matches!(kind, Some(ErrorKind::RateLimited | ErrorKind::ProviderUnavailable))
    })
}
