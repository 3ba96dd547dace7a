//! `farebox bulk batch`: what is handed in is answered once, and settled as the provider bills it.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use farebox_core::money::Pusd;
use farebox_core::request::ServiceTier;
use farebox_emulator::{BatchPlan, Fault, Options};

use crate::world::{World, err, kill, line, message, numbers, paid, summary, unsettled};

const FAST: &[&str] = &["--poll", "0.01"];

fn rivers(count: usize) -> String {
    (0..count).map(|at| line(at, "gpt-5.4-nano")).collect()
}

/// Every line has one result, and the receipts say what the provider charged, in the lane of
/// batches.
fn assert_settled(world: &World, lines: u64) {
    let results = world.results();
    assert_eq!(numbers(&results), (1..=lines).collect::<Vec<_>>());
    let bill = world.emulator.bill();
    assert!(bill.lines.iter().all(|line| line.service_tier == ServiceTier::Batch));
    assert!(unsettled(&results).is_zero());
    assert_eq!(paid(&results), world.bill());
}

#[test]
fn two_batches_of_which_one_expires_settle_at_batch_prices() {
    let plans = vec![
        BatchPlan { looks: 1, expire_after: Some(13), ..BatchPlan::default() },
        BatchPlan { fail_every: Some(5), reverse: true, ..BatchPlan::default() },
    ];
    let world = World::new(Options { batches: plans, ..Options::default() });
    world.jobs(&rivers(40));
    let output = world.bulk("batch", &[FAST, &["--max-requests", "20"]].concat());
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(summary(&output)["done"], 40);
    assert_settled(&world, 40);
    assert_eq!(world.emulator.bill().lines.len(), 40);
    // The two, and one each for what expired and what failed in them.
    let made = world.emulator.requests().into_iter();
    let made = made.filter(|it| it.method == "POST" && it.path == "/v1/batches").count();
    assert_eq!(made, 4);
}

#[test]
fn a_file_for_two_providers_settles_at_batch_prices() {
    let world = World::new(Options::default());
    world.emulator.plan_batches(vec![BatchPlan { looks: 1, ..BatchPlan::default() }]);
    let mixed = (0..30).map(|at| match at % 3 {
        0 => line(at, "gpt-5.4-nano"),
        1 => message(at, "claude-haiku-4-5"),
        _ => line(at, "gpt-5.4"),
    });
    world.jobs(&mixed.collect::<String>());
    let output = world.bulk("batch", FAST);
    assert!(output.status.success(), "{}", err(&output));
    assert_settled(&world, 30);
    let bill = world.emulator.bill();
    assert_eq!(bill.lines.iter().filter(|line| line.api == "messages").count(), 10);
    let results = world.results();
    let keyed = results.iter().find(|result| result["line"] == 2).unwrap();
    assert_eq!(keyed["key"], "m1");
    assert!(keyed["receipt"]["estimate"]["expected"].is_string(), "{keyed}");
}

#[test]
fn what_keeps_failing_ends_in_a_typed_error() {
    let failing = BatchPlan { fail: vec![], fail_every: Some(1), ..BatchPlan::default() };
    let world = World::new(Options { batches: vec![failing; 3], ..Options::default() });
    world.jobs(&rivers(2));
    let output = world.bulk("batch", FAST);
    assert_eq!(output.status.code(), Some(7), "{}", err(&output));
    for result in world.results() {
        assert_eq!(result["error"]["kind"], "provider_unavailable", "{result}");
    }
    assert_settled(&world, 2);
    // What is wrong with the request itself is not tried again.
    let rejected = BatchPlan {
        fail_every: Some(1),
        error: Some("context_length_exceeded".into()),
        ..BatchPlan::default()
    };
    let world = World::new(Options { batches: vec![rejected], ..Options::default() });
    world.jobs(&rivers(1));
    assert_eq!(world.bulk("batch", FAST).status.code(), Some(7));
    assert_eq!(world.results()[0]["error"]["kind"], "context_overflow");
}

#[test]
fn the_providers_limits_hold() {
    let options =
        Options { batch_enqueued_tokens: 60, batch_max_requests: 4, ..Options::default() };
    let world = World::new(options);
    world.jobs(&rivers(11));
    let output = world.bulk("batch", FAST);
    assert!(output.status.success(), "{}", err(&output));
    assert_settled(&world, 11);

    let world = World::new(Options::default());
    world.jobs(&(0..9).map(|at| message(at, "claude-haiku-4-5")).collect::<String>());
    let output = world.bulk("batch", &[FAST, &["--max-bytes", "600"]].concat());
    assert!(output.status.success(), "{}", err(&output));
    assert_settled(&world, 9);
}

