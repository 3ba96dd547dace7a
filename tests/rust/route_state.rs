//! What is known of workloads: how outcomes come in, and what a blob may hold.

use farebox_core::error::ErrorKind;
use farebox_core::request::{OutputFormat, Request, WorkKind};
use farebox_core::route::{Observation, Policy, Posterior};
use farebox_core::time::Timestamp;
use serde_json::{Value, json};

use crate::route::{after, hello};
use crate::route_world::World;

#[test]
fn a_decision_is_observed_once_and_only_when_recorded() {
    let world = World::new();
    let mut posterior = Posterior::new();
    let decision = world.route(&hello(), &Policy::default()).unwrap();
    let seen = Observation::success(true);
    let untouched = posterior.clone();
    let error = posterior.observe(&decision.id, &seen, world.now).unwrap_err();
    assert_eq!((error.kind, &posterior), (ErrorKind::InvalidRequest, &untouched));
    posterior.record(&hello(), &decision, world.now);
    posterior.observe(&decision.id, &seen, world.now).unwrap();
    assert!(posterior.observe(&decision.id, &seen, world.now).is_err());
}

#[test]
fn a_blob_of_another_version_or_cut_short_is_refused() {
    let posterior = after(&hello(), "gpt-5.4-mini", 3, 1);
    let blob = posterior.to_json().unwrap();
    assert_eq!(Posterior::parse(&blob).unwrap(), posterior);
    for end in [0, 1, blob.len() / 2, blob.len() - 1] {
        assert_eq!(Posterior::parse(&blob[..end]).unwrap_err().kind, ErrorKind::InvalidRequest);
    }
    let mut other = serde_json::to_value(&posterior).unwrap();
    other["version"] = json!(7);
    let error = Posterior::from_value(&other).unwrap_err();
    assert!(error.message.contains("says 7"), "{}", error.message);
}

/// Puts a number wherever a blob holds one, but for its version.
fn every_number(value: &mut Value, number: &Value) {
    match value {
        Value::Number(_) => *value = number.clone(),
        Value::Array(items) => items.iter_mut().for_each(|item| every_number(item, number)),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(key, _)| *key != "version")
            .for_each(|(_, field)| every_number(field, number)),
        _ => {}
    }
}

#[test]
fn a_blob_of_absurd_numbers_is_refused_or_lived_with() {
    let world = World::new();
    let mut known = Posterior { words: true, ..after(&hello(), "gpt-5.4-mini", 3, 1) };
    let decision = world.route_knowing(&hello(), &Policy::default(), &known).unwrap();
    known.record(&hello(), &decision, world.now);
    known.observe(&decision.id, &Observation::success(true), world.now).unwrap();
    let whole = serde_json::to_value(&known).unwrap();
    for number in
        [json!(0), json!(255), json!(i32::MAX), json!(u32::MAX), json!(u64::MAX), json!(-1)]
    {
        let mut blob = whole.clone();
        every_number(&mut blob, &number);
        let mut posterior = match Posterior::from_value(&blob) {
            Ok(posterior) => posterior,
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::InvalidRequest);
                continue;
            }
        };
        for served in [true, false] {
            let decision = world.route_knowing(&hello(), &Policy::default(), &posterior).unwrap();
            posterior.record(&hello(), &decision, world.now);
            posterior.observe(&decision.id, &Observation::success(served), world.now).unwrap();
        }
        posterior.merge(&known);
    }
}

#[test]
fn an_outcome_out_of_range_changes_nothing() {
    let world = World::new();
    let mut posterior = Posterior::new();
    let decision = world.route(&hello(), &Policy::default()).unwrap();
    posterior.record(&hello(), &decision, world.now);
    let untouched = posterior.clone();
    let absurd = Observation { success_ppm: Some(1_000_001), ..Observation::default() };
    let error = posterior.observe(&decision.id, &absurd, world.now).unwrap_err();
    assert_eq!((error.kind, &posterior), (ErrorKind::InvalidRequest, &untouched));
}

#[test]
fn the_words_of_all_but_the_latest_workloads_are_dropped() {
    let world = World::new();
    let mut posterior = Posterior { words: true, ..Posterior::new() };
    for number in 0..40 {
        let mut request = hello();
        request.hints.workload = Some(format!("workload {number}"));
        let now = Timestamp::from_ms(world.now.as_ms() + number);
        let decision = world.route_knowing(&request, &Policy::default(), &posterior).unwrap();
        posterior.record(&request, &decision, now);
        posterior.observe(&decision.id, &Observation::success(true), now).unwrap();
    }
    posterior.merge(&Posterior::new());
    let worded = |known: &&farebox_core::route::KnownWorkload| {
        known.heads.values().any(|head| head.words.is_some())
    };
    assert_eq!(posterior.workloads.len(), 40);
    assert_eq!(posterior.workloads.values().filter(worded).count(), 32);
    assert!(
        posterior.workloads["label/workload 39"].heads.values().all(|head| head.words.is_some())
    );
}

#[test]
fn a_schema_that_leaves_nothing_to_write_is_classification() {
    let kind = |schema: Value| {
        let output =
            OutputFormat::JsonSchema { name: "x".into(), description: None, schema, strict: None };
        let request = Request { output, ..hello() };
        World::new().route(&request, &Policy::default()).unwrap().kind
    };
    fn closed(fields: Value) -> Value {
        json!({"type": "object", "properties": fields, "additionalProperties": false})
    }
    let mood = json!({"type": "string", "enum": ["glad", "sad"]});
    assert_eq!(
        kind(closed(json!({"mood": mood, "spam": {"type": "boolean"}}))),
        Some(WorkKind::BulkClassification)
    );
    assert_eq!(kind(closed(json!({"mood": mood, "why": {"type": "string"}}))), None);
    assert_eq!(kind(json!({"type": "object", "properties": {"mood": mood}})), None);
    assert_eq!(kind(closed(json!({}))), None);
}
