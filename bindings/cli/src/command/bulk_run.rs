//! `farebox bulk run`.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use farebox::{Client, Failure as CallFailure, Reply};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::money::Pusd;
use farebox_core::provider::RateLimit;
use farebox_core::route::Policy;
use serde_json::json;
use tokio::task::JoinSet;

use crate::bulk::jobs::JobArgs;
use crate::bulk::journal::Journal;
use crate::bulk::line::Line;
use crate::bulk::results::LineResult;
use crate::bulk::window::Window;
use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use crate::show;

/// Send every line of a file; killed and run again, it goes on where it was
///
/// Results are JSON lines with the number of their line, as they come unless `--in-order` is given:
/// `answer` or `error`, and the `receipt`. Beside them stands a journal; keep it until the work is done.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    jobs: JobArgs,

    /// Put the results in the order of the lines once all have one
    #[arg(long)]
    in_order: bool,

    /// The most requests under way at one time
    #[arg(long, value_name = "NUMBER", default_value_t = 64)]
    parallel: u32,
}

/// A line that was sent, and what came of it.
struct Ended {
    line: u64,
    key: Option<String>,
    worst_case: Pusd,
    result: Result<Reply, Box<CallFailure>>,
    said: RateLimit,
}

struct Work<'a> {
    client: &'a Client,
    policy: Policy,
    budget: Option<Pusd>,
    journal: Journal,
    under_way: JoinSet<Ended>,
    reserved: Pusd,
    window: Window,
    progress: Progress,
}

/// How far it is, for people who watch.
struct Progress {
    is_watched: bool,
    started: Instant,
    shown: Instant,
    done_before: u64,
    input_bytes: u64,
    read_bytes: u64,
    /// Bytes of lines that needed nothing, because they had their results.
    skipped_bytes: u64,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let jobs = &args.jobs;
    let settings = shell.settings()?;
    let policy = jobs.policy.read(&settings)?;
    let vocabularies = settings.vocabularies(settings.models(&policy, None));
    let builder = settings.client(vocabularies)?.policy(policy.clone());
    let client = jobs.at_its_place(builder, &settings).build()?;
    let name = format!("bulk-{:x}-{:x}", shell.now().as_ms(), std::process::id());
    let journal = Journal::open(&jobs.file, &jobs.out, name)?;
    let file = File::open(&jobs.file).map_err(|error| Failure::file(&jobs.file, &error))?;
    let progress = Progress::new(file.metadata()?.len(), journal.results.done.len());
    let mut work = Work {
        client: &client,
        policy,
        budget: jobs.budget,
        journal,
        under_way: JoinSet::new(),
        reserved: Pusd::ZERO,
        window: Window::new(args.parallel),
        progress,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let lines = BufReader::with_capacity(1 << 16, file);
        tokio::select! {
            ended = work.all(lines) => ended,
            _ = tokio::signal::ctrl_c() => Ok(Stop::Cancelled),
        }
    });
    if work.progress.is_watched {
        shell.note("");
    }
    let ended = ended?;
    if args.in_order && matches!(ended, Stop::Done) {
        work.journal.results.put_in_order()?;
    }
    let results = &work.journal.results;
    let (done, failed, spent) = (results.done.len(), results.failed, work.journal.spent());
    if shell.json {
        shell.print_json(&json!({ "done": done, "failed": failed, "spent": spent }))?;
    } else {
        let (done, failed) = (show::count(done), show::count(failed));
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
            let read = lines.read_until(b'\n', &mut text)?;
            if read == 0 {
                break;
            }
            number += 1;
            let is_done = self.journal.results.done.contains(number);
            self.progress.read(read, is_done);
            if is_done || text.trim_ascii().is_empty() {
                continue;
            }
            let line = Line::parse(&text).and_then(|line| {
                self.journal.results.keys.take(line.key.as_deref(), number)?;
                Ok(line)
            });
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    self.journal.results.refuse(number, None, &error)?;
                    continue;
                }
            };
            if let Some(error) = self.begin_when_it_may(number, &line).await? {
                return Ok(Stop::OverBudget(error));
            }
        }
        while !self.under_way.is_empty() {
            self.one_ended().await?;
        }
        Ok(Stop::Done)
    }

    /// Starts a line as soon as window and budget hold it; says so when the budget never will.
    async fn begin_when_it_may(
        &mut self,
        number: u64,
        line: &Line,
    ) -> Result<Option<Error>, Failure> {
        loop {
            while self.under_way.len() >= self.window.width() as usize {
                self.one_ended().await?;
            }
            if let Some(wait) = self.window.wait(Instant::now()) {
                tokio::time::sleep(wait).await;
            }
            match self.begin(number, line)? {
                None => return Ok(None),
                Some(error) if self.under_way.is_empty() => return Ok(Some(error)),
                // What is under way holds its worst case; most of that comes back.
                Some(_) => self.one_ended().await?,
            }
        }
    }

    /// Starts a line; says so when the budget does not hold it.
    fn begin(&mut self, number: u64, line: &Line) -> Result<Option<Error>, Failure> {
        let bent;
        let policy = match self.budget {
            None => &self.policy,
            Some(budget) => {
                let spent = self.journal.spent().saturating_add(self.reserved);
                let left = budget.saturating_sub(spent);
                let under_way = self.under_way.len() as u64;
                let free = u64::from(self.window.width()).saturating_sub(under_way);
                let share = Pusd::from_pusd(left.as_pusd() / free.max(1));
                bent = Policy { budget_left: Some(share), ..self.policy.clone() };
                &bent
            }
        };
        let key = format!("{}-{number}", self.journal.name());
        let mut flow = match self.client.call(&line.request, policy, key) {
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
        self.under_way.spawn(async move {
            while flow.next().await.is_some_and(|event| event.is_ok()) {}
            let said = flow.rate_limit();
            Ended { line: number, key, worst_case, result: flow.finish().await, said }
        });
        Ok(None)
    }

    /// Waits until one ends, and keeps its result.
    async fn one_ended(&mut self) -> Result<(), Failure> {
        let Some(Ok(ended)) = self.under_way.join_next().await else { return Ok(()) };
        self.reserved = self.reserved.saturating_sub(ended.worst_case);
        let result = LineResult::of_call(ended.line, ended.key.as_deref(), &ended.result);
        self.journal.keep(&result)?;
        self.window.ended(result.receipt, ended.said, Instant::now());
        self.progress.show(&self.journal, self.under_way.len());
        Ok(())
    }
}

