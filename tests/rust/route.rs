//! Which model is chosen, and what each constraint refuses, exactly at its boundary.

use farebox_core::error::ErrorKind;
use farebox_core::money::Pusd;
use farebox_core::request::{
    Effort, HostedTool, Message, ModelId, OutputFormat, Part, Request, Role, ServiceTier, Source,
    Stakes, Tool,
};
use farebox_core::route::{
    NamedModel, Observation, Policy, Posterior, Preset, ReasonCode, Rejected,
};
use serde_json::{Map, json};

use crate::route_world::World;

fn models(names: &[&str]) -> Vec<ModelId> {
    names.iter().map(|name| ModelId::new(*name)).collect()
}

pub(crate) fn hello() -> Request {
    Request::new().instructions("You are brief.").user("Say hello.")
}

pub(crate) fn chosen(request: &Request, policy: &Policy) -> String {
    World::new().route(request, policy).unwrap().chosen.model.to_string()
}

pub(crate) fn of_preset(preset: Preset) -> Policy {
    Policy { preset, ..Policy::default() }
}

/// The one reason a model of a ladder is rejected for.
fn why(world: &World, request: &Request, policy: &Policy, model: &str) -> Option<ReasonCode> {
    let policy = Policy { ladder: models(&[model, "gpt-5.4"]), ..policy.clone() };
    let of = |rejected: &[Rejected]| {
        rejected.iter().find(|entry| entry.model.as_str() == model).map(|entry| entry.reason.code)
    };
    match world.route(request, &policy) {
        Ok(decision) => of(&decision.rejected),
        Err(error) => {
            let list = error.details["rejected"].as_array().unwrap().clone();
            let list: Vec<Rejected> =
                list.into_iter().map(|entry| serde_json::from_value(entry).unwrap()).collect();
            of(&list)
        }
    }
}

#[test]
fn each_preset_stands_for_its_rung_when_nothing_is_known() {
    assert_eq!(chosen(&hello(), &of_preset(Preset::Bulk)), "gpt-5.4-nano");
    assert_eq!(chosen(&hello(), &of_preset(Preset::Economy)), "gpt-5.4-mini");
    assert_eq!(chosen(&hello(), &of_preset(Preset::Risk)), "gpt-5.4");
}

#[test]
fn high_stakes_and_terminal_and_long_prompts_go_to_the_top_unless_in_bulk() {
    let shell = Tool::Hosted { kind: HostedTool::Shell, settings: Map::new() };
    let long = World::new().prompt(128_001);
    let short_of_long = World::new().prompt(128_000);
    for preset in [Preset::Balanced, Preset::Economy, Preset::Risk] {
        let policy = of_preset(preset);
        assert_eq!(chosen(&hello().stakes(Stakes::High), &policy), "gpt-5.4");
        assert_eq!(chosen(&hello().tool(shell.clone()), &policy), "gpt-5.4");
        assert_eq!(long.route(&hello(), &policy).unwrap().chosen.model.as_str(), "gpt-5.4");
    }
    let economy = of_preset(Preset::Economy);
    assert_eq!(
        short_of_long.route(&hello(), &economy).unwrap().chosen.model.as_str(),
        "gpt-5.4-mini"
    );
    let bulk = of_preset(Preset::Bulk);
    assert_eq!(chosen(&hello().stakes(Stakes::Critical), &bulk), "gpt-5.4-nano");
    assert_eq!(chosen(&hello().tool(shell), &bulk), "gpt-5.4-nano");
}

#[test]
fn tools_alone_and_a_short_last_message_move_nothing() {
    let tool = Tool::Function {
        name: "lookup".into(),
        description: None,
        parameters: Some(json!({"type": "object"})),
        strict: None,
    };
    let economy = of_preset(Preset::Economy);
    assert_eq!(chosen(&hello().tool(tool), &economy), "gpt-5.4-mini");
    let long_history = World::new().prompt(100_000);
    let decision = long_history.route(&hello().assistant("Hello.").user("ok"), &economy).unwrap();
    assert_eq!(decision.chosen.model.as_str(), "gpt-5.4-mini");
}

