//! `farebox send`.

use std::io::Write;

use farebox::{Client, EventKind, Flow, Receipt};
use farebox_core::call::Answer;
use farebox_core::catalog::{Catalog, ProviderId};
use farebox_core::request::Api;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::prompt::{ApiArg, PolicyArgs, PromptArgs};
use crate::shell::Shell;
use crate::show;

/// Send a prompt: the answer goes to standard output, the receipt to standard error
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    prompt: PromptArgs,

    #[command(flatten)]
    policy: PolicyArgs,

    /// Write the answer as it comes
    #[arg(long)]
    stream: bool,

    /// Where the provider is, such as a gateway or a server on this machine
    #[arg(long, value_name = "URL", env = "FAREBOX_BASE_URL")]
    base_url: Option<String>,

    /// The format to ask in, where the provider has several
    #[arg(long, value_enum)]
    api: Option<ApiArg>,
}

pub(crate) fn run(args: &Args, shell: &Shell) -> Result<Exit, Failure> {
    let mut settings = shell.settings()?;
    let request = args.prompt.read(shell)?;
    let policy = args.policy.read(&settings)?;
    if let Some(api) = args.api {
        ask_in(api.into(), args.base_url.is_some(), &mut settings.catalog);
    }
    let vocabularies = settings.vocabularies(settings.models(&policy, request.model.as_ref()));
    let mut builder = settings.client(vocabularies)?.policy(policy);
    if let Some(url) = &args.base_url {
        for ProviderId(provider) in settings.catalog.providers.iter().map(|it| &it.id) {
            builder = builder.base_url(provider, url);
        }
    }
    let client = builder.build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(send(args.stream && !shell.json, &client, request, shell))
}

async fn send(
    stream: bool,
    client: &Client,
    request: farebox::Request,
    shell: &Shell,
) -> Result<Exit, Failure> {
    // Even where the answer is shown whole, it is asked for in pieces: it can be stopped between.
    let mut flow = client.stream(request)?;
    let mut wrote = String::new();
    let mut failure = None;
    loop {
        let event = tokio::select! {
            event = flow.next() => event,
            _ = tokio::signal::ctrl_c() => return cancelled(flow, shell),
        };
        match event {
            None => break,
            Some(Err(error)) => failure = Some(error),
            Some(Ok(event)) => match event.kind {
                EventKind::TextDelta { text } if stream => {
                    write_now(&text)?;
                    wrote.push_str(&text);
                }
                EventKind::Superseded { .. } if !wrote.is_empty() => {
                    write_now("\n")?;
                    wrote.clear();
                    shell.note("what was written above no longer counts: the answer begins anew");
                }
                _ => {}
            },
        }
    }
    let answer = flow.outcome().and_then(|outcome| outcome.answer.clone());
    let receipt = flow.receipt();
    if shell.json {
        let error = failure.as_ref();
        shell.print_json(&json!({ "answer": answer, "receipt": receipt, "error": error }))?;
    } else if let Some(answer) = &answer {
        write_answer(answer, &wrote)?;
    }
    if let Some(receipt) = receipt.filter(|_| !shell.json) {
        shell.note(&line(&receipt));
    }
    if let Some(error) = failure {
        return Err(Failure::from(error));
    }
    let refusal = answer.and_then(|answer| answer.refusal);
    Ok(if let Some(refusal) = refusal {
        if !shell.json {
            shell.note(&format!("refused: {refusal}"));
        }
        Exit::Refused
    } else {
        Exit::Success
    })
}

fn cancelled(flow: Flow, shell: &Shell) -> Result<Exit, Failure> {
    let receipt = flow.cancel();
    if shell.json {
        shell.print_json(&json!({ "answer": null, "receipt": receipt, "error": null }))?;
    } else {
        shell.note(&format!("\ncancelled; {}", line(&receipt)));
    }
    Ok(Exit::Cancelled)
}

/// Writes what of an answer has not been written yet.
fn write_answer(answer: &Answer, wrote: &str) -> Result<(), Failure> {
    let rest = answer.text.strip_prefix(wrote).unwrap_or(&answer.text);
    write_now(rest)?;
    for call in &answer.tool_calls {
        let call =
            json!({ "callId": call.call_id, "name": call.name, "arguments": call.arguments });
        write_now(&format!("\n{call}"))?;
    }
    let is_empty = answer.text.is_empty() && answer.tool_calls.is_empty();
    if is_empty || answer.text.ends_with('\n') { Ok(()) } else { write_now("\n") }
}

fn write_now(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// The receipt in a line.
fn line(receipt: &Receipt) -> String {
    let mut text = String::new();
    if let Some(model) = &receipt.model {
        text.push_str(&format!("{model}: "));
    }
    let (input, output) = (receipt.usage.input_tokens(), receipt.usage.output_tokens());
    text.push_str(&format!("{} in, {} out, ", show::count(input), show::count(output)));
    text.push_str(&show::dollars(receipt.cost));
    if let Some(estimate) = &receipt.estimate {
        text.push_str(&format!(", estimated {}", show::cost(Some(*estimate))));
    }
    if !receipt.unsettled.is_zero() {
        text.push_str(&format!(", perhaps {} more", show::dollars(receipt.unsettled)));
    }
    if receipt.attempts.len() > 1 {
        text.push_str(&format!(", {} attempts", receipt.attempts.len()));
    }
    if let Some(baseline) = &receipt.baseline
        && receipt.model.as_ref() != Some(&baseline.model)
    {
        text.push_str(&format!(", {} on {}", show::dollars(baseline.cost), baseline.model));
    }
    text
}

/// Leaves models one format; a server of the caller's own is taken to answer whatever it is asked.
fn ask_in(api: Api, is_elsewhere: bool, catalog: &mut Catalog) {
    let speaks = |apis: &[Api]| apis.contains(&api);
    let providers = catalog.providers.iter().filter(|it| speaks(&it.apis));
    let providers: Vec<ProviderId> = providers.map(|it| it.id.clone()).collect();
    for model in &mut catalog.models {
        let offered = if model.apis.is_empty() {
            providers.contains(&model.provider)
        } else {
            speaks(&model.apis)
        };
        if offered || is_elsewhere {
            model.apis = vec![api];
        }
    }
}
