//! The caller's tools, answers as values, and the spans that tell of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use std::time::Duration;

use farebox::kernel::route::ReasonCode;
use farebox::{ErrorKind, Form, Policy, Pusd, Request, ToolEnd, ToolLimits, Tools};
use farebox_emulator::{Emulator, Scripted, ToolCall};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

use crate::{KEY, builder, client, emulator, request, suffer};

fn calls(cities: &[&str]) -> Scripted {
    let call =
        |city: &&str| ToolCall { name: "weather".into(), arguments: json!({ "city": city }) };
    let tool_calls = cities.iter().map(call).collect();
    Scripted { times: Some(1), tool_calls, ..Scripted::default() }
}

fn says(text: &str) -> Scripted {
    Scripted { times: Some(1), text: Some(text.into()), ..Scripted::default() }
}

fn schema() -> Value {
    json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] })
}

fn script(emulator: &Emulator, answers: Vec<Scripted>) {
    emulator.script(answers, Vec::new());
}

#[tokio::test]
async fn tools_are_run_until_the_model_answers_side_by_side() {
    let native = |body: Value| farebox::kernel::provider::parse(&body, None).unwrap();
    let function = json!({ "name": "weather", "parameters": schema() });
    for request in [
        Request::new().model("gpt-5.4-mini").user("Where does it rain?"),
        native(json!({
            "model": "gpt-5.4-mini",
            "input": "Where does it rain?",
            "tools": [{ "type": "function", "name": "weather", "parameters": schema() }],
            "tool_choice": "required",
        })),
        native(json!({
            "model": "gpt-5.4-mini",
            "messages": [{ "role": "user", "content": "Where does it rain?" }],
            "tools": [{ "type": "function", "function": function }],
        })),
    ] {
        let emulator = emulator();
        script(&emulator, vec![calls(&["Paris", "Oslo"]), says("In Oslo.")]);
        let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = (Arc::clone(&open), Arc::clone(&most));
        let tools = Tools::new().function("weather", "The weather", schema(), move |arguments| {
            let (open, most) = seen.clone();
            async move {
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(30)).await;
                open.fetch_sub(1, Ordering::SeqCst);
                match arguments["city"].as_str() {
                    Some("Paris") => Err("no station in Paris".to_owned()),
                    city => Ok(json!({ "city": city, "sky": "rain" })),
                }
            }
        });
        let client = client(&emulator);
        let run = client.run_tools(request, &tools, ToolLimits::default()).await.unwrap();
        assert_eq!((run.ended, run.steps), (ToolEnd::Answered, 2));
        assert_eq!(run.reply.answer.text, "In Oslo.");
        assert_eq!(most.load(Ordering::SeqCst), 2);
        let second = emulator.requests()[1].body.to_string();
        assert!(second.contains("no station in Paris") && second.contains("rain"), "{second}");
        assert!(!second.contains("required\"") || !second.contains("tool_choice"), "{second}");
    }
}

#[tokio::test]
async fn tools_that_go_round_in_circles_are_stopped() {
    let cost = Some(Pusd::parse("0.01").unwrap());
    for (limits, ended, steps) in [
        (ToolLimits { max_repetitions: 2, ..ToolLimits::default() }, ToolEnd::Repetition, Some(3)),
        (ToolLimits { max_steps: 2, ..ToolLimits::default() }, ToolEnd::Steps, Some(2)),
        (
            ToolLimits { max_cost: cost, max_steps: 1_000, max_repetitions: 1_000 },
            ToolEnd::Cost,
            None,
        ),
    ] {
        let emulator = emulator();
        let again = Scripted { times: Some(1_000), output_tokens: Some(400), ..calls(&["Paris"]) };
        script(&emulator, vec![again]);
        let tools = Tools::new()
            .function("weather", "The weather", schema(), |_| async { Ok("perhaps".into()) });
        let request = Request::new().max_output_tokens(500).user("Does it rain?");
        let run = client(&emulator).run_tools(request, &tools, limits).await.unwrap();
        assert_eq!(run.ended, ended);
        assert!(steps.is_none_or(|steps| steps == run.steps));
        assert!(cost.filter(|_| ended == ToolEnd::Cost).is_none_or(|most| run.cost <= most));
    }
}

#[tokio::test]
async fn the_steps_of_a_run_are_one_piece_of_work() {
    let emulator = emulator();
    let client = client(&emulator);
    let run = async |request: Request, answers: Vec<Scripted>| {
        let steps = answers.len() as u32;
        script(&emulator, answers);
        let tools = Tools::new()
            .function("weather", "The weather", schema(), |_| async { Ok("perhaps".into()) });
        let run = client.run_tools(request, &tools, ToolLimits::default()).await.unwrap();
        assert_eq!((run.ended, run.steps), (ToolEnd::Answered, steps));
        let posterior = client.posterior();
        (run, posterior.decisions, posterior.threads.len())
    };
    let asked = || Request::new().max_output_tokens(500).user("Where does it rain?");
    let answers = || vec![calls(&["Paris"]), calls(&["Oslo"]), says("In Oslo.")];
    let (told, decisions, threads) = run(asked(), answers()).await;
    assert_eq!((decisions, threads), (3, 1));
    let reasons = &told.reply.quote.decision.reasons;
    assert!(reasons.iter().any(|reason| reason.code == ReasonCode::Sticky), "{reasons:?}");

    // What comes next of it is the same work, and a question of its own is not.
    let (_, decisions, threads) = run(told.request, vec![says("In Oslo.")]).await;
    assert_eq!((decisions, threads), (4, 1));
    let (_, decisions, threads) = run(asked(), answers()).await;
    assert_eq!((decisions, threads), (7, 2));
    let models: Vec<Value> =
        emulator.requests().iter().map(|asked| asked.body["model"].clone()).collect();
    assert_eq!(models.len(), 7);
    assert!(models.iter().all(|model| *model == models[0]), "{models:?}");
}