#[test]
fn the_window_is_exact() {
    // gpt-4o holds 128000 tokens.
    let request = hello().max_output_tokens(1_000);
    let none = Policy::default();
    assert_eq!(why(&World::new().prompt(127_000), &request, &none, "gpt-4o"), None);
    let over = Some(ReasonCode::ContextWindow);
    assert_eq!(why(&World::new().prompt(127_001), &request, &none, "gpt-4o"), over);
    let reserving = Policy { reserve_output_tokens: Some(1_001), ..Policy::default() };
    assert_eq!(why(&World::new().prompt(126_999), &hello(), &reserving, "gpt-4o"), None);
    assert_eq!(why(&World::new().prompt(127_000), &hello(), &reserving, "gpt-4o"), over);
}

#[test]
fn the_input_limit_is_exact() {
    // gpt-5.4-mini reads 272000 tokens of the 400000 it holds.
    let none = Policy::default();
    assert_eq!(why(&World::new().prompt(272_000), &hello(), &none, "gpt-5.4-mini"), None);
    let over = Some(ReasonCode::InputLimit);
    assert_eq!(why(&World::new().prompt(272_001), &hello(), &none, "gpt-5.4-mini"), over);
}

#[test]
fn the_output_limit_is_exact() {
    let none = Policy::default();
    let asking = |tokens| hello().max_output_tokens(tokens);
    assert_eq!(why(&World::new(), &asking(16_384), &none, "gpt-4o"), None);
    let over = Some(ReasonCode::OutputLimit);
    assert_eq!(why(&World::new(), &asking(16_385), &none, "gpt-4o"), over);
}

#[test]
fn the_price_cap_and_the_budget_are_exact() {
    // 1500 input and at most 1000 output tokens on gpt-5.4-mini: 0.001125 + 0.0045.
    let request = hello().max_output_tokens(1_000);
    let cap = |usd: &str| Policy { max_cost: Some(Pusd::parse(usd).unwrap()), ..Policy::default() };
    let world = World::new();
    assert_eq!(why(&world, &request, &cap("0.005625"), "gpt-5.4-mini"), None);
    let over = Some(ReasonCode::Price);
    assert_eq!(why(&world, &request, &cap("0.005624999999"), "gpt-5.4-mini"), over);
    let left =
        |usd: &str| Policy { budget_left: Some(Pusd::parse(usd).unwrap()), ..Policy::default() };
    assert_eq!(why(&world, &request, &left("0.005625"), "gpt-5.4-mini"), None);
    let over = Some(ReasonCode::Budget);
    assert_eq!(why(&world, &request, &left("0.005624"), "gpt-5.4-mini"), over);
}

#[test]
fn a_model_is_gone_from_its_shutdown_day_on() {
    let mut world = World::new();
    let none = Policy::default();
    let day = |text| farebox_core::time::Day::parse(text).unwrap().start();
    assert_eq!(why(&world, &hello(), &none, "gpt-4"), Some(ReasonCode::ShutDown));
    world.now = farebox_core::time::Timestamp::from_ms(day("2026-12-11").as_ms() - 1);
    assert_eq!(why(&world, &hello(), &none, "gpt-5"), None);
    world.now = day("2026-12-11");
    assert_eq!(why(&world, &hello(), &none, "gpt-5"), Some(ReasonCode::ShutDown));
}

