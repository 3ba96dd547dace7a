//! One budget for a whole run: what is reserved for calls under way, and what was billed.
//!
//! INVARIANT: what was billed, what may have been, and what is reserved never exceed the limit
//! together, as long as no call costs more than the worst case it was quoted with. A call is
//! granted only what is left, and keeps only what its quote says it may need.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};

use super::action::{RunCallId, RunRole};
use super::outcome::{RoleReceipt, RunAttempt, RunReceipt};
use crate::call::{Attempt, Billing};
use crate::money::Pusd;
use crate::sorted::SortedMap;

#[derive(Clone, Debug, Default, PartialEq, Readable, Writable)]
pub(super) struct Ledger {
    reserved: SortedMap<RunCallId, Reserved>,
    /// Calls that never reported back, and what they may have cost.
    lost: SortedMap<RunCallId, Reserved>,
    receipt: RunReceipt,
}

#[derive(Clone, Debug, PartialEq, Readable, Writable)]
struct Reserved {
    role: RunRole,
    step: Option<String>,
    granted: Option<Pusd>,
    amount: Pusd,
}

impl Ledger {
    /// What was billed so far, as far as it was reported.
    pub(super) fn spent(&self) -> Pusd {
        self.receipt.cost
    }

    /// What of a limit is neither billed, nor perhaps billed, nor reserved.
    pub(super) fn left(&self, limit: Pusd) -> Pusd {
        let reserved = self.reserved.values();
        let reserved = reserved.fold(Pusd::ZERO, |sum, it| sum.saturating_add(it.amount));
        limit
            .saturating_sub(self.receipt.cost)
            .saturating_sub(self.receipt.unsettled)
            .saturating_sub(reserved)
    }

    /// Opens a call; without a limit nothing is reserved until it is quoted.
    pub(super) fn open(
        &mut self,
        call: RunCallId,
        role: RunRole,
        step: Option<String>,
        granted: Option<Pusd>,
    ) {
        self.role(role).calls += 1;
        let amount = granted.unwrap_or(Pusd::ZERO);
        self.reserved.insert(call, Reserved { role, step, granted, amount });
    }

    /// Keeps for a call only what it may need, and never more than it was granted.
    pub(super) fn quoted(&mut self, call: RunCallId, worst_case: Pusd) {
        if let Some(reserved) = self.reserved.get_mut(&call) {
            reserved.amount = reserved.granted.map_or(worst_case, |grant| grant.min(worst_case));
        }
    }

    /// Puts a call's attempts on the receipt in place of its reservation; a call that was given
    /// up as lost is found again.
    pub(super) fn settle(&mut self, call: RunCallId, attempts: Vec<Attempt>) -> Pusd {
        let found = self.lost.remove(&call);
        if let Some(lost) = &found {
            let unsettled = &mut self.receipt.unsettled;
            *unsettled = unsettled.saturating_sub(lost.amount);
            let unsettled = &mut self.role(lost.role).unsettled;
            *unsettled = unsettled.saturating_sub(lost.amount);
        }
        let Some(Reserved { role, step, amount, .. }) = self.reserved.remove(&call).or(found)
        else {
            return Pusd::ZERO;
        };
        let mut cost = Pusd::ZERO;
        for attempt in attempts {
            let (billed, unsettled) = match &attempt.billing {
                Billing::Free => (Pusd::ZERO, Pusd::ZERO),
                Billing::Reported { usage, cost } => {
                    let of_role = self.role(role);
                    of_role.usage = core::mem::take(&mut of_role.usage).plus(usage);
                    (cost.as_ref().map_or(Pusd::ZERO, |cost| cost.total), Pusd::ZERO)
                }
                // Without a price, what was kept for the call is the most that is known.
                Billing::Unknown { worst_case } => (Pusd::ZERO, worst_case.unwrap_or(amount)),
            };
            cost = cost.saturating_add(billed);
            self.role(role).attempts += 1;
            self.bill(role, billed, unsettled);
            self.receipt.attempts.push(RunAttempt { call, role, step: step.clone(), attempt });
        }
        cost
    }

    /// Gives up a call that does not report back: it may have cost all that was reserved.
    pub(super) fn lose(&mut self, call: RunCallId) {
        if let Some(lost) = self.reserved.remove(&call) {
            self.bill(lost.role, Pusd::ZERO, lost.amount);
            self.lost.insert(call, lost);
        }
    }

    pub(super) fn receipt(&self) -> &RunReceipt {
        &self.receipt
    }

    pub(super) fn receipt_mut(&mut self) -> &mut RunReceipt {
        &mut self.receipt
    }

    fn bill(&mut self, role: RunRole, cost: Pusd, unsettled: Pusd) {
        let of_role = self.role(role);
        of_role.cost = of_role.cost.saturating_add(cost);
        of_role.unsettled = of_role.unsettled.saturating_add(unsettled);
        self.receipt.cost = self.receipt.cost.saturating_add(cost);
        self.receipt.unsettled = self.receipt.unsettled.saturating_add(unsettled);
    }

    fn role(&mut self, role: RunRole) -> &mut RoleReceipt {
        self.receipt.roles.or_default(role)
    }
}
