//! Brain and workers: whatever its calls do, a run keeps its bounds and its books.

mod world;

use farebox_conformance::root;
use farebox_core::catalog::Catalog;
use farebox_core::count::Vocabularies;
use farebox_core::error::ErrorKind;
use farebox_core::money::Pusd;
use farebox_core::orchestrate::{
    Goal, Market, Material, RunLimits, RunQuote, RunSettings, SplitVerdict, StepCheck, StepStatus,
    quote_run,
};
use farebox_core::request::Request;
use farebox_core::route::Posterior;
use farebox_core::time::Day;
use world::{Faults, World};

fn settings(seed: u64) -> RunSettings {
    let checks = [StepCheck::Verifier, StepCheck::Caller, StepCheck::None];
    RunSettings {
        check: checks[(seed % 3) as usize],
        limits: RunLimits {
            max_parallel: 1 + (seed / 3 % 4) as u32,
            max_steps: 1 + (seed / 7 % 12) as u32,
            max_depth: 1 + (seed / 11 % 5) as u32,
            max_retries: (seed / 13 % 3) as u32,
            max_replans: (seed / 17 % 3) as u32,
            max_cost: seed
                .is_multiple_of(2)
                .then(|| Pusd::from_pusd(1_000 + seed * 7_919 % 40_000)),
            call_timeout_ms: 2_000,
            total_timeout_ms: 5_000 + seed * 31 % 60_000,
        },
        ..RunSettings::default()
    }
}

#[test]
fn no_bound_is_ever_exceeded_and_the_receipt_is_the_sum_of_the_attempts() {
    let mut answered = 0;
    for seed in 0..3_000 {
        let settings = settings(seed);
        let limits = settings.limits;
        let mut world = World::new(seed, settings, Faults::Many);
        let outcome = world.run_to_the_end();

        assert!(world.most_under_way <= limits.max_parallel, "seed {seed}: parallel");
        assert!(outcome.steps.len() <= limits.max_steps as usize, "seed {seed}: steps");
        let grace_ms = 5_000;
        let took_ms = world.now.ms_since(World::START);
        assert!(took_ms <= limits.total_timeout_ms + grace_ms, "seed {seed}: {took_ms} ms");
        let tries = 2 * (1 + limits.max_retries);
        let most_calls = 2 * tries * limits.max_steps + 2 + limits.max_replans + limits.max_retries;
        assert!(world.billed_calls <= most_calls, "seed {seed}: {} calls", world.billed_calls);

        let receipt = &outcome.receipt;
        assert_eq!(receipt.cost, world.billed, "seed {seed}: cost");
        assert_eq!(receipt.attempts.len(), world.attempts, "seed {seed}: attempts");
        assert!(receipt.unsettled >= world.unknown, "seed {seed}: unsettled");
        let roles = receipt.roles.values();
        let of_roles = roles.fold(Pusd::ZERO, |sum, role| sum.checked_add(role.cost).unwrap());
        assert_eq!(of_roles, receipt.cost, "seed {seed}: roles");
        let steps = outcome.steps.iter();
        let of_steps = steps.fold(Pusd::ZERO, |sum, step| sum.checked_add(step.cost).unwrap());
        assert!(of_steps <= receipt.cost, "seed {seed}: steps' cost");
        if let Some(limit) = limits.max_cost {
            let spent = receipt.cost.checked_add(receipt.unsettled).unwrap();
            assert!(spent <= limit, "seed {seed}: spent {spent} of {limit}");
        }
        assert!(outcome.answer.is_some() || outcome.error.is_some(), "seed {seed}: neither");
        let open = [StepStatus::Ready, StepStatus::Running];
        assert!(outcome.steps.iter().all(|step| !open.contains(&step.status)), "seed {seed}");
        answered += u32::from(outcome.answer.is_some());
    }
    assert!(
        (300..2_900).contains(&answered),
        "the faults are no test: {answered} of 3000 answered"
    );
}

