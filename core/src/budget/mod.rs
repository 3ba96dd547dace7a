//! What may still be spent: limits by call, by day, by month and for ever, and a ledger of what is
//! spent, what is held and for which calls.
//!
//! Money is held before anything is sent, as much as a call can cost at worst, and settled when its
//! bill is known; so whatever runs at once, no hard limit is ever overspent. The ledger is plain
//! data that the host keeps: stored after each hold, it knows after a crash which calls were under
//! way, and counts them at their worst until somebody knows better.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::money::Pusd;
use crate::receipt::Receipt;
use crate::route::{Policy, Preset};
use crate::time::{Day, Timestamp};

/// Limits, and the ledger under them.
///
/// # Examples
///
/// ```
/// use farebox_core::budget::{Budget, Limit, Window};
/// use farebox_core::money::Pusd;
/// use farebox_core::time::Timestamp;
///
/// let now = Timestamp::from_ms(1_795_305_600_000);
/// let mut budget = Budget::new(vec![Limit::hard(Window::Day, Pusd::parse("1")?)]);
/// let hold = budget.hold(Pusd::parse("0.8")?, now)?;
/// assert!(budget.hold(Pusd::parse("0.3")?, now).is_err());
/// budget.settle(hold, Pusd::parse("0.1")?);
/// assert_eq!(budget.left(now), Some(Pusd::parse("0.9")?));
/// # Ok::<(), farebox_core::error::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Budget {
    /// What may be spent; every limit holds by itself.
    pub limits: Vec<Limit>,
    #[cfg_attr(feature = "ts", tsify(type = "unknown", optional))]
    ledger: Ledger,
}

/// How much may be spent within a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// The window.
    pub window: Window,
    /// How much.
    pub amount: Pusd,
    /// What happens at the limit.
    #[serde(default)]
    pub force: Force,
}

/// A span that spending is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Window {
    /// One call.
    Call,
    /// A day in UTC.
    Day,
    /// A month in UTC.
    Month,
    /// As long as the ledger is kept.
    Session,
}

/// What happens at a limit.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Force {
    /// Nothing more is sent.
    #[default]
    Hard,
    /// Cheaper models are preferred.
    Soft,
}

/// Names money held for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct HoldId(u64);

/// Money held for one call that has not been settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hold {
    /// Its name.
    pub id: HoldId,
    /// How much.
    pub amount: Pusd,
    /// Since when.
    pub at: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Ledger {
    next_id: u64,
    holds: Vec<Hold>,
    /// What is settled, by the day its money was held on.
    settled: BTreeMap<Day, Pusd>,
    /// What is settled from days that no window reaches any more.
    before: Pusd,
}

impl Limit {
    /// A limit at which nothing more is sent.
    pub fn hard(window: Window, amount: Pusd) -> Self {
        Self { window, amount, force: Force::Hard }
    }

    /// A limit at which cheaper models are preferred.
    pub fn soft(window: Window, amount: Pusd) -> Self {
        Self { window, amount, force: Force::Soft }
    }
}

impl Budget {
    /// Limits over an empty ledger.
    pub fn new(limits: Vec<Limit>) -> Self {
        Self { limits, ledger: Ledger::default() }
    }