#[test]
fn each_ability_is_asked_for_by_what_needs_it() {
    let world = World::new();
    let none = Policy::default();
    let source = || Source::Url { url: "https://example.com/a".into() };
    let with =
        |part| hello().message(Message { role: Role::User, name: None, content: vec![part] });

    let image = Part::Image { source: source(), detail: None, size: None };
    let audio = Part::Audio { source: source(), duration_ms: None };
    let modality = Some(ReasonCode::Modality);
    let mut dated = world.clone();
    dated.now = farebox_core::time::Day::parse("2026-10-01").unwrap().start();
    assert_eq!(why(&dated, &with(image.clone()), &none, "gpt-4"), modality);
    assert_eq!(why(&world, &with(image.clone()), &none, "gpt-5.4-nano"), None);
    assert_eq!(why(&world, &with(audio), &none, "gpt-5.4-nano"), modality);
    let shown = Part::ToolResult { call_id: "c".into(), content: vec![image], is_error: false };
    assert_eq!(why(&dated, &with(shown), &none, "gpt-4"), modality);

    let schema = OutputFormat::JsonSchema {
        name: "a".into(),
        description: None,
        schema: json!({"type": "object"}),
        strict: None,
    };
    let held = Request { output: schema, ..hello() };
    assert_eq!(why(&world, &held, &none, "gpt-5.4-pro"), Some(ReasonCode::Schema));
    assert_eq!(why(&world, &held, &none, "gpt-5.4-mini"), None);

    for kind in [HostedTool::ComputerUse, HostedTool::ToolSearch] {
        let hosted = hello().tool(Tool::Hosted { kind, settings: Map::new() });
        assert_eq!(why(&world, &hosted, &none, "gpt-5.4-nano"), Some(ReasonCode::HostedTool));
        assert_eq!(why(&world, &hosted, &none, "gpt-5.4-pro"), None);
    }

    let minimal = hello().effort(Effort::Minimal);
    assert_eq!(why(&world, &minimal, &none, "gpt-5.4-mini"), Some(ReasonCode::Effort));
    assert_eq!(why(&world, &minimal, &none, "gpt-5"), None);
    assert_eq!(why(&world, &minimal, &none, "gpt-4o"), Some(ReasonCode::Effort));
    assert_eq!(why(&world, &hello().effort(Effort::None), &none, "gpt-4o"), None);

    let priority = Request { service_tier: Some(ServiceTier::Priority), ..hello() };
    assert_eq!(why(&world, &priority, &none, "gpt-5.4-nano"), Some(ReasonCode::ServiceTier));
    assert_eq!(why(&world, &priority, &none, "gpt-5.4-mini"), None);

    let eu = Policy { region: Some("eu".into()), ..Policy::default() };
    assert_eq!(why(&world, &hello(), &eu, "claude-opus-4-6"), Some(ReasonCode::Region));
    assert_eq!(why(&world, &hello(), &eu, "gpt-5.4-mini"), None);

    let deny = Policy { deny: models(&["gpt-5.4-mini"]), ..Policy::default() };
    assert_eq!(why(&world, &hello(), &deny, "gpt-5.4-mini"), Some(ReasonCode::Deny));
    let allow = Policy { allow: models(&["gpt-5.4"]), ..Policy::default() };
    assert_eq!(why(&world, &hello(), &allow, "gpt-5.4-mini"), Some(ReasonCode::Allow));
    let keys = Policy {
        providers: vec![farebox_core::catalog::ProviderId("openai".into())],
        ..Policy::default()
    };
    assert_eq!(why(&world, &hello(), &keys, "claude-opus-4-6"), Some(ReasonCode::KeyScope));
    assert_eq!(why(&world, &hello(), &none, "gpt-9"), Some(ReasonCode::UnknownModel));

    let continued = Request { previous_response_id: Some("resp_1".into()), ..hello() };
    assert_eq!(why(&world, &continued, &none, "claude-opus-4-6"), Some(ReasonCode::Api));
    assert_eq!(why(&world, &continued, &none, "gpt-5.4-mini"), None);
}

#[test]
fn a_named_model_is_respected_unless_the_policy_reroutes() {
    let named = hello().model("gpt-4o");
    let decision = World::new().route(&named, &Policy::default()).unwrap();
    assert_eq!(decision.chosen.model.as_str(), "gpt-4o");
    assert_eq!(decision.ranked.len(), 4);
    assert_eq!(decision.reasons[0].code, ReasonCode::NamedModel);
    let reroute = Policy { named_model: NamedModel::Reroute, ..Policy::default() };
    assert_eq!(chosen(&named, &reroute), "gpt-5.4-mini");
}

