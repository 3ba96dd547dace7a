//! Replaying Farebox's own log of decisions, seen through how probable each choice was.

use farebox_core::error::ErrorKind;
use farebox_core::route::replay::{ReplayOptions, Report, replay};
use farebox_core::route::{Observation, Policy, Posterior, Preset};
use serde_json::{Value, json};

use crate::route::{hello, of_preset};
use crate::route_world::World;

/// Every third answer of nano serves, two of three of mini, all of the flagship.
fn serves(model: &str, number: usize) -> bool {
    match model {
        "gpt-5.4-nano" => number.is_multiple_of(3),
        "gpt-5.4-mini" => number % 3 != 1,
        _ => true,
    }
}

/// A log of decisions that were never learned from, so that all were drawn by the same chances.
fn log(policy: impl Fn(u64) -> Policy) -> Vec<Value> {
    let world = World::new();
    let request = hello().workload("mail");
    let lines = (0..400).map(|number| {
        let policy = policy(number as u64);
        let decision = world.route_knowing(&request, &policy, &Posterior::new()).unwrap();
        let served = serves(decision.chosen.model.as_str(), number);
        let cost = decision.ranked[0].cost;
        json!({"decision": decision, "observation": Observation::success(served), "cost": cost})
    });
    lines.collect()
}

fn report(lines: &[Value]) -> Report {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    replay(&text.join("\n"), &ReplayOptions::default()).unwrap()
}

#[test]
fn what_always_choosing_an_arm_would_give_is_told_from_a_log_of_draws() {
    let lines = log(|seed| {
        let mut policy = of_preset(Preset::Economy);
        policy.explore.budget_ppm = 1_000_000;
        policy.explore.seed = seed;
        policy
    });
    let report = report(&lines);
    assert!(report.logged.len() >= 2, "{report:?}");
    let mut decisions = 0;
    for arm in &report.logged {
        decisions += arm.decisions;
        assert_eq!(arm.possible_ppm, 1_000_000);
        let success = arm.success.unwrap();
        let model = arm.arm.split('@').next().unwrap();
        let truth = (0..3).filter(|number| serves(model, *number)).count() as i64 * 1_000_000 / 3;
        for band in [success.snips, success.doubly_robust] {
            assert!(band.low_ppm <= band.ppm && band.ppm <= band.high_ppm, "{arm:?}");
            if arm.decisions >= 40 {
                assert!((band.low_ppm..=band.high_ppm).contains(&truth), "{truth}: {arm:?}");
            }
        }
        assert!(arm.cost.is_some());
    }
    assert_eq!(decisions, 400);
}

#[test]
fn a_log_without_draws_says_nothing_of_arms_that_had_no_chance() {
    let mut lines = log(|_| of_preset(Preset::Economy));
    let all_mini = report(&lines);
    assert_eq!(all_mini.logged.len(), 1);
    assert_eq!(all_mini.logged[0].success.unwrap().snips.ppm, 667_500);
    lines.extend(log(|_| of_preset(Preset::Risk)));
    for arm in report(&lines).logged {
        assert_eq!((arm.possible_ppm, arm.success), (500_000, None));
    }
}

#[test]
fn a_log_without_chances_is_refused() {
    let mut lines = log(|_| of_preset(Preset::Economy));
    lines[3]["decision"].as_object_mut().unwrap().remove("propensityPpm");
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let error = replay(&text.join("\n"), &ReplayOptions::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert_eq!(error.details["line"], 4);
    assert!(error.message.contains("propensityPpm"), "{}", error.message);
}
