//! An answer that came out of a batch, as the outcome of a call.
//!
//! It runs through the same reading as an answer that came alone. What differs is the bill: the
//! lane is that of batches whatever the body says, for bodies name the lane they were worked on
//! in, and a request that was not answered costs nothing.

use alloc::collections::VecDeque;
use alloc::vec;

use super::action::AttemptId;
use super::attempt::{Ending, Failure, fold_whole};
use super::emit::Emitter;
use super::outcome::{Attempt, Billing, Outcome};
use crate::catalog::{Catalog, Terms};
use crate::error::{Error, ErrorKind};
use crate::plan::Rung;
use crate::provider::batch::BatchEnding;
use crate::provider::{Fold, Problem, Remedy};
use crate::request::ServiceTier;
use crate::time::Timestamp;

/// What became of a request of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Batched {
    /// The outcome, its only attempt billed at the batch price.
    pub outcome: Outcome,
    /// Whether the same request may do better in another batch.
    pub may_retry: bool,
}

/// Reads what became of a request that was handed in at one moment and fetched at another.
///
/// `regional` says whether the request was held to a region, which some prices depend on.
pub fn batched(
    ending: BatchEnding,
    rung: &Rung,
    catalog: &Catalog,
    regional: bool,
    sent_at: Timestamp,
    ended_at: Timestamp,
) -> Batched {
    let mut fold = Fold::new(rung.api);
    let mut attempt = Attempt {
        id: AttemptId(0),
        model: rung.arm.model.clone(),
        effort: rung.arm.effort,
        service_tier: ServiceTier::Batch,
        sent_at,
        first_content_at: None,
        ended_at,
        status: None,
        request_id: None,
        error: None,
        refused: None,
        only_checks: false,
        billing: Billing::Free,
    };
    let failure = match ending {
        BatchEnding::Answered { status, request_id, body } => {
            attempt.status = Some(status);
            attempt.request_id = request_id;
            attempt.billing = Billing::Unknown { worst_case: rung.worst_case };
            // Nobody waits for the pieces of an answer that is here whole.
            let sink = &mut Emitter {
                attempt: attempt.id,
                actions: &mut VecDeque::new(),
                has_delivered: &mut false,
            };
            match fold_whole(&mut fold, &body, sink) {
                Ending::Answered => None,
                Ending::Failed(failure) => Some(failure),
            }
        }
        BatchEnding::Cancelled => {
            let message = "the batch was cancelled before this request was worked on";
            Some(Failure::new(Error::new(ErrorKind::Cancelled, message), Remedy::None))
        }
        BatchEnding::Expired => {
            let message = "the batch ran out of time before this request was worked on";
            Some(Failure::new(Error::new(ErrorKind::Timeout, message), Remedy::Retry))
        }
        BatchEnding::Failed { status, body } => {
            attempt.status = status;
            Some(Problem::of_value(status, &body).into())
        }
        BatchEnding::Missing => {
            attempt.billing = Billing::Unknown { worst_case: rung.worst_case };
            let message = "the results of the batch say nothing of this request";
            Some(Failure::new(Error::new(ErrorKind::MalformedResponse, message), Remedy::None))
        }
    };
    let answer = fold.answer();
    if let Some(usage) = &answer.usage {
        let terms = Terms { at: sent_at, service_tier: ServiceTier::Batch, regional };
        let model = catalog.stand_in(&rung.arm.model).ok();
        let cost = model.and_then(|model| model.cost(usage, &terms).ok());
        attempt.billing = Billing::Reported { usage: usage.clone(), cost };
    }
    let may_retry = failure.as_ref().is_some_and(|failure| {
        attempt.billing == Billing::Free
            && matches!(failure.remedy, Remedy::Retry | Remedy::Sideways)
    });
    let error = failure.map(|failure| failure.error);
    attempt.error.clone_from(&error);
    let answer = (error.is_none() || !answer.is_empty()).then_some(answer);
    Batched { outcome: Outcome { answer, error, attempts: vec![attempt] }, may_retry }
}