/// A city and how many live there.
#[derive(Debug, Deserialize, PartialEq, schemars::JsonSchema)]
struct City {
    title: String,
    #[serde(default)]
    people: Option<u32>,
}

#[tokio::test]
async fn an_answer_is_read_as_a_value_and_repaired_once() {
    let emulator = emulator();
    script(&emulator, vec![says("{\"title\":5}"), says("{\"title\":\"Paris\",\"people\":null}")]);
    // Without a stronger model to turn to, the model itself is told what is wrong.
    let mut policy = Policy::default();
    policy.checks.schema = false;
    let client = builder(&emulator).policy(policy).build().unwrap();
    let typed = client.send_as::<City>(request(), &Form::of::<City>()).await.unwrap();
    assert_eq!(typed.value, City { title: "Paris".into(), people: None });
    assert_eq!(typed.missed.len(), 1);
    let seen = emulator.requests();
    let format = &seen[0].body["text"]["format"];
    assert_eq!(format["strict"], true);
    assert_eq!(format["schema"]["required"], json!(["title", "people"]));
    assert_eq!(format["schema"]["additionalProperties"], false);
    assert!(seen[1].body.to_string().contains("does not fit the schema"));

    let twice = Scripted { times: Some(2), ..says("{\"title\":5}") };
    script(&emulator, vec![twice]);
    let failure = client.send_as::<City>(request(), &Form::of::<City>()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::MalformedResponse, "{failure}");
    assert!(failure.receipt.is_some());
    assert_eq!(failure.earlier.len(), 1);
    let told = failure.earlier.iter().chain(&failure.receipt);
    let input: u64 = told.map(|receipt| receipt.usage.input_tokens()).sum();
    let billed = &emulator.bill().lines[2..];
    assert_eq!(input, billed.iter().map(|line| line.input_tokens).sum::<u64>());
}

#[tokio::test]
async fn what_tools_cost_before_a_failure_is_told_with_it() {
    let emulator = emulator();
    script(&emulator, vec![calls(&["Paris"]), calls(&["Oslo"])]);
    for fault in ["chunk_bytes=7", "chunk_bytes=7", "invalid_request"] {
        suffer(&emulator, fault);
    }
    let tools = Tools::new()
        .function("weather", "The weather", schema(), |_| async { Ok("perhaps".into()) });
    let failure =
        client(&emulator).run_tools(request(), &tools, ToolLimits::default()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::ProviderRejected, "{failure}");
    assert_eq!(failure.earlier.len(), 2);
    assert!(failure.earlier.iter().all(|receipt| !receipt.cost.is_zero()));
}

/// Spans of one thread by number, each with its fields as text.
#[derive(Clone)]
struct Spans {
    thread: ThreadId,
    fields: Arc<Mutex<BTreeMap<u64, BTreeMap<String, String>>>>,
    next: Arc<AtomicU64>,
}

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl tracing::Subscriber for Spans {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "farebox"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let number = self.next.fetch_add(1, Ordering::SeqCst) + 1;
        if std::thread::current().id() != self.thread {
            return Id::from_u64(number);
        }
        let mut spans = self.fields.lock().unwrap();
        span.record(&mut Fields(spans.entry(number).or_default()));
        Id::from_u64(number)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.fields.lock().unwrap();
        if let Some(fields) = spans.get_mut(&span.into_u64()) {
            values.record(&mut Fields(fields));
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn spans_tell_of_every_attempt_and_of_no_content_or_key() {
    let spans =
        Spans { thread: std::thread::current().id(), fields: Arc::default(), next: Arc::default() };
    // One for all threads: whoever meets a span first decides for all whether it is told of.
    tracing::subscriber::set_global_default(spans.clone()).unwrap();
    let emulator = emulator();
    suffer(&emulator, "server_error");
    client(&emulator).send(request()).await.unwrap();
    let told = std::mem::take(&mut *spans.fields.lock().unwrap());
    let all: Vec<_> = told.values().collect();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["error.type"], "\"provider_unavailable\"");
    assert_eq!(all[1]["otel.name"], "chat gpt-5.4-mini");
    assert_eq!(all[1]["gen_ai.provider.name"], "\"openai\"");
    assert_eq!(all[1]["gen_ai.response.finish_reasons"], "\"stop\"");
    assert_ne!(all[1]["gen_ai.usage.output_tokens"], "0");
    let text = format!("{told:?}");
    assert!(!text.contains("haiku") && !text.contains(KEY), "{text}");

    builder(&emulator).record_content().build().unwrap().send(request()).await.unwrap();
    let told = format!("{:?}", spans.fields.lock().unwrap());
    assert!(told.contains("haiku") && !told.contains(KEY));
}
