//! What decisions are made from in the benches: a prompt of 1.5 kB, eight tools, a catalogue of sixty
//! models, every one of them a rung where all are wanted; tokens are counted already.

use farebox_core::catalog::{Catalog, Model, Terms};
use farebox_core::count::{InputCount, TokenRange};
use farebox_core::estimate::{CostRange, Estimate, OutputForecast};
use farebox_core::request::{Api, ModelId, Request, Tool};
use farebox_core::route::{Decision, Observation, Policy, Posterior, route};
use farebox_core::time::{Day, Timestamp};
use farebox_core::usage::Usage;
use serde_json::json;

/// A request and everything a decision about it is made from.
pub(crate) struct Scene {
    request: Request,
    estimates: Vec<Estimate>,
    catalog: Catalog,
    policy: Policy,
    posterior: Posterior,
    now: Timestamp,
}

/// What is known of the arms beforehand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing.
    Cold,
    /// Outcomes of every rung.
    Taught,
    /// Those, and the words of the prompts they were had on.
    Worded,
}

impl Scene {
    /// A ladder of so many rungs.
    pub(crate) fn new(rungs: usize, known: Known) -> Self {
        let mut catalog =
            Catalog::parse(include_bytes!("../catalog.json")).expect("the frozen catalogue");
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
                let id = ModelId::from(format!("{}-{number}", model.id).as_str());
                Some(Model { id, ..model })
            })
            .collect();
        let ladder = catalog.models.iter().take(rungs).map(|model| model.id.clone()).collect();
        let estimates = catalog.models.iter().map(|model| estimate(model, now)).collect();
        let mut scene = Self {
            request: request(),
            estimates,
            catalog,
            policy: Policy { ladder, ..Policy::default() },
            posterior: Posterior { words: known == Known::Worded, ..Posterior::new() },
            now,
        };
        if known != Known::Cold {
            scene.teach();
        }
        scene
    }

    /// The decision.
    pub(crate) fn decide(&self) -> Decision {
        self.decide_about(&self.request)
    }

    fn decide_about(&self, request: &Request) -> Decision {
        let Self { estimates, catalog, policy, posterior, now, .. } = self;
        route(request, estimates, catalog, policy, posterior, *now).expect("a decision")
    }

    /// Every rung has outcomes then: more is read than when one rung was always chosen.
    fn teach(&mut self) {
        let ladder = self.policy.ladder.clone();
        for model in ladder.iter().cycle().take(300) {
            let request = Request { model: Some(model.clone()), ..self.request.clone() };
            let decision = self.decide_about(&request);
            self.posterior.record(&request, &decision, self.now);
            let outcome = Observation::success(true);
            self.posterior.observe(&decision.id, &outcome, self.now).expect("recorded just now");
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
    let terms = Terms { at: now, ..Default::default() };
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
