//! The weighing: what an answer is worth, and which arm that makes best.
//!
//! An arm's utility is the value of a success times how often it succeeds, less what it costs in
//! money and waiting. All of it is integers once the belief is in parts per million.
//!
//! INVARIANT: a dearer arm never gains by its price, for the price enters its own utility alone
//! and negatively. Higher stakes never choose a lower rung, for the choice at a stakes' word is
//! the highest rung that is best at that word or a lower one. Property tests rely on both.

use alloc::vec::Vec;
use core::cell::OnceCell;

use super::policy::{Policy, Preset};
use crate::money::Pusd;
use crate::request::{Request, Stakes};

/// One arm that could be asked, as the weighing sees it; in order of rung, then effort.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// The rung it stands on; arms of one model at several efforts share it.
    pub(super) rung: usize,
    /// Whether its effort is the one that was asked for, or the model's own.
    pub(super) usual_effort: bool,
    /// How often it is believed to succeed.
    pub(super) success_ppm: u32,
    /// Money, waiting and lost cache reads, in pico-dollars.
    pub(super) charge_pusd: u64,
    /// Outcomes of the workload that stand behind the belief.
    pub(super) outcomes: f64,
}

/// What the caller wants of a choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) preset: Preset,
    pub(super) stakes: Stakes,
    /// The dial in dollars, where the caller set it; it overrides the words.
    pub(super) failure_cost: Option<Pusd>,
    /// Tokens of the prompt; the words are worth more on a long one.
    pub(super) prompt_tokens: u64,
    /// Whether work of this sort belongs on the highest rung.
    pub(super) demanding: bool,
    /// The lowest rung that may be chosen: a thread only moves upward.
    pub(super) floor: usize,
    /// How many rungs the ladder has, those that were rejected too.
    pub(super) rungs: usize,
}

impl Wish {
    pub(super) fn of(request: &Request, policy: &Policy) -> Self {
        Self {
            preset: policy.preset,
            stakes: request.hints.stakes.unwrap_or(policy.stakes),
            failure_cost: policy.failure_cost,
            prompt_tokens: 0,
            demanding: false,
            floor: 0,
            rungs: 0,
        }
    }

    /// What a failure costs, in pico-dollars.
    pub(super) fn value_pusd(&self) -> u64 {
        self.failure_cost.map_or_else(|| self.worded_value(self.stakes), Pusd::as_pusd)
    }

    fn worded_value(&self, stakes: Stakes) -> u64 {
        let per_thousand = match stakes {
            Stakes::Low => LOW_PUSD,
            Stakes::Normal => NORMAL_PUSD,
            Stakes::High => HIGH_PUSD,
            Stakes::Critical => CRITICAL_PUSD,
        };
        per_thousand.saturating_mul(self.prompt_tokens.div_ceil(1_000).max(1))
    }

    /// Whether the highest rung is wanted whatever the weighing says.
    pub(super) fn wants_top(&self) -> bool {
        self.preset != Preset::Bulk && (self.stakes >= Stakes::High || self.demanding)
    }

    /// The rung the preset stands for.
    pub(super) fn preset_rung(&self) -> Option<usize> {
        let top = self.rungs.saturating_sub(1);
        match self.preset {
            Preset::Balanced => None,
            Preset::Bulk => Some(0),
            Preset::Economy => Some(top / 2),
            Preset::Risk => Some(top),
        }
    }
}

/// Value of the expected success less every charge, in pico-dollars.
pub(super) fn utility_pusd(choice: &Choice, value_pusd: u64) -> i64 {
    let success = u64::from(choice.success_ppm);
    // Nearly always it fits 64 bits, whose division takes a tenth of the time.
    let value = match value_pusd.checked_mul(success) {
        Some(product) => i128::from(product / 1_000_000),
        None => (u128::from(value_pusd) * u128::from(success) / 1_000_000) as i128,
    };
    let utility = value - i128::from(choice.charge_pusd);
    i64::try_from(utility).unwrap_or(if utility < 0 { i64::MIN } else { i64::MAX })
}

/// Arms to choose among, in order of rung; a decision asks for the best of them a dozen times.
pub(super) struct Scales<'a> {
    pub(super) choices: &'a [Choice],
    /// Whose wish it is; others differ from it.
    preset: Preset,
    /// Utilities at what a failure costs by each word of stakes that was asked for.
    weighed: [OnceCell<Vec<i64>>; WORDS.len()],
    /// The arm at each word under that preset.
    chosen: [OnceCell<Option<usize>>; WORDS.len()],
}

impl<'a> Scales<'a> {
    pub(super) fn new(choices: &'a [Choice], wish: &Wish) -> Self {
        let (weighed, chosen) = Default::default();
        Self { choices, preset: wish.preset, weighed, chosen }
    }

