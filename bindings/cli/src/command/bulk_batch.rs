//! `farebox bulk batch`.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use farebox_core::request::Api;
use serde_json::json;

use crate::bulk::batch::{Bounds, Ended, Ledger, Lines, Market, Work};
use crate::bulk::jobs::JobArgs;
use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use crate::show;

/// Hand a file in as batches of OpenAI's and Anthropic's, at half the price within a day
///
/// The file is split by the providers' limits, handed in, watched, fetched and settled; requests
/// that failed or ran out of time go into another batch. Killed and run again, it goes on where it
/// was. Results are those of `bulk run`; beside them stands a journal, keep it until the work is
/// done.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    jobs: JobArgs,

    /// The most requests of one batch, where that is less than the provider's limit
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: Option<u64>,

    /// The most bytes of one batch, where that is less than the provider's limit
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    max_bytes: Option<u64>,

    /// The input tokens that may wait in batches at one time, for each model
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..))]
    enqueued_tokens: Option<u64>,

    /// How many batches more a request may go into that failed in one
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    retries: u8,

    /// How long to wait between looks
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    poll: Duration,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let jobs = &args.jobs;
    let settings = shell.settings()?;
    let mut policy = jobs.policy.read(&settings)?;
    if policy.providers.is_empty() {
        let takes_batches = |apis: &[Api]| apis.iter().any(|api| *api != Api::GenerateContent);
        let providers = settings.catalog.providers.iter().filter(|it| takes_batches(&it.apis));
        policy.providers = providers.map(|provider| provider.id.clone()).collect();
    }
    let vocabularies = settings.vocabularies(settings.models(&policy, None));
    let builder = settings.client(vocabularies.clone())?.policy(policy.clone());
    let client = jobs.at_its_place(builder, &settings).build()?;
    let name = format!("farebox-{:x}-{:x}", shell.now().as_ms(), std::process::id());
    let ledger = Ledger::open(&jobs.file, &jobs.out, name)?;
    let lines = Lines::find(&jobs.file)?;
    let market = Market {
        catalog: &settings.catalog,
        vocabularies: &vocabularies,
        policy: &policy,
        posterior: &settings.posterior,
        now: shell.now(),
    };
    let bounds = Bounds {
        budget: jobs.budget,
        max_requests: args.max_requests,
        max_bytes: args.max_bytes,
        enqueued_tokens: args.enqueued_tokens,
        retries: args.retries,
        poll: args.poll,
    };
    let mut spool = jobs.out.clone().into_os_string();
    spool.push(".batch");
    let mut work = Work::new(&client, market, bounds, ledger, lines, spool.into());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = work.all(tell) => ended.map(Some),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    })?;
    if stderr().is_terminal() {
        shell.note("");
    }
    let results = &work.ledger.results;
    let (done, failed, spent) = (results.done.len(), results.failed, results.spent);
    let waiting = work.ledger.open.len();
    if shell.json {
        let summary =
            json!({ "done": done, "failed": failed, "spent": spent, "batchesWaiting": waiting });
        shell.print_json(&summary)?;
    } else {
        let (done, failed) = (show::count(done), show::count(failed));
        shell.note(&format!("{done} done, {failed} failed, {}", show::dollars(spent)));
    }
    match ended {
        None => {
            if waiting > 0 && !shell.json {
                shell.note(&format!(
                    "{waiting} batches go on at their providers: the same command fetches them"
                ));
            }
            Ok(Exit::Cancelled)
        }
        Some(Ended::OverBudget(error)) => Err(error.into()),
        Some(Ended::Done) if results.failed > 0 => Ok(Exit::Partial),
        Some(Ended::Done) => Ok(Exit::Success),
    }
}

/// Says how far it is, to people who watch.
fn tell(ledger: &Ledger, waiting: u64, through: u64) {
    if !stderr().is_terminal() {
        return;
    }
    let (done, spent) = (show::count(ledger.results.done.len()), ledger.results.spent);
    let batches = ledger.open.len();
    let _ = write!(
        stderr(),
        "\r{done} done, {} of {} through in {batches} batches, {}   ",
        show::count(through),
        show::count(waiting),
        show::dollars(spent)
    );
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