impl Progress {
    fn new(input_bytes: u64, done_before: u64) -> Self {
        let now = Instant::now();
        let is_watched = stderr().is_terminal();
        let (read_bytes, skipped_bytes) = (0, 0);
        Self {
            is_watched,
            started: now,
            shown: now,
            done_before,
            input_bytes,
            read_bytes,
            skipped_bytes,
        }
    }

    fn read(&mut self, bytes: usize, is_done: bool) {
        self.read_bytes += bytes as u64;
        self.skipped_bytes += if is_done { bytes as u64 } else { 0 };
    }

    fn show(&mut self, journal: &Journal, under_way: usize) {
        if !self.is_watched || self.shown.elapsed() < Duration::from_millis(200) {
            return;
        }
        self.shown = Instant::now();
        let passed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(1).max(1);
        let done = journal.results.done.len();
        let rate = (done - self.done_before) * 1_000 / passed_ms;
        let percent = self.read_bytes * 100 / self.input_bytes.max(1);
        let worked_bytes = (self.read_bytes - self.skipped_bytes).max(1);
        let open_bytes = u128::from(self.input_bytes.saturating_sub(self.read_bytes));
        let left_s = open_bytes * u128::from(passed_ms) / u128::from(worked_bytes) / 1_000;
        let filled = usize::try_from(percent / 5).unwrap_or(20).min(20);
        let _ = write!(
            stderr(),
            "\r[{}{}] {percent} %, {} done, {under_way} under way, {rate}/s, {}, {} left   ",
            "#".repeat(filled),
            "-".repeat(20 - filled),
            show::count(done),
            show::dollars(journal.spent()),
            time(left_s),
        );
    }
}

fn time(seconds: u128) -> String {
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
