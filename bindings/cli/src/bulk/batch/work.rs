//! Hands batches in, watches them, fetches and settles what came of them.
//!
//! A batch is noted before it is handed in. Where it is not known whether the provider has it,
//! after a crash or a broken connection, it is looked for among the provider's batches before it
//! is handed in again, so that nothing is paid twice.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use farebox::{BatchFailure, Batches, Client};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::money::Pusd;

use super::ledger::Ledger;
use super::lines::{Group, Lines, Market, Ready};
use crate::bulk::line::Line;
use crate::failure::Failure;

/// What a caller bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) budget: Option<Pusd>,
    pub(crate) max_requests: Option<u64>,
    pub(crate) max_bytes: Option<u64>,
    /// Input tokens that may wait at one time, for each model.
    pub(crate) enqueued_tokens: Option<u64>,
    /// How many batches more a request may go into that failed in one.
    pub(crate) retries: u8,
    pub(crate) poll: Duration,
}

/// How the work ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Done,
    OverBudget(Error),
}

/// All of it.
pub(crate) struct Work<'a> {
    pub(crate) ledger: Ledger,
    pub(super) client: &'a Client,
    pub(super) market: Market<'a>,
    pub(super) bounds: Bounds,
    pub(super) lines: Lines,
    pub(super) queues: Vec<Queue>,
    /// Where a batch is written before it is handed in.
    pub(super) spool: PathBuf,
}

/// Requests that may share a batch and wait to be handed in.
pub(super) struct Queue {
    pub(super) group: Group,
    pub(super) batches: Batches,
    pub(super) ready: VecDeque<Ready>,
    /// What the provider showed to be the most one batch may hold.
    pub(super) most_requests: u64,
    pub(super) most_tokens: u64,
    /// Whether the provider said that too much waits already.
    pub(super) is_full: bool,
}

impl<'a> Work<'a> {
    pub(crate) fn new(
        client: &'a Client,
        market: Market<'a>,
        bounds: Bounds,
        ledger: Ledger,
        lines: Lines,
        spool: PathBuf,
    ) -> Self {
        Self { ledger, client, market, bounds, lines, queues: Vec::new(), spool }
    }

    /// Works until every line has its result, or the budget holds no more. `tell` is told how
    /// many requests wait at the provider and how many of them are through, as it is seen.
    pub(crate) async fn all(
        &mut self,
        mut tell: impl FnMut(&Ledger, u64, u64),
    ) -> Result<Ended, Failure> {
        self.plan()?;
        loop {
            let refused = self.hand_in().await?;
            if self.ledger.open.is_empty() {
                let _ = fs::remove_file(&self.spool);
                return Ok(refused.map_or(Ended::Done, Ended::OverBudget));
            }
            tokio::time::sleep(self.bounds.poll).await;
            let (mut waiting, mut through) = (0, 0);
            for batch in self.ledger.open.keys().copied().collect::<Vec<_>>() {
                let requests = self.ledger.open.get(&batch).map_or(0, |open| open.lines.len());
                let finished = self.look(batch).await?;
                if self.ledger.open.contains_key(&batch) {
                    waiting += requests as u64;
                    through += finished;
                }
            }
            tell(&self.ledger, waiting, through);
        }
    }

    /// Finds out who is to answer each line that has no result and waits nowhere.
    fn plan(&mut self) -> Result<(), Failure> {
        let waiting: BTreeSet<u64> =
            self.ledger.open.values().flat_map(|open| open.lines.iter().copied()).collect();
        for line in 1..=self.lines.len() {
            if self.ledger.results.done.contains(line) || self.lines.is_blank(line)? {
                continue;
            }
            let parsed = self.lines.request(line)?.and_then(|found| {
                self.ledger.results.keys.take(found.key.as_deref(), line)?;
                Ok(found)
            });
            if !waiting.contains(&line) {
                self.enqueue(line, &parsed)?;
            }
        }
        Ok(())
    }

    /// Puts a line where it may be handed in, or gives it its error.
    fn enqueue(&mut self, number: u64, parsed: &Result<Line, Error>) -> Result<(), Failure> {
        let planned = match parsed {
            Ok(line) => self
                .market
                .plan(number, line)
                .and_then(|planned| Ok((self.queue(&planned.group)?, planned.ready))),
            Err(error) => Err(error.clone()),
        };
        match planned {
            Ok((queue, ready)) => {
                self.queues[queue].ready.push_back(ready);
                Ok(())
            }
            // Without a key no line of this provider's would fare better.
            Err(error) if error.kind == ErrorKind::Authentication => Err(error.into()),
            Err(error) => {
                let key = parsed.as_ref().ok().and_then(|line| line.key.as_deref());
                self.ledger.results.refuse(number, key, &error)
            }
        }
    }

    pub(super) fn enqueue_again(&mut self, lines: Vec<u64>) -> Result<(), Failure> {
        for line in lines {
            let parsed = self.lines.request(line)?;
            self.enqueue(line, &parsed)?;
        }
        Ok(())
    }

    /// The place of a group's queue.
    pub(super) fn queue(&mut self, group: &Group) -> Result<usize, Error> {
        if let Some(place) = self.queues.iter().position(|queue| queue.group == *group) {
            return Ok(place);
        }
        let batches = self.client.batches(&group.arm.model, group.api)?;
        let most_requests = batches.api().limits().max_requests;
        self.queues.push(Queue {
            group: group.clone(),
            batches,
            ready: VecDeque::new(),
            most_requests: self.bounds.max_requests.unwrap_or(u64::MAX).min(most_requests),
            most_tokens: self.bounds.enqueued_tokens.unwrap_or(u64::MAX),
            is_full: false,
        });
        Ok(self.queues.len() - 1)
    }
}

/// Tries again while that may help. What may be done already is done again only where that
/// changes nothing.
pub(super) async fn patiently<T>(
    mut exchange: impl AsyncFnMut() -> Result<T, BatchFailure>,
    is_harmless: bool,
) -> Result<T, BatchFailure> {
    let mut wait_ms = FIRST_WAIT_MS;
    for _ in 0..MOST_TRIES {
        match exchange().await {
            Err(failure) if failure.may_retry && (is_harmless || !failure.may_be_done) => {
                let wait_ms = failure.wait_ms.unwrap_or(0).max(wait_ms).min(MOST_WAIT_MS);
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            }
            other => return other,
        }
        wait_ms *= 2;
    }
    exchange().await
}

const FIRST_WAIT_MS: u64 = 250;
const MOST_WAIT_MS: u64 = 60_000;
const MOST_TRIES: u32 = 7;
