//! How long a decision takes: a prompt of 1.5 kB, eight tools, a catalogue of sixty models, every
//! one of them a rung; tokens are counted already. Cold, and with outcomes and hashed words.
//!
//! `cargo bench -p farebox-conformance --bench routing`

// A bench that cannot be set up has nothing to measure.
#![allow(clippy::expect_used)]

use std::hint::black_box;
use std::time::Instant;

use farebox_core::catalog::{Catalog, Model};
use farebox_core::count::{InputCount, TokenRange};
use farebox_core::estimate::{CostRange, Estimate, OutputForecast};
use farebox_core::request::{Api, ModelId, Request, Tool};
use farebox_core::route::{Observation, Policy, Posterior, route};
use farebox_core::time::{Day, Timestamp};
use farebox_core::usage::Usage;
use serde_json::json;

fn main() {
    let json = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/catalog.json"));
    let mut catalog = Catalog::parse(&json.expect("the frozen catalogue")).expect("a catalogue");
    let now = Day::parse("2026-11-22").expect("a day").start();
    let asked: Vec<Model> = catalog
        .models
        .iter()
        .filter(|model| model.id.as_str().starts_with("gpt-5.4"))
        .cloned()
        .collect();
    catalog.models = (0..60)
        .filter_map(|number| {
            let model = asked.get(number % asked.len())?.clone();
            Some(Model { id: ModelId::from(format!("{}-{number}", model.id).as_str()), ..model })
        })
        .collect();
    let ladder: Vec<ModelId> = catalog.models.iter().map(|model| model.id.clone()).collect();
    let request = request();
    let estimates: Vec<Estimate> =
        catalog.models.iter().map(|model| estimate(model, now)).collect();

    let three = ladder.iter().take(3).cloned().collect();
    for (rungs, ladder) in [("3 rungs", three), ("60 rungs", ladder)] {
        let policy = Policy { ladder, ..Policy::default() };
        let cold = Posterior::new();
        let mut taught = Posterior { words: true, ..Posterior::new() };
        // Every rung has outcomes: more is read then than when one rung was always chosen.
        for model in policy.ladder.iter().cycle().take(300) {
            let request = Request { model: Some(model.clone()), ..request.clone() };
            let decision = route(&request, &estimates, &catalog, &policy, &taught, now);
            let decision = decision.expect("a decision");
            taught.record(&request, &decision, now);
            let outcome = Observation::success(true);
            taught.observe(&decision.id, &outcome, now).expect("recorded just now");
        }
        let mut wordless = taught.clone();
        wordless.words = false;
        for head in wordless.workloads.values_mut().flat_map(|known| known.heads.values_mut()) {
            head.words = None;
        }
        let states = [("cold", &cold), ("taught", &wordless), ("taught, with words", &taught)];
        for (state, posterior) in states {
            let mut times: Vec<u128> = (0..5_000)
                .map(|_| {
                    let started = Instant::now();
                    let decision =
                        route(black_box(&request), &estimates, &catalog, &policy, posterior, now);
                    black_box(decision.is_ok());
                    started.elapsed().as_nanos()
                })
                .collect();
            times.sort_unstable();
            let at = |share: usize| times.get(times.len() * share / 1_000).copied().unwrap_or(0);
            println!(
                "{rungs}, {state}: p50 {:.1} us, p99 {:.1} us, p99.9 {:.1} us",
                at(500) as f64 / 1e3,
                at(990) as f64 / 1e3,
                at(999) as f64 / 1e3
            );
        }
    }
}

fn request() -> Request {
    // Prose that does not repeat itself, for repeated words are hashed to nothing new.
    let prose = include_str!("../../LICENSE-APACHE").get(1_000..2_500).unwrap_or_default();
    let mut request = Request::new().user(prose);
    request.instructions = Some("You are the desk of a railway. Be brief.".into());
    request.tools = (0..8)
        .map(|number| Tool::Function {
            name: format!("look_up_{number}"),
            description: Some("Looks something up in the timetable.".into()),
            parameters: Some(json!({
                "type": "object",
                "properties": {
                    "from": {"type": "string"},
                    "to": {"type": "string"},
                    "on": {"type": "string", "description": "A day such as 2026-11-22."},
                },
                "required": ["from", "to"],
            })),
            strict: None,
        })
        .collect();
    request
}

fn estimate(model: &Model, now: Timestamp) -> Estimate {
    let range = |low, expected, high| TokenRange { low, expected, high };
    let terms = farebox_core::catalog::Terms { at: now, ..Default::default() };
    let price = |output| model.cost(&Usage::of(900, output), &terms).ok().map(|cost| cost.total);
    Estimate {
        model: model.id.clone(),
        api: model.apis.first().copied().unwrap_or(Api::Responses),
        effort: model.default_effort,
        service_tier: terms.service_tier,
        input: InputCount { tokens: range(900, 900, 900), ..InputCount::default() },
        output: OutputForecast { tokens: range(50, 200, 800), ..OutputForecast::default() },
        cost: price(50).zip(price(200)).zip(price(800)).map(|((low, expected), high)| CostRange {
            low,
            expected,
            high,
        }),
        notices: Vec::new(),
    }
}