    /// Reads a budget with its ledger.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is none.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let wrong = |error: serde_json::Error| {
            Error::invalid_request(format!("this is no stored budget: {error}"))
        };
        let value: Value = serde_json::from_slice(json).map_err(wrong)?;
        serde_json::from_value(value).map_err(wrong)
    }

    /// What may still be held at a moment before a hard limit is reached; nothing where there is
    /// none.
    pub fn left(&self, now: Timestamp) -> Option<Pusd> {
        self.least_left(Force::Hard, now).map(|(_, left)| left)
    }

    /// What may still be held at a moment before a soft limit is reached; nothing where there is
    /// none.
    pub fn left_softly(&self, now: Timestamp) -> Option<Pusd> {
        self.least_left(Force::Soft, now).map(|(_, left)| left)
    }

    /// The policy under this budget: it knows what is left, and past a soft limit it prefers the
    /// cheapest model that will do.
    pub fn bend(&self, policy: &Policy, now: Timestamp) -> Policy {
        let mut policy = policy.clone();
        policy.budget_left = [policy.budget_left, self.left(now)].into_iter().flatten().min();
        if self.left_softly(now) == Some(Pusd::ZERO) {
            policy.preset = Preset::Bulk;
        }
        policy
    }

    /// Holds what a call can cost at worst. It is to be settled or released.
    ///
    /// # Errors
    ///
    /// `over_budget` when it does not fit a hard limit; `leftPusd` says what would.
    pub fn hold(&mut self, worst_case: Pusd, now: Timestamp) -> Result<HoldId, Error> {
        if let Some((limit, left)) = self.least_left(Force::Hard, now)
            && worst_case > left
        {
            let window = limit.window.as_str();
            let message = format!(
                "the call may cost ${worst_case}, the budget of ${} {window} has ${left} left: \
                 limit the answer's tokens, choose a cheaper model, or raise the budget",
                limit.amount
            );
            return Err(Error::new(ErrorKind::OverBudget, message)
                .with("worstCasePusd", worst_case.as_pusd())
                .with("leftPusd", left.as_pusd())
                .with("limitPusd", limit.amount.as_pusd())
                .with("window", limit.window.word()));
        }
        let id = HoldId(self.ledger.next_id);
        self.ledger.next_id += 1;
        self.ledger.holds.push(Hold { id, amount: worst_case, at: now });
        self.forget_before(now);
        Ok(id)
    }

    /// Settles a hold at what the call cost. Settling twice changes nothing.
    ///
    /// A cost above what was held is a broken promise of a plan; it counts all the same.
    pub fn settle(&mut self, id: HoldId, cost: Pusd) {
        let Some(place) = self.ledger.holds.iter().position(|hold| hold.id == id) else { return };
        let hold = self.ledger.holds.swap_remove(place);
        let settled = self.ledger.settled.entry(hold.at.date()).or_default();
        *settled = settled.saturating_add(cost);
    }

    /// Settles a hold by the call's receipt; what its attempts may have cost counts as spent.
    pub fn settle_by(&mut self, id: HoldId, receipt: &Receipt) {
        self.settle(id, receipt.cost.saturating_add(receipt.unsettled));
    }

    /// Gives back a hold of a call that certainly cost nothing.
    pub fn release(&mut self, id: HoldId) {
        self.settle(id, Pusd::ZERO);
    }

    /// Holds that are not settled: calls under way, and after a crash those nobody heard of again.
    pub fn holds(&self) -> &[Hold] {
        &self.ledger.holds
    }

    /// What was spent since the ledger began; holds are not in it.
    pub fn spent(&self) -> Pusd {
        let settled = self.ledger.settled.values();
        settled.fold(self.ledger.before, |sum, amount| sum.saturating_add(*amount))
    }

    /// The limit of a force that leaves least, and what it leaves.
    fn least_left(&self, force: Force, now: Timestamp) -> Option<(&Limit, Pusd)> {
        let limits = self.limits.iter().filter(|limit| limit.force == force);
        let lefts = limits.map(|limit| {
            let used = self.used(limit.window, now);
            (limit, limit.amount.saturating_sub(used))
        });
        lefts.min_by_key(|(_, left)| *left)
    }

    /// What is spent or held in a window that holds a moment.
    ///
    /// INVARIANT: money counts in the window it was held in, whenever it is settled, so a window
    /// once full stays full.
    fn used(&self, window: Window, now: Timestamp) -> Pusd {
        let is_in = |day: Day| match window {
            Window::Call => false,
            Window::Day => day == now.date(),
            Window::Month => {
                let ((year, month, _), (this_year, this_month, _)) = (day.ymd(), now.date().ymd());
                (year, month) == (this_year, this_month)
            }
            Window::Session => true,
        };
        let settled = self.ledger.settled.iter().filter(|(day, _)| is_in(**day));
        let held = self.ledger.holds.iter().filter(|hold| is_in(hold.at.date()));
        let amounts = settled.map(|(_, amount)| *amount).chain(held.map(|hold| hold.amount));
        let before = if window == Window::Session { self.ledger.before } else { Pusd::ZERO };
        amounts.fold(before, Pusd::saturating_add)
    }

    /// Days past the longest window are kept as one sum, so the ledger does not grow.
    fn forget_before(&mut self, now: Timestamp) {
        let today = now.date();
        let old: Vec<Day> = self.ledger.settled.keys().copied().collect();
        for day in old.into_iter().filter(|day| day.days_until(today) > LONGEST_WINDOW_DAYS) {
            if let Some(amount) = self.ledger.settled.remove(&day) {
                self.ledger.before = self.ledger.before.saturating_add(amount);
            }
        }
    }
}

impl Window {
    fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Day => "day",
            Self::Month => "month",
            Self::Session => "session",
        }
    }

    fn as_str(self) -> String {
        match self {
            Self::Call => "for one call".to_string(),
            Self::Session => "for the session".to_string(),
            window => format!("for the {}", window.word()),
        }
    }
}

