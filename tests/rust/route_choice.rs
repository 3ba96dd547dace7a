//! What a choice rests on: the workload, the thread it is part of, draws, and the scales.

use std::collections::BTreeSet;

use farebox_core::money::Pusd;
use farebox_core::request::{Message, OutputFormat, Part, Request, Role, Stakes, Tool, WorkKind};
use farebox_core::route::{Check, Checks, Observation, Policy, Posterior, Preset, ReasonCode};

use crate::route::{chosen, hello, of_preset};
use crate::route_world::World;

#[test]
fn workloads_are_told_apart_by_template_tools_and_schema_not_by_dates() {
    let world = World::new();
    let key = |request: &Request| world.route(request, &Policy::default()).unwrap().workload;
    let on = |day: &str| {
        Request::new().instructions(format!("You sort mail. Today is {day}.")).user("Hello")
    };
    assert_eq!(key(&on("2026-11-22")), key(&on("Monday, 23 November 2026")));
    assert_ne!(key(&on("2026-11-22")), key(&hello()));
    let tool = |name: &str| Tool::Function {
        name: name.into(),
        description: None,
        parameters: None,
        strict: None,
    };
    assert_eq!(
        key(&hello().tool(tool("a")).tool(tool("b"))),
        key(&hello().tool(tool("b")).tool(tool("a")))
    );
    assert_ne!(key(&hello().tool(tool("a"))), key(&hello().tool(tool("b"))));
    assert_eq!(key(&hello().workload("mail")), "label/mail");
}

#[test]
fn a_thread_moves_only_upward_and_is_free_when_its_cache_is_cold() {
    let mut world = World::new();
    let mut posterior = Posterior::new();
    let economy = of_preset(Preset::Economy);
    let mut request = hello();
    request.hints.thread = Some("ticket 4711".into());
    let first = world.route(&request, &of_preset(Preset::Risk)).unwrap();
    posterior.record(&request, &first, world.now);
    assert!(!serde_json::to_string(&posterior).unwrap().contains("4711"));

    let next = world.route_knowing(&request, &economy, &posterior).unwrap();
    assert_eq!(next.chosen.model.as_str(), "gpt-5.4");
    assert_eq!(next.reasons[0].code, ReasonCode::Sticky);
    world.now = world.now.after_ms(31 * 60 * 1_000);
    let later = world.route_knowing(&request, &economy, &posterior).unwrap();
    assert_eq!(later.chosen.model.as_str(), "gpt-5.4-mini");
}

#[test]
fn an_agent_that_turns_in_circles_moves_up_a_rung() {
    let mut request = hello();
    for number in 0..3 {
        let call = Part::ToolCall {
            call_id: format!("c{number}"),
            item_id: None,
            name: "read".into(),
            arguments: "{\"path\":\"a\"}".into(),
        };
        request =
            request.message(Message { role: Role::Assistant, name: None, content: vec![call] });
    }
    let decision = World::new().route(&request, &of_preset(Preset::Economy)).unwrap();
    assert_eq!(decision.chosen.model.as_str(), "gpt-5.4");
    assert_eq!(decision.reasons[0].code, ReasonCode::Repetition);
    assert_eq!(decision.reasons[0].numbers["times"], 3);
}

#[test]
fn an_agent_that_meets_the_same_error_moves_up_a_rung() {
    let mut request = hello();
    for number in 0..3 {
        let call_id = format!("c{number}");
        let call = Part::ToolCall {
            call_id: call_id.clone(),
            item_id: None,
            name: "read".into(),
            arguments: format!("{{\"path\":\"{number}\"}}"),
        };
        let result = Part::ToolResult {
            call_id,
            content: vec![Part::Text { text: "Error: no such file".into() }],
            is_error: true,
        };
        request = request
            .message(Message { role: Role::Assistant, name: None, content: vec![call] })
            .message(Message { role: Role::Tool, name: None, content: vec![result] });
    }
    let decision = World::new().route(&request, &of_preset(Preset::Economy)).unwrap();
    assert_eq!(decision.chosen.model.as_str(), "gpt-5.4");
    assert_eq!(decision.reasons[0].code, ReasonCode::Repetition);
}

#[test]
fn another_piece_of_work_is_decided_anew() {
    let world = World::new();
    let mut posterior = Posterior::new();
    let mut request = hello();
    request.hints.thread = Some("first".into());
    let first = world.route(&request, &of_preset(Preset::Risk)).unwrap();
    posterior.record(&request, &first, world.now);
    request.hints.thread = Some("second".into());
    let next = world.route_knowing(&request, &of_preset(Preset::Economy), &posterior).unwrap();
    assert_eq!(next.chosen.model.as_str(), "gpt-5.4-mini");
}

