//! Laws of routing and planning that hold for whatever is asked.

use farebox_core::money::{Pusd, Rate};
use farebox_core::plan::plan;
use farebox_core::request::{Hints, Request, Stakes, WorkKind};
use farebox_core::route::{Change, Decision, Explore, Observation, Policy, Posterior, Preset};
use farebox_core::sorted::SortedMap;
use farebox_core::usage::TokenClass;
use proptest::prelude::*;

use crate::route_world::World;

const LADDER: [&str; 3] = ["gpt-5.4-nano", "gpt-5.4-mini", "gpt-5.4"];
const STAKES: [Stakes; 4] = [Stakes::Low, Stakes::Normal, Stakes::High, Stakes::Critical];

/// Something that may be asked, and what is known when it is.
#[derive(Clone, Debug)]
struct Case {
    prompt_tokens: u64,
    kind: Option<WorkKind>,
    preset: Preset,
    failure_cost: Option<u64>,
    explore: Explore,
    /// Outcomes by rung: how many, and how many of them good.
    outcomes: [(u8, u8); 3],
}

impl Case {
    fn request(&self, stakes: Stakes) -> Request {
        let hints = Hints {
            workload: Some("law".into()),
            kind: self.kind,
            stakes: Some(stakes),
            ..Hints::default()
        };
        Request { hints, ..Request::new().user("Do it.") }
    }

    fn policy(&self) -> Policy {
        Policy {
            preset: self.preset,
            failure_cost: self.failure_cost.map(Pusd::from_pusd),
            explore: self.explore,
            ..Policy::default()
        }
    }

    fn world(&self) -> World {
        World::new().prompt(self.prompt_tokens)
    }