#[test]
fn a_resumed_run_ends_as_one_that_never_crashed() {
    let mut crashes = 0;
    for seed in 0..400 {
        let mut settings = settings(seed);
        settings.limits.max_cost = None;
        settings.limits.call_timeout_ms = 1_000_000;
        settings.limits.total_timeout_ms = 100_000_000;
        let whole = World::new(seed, settings.clone(), Faults::WithoutSilence).run_to_the_end();
        for crash_after in 0..6 {
            let mut world = World::new(seed, settings.clone(), Faults::WithoutSilence);
            world.crash_after = Some(crash_after * 2);
            let mut resumed = world.run_to_the_end();
            crashes += u32::from(world.crashed);
            assert_eq!(resumed.answer, whole.answer, "seed {seed}, crash {crash_after}");
            assert_eq!(resumed.error, whole.error, "seed {seed}, crash {crash_after}");
            assert_eq!(resumed.receipt.cost, whole.receipt.cost, "seed {seed}, {crash_after}");
            assert_eq!(world.asked_twice_after_finish, 0, "seed {seed}, crash {crash_after}");
            for (resumed, whole) in resumed.steps.iter_mut().zip(&whole.steps) {
                // A call that was lost was made all the same.
                assert!(resumed.calls >= whole.calls);
                resumed.calls = whole.calls;
            }
            assert_eq!(resumed.steps, whole.steps, "seed {seed}, crash {crash_after}");
        }
    }
    assert!(crashes > 900, "only {crashes} crashes");
}

#[test]
fn cancelling_stops_every_call_and_counts_all_of_them() {
    for seed in 0..300 {
        let mut settings = settings(seed);
        settings.limits.max_cost = None;
        let mut world = World::new(seed, settings, Faults::WithoutSilence);
        world.cancel_after = Some(seed % 7);
        let outcome = world.run_to_the_end();
        assert_eq!(world.under_way(), 0, "seed {seed}");
        assert_eq!(outcome.receipt.cost, world.billed, "seed {seed}");
        if world.cancelled {
            let kind = outcome.error.map(|error| error.kind);
            assert_eq!(kind, Some(ErrorKind::Cancelled), "seed {seed}");
        }
    }
}

fn quote(materials: usize, bytes_each: usize, settings: &RunSettings) -> RunQuote {
    let catalog = std::fs::read(root().join("tests/catalog.json")).unwrap();
    let catalog = Catalog::parse(&catalog).unwrap();
    let text = "let total = sum(&items);\n".repeat(bytes_each / 25);
    let materials = (0..materials).map(|at| Material {
        name: format!("file-{at}.rs"),
        about: None,
        text: text.clone(),
    });
    let goal = Goal {
        request: Request::new().user("Review this change."),
        materials: materials.collect(),
    };
    let market = Market {
        catalog: &catalog,
        vocabularies: &Vocabularies::new(),
        posterior: &Posterior::new(),
        now: Day::from_ymd(2026, 11, 22).unwrap().start(),
    };
    quote_run(&goal, settings, market).unwrap()
}

#[test]
fn a_quote_says_when_the_split_does_not_pay() {
    let settings = RunSettings::default();
    let small = quote(2, 500, &settings);
    assert_eq!(small.verdict, SplitVerdict::No, "{small:#?}");
    let large = quote(20, 40_000, &settings);
    assert_ne!(large.verdict, SplitVerdict::No, "{large:#?}");
    for quote in [&small, &large] {
        assert!(quote.cost.low <= quote.cost.expected && quote.cost.expected <= quote.cost.high);
        let parts = quote.roles.values().map(|role| role.expected);
        assert_eq!(parts.fold(Pusd::ZERO, Pusd::saturating_add), quote.cost.expected);
        assert!(!quote.reasons.is_empty());
    }
    assert!(large.cost.expected < large.alone.expected, "{large:#?}");
}

#[test]
fn a_quote_never_says_more_than_the_budget_holds() {
    let mut settings = RunSettings::default();
    settings.limits.max_cost = Some(Pusd::parse("0.05").unwrap());
    let quote = quote(6, 20_000, &settings);
    assert!(quote.cost.high <= Pusd::parse("0.05").unwrap().max(quote.cost.expected), "{quote:#?}");
}