#[test]
fn a_switch_pays_for_the_cache_it_leaves() {
    let world = World::new().prompt(50_000);
    let mut posterior = Posterior::new();
    let mut request = hello();
    request.hints.thread = Some("long".into());
    let first = world.route(&request, &of_preset(Preset::Economy)).unwrap();
    posterior.record(&request, &first, world.now);
    // The least cost of a failure at which the flagship takes over.
    let takes_over = |request: &Request| {
        (1..2_000).find(|cents| {
            let failure_cost = Some(Pusd::from_pusd(cents * 10_000_000_000));
            let policy = Policy { failure_cost, ..of_preset(Preset::Economy) };
            let decision = world.route_knowing(request, &policy, &posterior).unwrap();
            decision.chosen.model.as_str() == "gpt-5.4"
        })
    };
    let cold = takes_over(&request).unwrap();
    request.hints.cached_tokens = Some(48_000);
    assert!(takes_over(&request).unwrap() > cold);
}

#[test]
fn a_check_is_planned_by_the_rates_it_was_seen_to_have() {
    let world = World::new();
    let schema = serde_json::json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let mut request = hello().workload("forms");
    request.output = OutputFormat::JsonSchema {
        name: "form".into(),
        description: None,
        schema,
        strict: Some(true),
    };
    let policy = Policy {
        checks: Checks { agreement: false, ..Checks::default() },
        stakes: Stakes::Normal,
        ..of_preset(Preset::Economy)
    };
    let mut posterior = Posterior::new();
    let planned = world.route_knowing(&request, &policy, &posterior).unwrap();
    assert_eq!(planned.verify.map(|verify| verify.check), Some(Check::Schema));
    // Good answers that the check refuses are bought twice, so at last it no longer pays.
    let mut number = 0_u32;
    let planned_for = loop {
        let decision = world.route_knowing(&request, &policy, &posterior).unwrap();
        if decision.verify.is_none() || number == 200 {
            break number;
        }
        posterior.record(&request, &decision, world.now);
        let seen = Observation {
            success_ppm: Some(1_000_000),
            first_accepted: Some(false),
            first_success_ppm: Some(1_000_000),
            ..Observation::default()
        };
        posterior.observe(&decision.id, &seen, world.now).unwrap();
        number += 1;
    };
    assert!((1..200).contains(&planned_for), "{planned_for}");
    let rates = &posterior.checks["any"]["schema/good"];
    assert_eq!(rates.bad_milli, u64::from(planned_for) * 1_000);
    // A refused answer's outcome is the stronger model's.
    let known = &posterior.workloads["label/forms"].arms;
    let of = |model: &str| known.iter().find(|(arm, _)| arm.split('@').next() == Some(model));
    assert!(of("gpt-5.4").is_some() && of("gpt-5.4-mini").is_some(), "{known:?}");
    let blob = posterior.to_json().unwrap();
    assert_eq!(Posterior::parse(&blob).unwrap(), posterior);
}

#[test]
fn exploring_is_seeded_logged_and_silent_when_stakes_are_high() {
    let world = World::new();
    let request = hello().workload("mail");
    let policy = |seed| {
        let mut policy = of_preset(Preset::Economy);
        policy.explore.budget_ppm = 1_000_000;
        policy.explore.seed = seed;
        policy
    };
    let posterior = Posterior::new();
    let mut seen = BTreeSet::new();
    for seed in 0..40 {
        let decision = world.route_knowing(&request, &policy(seed), &posterior).unwrap();
        assert_eq!(decision, world.route_knowing(&request, &policy(seed), &posterior).unwrap());
        assert!((1..=1_000_000).contains(&decision.propensity_ppm));
        seen.insert(decision.chosen.model.to_string());
        let high = request.clone().stakes(Stakes::High);
        let decision = world.route_knowing(&high, &policy(seed), &posterior).unwrap();
        assert_eq!(decision.propensity_ppm, 1_000_000);
        assert_eq!(decision.chosen.model.as_str(), "gpt-5.4");
    }
    assert!(seen.len() > 1, "{seen:?}");
}

#[test]
fn a_decision_says_what_would_have_changed_it() {
    let decision = World::new().route(&hello(), &of_preset(Preset::Economy)).unwrap();
    let messages: Vec<&str> =
        decision.otherwise.iter().map(|otherwise| otherwise.message.as_str()).collect();
    assert!(messages.contains(&"gpt-5.4 if stakes were high"), "{messages:?}");
    assert!(messages.contains(&"gpt-5.4-nano under the bulk preset"), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("per failure")), "{messages:?}");
    assert!(decision.sentence.starts_with("`gpt-5.4-mini"), "{}", decision.sentence);
}

#[test]
fn benchmarks_decide_when_price_and_evidence_alone_do() {
    let mut request = hello();
    request.hints.kind = Some(WorkKind::ComputerUse);
    let dial = |usd: &str| Policy {
        failure_cost: Some(Pusd::parse(usd).unwrap()),
        ..of_preset(Preset::Balanced)
    };
    assert_eq!(chosen(&request, &dial("0.001")), "gpt-5.4-nano");
    assert_eq!(chosen(&request, &dial("0.05")), "gpt-5.4-mini");
    assert_eq!(chosen(&request, &dial("1")), "gpt-5.4");
}
