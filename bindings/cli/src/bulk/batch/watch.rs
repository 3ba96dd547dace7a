//! What becomes of batches that were handed in.

use std::collections::BTreeSet;

use farebox::Batches;
use farebox_core::error::Error;
use farebox_core::provider::batch::{BatchEnding, BatchResult, BatchStage, BatchState, Refusal};

use super::ledger::Open;
use super::lines::{Ready, line_of};
use super::work::{Work, patiently};
use crate::bulk::results::LineResult;
use crate::failure::Failure;

/// Whether a provider has a batch.
enum Found {
    Here(String),
    Nowhere,
    /// One under way may be it; its requests' names show when it has ended.
    Perhaps,
}

impl Work<'_> {
    /// Looks how far a batch is, and takes its results when they are there; how many of its
    /// requests are through.
    pub(super) async fn look(&mut self, batch: u32) -> Result<u64, Failure> {
        let Some(open) = self.ledger.open.get(&batch).cloned() else { return Ok(0) };
        let place = self.queue(&open.group)?;
        let batches = self.queues[place].batches.clone();
        match &open.id {
            Some(id) => {
                let state = patiently(async || batches.look(id).await, true).await?;
                self.seen(batch, state).await
            }
            None => {
                match self.find(batch, &open, &batches).await? {
                    Found::Here(id) => self.ledger.created(batch, &id)?,
                    Found::Nowhere => {
                        let lines = self.ledger.void(batch)?;
                        self.enqueue_again(lines)?;
                    }
                    Found::Perhaps => {}
                }
                Ok(0)
            }
        }
    }

    pub(super) async fn seen(&mut self, batch: u32, state: BatchState) -> Result<u64, Failure> {
        match state.stage {
            BatchStage::UnderWay => {}
            BatchStage::Refused(refusal) => self.refused(batch, refusal)?,
            BatchStage::Ended => self.fetch(batch, &state.results).await?,
        }
        Ok(state.finished)
    }

    /// Looks for a batch among the provider's: by its name, or where a provider keeps no names,
    /// by the names of its requests, which show when it has ended.
    async fn find(&self, batch: u32, open: &Open, batches: &Batches) -> Result<Found, Failure> {
        let name = format!("{}-{batch}", self.ledger.name());
        let mut found = Found::Nowhere;
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page = async || batches.list(after.as_deref()).await;
            let (states, has_more) = patiently(page, true).await?;
            for state in &states {
                if state.name.as_ref() == Some(&name) {
                    return Ok(Found::Here(state.id.clone()));
                }
                let may_be = !batches.api().takes_file()
                    && state.total == open.lines.len() as u64
                    && !self.ledger.ids.contains(&state.id);
                if !may_be {
                    continue;
                }
                if state.stage == BatchStage::UnderWay {
                    found = Found::Perhaps;
                    continue;
                }
                let mut is_it = false;
                for path in &state.results {
                    let first = |result: BatchResult| {
                        is_it = line_of(&result.id, self.ledger.name(), batch).is_some();
                        false
                    };
                    batches.results(path, first).await?;
                }
                if is_it {
                    return Ok(Found::Here(state.id.clone()));
                }
            }
            after = states.last().map(|state| state.id.clone());
            if !has_more || after.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// A batch that was refused as a whole: its requests go into others, or get their errors.
    pub(super) fn refused(&mut self, batch: u32, refusal: Refusal) -> Result<(), Failure> {
        let Some(open) = self.ledger.open.get(&batch).cloned() else { return Ok(()) };
        let place = self.queue(&open.group)?;
        let lines = self.ledger.void(batch)?;
        let is_single = lines.len() == 1;
        let mut wrong: Vec<(Option<u64>, Error)> = Vec::new();
        let queue = &mut self.queues[place];
        match refusal {
            Refusal::QueueFull(error) => {
                let model = &open.group.arm.model;
                let others = self.ledger.open.values();
                queue.is_full = others.clone().any(|other| other.group.arm.model == *model);
                if !queue.is_full && is_single {
                    wrong.push((None, error));
                } else if !queue.is_full {
                    queue.most_tokens = (open.input_tokens / 2).max(1);
                }
            }
            Refusal::TooLarge(error) if is_single => wrong.push((None, error)),
            Refusal::TooLarge(_) => queue.most_requests = lines.len() as u64 / 2,
            Refusal::Wrong(errors) => wrong = errors,
        }
        let mut again = Vec::new();
        for (place, line) in (1..).zip(lines) {
            let own = wrong.iter().find(|(at, _)| *at == Some(place));
            let error = own.or_else(|| wrong.iter().find(|(at, _)| at.is_none()));
            match error {
                Some((_, error)) => {
                    let key = self.lines.request(line)?.ok().and_then(|line| line.key);
                    self.ledger.results.refuse(line, key.as_deref(), error)?;
                }
                None => again.push(line),
            }
        }
        self.enqueue_again(again)
    }

    /// Fetches what came of a batch and keeps it; what failed and may do better goes into another.
    async fn fetch(&mut self, batch: u32, paths: &[String]) -> Result<(), Failure> {
        let Some(open) = self.ledger.open.get(&batch).cloned() else { return Ok(()) };
        let place = self.queue(&open.group)?;
        let batches = self.queues[place].batches.clone();
        let run = self.ledger.name().to_owned();
        let own: BTreeSet<u64> = open.lines.iter().copied().collect();
        let mut missing = own.clone();
        for path in paths {
            let mut trouble = None;
            let mut take = |result: BatchResult| {
                // Names that are none of this batch's are none of its business.
                let line = line_of(&result.id, &run, batch).filter(|line| own.contains(line));
                let Some(line) = line else { return true };
                missing.remove(&line);
                let kept = self.keep(line, result.ending, &open, &batches);
                trouble = kept.err();
                trouble.is_none()
            };
            patiently(async || batches.results(path, &mut take).await, true).await?;
            if let Some(trouble) = trouble {
                return Err(trouble);
            }
        }
        for line in missing {
            self.keep(line, BatchEnding::Missing, &open, &batches)?;
        }
        let again = self.ledger.settled(batch)?;
        self.enqueue_again(again)?;
        for queue in &mut self.queues {
            queue.is_full = false;
        }
        Ok(())
    }

    /// Keeps what came of a line, unless it is to be tried again.
    fn keep(
        &mut self,
        number: u64,
        ending: BatchEnding,
        open: &Open,
        batches: &Batches,
    ) -> Result<(), Failure> {
        if self.ledger.results.done.contains(number) {
            return Ok(());
        }
        let line = self.lines.request(number)?.ok();
        let planned = line.as_ref().and_then(|line| self.market.plan(number, line).ok());
        // A policy that has changed since does not change what was handed in.
        let planned = planned.filter(|planned| planned.group == open.group);
        let unknown = Ready {
            line: number,
            input_tokens: 0,
            worst_case: open.worst_case,
            max_output_tokens: None,
        };
        let rung = open.group.rung(planned.as_ref().map_or(&unknown, |planned| &planned.ready));
        let estimate = planned.as_ref().and_then(|planned| planned.estimate.as_ref());
        let (batched, receipt) = batches.settle(ending, &rung, estimate, open.planned_at);
        if batched.may_retry && self.ledger.tries(number) < self.bounds.retries {
            return Ok(());
        }
        let outcome = &batched.outcome;
        self.ledger.results.keep(&LineResult {
            line: number,
            key: line.as_ref().and_then(|line| line.key.as_deref()),
            error: outcome.error.as_ref(),
            answer: outcome.answer.as_ref(),
            receipt: Some(&receipt),
        })
    }
}

const MOST_PAGES: u32 = 20;