#[test]
fn what_cannot_be_asked_is_a_typed_error() {
    let world = World::new();
    let fails = |request: &Request, policy: &Policy| world.route(request, policy).unwrap_err();
    let none = Policy::default();

    let unknown = fails(&hello().model("gpt-9"), &none);
    assert_eq!(unknown.kind, ErrorKind::UnknownModel);
    let gone = fails(&hello().model("gpt-4"), &none);
    assert_eq!(gone.kind, ErrorKind::NoCandidate);
    assert!(gone.message.contains("2026-10-23"), "{}", gone.message);

    let long = world.clone().prompt(412_233).route(&hello().model("gpt-4o"), &none).unwrap_err();
    assert_eq!(long.kind, ErrorKind::ContextOverflow);
    assert_eq!(long.details["neededTokens"], 412_633);
    assert_eq!(long.details["contextTokens"], 128_000);
    let everywhere = world.clone().prompt(2_000_000).route(&hello(), &none).unwrap_err();
    assert_eq!(everywhere.kind, ErrorKind::ContextOverflow);
    assert_eq!(everywhere.details["rejected"].as_array().unwrap().len(), 3);

    let poor = Policy { max_cost: Some(Pusd::from_pusd(1)), ..Policy::default() };
    assert_eq!(fails(&hello(), &poor).kind, ErrorKind::OverBudget);
    let denied =
        Policy { deny: models(&["gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano"]), ..Policy::default() };
    assert_eq!(fails(&hello(), &denied).kind, ErrorKind::NoCandidate);

    let both = Policy { allow: models(&["gpt-5"]), deny: models(&["gpt-5"]), ..none.clone() };
    assert_eq!(fails(&hello(), &both).kind, ErrorKind::InvalidPolicy);
    let twice = Policy { ladder: models(&["gpt-5", "gpt-5"]), ..none.clone() };
    assert_eq!(fails(&hello(), &twice).kind, ErrorKind::InvalidPolicy);
    let mut bare = world.clone();
    bare.catalog.ladders.clear();
    assert_eq!(bare.route(&hello(), &none).unwrap_err().kind, ErrorKind::InvalidPolicy);
}

#[test]
fn dials_that_are_no_dials_are_refused() {
    for wrong in [
        json!({"failureCost": "-1"}),
        json!({"failureCost": "NaN"}),
        json!({"failureCost": 0.5}),
        json!({"latencyBudgetMs": -5}),
        json!({"latencyBudgetMs": 0}),
        json!({"reserveOutputTokens": 0}),
        json!({"explore": {"budgetPpm": 1_000_001}}),
        json!({"checks": {"caller": {"acceptsGoodPpm": 2_000_000, "acceptsBadPpm": 0}}}),
        json!({"preset": "cheap"}),
        json!({"colour": "red"}),
        json!([]),
    ] {
        let error = Policy::parse(&wrong).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidPolicy, "{wrong}");
    }
    assert_eq!(Policy::parse(&json!({})).unwrap(), Policy::default());
}

/// A posterior after so many successes and failures of one model on the workload of a request.
pub(crate) fn after(request: &Request, model: &str, good: u32, bad: u32) -> Posterior {
    let world = World::new();
    let mut posterior = Posterior::new();
    let named = request.clone().model(model);
    for number in 0..good + bad {
        let decision = world.route_knowing(&named, &Policy::default(), &posterior).unwrap();
        posterior.record(&named, &decision, world.now);
        let seen = Observation::success(number < good);
        posterior.observe(&decision.id, &seen, world.now).unwrap();
    }
    posterior
}

#[test]
fn outcomes_move_the_choice_up_when_the_rung_fails_and_down_only_on_its_own() {
    let world = World::new();
    let economy = of_preset(Preset::Economy);
    let request = hello().workload("tickets");
    let choice = |posterior: &Posterior| {
        let decision = world.route_knowing(&request, &economy, posterior).unwrap();
        (decision.chosen.model.to_string(), decision.reasons[0].code)
    };
    let failing = after(&request, "gpt-5.4-mini", 0, 10);
    let dear = Policy { failure_cost: Some(Pusd::parse("0.5").unwrap()), ..economy.clone() };
    let decision = world.route_knowing(&request, &dear, &failing).unwrap();
    assert_eq!(decision.chosen.model.as_str(), "gpt-5.4");

    // Ten good answers of mini say nothing that nano could rise by.
    let serving = after(&request, "gpt-5.4-mini", 10, 0);
    assert_eq!(choice(&serving), ("gpt-5.4-mini".into(), ReasonCode::Preset));
    // Forty of its own do.
    let proven = after(&request, "gpt-5.4-nano", 40, 0);
    assert_eq!(choice(&proven), ("gpt-5.4-nano".into(), ReasonCode::Evidence));
    // Of another workload they do not.
    let decision = world.route_knowing(&hello().workload("other"), &economy, &proven).unwrap();
    assert_eq!(decision.chosen.model.as_str(), "gpt-5.4-mini");
}