    fn posterior(&self, world: &World) -> Posterior {
        let mut posterior = Posterior::new();
        for (model, (count, good)) in LADDER.iter().zip(self.outcomes) {
            let named = self.request(Stakes::Normal).model(*model);
            for number in 0..count {
                let decision = world.route_knowing(&named, &Policy::default(), &posterior).unwrap();
                posterior.record(&named, &decision, world.now);
                let seen = Observation::success(number < good);
                posterior.observe(&decision.id, &seen, world.now).unwrap();
            }
        }
        posterior
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let kinds = prop::sample::select(vec![
        None,
        Some(WorkKind::CodeDebug),
        Some(WorkKind::ComputerUse),
        Some(WorkKind::HardReasoning),
        Some(WorkKind::ToolAgent),
    ]);
    let presets =
        prop::sample::select(vec![Preset::Balanced, Preset::Bulk, Preset::Economy, Preset::Risk]);
    let outcomes = (0_u8..20).prop_flat_map(|count| (Just(count), 0..=count));
    let explore = prop_oneof![
        Just(Explore::default()),
        any::<u64>().prop_map(|seed| Explore { budget_ppm: 1_000_000, seed }),
    ];
    (
        1_u64..150_000,
        kinds,
        presets,
        prop::option::of(0_u64..2_000_000_000_000),
        explore,
        [outcomes.clone(), outcomes.clone(), outcomes],
    )
        .prop_map(|(prompt_tokens, kind, preset, failure_cost, explore, outcomes)| Case {
            prompt_tokens,
            kind,
            preset,
            failure_cost,
            explore,
            outcomes,
        })
}

fn rung(decision: &Decision) -> u32 {
    decision.ranked[0].rung
}

/// Multiplies every price of a model by `times` thousandths.
fn repriced(world: &World, model: &str, thousandths: u64) -> World {
    let mut world = world.clone();
    let model = world.catalog.models.iter_mut().find(|found| found.id.as_str() == model).unwrap();
    let raise = |rates: &mut SortedMap<TokenClass, Rate>| {
        for rate in rates.values_mut() {
            let raised = rate.as_pusd_per_unit() * thousandths / 1_000;
            *rate = Rate::from_pusd_per_unit(raised);
        }
    };
    for lane in model.prices.iter_mut().flat_map(|sheet| sheet.lanes.values_mut()) {
        raise(&mut lane.rates);
        lane.above.iter_mut().for_each(|step| raise(&mut step.rates));
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn higher_stakes_never_choose_a_lower_rung(case in cases()) {
        let world = case.world();
        let posterior = case.posterior(&world);
        let policy = Policy { explore: Explore::default(), ..case.policy() };
        let mut before = 0;
        for stakes in STAKES {
            let decision = world.route_knowing(&case.request(stakes), &policy, &posterior).unwrap();
            prop_assert!(rung(&decision) >= before, "{stakes:?}: {}", decision.sentence);
            before = rung(&decision);
        }
    }

    #[test]
    fn a_dearer_model_is_never_chosen_more(
        case in cases(),
        which in 0_usize..3,
        thousandths in 1_001_u64..5_000,
    ) {
        let world = case.world();
        let posterior = case.posterior(&world);
        let policy = Policy { explore: Explore::default(), ..case.policy() };
        let dearer = repriced(&world, LADDER[which], thousandths);
        let request = case.request(Stakes::Normal);
        let before = world.route_knowing(&request, &policy, &posterior).unwrap();
        let after = dearer.route_knowing(&request, &policy, &posterior).unwrap();
        if after.chosen.model.as_str() == LADDER[which] {
            prop_assert_eq!(before.chosen.model.as_str(), LADDER[which]);
        }
    }

    #[test]
    fn the_order_of_the_catalogue_and_of_estimates_is_irrelevant(case in cases(), turn in 1_usize..7) {
        let world = case.world();
        let posterior = case.posterior(&world);
        let mut turned = world.clone();
        turned.catalog.models.rotate_left(turn);
        let request = case.request(Stakes::Normal);
        prop_assert_eq!(
            world.route_knowing(&request, &case.policy(), &posterior).unwrap(),
            turned.route_knowing(&request, &case.policy(), &posterior).unwrap()
        );
    }

    #[test]
    fn the_same_seed_is_the_same_choice_and_its_chance_is_no_more_than_certain(case in cases()) {
        let world = case.world();
        let posterior = case.posterior(&world);
        let request = case.request(Stakes::Normal);
        let decision = world.route_knowing(&request, &case.policy(), &posterior).unwrap();
        prop_assert_eq!(
            &decision,
            &world.route_knowing(&request, &case.policy(), &posterior).unwrap()
        );
        prop_assert!((1..=1_000_000).contains(&decision.propensity_ppm));
        let read = Posterior::parse(&posterior.to_json().unwrap()).unwrap();
        prop_assert_eq!(
            decision,
            world.route_knowing(&request, &case.policy(), &read).unwrap()
        );
    }

    #[test]
    fn what_is_believed_is_a_range_around_its_mean(case in cases()) {
        let world = case.world();
        let posterior = case.posterior(&world);
        let request = case.request(Stakes::Normal);
        let decision = world.route_knowing(&request, &case.policy(), &posterior).unwrap();
        for ranked in &decision.ranked {
            let success = ranked.success;
            prop_assert!(success.low <= success.expected && success.expected <= success.high);
            prop_assert!(success.high <= 1_000_000);
        }
    }

    #[test]
    fn the_worst_case_of_a_plan_fits_its_limits(case in cases(), limit in 1_u64..2_000_000_000_000) {
        let world = case.world();
        let posterior = case.posterior(&world);
        let request = case.request(Stakes::Normal);
        let policy = Policy { max_cost: Some(Pusd::from_pusd(limit)), ..case.policy() };
        let Ok(decision) = world.route_knowing(&request, &policy, &posterior) else {
            return Ok(());
        };
        let estimates = world.estimates(&request);
        let plan =
            plan(&request, &decision, &estimates, &world.catalog, &policy, world.now).unwrap();
        prop_assert!(plan.worst_case.unwrap() <= Pusd::from_pusd(limit));
        let once = plan.rungs.iter().map(|rung| rung.worst_case.unwrap().as_pusd()).sum::<u64>();
        let times = u64::from(plan.limits.max_retries) + 1;
        prop_assert_eq!(plan.worst_case.unwrap().as_pusd(), once * times);
        prop_assert_eq!(&plan.rungs[0].arm, &decision.chosen);
    }

    #[test]
    fn what_would_have_changed_the_choice_changes_it(case in cases(), checked in any::<bool>()) {
        let world = case.world();
        let posterior = case.posterior(&world);
        let mut policy = Policy { explore: Explore::default(), ..case.policy() };
        policy.checks.agreement = checked;
        let decide = |policy: &Policy, stakes| {
            world.route_knowing(&case.request(stakes), policy, &posterior).unwrap()
        };
        for otherwise in decide(&policy, Stakes::Normal).otherwise {
            let changed = match otherwise.change {
                Change::Stakes { stakes } => decide(&policy, stakes),
                Change::Preset { preset } => {
                    decide(&Policy { preset, ..policy.clone() }, Stakes::Normal)
                }
                Change::FailureCostAbove { usd } => {
                    let above = usd.as_pusd() + usd.as_pusd() / 500 + 2_000_000;
                    let failure_cost = Some(Pusd::from_pusd(above));
                    decide(&Policy { failure_cost, ..policy.clone() }, Stakes::Normal)
                }
                other => panic!("a change that is not tried here: {other:?}"),
            };
            prop_assert_eq!(changed.chosen, otherwise.chosen, "{}", otherwise.message);
        }
    }

    #[test]
    fn merging_posteriors_adds_their_outcomes(one in cases(), other in cases()) {
        let world = World::new();
        let (one, other) = (one.posterior(&world), other.posterior(&world));
        let sum = |posterior: &Posterior| -> u64 {
            let tallies = posterior.workloads.values().flat_map(|known| known.arms.values());
            tallies.map(|tally| tally.good_milli + tally.bad_milli).sum()
        };
        let mut merged = one.clone();
        merged.merge(&other);
        prop_assert_eq!(sum(&merged), sum(&one) + sum(&other));
    }
}
