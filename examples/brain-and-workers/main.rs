//! A planner splits the review of a change, workers read the files side by side, a verifier looks
//! at what they found; one step escalates, one fails and is planned anew.
//!
//!     cargo run --example brain-and-workers               # no key and no network
//!     OPENAI_API_KEY=… cargo run --example brain-and-workers -- --live

mod change;
mod script;
mod tree;

use std::process::ExitCode;

use farebox::kernel::orchestrate::{RunLimits, RunSettings};
use farebox::{Client, Error, ErrorKind, Pusd};
use farebox_emulator::{Emulator, Options};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether there is an answer.
async fn run() -> Result<bool, Error> {
    let is_live = std::env::args().any(|argument| argument == "--live");
    // The provider must outlive the calls; it stops when it is dropped.
    let emulator = if is_live { None } else { Some(start_emulator()?) };
    let mut builder = Client::builder();
    if let Some(emulator) = &emulator {
        let address = format!("{}/v1", emulator.base_url());
        builder = builder.without_environment().key("openai", "sk-emulated");
        builder = builder.base_url("openai", address);
    }
    let client = builder.build()?;
    let goal = change::review()?;
    let settings = RunSettings {
        workload: "review".into(),
        limits: RunLimits {
            max_retries: 0,
            max_cost: Some(Pusd::parse("5")?),
            ..RunLimits::default()
        },
        ..RunSettings::default()
    };

    tree::quote(&client.quote_run(&goal, &settings)?);
    let mut running = client.run(goal, settings)?;
    println!("\nas it happens{}:", if is_live { "" } else { " (emulated)" });
    let mut start = None;
    while let Some(event) = running.next().await {
        tree::event(&event, *start.get_or_insert(event.at));
    }
    let outcome = running.finish().await;
    tree::outcome(&outcome);
    Ok(outcome.answer.is_some())
}

fn start_emulator() -> Result<Emulator, Error> {
    let options =
        Options { tokens_per_second: 500, answers: script::answers(), ..Options::default() };
    Emulator::start(options).map_err(|error| {
        Error::new(ErrorKind::Connection, format!("the emulator does not start: {error}"))
    })
}
