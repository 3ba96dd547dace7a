//! What may still be spent: limits by call, by day, by month and for ever, and a ledger of what is
//! spent, what is held and for which calls.
//!
//! Money is held before anything is sent, as much as a call can cost at worst, and settled when its
//! bill is known; so whatever runs at once, no hard limit is ever overspent. The ledger is plain
//! data that the host keeps: stored after each hold, it knows after a crash which calls were under
//! way, and counts them at their worst until somebody knows better.

mod limit;

use alloc::format;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

pub use limit::{Force, Limit, Window};

use crate::error::{Error, ErrorKind};
use crate::json;
use crate::money::Pusd;
use crate::quote::Quote;
use crate::receipt::Receipt;
use crate::route::{Policy, Preset};
use crate::sorted::SortedMap;
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Budget {
    /// What may be spent; every limit holds by itself.
    pub limits: Vec<Limit>,
    #[cfg_attr(feature = "ts", tsify(type = "unknown", optional))]
    ledger: Ledger,
}

/// Names money held for one call.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct HoldId(u64);

/// Money held for one call that has not been settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
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

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Ledger {
    next_id: u64,
    holds: Vec<Hold>,
    /// What is settled, by the day its money was held on.
    #[cfg_attr(feature = "ts", tsify(type = "Record<Day, Pusd>", optional))]
    settled: SortedMap<Day, Pusd>,
    /// What is settled from days that no window reaches any more.
    before: Pusd,
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
        json::parse_as(json)
            .map_err(|error| Error::invalid_request(format!("this is no stored budget: {error}")))
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
        // A ledger that lost count, mended by hand say, gives no name twice.
        let taken = self.ledger.holds.iter().map(|hold| hold.id.0.saturating_add(1)).max();
        let id = HoldId(self.ledger.next_id.max(taken.unwrap_or(0)));
        self.ledger.next_id = id.0.saturating_add(1);
        self.ledger.holds.push(Hold { id, amount: worst_case, at: now });
        self.forget_before(now);
        Ok(id)
    }

    /// Holds what a quoted call can cost at worst.
    ///
    /// # Errors
    ///
    /// As [`hold`](Self::hold), and `over_budget` where nobody published the price of a model it may
    /// ask.
    pub fn hold_for(&mut self, quote: &Quote, now: Timestamp) -> Result<HoldId, Error> {
        let worst_case = quote.plan.worst_case.ok_or_else(|| {
            let model = &quote.decision.chosen.model;
            let message = format!(
                "nobody published a price of `{model}`, so no budget can hold it: \
                 price it in the catalogue, or choose another model"
            );
            Error::new(ErrorKind::OverBudget, message).with("model", model.as_str())
        })?;
        self.hold(worst_case, now)
    }

    /// Settles a hold at what the call cost. Settling twice changes nothing.
    ///
    /// A cost above what was held is a broken promise of a plan; it counts all the same.
    pub fn settle(&mut self, id: HoldId, cost: Pusd) {
        let Some(place) = self.ledger.holds.iter().position(|hold| hold.id == id) else { return };
        let hold = self.ledger.holds.swap_remove(place);
        let settled = self.ledger.settled.or_default(hold.at.date());
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

const LONGEST_WINDOW_DAYS: i64 = 31;

#[cfg(test)]
mod tests;