#[test]
fn a_refused_batch_gives_its_lines_their_errors() {
    let refused = BatchPlan { reject: Some("invalid_file".into()), ..BatchPlan::default() };
    let world = World::new(Options { batches: vec![refused], ..Options::default() });
    world.jobs(&rivers(3));
    let output = world.bulk("batch", FAST);
    assert_eq!(output.status.code(), Some(7), "{}", err(&output));
    assert_eq!(world.results()[2]["error"]["kind"], "provider_rejected");
    assert_eq!(world.results()[2]["key"], "r2");
}

#[test]
fn a_budget_ends_the_work_before_it_is_passed() {
    let world = World::new(Options::default());
    world.jobs(&rivers(20));
    // One answer of 200 tokens may cost about $0.000126.
    let output = world.bulk("batch", &[FAST, &["--budget", "0.0004"]].concat());
    assert_eq!(output.status.code(), Some(4), "{}", err(&output));
    let done = world.results().len();
    assert!((1..20).contains(&done), "{done}");
    assert!(world.bill() < Pusd::parse("0.0004").unwrap());
    let output = world.bulk("batch", FAST);
    assert!(output.status.success(), "{}", err(&output));
    assert_settled(&world, 20);
}

#[test]
fn a_kill_loses_nothing_and_pays_nothing_twice() {
    for (delay_ms, model) in
        [(60, "gpt-5.4-nano"), (120, "claude-haiku-4-5"), (240, "gpt-5.4-nano")]
    {
        let slow = BatchPlan { looks: 30, ..BatchPlan::default() };
        let world = World::new(Options { batches: vec![slow; 4], ..Options::default() });
        let lines: String = (0..40)
            .map(|at| match model.starts_with("gpt") {
                true => line(at, model),
                false => message(at, model),
            })
            .collect();
        world.jobs(&lines);
        let args = [FAST, &["--max-requests", "10"]].concat();
        for _ in 0..3 {
            let child = world.command("batch", &args).spawn().unwrap();
            sleep(Duration::from_millis(delay_ms));
            kill(child);
        }
        let output = world.bulk("batch", &args);
        assert!(output.status.success(), "{}", err(&output));
        assert_settled(&world, 40);
        assert_eq!(world.emulator.bill().lines.len(), 40);
    }
}

#[test]
fn a_batch_whose_creation_was_not_heard_of_is_found_again() {
    for jobs in [rivers(5), (0..5).map(|at| message(at, "claude-haiku-4-5")).collect()] {
        let world = World::new(Options::default());
        world.jobs(&jobs);
        let mut done = world.bulk("batch", FAST);
        assert!(done.status.success(), "{}", err(&done));
        forget_creation(&world);
        fs::write(world.folder.join("results.jsonl"), "").unwrap();
        done = world.bulk("batch", FAST);
        assert!(done.status.success(), "{}", err(&done));
        assert_settled(&world, 5);
        assert_eq!(world.emulator.bill().lines.len(), 5);
    }
}

#[test]
fn a_batch_under_way_whose_creation_was_not_heard_of_is_waited_for() {
    for jobs in [rivers(5), (0..5).map(|at| message(at, "claude-haiku-4-5")).collect()] {
        let slow = BatchPlan { looks: 100, ..BatchPlan::default() };
        let world = World::new(Options { batches: vec![slow], ..Options::default() });
        world.jobs(&jobs);
        let child = world.command("batch", FAST).spawn().unwrap();
        while !notes(&world).contains("created") {
            sleep(Duration::from_millis(2));
        }
        kill(child);
        forget_creation(&world);
        let done = world.bulk("batch", FAST);
        assert!(done.status.success(), "{}", err(&done));
        assert_settled(&world, 5);
        assert_eq!(world.emulator.bill().lines.len(), 5);
    }
}

fn notes(world: &World) -> String {
    fs::read_to_string(world.folder.join("results.jsonl.journal")).unwrap_or_default()
}

/// As if it had been killed between the creation of the first batch and the note of it.
fn forget_creation(world: &World) {
    let planned: String = notes(world).lines().take(2).map(|note| format!("{note}\n")).collect();
    fs::write(world.folder.join("results.jsonl.journal"), planned).unwrap();
}

#[test]
fn faults_on_the_way_are_waited_out() {
    let faults = ["status=503", "rate_limit; retry_after=0", "overloaded", "status=500"];
    let faults = faults.map(|text| Fault::parse(text).unwrap()).to_vec();
    let world = World::new(Options { faults, ..Options::default() });
    world.jobs(&rivers(6));
    let output = world.bulk("batch", FAST);
    assert!(output.status.success(), "{}", err(&output));
    assert_settled(&world, 6);
    assert_eq!(world.emulator.bill().lines.len(), 6);
}

#[test]
fn a_key_that_is_refused_ends_it_at_once() {
    let world = World::new(Options { keys: vec!["sk-other".into()], ..Options::default() });
    world.jobs(&rivers(2));
    let output = world.bulk("batch", FAST);
    assert_eq!(output.status.code(), Some(5), "{}", err(&output));
    assert!(!err(&output).contains("sk-emulated"));
    assert!(world.results().is_empty());
}
