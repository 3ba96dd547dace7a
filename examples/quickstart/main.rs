//! Quotes one real request, lets the router choose a model, streams the answer and settles the bill.
//!
//!     cargo run --example quickstart                      # a code review, no key and no network
//!     cargo run --example quickstart -- --request FILE    # a body your application sends today
//!     OPENAI_API_KEY=… cargo run --example quickstart -- --live

mod input;
mod print;

use std::io::Write;
use std::process::ExitCode;

use farebox::kernel::route::NamedModel;
use farebox::{Client, Error, ErrorKind, EventKind, Policy};
use farebox_emulator::{Emulator, Options};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let arguments = input::Arguments::parse(std::env::args().skip(1))?;
    let (origin, body) = input::read(&arguments)?;

    // The provider must outlive the call; it stops when it is dropped.
    let emulator = if arguments.live { None } else { Some(start_emulator()?) };
    // What the request names is what the application pays for today; the ladder may do better.
    let policy = Policy { named_model: NamedModel::Reroute, ..Policy::default() };
    let mut builder = Client::builder().policy(policy);
    if let Some(emulator) = &emulator {
        let address = format!("{}/v1", emulator.base_url());
        builder = builder.without_environment().key("openai", "sk-emulated");
        builder = builder.base_url("openai", address);
    }
    let client = builder.build()?;

    println!("request: {origin}\n");
    let quote = client.quote(&body)?;
    print::quote(&quote);

    println!("\nanswer{}:", if arguments.live { "" } else { " (emulated)" });
    let mut flow = client.stream(body)?;
    let mut failure = None;
    while let Some(event) = flow.next().await {
        match event.map(|event| event.kind) {
            Ok(EventKind::TextDelta { text } | EventKind::RefusalDelta { text }) => show(&text),
            Ok(EventKind::ToolCallStarted { name, .. }) => show(&format!("calls {name} ")),
            Ok(EventKind::ToolCallDelta { arguments, .. }) => show(&arguments),
            Ok(_) => {}
            Err(error) => failure = Some(error),
        }
    }
    println!("\n");
    if let Some(receipt) = flow.receipt() {
        print::receipt(&receipt);
    }
    failure.map_or(Ok(()), Err)
}

fn start_emulator() -> Result<Emulator, Error> {
    Emulator::start(Options { tokens_per_second: 2_000, ..Options::default() }).map_err(|error| {
        Error::new(ErrorKind::Connection, format!("the emulator does not start: {error}"))
    })
}

fn show(text: &str) {
    print!("{text}");
    let _ = std::io::stdout().flush();
}
