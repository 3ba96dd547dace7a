//! From queues of requests to batches that are handed in.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use farebox::BatchFailure;
use farebox_core::error::{Error, ErrorKind};
use farebox_core::money::Pusd;
use farebox_core::provider::batch::Refusal;

use super::lines::{Group, Ready, id};
use super::work::{Work, patiently};
use crate::failure::Failure;

impl Work<'_> {
    /// Hands in what may be handed in now; says so when the budget holds no more.
    pub(super) async fn hand_in(&mut self) -> Result<Option<Error>, Failure> {
        let mut refused = None;
        for place in 0..self.queues.len() {
            loop {
                let queue = &self.queues[place];
                let waiting_tokens = self.waiting_tokens(&queue.group);
                let Some(first) = queue.ready.front() else { break };
                let room = queue.most_tokens.saturating_sub(waiting_tokens);
                let has_room = waiting_tokens == 0 || first.input_tokens <= room;
                if queue.is_full || !has_room {
                    break;
                }
                if let Some(error) = self.over_budget(first.worst_case) {
                    refused = Some(error);
                    break;
                }
                let taken = self.write_spool(place, room)?;
                if !taken.is_empty() {
                    let batch =
                        self.ledger.plan(&self.queues[place].group, &taken, self.market.now)?;
                    self.submit(batch, place).await?;
                }
            }
        }
        Ok(refused)
    }

    fn waiting_tokens(&self, group: &Group) -> u64 {
        let same = self.ledger.open.values().filter(|open| open.group.arm.model == group.arm.model);
        same.map(|open| open.input_tokens).sum()
    }

    fn over_budget(&self, more: Pusd) -> Option<Error> {
        let budget = self.bounds.budget?;
        let committed = self.ledger.results.spent.saturating_add(self.ledger.reserved());
        let left = budget.saturating_sub(committed);
        (more > left).then(|| {
            let message = format!(
                "the next request may cost ${more}, of the budget of ${budget} ${left} is left: \
                 raise it, or limit the answers with `max_output_tokens`"
            );
            Error::new(ErrorKind::OverBudget, message)
                .with("worstCasePusd", more.as_pusd())
                .with("limitPusd", budget.as_pusd())
        })
    }

    /// Writes as many requests as one batch may hold, and takes them off their queue.
    fn write_spool(&mut self, place: usize, room_tokens: u64) -> Result<Vec<Ready>, Failure> {
        let failed = |path: &Path, error: &std::io::Error| Failure::file(path, error);
        let file = File::create(&self.spool).map_err(|error| failed(&self.spool, &error))?;
        let mut file = BufWriter::with_capacity(1 << 18, file);
        let (run, batch) = (self.ledger.name().to_owned(), self.ledger.next());
        let batch_api = self.queues[place].batches.api();
        let [head, between, tail] = batch_api.frame();
        let limits = batch_api.limits();
        let most_bytes = self.bounds.max_bytes.unwrap_or(u64::MAX).min(limits.max_bytes);
        let mut bytes = (head.len() + tail.len()) as u64;
        let (mut taken, mut tokens, mut worst) = (Vec::new(), 0_u64, Pusd::ZERO);
        let mut put = |text: &str| {
            file.write_all(text.as_bytes()).map_err(|error| failed(&self.spool, &error))
        };
        put(head)?;
        while let Some(ready) = self.queues[place].ready.front() {
            let line = ready.line;
            let id = id(&run, batch, line);
            let queue = &self.queues[place];
            let written =
                self.lines.written(ready, &queue.group, &id, batch_api, self.market.catalog)?;
            let written = match written {
                Ok(text) if text.len() as u64 + bytes > most_bytes && taken.is_empty() => {
                    let message = format!(
                        "the request is of {} bytes, a batch holds {most_bytes}: send it by itself",
                        text.len()
                    );
                    Err(Error::invalid_request(message).with("limitBytes", most_bytes))
                }
                other => other,
            };
            let text = match written {
                Ok(text) => text,
                Err(error) => {
                    self.queues[place].ready.pop_front();
                    self.ledger.results.refuse(line, None, &error)?;
                    continue;
                }
            };
            let more_bytes = (between.len() + text.len()) as u64;
            let is_whole = !taken.is_empty()
                && (taken.len() as u64 >= queue.most_requests
                    || bytes + more_bytes > most_bytes
                    || tokens.saturating_add(ready.input_tokens) > room_tokens);
            let worst_case = worst.saturating_add(ready.worst_case);
            let left = self.bounds.budget.map(|budget| {
                let committed = self.ledger.results.spent.saturating_add(self.ledger.reserved());
                budget.saturating_sub(committed)
            });
            if is_whole || left.is_some_and(|left| worst_case > left) {
                break;
            }
            if !taken.is_empty() {
                put(between)?;
            }
            put(&text)?;
            bytes += more_bytes;
            tokens = tokens.saturating_add(ready.input_tokens);
            worst = worst_case;
            taken.extend(self.queues[place].ready.pop_front());
        }
        put(tail)?;
        file.flush().map_err(|error| failed(&self.spool, &error))?;
        Ok(taken)
    }

    /// Hands in the batch that was written.
    async fn submit(&mut self, batch: u32, place: usize) -> Result<(), Failure> {
        let batches = self.queues[place].batches.clone();
        let name = format!("{}-{batch}", self.ledger.name());
        let spool = self.spool.clone();
        let created = if batches.api().takes_file() {
            match patiently(async || batches.upload(&name, &spool).await, true).await {
                Ok(file) => patiently(async || batches.create_of(&name, &file).await, false).await,
                Err(failure) => Err(BatchFailure { may_be_done: false, ..failure }),
            }
        } else {
            patiently(async || batches.create(&spool).await, false).await
        };
        match created {
            Ok(state) => {
                self.ledger.created(batch, &state.id)?;
                self.seen(batch, state).await.map(drop)
            }
            // It is looked for at the next look.
            Err(failure) if failure.may_be_done => Ok(()),
            Err(failure) => match failure.error.details.get("status").and_then(|it| it.as_u64()) {
                Some(413) => self.refused(batch, Refusal::TooLarge(*failure.error)),
                Some(400 | 422) => {
                    self.refused(batch, Refusal::Wrong(vec![(None, *failure.error)]))
                }
                _ => {
                    self.ledger.void(batch)?;
                    Err(failure.into())
                }
            },
        }
    }
}