    /// The place of the arm to choose; nothing when there is none.
    pub(super) fn choose(&self, wish: &Wish) -> Option<usize> {
        self.choose_knowing(wish, true)
    }

    /// The same, as if there were no outcomes.
    pub(super) fn choose_blindly(&self, wish: &Wish) -> Option<usize> {
        self.choose_knowing(wish, false)
    }

    fn choose_knowing(&self, wish: &Wish, outcomes: bool) -> Option<usize> {
        if wish.failure_cost.is_some() {
            return self.choose_at(wish, outcomes);
        }
        let up_to = WORDS.into_iter().zip(&self.chosen).filter(|(word, _)| *word <= wish.stakes);
        let chosen = up_to.filter_map(|(stakes, chosen)| {
            let choose = || self.choose_at(&Wish { stakes, ..*wish }, outcomes);
            match outcomes && wish.preset == self.preset {
                true => *chosen.get_or_init(choose),
                false => choose(),
            }
        });
        chosen.max()
    }

    fn choose_at(&self, wish: &Wish, outcomes: bool) -> Option<usize> {
        let choices = self.choices;
        let top = choices.last()?.rung;
        let floor = if wish.wants_top() { top } else { wish.floor.min(top) };
        let from = first_of(choices, floor);
        let stood = standing(choices, wish, floor);
        let default = stood.and_then(|stood| choices.get(stood));
        let proven = |choice: &Choice| outcomes && choice.outcomes >= ENOUGH_OUTCOMES;
        // A rung that keeps failing gives way upward before the next one is tried.
        let given_way = default.filter(|default| proven(default)).map(|default| default.rung);
        let is_open = |index: usize, choice: &Choice| {
            stood.is_none_or(|stood| index == stood)
                || proven(choice)
                || given_way.is_some_and(|rung| choice.rung > rung)
        };
        let value = wish.value_pusd();
        let open = choices.iter().enumerate().skip(from);
        let open = open.filter(|(index, choice)| is_open(*index, choice));
        if wish.failure_cost.is_some() || wish.wants_top() {
            return best(open, value);
        }
        let weighed = self
            .weighed
            .get(wish.stakes as usize)?
            .get_or_init(|| choices.iter().map(|choice| utility_pusd(choice, value)).collect());
        best_weighed(open.filter_map(|(at, choice)| Some((at, choice, *weighed.get(at)?))))
    }
}

/// The arm a preset stands for, as near as what could be asked allows: its own rung, else the
/// next higher one, else the next lower one. None when price and evidence alone decide.
fn standing(choices: &[Choice], wish: &Wish, floor: usize) -> Option<usize> {
    if wish.failure_cost.is_some() {
        return None;
    }
    let wanted = wish.preset_rung()?.max(floor);
    let rung = choices.get(first_of(choices, wanted)).or(choices.last())?.rung;
    let first = first_of(choices, rung);
    let mut on_rung =
        choices.iter().enumerate().skip(first).take_while(|(_, choice)| choice.rung == rung);
    let usual = on_rung.find(|(_, choice)| choice.usual_effort);
    Some(usual.map_or(first, |(index, _)| index))
}

/// The place of the first arm on a rung, or above it where nothing stands on it.
fn first_of(choices: &[Choice], rung: usize) -> usize {
    choices.partition_point(|choice| choice.rung < rung)
}

/// The best of some arms; of equals the cheaper, then the lower.
pub(super) fn best<'a>(
    choices: impl Iterator<Item = (usize, &'a Choice)>,
    value_pusd: u64,
) -> Option<usize> {
    best_weighed(choices.map(|(at, choice)| (at, choice, utility_pusd(choice, value_pusd))))
}

/// The same of arms whose utilities are known.
fn best_weighed<'a>(choices: impl Iterator<Item = (usize, &'a Choice, i64)>) -> Option<usize> {
    let mut best: Option<(i64, u64, usize)> = None;
    for (index, choice, utility) in choices {
        let better = best.is_none_or(|(most, charge, _)| {
            utility > most || (utility == most && choice.charge_pusd < charge)
        });
        if better {
            best = Some((utility, choice.charge_pusd, index));
        }
    }
    best.map(|(_, _, index)| index)
}

/// Outcomes of a workload below which a preset stands whatever they say.
pub(super) const ENOUGH_OUTCOMES: f64 = 7.5;

const WORDS: [Stakes; 4] = [Stakes::Low, Stakes::Normal, Stakes::High, Stakes::Critical];

// What a wrong answer costs by the stakes' word, for each thousand tokens of prompt begun: two
// tenths of a cent, two cents, fifty cents, twenty dollars.
const LOW_PUSD: u64 = 2_000_000_000;
const NORMAL_PUSD: u64 = 20_000_000_000;
const HIGH_PUSD: u64 = 500_000_000_000;
const CRITICAL_PUSD: u64 = 20_000_000_000_000;