const LONGEST_WINDOW_DAYS: i64 = 31;

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    /// 2026-11-30T23:00:00Z, an hour before a new day and month.
    const NOW: Timestamp = Timestamp::from_ms(1_796_079_600_000);

    fn usd(text: &str) -> Pusd {
        Pusd::parse(text).unwrap()
    }

    fn all(amounts: [&str; 4]) -> Budget {
        let windows = [Window::Call, Window::Day, Window::Month, Window::Session];
        let limits = windows.into_iter().zip(amounts);
        Budget::new(limits.map(|(window, amount)| Limit::hard(window, usd(amount))).collect())
    }

    #[test]
    fn each_window_holds_by_itself() {
        let mut budget = all(["0.5", "1", "1.5", "2"]);
        assert_eq!(budget.left(NOW), Some(usd("0.5")));
        assert_eq!(budget.hold(usd("0.6"), NOW).unwrap_err().details["window"], "call");
        for _ in 0..2 {
            let hold = budget.hold(usd("0.5"), NOW).unwrap();
            budget.settle(hold, usd("0.5"));
        }
        assert_eq!(budget.hold(usd("0.1"), NOW).unwrap_err().details["window"], "day");
        let next_month = NOW.after_ms(2 * 3_600_000);
        for _ in 0..2 {
            let hold = budget.hold(usd("0.5"), next_month).unwrap();
            budget.settle(hold, usd("0.5"));
        }
        let error = budget.hold(usd("0.1"), next_month.after_ms(DAY_MS as u64)).unwrap_err();
        assert_eq!(
            (error.kind, &error.details["window"]),
            (ErrorKind::OverBudget, &"session".into())
        );
        assert_eq!(error.details["leftPusd"], 0);
        assert_eq!(budget.spent(), usd("2"));
    }

    #[test]
    fn money_counts_where_it_was_held() {
        let mut budget = all(["9", "1", "9", "9"]);
        let hold = budget.hold(usd("1"), NOW).unwrap();
        let tomorrow = NOW.after_ms(3_600_000);
        assert_eq!(budget.left(tomorrow), Some(usd("1")));
        budget.settle(hold, usd("0.25"));
        assert_eq!(budget.left(tomorrow), Some(usd("1")));
        assert_eq!(budget.left(NOW), Some(usd("0.75")));
    }

    #[test]
    fn a_crash_between_sending_and_settling_loses_nothing() {
        let mut budget = all(["1", "1", "1", "1"]);
        let hold = budget.hold(usd("0.4"), NOW).unwrap();
        let stored = serde_json::to_vec(&budget).unwrap();
        drop(budget);
        let mut budget = Budget::parse(&stored).unwrap();
        assert_eq!(budget.left(NOW), Some(usd("0.6")));
        assert_eq!(budget.holds()[0].id, hold);
        budget.settle(hold, usd("0.1"));
        budget.settle(hold, usd("0.1"));
        assert_eq!(budget.left(NOW), Some(usd("0.9")));
        assert!(Budget::parse(b"{\"limits\":5}").is_err());
    }

    #[test]
    fn a_soft_limit_bends_the_policy_and_refuses_nothing() {
        let mut budget = Budget::new(alloc::vec![Limit::soft(Window::Day, usd("1"))]);
        let policy = Policy::default();
        assert_eq!(budget.bend(&policy, NOW).preset, policy.preset);
        let hold = budget.hold(usd("5"), NOW).unwrap();
        assert_eq!(budget.bend(&policy, NOW).preset, Preset::Bulk);
        budget.release(hold);
        assert_eq!(budget.bend(&policy, NOW), policy);
    }

    #[test]
    fn old_days_are_summed_up() {
        let mut budget = all(["100", "100", "100", "100"]);
        for day in 0..400 {
            let at = NOW.after_ms(day * DAY_MS as u64);
            let hold = budget.hold(usd("0.1"), at).unwrap();
            budget.settle(hold, usd("0.01"));
        }
        assert!(budget.ledger.settled.len() <= 33);
        assert_eq!(budget.spent(), usd("4"));
    }

    /// Many calls at once, in every order a seed can think of: hold, settle, release, crash.
    #[test]
    fn no_interleaving_overspends() {
        let mut draw = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: u64| {
            draw ^= draw << 13;
            draw ^= draw >> 7;
            draw ^= draw << 17;
            draw % below
        };
        for round in 0..500 {
            let limit = Pusd::from_pusd(1_000 + next(9_000));
            let window = [Window::Day, Window::Month, Window::Session][round % 3];
            let mut budget = Budget::new(alloc::vec![Limit::hard(window, limit)]);
            let (mut open, mut spent) = (Vec::new(), 0);
            for _ in 0..200 {
                match next(10) {
                    0..=4 => {
                        let worst = next(2_000);
                        if let Ok(id) = budget.hold(Pusd::from_pusd(worst), NOW) {
                            open.push((id, worst));
                        }
                    }
                    5..=7 if !open.is_empty() => {
                        let place = next(open.len() as u64) as usize;
                        let (id, worst) = open.swap_remove(place);
                        let cost = next(worst + 1);
                        spent += cost;
                        budget.settle(id, Pusd::from_pusd(cost));
                    }
                    8 if !open.is_empty() => {
                        let (id, _) = open.swap_remove(0);
                        budget.release(id);
                    }
                    9 => budget = Budget::parse(&serde_json::to_vec(&budget).unwrap()).unwrap(),
                    _ => {}
                }
                let held: u64 = open.iter().map(|(_, worst)| worst).sum();
                assert!(spent + held <= limit.as_pusd());
                assert_eq!(budget.spent().as_pusd(), spent);
                assert_eq!(budget.left(NOW).unwrap().as_pusd(), limit.as_pusd() - spent - held);
            }
        }
    }
}
