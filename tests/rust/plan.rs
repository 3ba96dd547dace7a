//! What a plan tries, in which order, and what it can cost at most.

use farebox_core::error::ErrorKind;
use farebox_core::money::Pusd;
use farebox_core::plan::{Plan, plan};
use farebox_core::request::{OutputFormat, Request, Stakes};
use farebox_core::route::{Check, Policy, Preset, Verifier};
use serde_json::json;

use crate::route_world::World;

fn hello() -> Request {
    Request::new().user("Say hello.")
}

fn planned(request: &Request, policy: &Policy) -> Plan {
    let world = World::new();
    let decision = world.route(request, policy).unwrap();
    let estimates = world.estimates(request);
    plan(request, &decision, &estimates, &world.catalog, policy, world.now).unwrap()
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.rungs.iter().map(|rung| rung.arm.model.as_str()).collect()
}

fn usd(text: &str) -> Pusd {
    Pusd::parse(text).unwrap()
}

#[test]
fn the_flagship_stands_behind_every_other_rung() {
    let economy = Policy::default();
    assert_eq!(names(&planned(&hello(), &economy)), ["gpt-5.4-mini", "gpt-5.4"]);
    let bulk = Policy { preset: Preset::Bulk, ..Policy::default() };
    assert_eq!(names(&planned(&hello(), &bulk)), ["gpt-5.4-nano", "gpt-5.4"]);
    let risk = Policy { preset: Preset::Risk, ..Policy::default() };
    assert_eq!(names(&planned(&hello(), &risk)), ["gpt-5.4", "gpt-5.4-mini"]);
}

#[test]
fn high_stakes_never_fall_back_downward_and_a_named_model_not_at_all() {
    let economy = Policy::default();
    assert_eq!(names(&planned(&hello().stakes(Stakes::High), &economy)), ["gpt-5.4"]);
    assert_eq!(names(&planned(&hello().model("gpt-4o"), &economy)), ["gpt-4o"]);
}

#[test]
fn the_worst_case_bills_every_attempt() {
    let plan = planned(&hello().max_output_tokens(1_000), &Policy::default());
    // 1500 in and 1000 out: 0.005625 on mini, 0.01875 on the flagship, each tried three times.
    assert_eq!(plan.rungs[0].worst_case, Some(usd("0.005625")));
    assert_eq!(plan.rungs[1].worst_case, Some(usd("0.01875")));
    assert_eq!(plan.worst_case, Some(usd("0.073125")));
    assert_eq!(plan.limits.max_retries, 2);
    assert_eq!(plan.rungs[0].max_output_tokens, Some(1_000));
}

#[test]
fn under_a_cap_retries_go_first_then_fallbacks_then_length() {
    let capped = |text: &str| Policy { max_cost: Some(usd(text)), ..Policy::default() };
    let request = hello().max_output_tokens(1_000);
    let roomy = planned(&request, &capped("0.073125"));
    assert_eq!((roomy.limits.max_retries, roomy.rungs.len()), (2, 2));
    let less = planned(&request, &capped("0.073124"));
    assert_eq!((less.limits.max_retries, less.rungs.len()), (1, 2));
    let once = planned(&request, &capped("0.024375"));
    assert_eq!((once.limits.max_retries, once.rungs.len()), (0, 2));
    let alone = planned(&request, &capped("0.024374"));
    assert_eq!((alone.limits.max_retries, names(&alone)), (0, vec!["gpt-5.4-mini"]));

    // Without a limit of its own an answer is let run as far as the cap pays: 1600 tokens are
    // probably enough, and each further one costs 4.5 and 15 dollars a million.
    let open = planned(&hello(), &capped("0.04"));
    assert_eq!((open.limits.max_retries, open.rungs.len()), (0, 2));
    let tokens = open.rungs[0].max_output_tokens.unwrap();
    assert!(tokens >= 1_600, "{tokens}");
    let worst = open.worst_case.unwrap();
    assert!(worst <= usd("0.04") && worst > usd("0.03998"), "{worst}");
}

#[test]
fn a_plan_that_cannot_fit_is_refused() {
    let world = World::new();
    let request = hello().max_output_tokens(1_000);
    let decision = world.route(&request, &Policy::default()).unwrap();
    let estimates = world.estimates(&request);
    let poor = Policy { budget_left: Some(usd("0.005")), ..Policy::default() };
    let error =
        plan(&request, &decision, &estimates, &world.catalog, &poor, world.now).unwrap_err();
    assert_eq!(error.kind, ErrorKind::OverBudget);
    assert_eq!(error.details["worstCasePusd"], 5_625_000_000_u64);
}

#[test]
fn a_check_brings_its_models_into_the_plan() {
    let schema = OutputFormat::JsonSchema {
        name: "a".into(),
        description: None,
        schema: json!({"type": "object"}),
        strict: None,
    };
    let plan = planned(&Request { output: schema, ..hello() }, &Policy::default());
    assert_eq!(plan.verify.as_ref().unwrap().check, Check::Schema);
    assert_eq!(names(&plan), ["gpt-5.4-mini", "gpt-5.4"]);

    let mut agreeing = Policy { failure_cost: Some(usd("0.2")), ..Policy::default() };
    agreeing.checks.agreement = true;
    let plan = planned(&hello(), &agreeing);
    let Check::Agreement { with } = &plan.verify.as_ref().unwrap().check else { panic!() };
    assert_eq!(plan.rungs[1].arm, *with);
    assert_eq!(plan.rungs.len(), 3);
}

#[test]
fn a_callers_check_is_used_only_above_its_break_even() {
    let checked = |good, bad| {
        let mut policy = Policy { failure_cost: Some(usd("0.05")), ..Policy::default() };
        policy.checks.caller =
            Some(Verifier { accepts_good_ppm: good, accepts_bad_ppm: bad, cost: Pusd::ZERO });
        planned(&hello(), &policy).verify.map(|verify| verify.check)
    };
    assert_eq!(checked(950_000, 100_000), Some(Check::Caller));
    assert_eq!(checked(500_000, 500_000), None);
}
