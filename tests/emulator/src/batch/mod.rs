//! Batches: many requests handed in at once, answered later at the batch price.
//!
//! A batch moves only when it is asked about, alone or in a list: each look at it works off its share
//! of the requests, so that a test decides how far it gets. What goes wrong is said by a [`BatchPlan`].

pub(crate) mod anthropic;
pub(crate) mod files;
mod input;
mod line;
pub(crate) mod openai;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bill::Usage;
use crate::prompt::Api;
use crate::state::{Shared, unix_s};

/// How a batch goes; the default answers everything at the first look.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchPlan {
    /// At how many looks it is still in progress before it ends.
    pub looks: u32,
    /// Expire after this many requests; the rest is never worked on.
    pub expire_after: Option<usize>,
    /// Fail every request whose number, counted from one, is a multiple of this.
    pub fail_every: Option<usize>,
    /// Fail the requests with these ids.
    pub fail: Vec<String>,
    /// The error of requests that fail, by name; `server_error` unless given.
    pub error: Option<String>,
    /// Refuse the whole batch with this code when it is checked.
    pub reject: Option<String>,
    /// Give the results last first, as the order is not promised.
    pub reverse: bool,
}

/// What became of a request.
#[derive(Clone, Debug)]
enum Outcome {
    Answered { request_id: String, body: Value, usage: Usage },
    Failed { request_id: String, status: u16, body: Value },
}

/// One request of a batch.
#[derive(Clone, Debug)]
struct Line {
    custom_id: String,
    body: Value,
    outcome: Option<Outcome>,
}

/// Where a batch is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Cancelled,
    Completed,
    Expired,
    Failed,
    InProgress,
    Validating,
}

/// One batch.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    id: String,
    api: Api,
    /// What is only echoed: file, endpoint, metadata.
    echo: Value,
    plan: BatchPlan,
    lines: Vec<Line>,
    stage: Stage,
    looks: u32,
    /// Why it was refused.
    errors: Vec<Value>,
    created_at: u64,
    ended_at: Option<u64>,
    is_cancelling: bool,
    output_file: Option<String>,
    error_file: Option<String>,
}

impl Batch {
    fn new(shared: &Shared, prefix: &str, api: Api, echo: Value, lines: Vec<Line>) -> Self {
        Self {
            id: shared.id(prefix),
            api,
            echo,
            plan: shared.next_batch_plan(),
            lines,
            stage: Stage::Validating,
            looks: 0,
            errors: Vec::new(),
            created_at: unix_s(),
            ended_at: None,
            is_cancelling: false,
            output_file: None,
            error_file: None,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn api(&self) -> Api {
        self.api
    }

    fn has_ended(&self) -> bool {
        !matches!(self.stage, Stage::InProgress | Stage::Validating)
    }

    fn answered(&self) -> impl Iterator<Item = &Usage> {
        self.lines.iter().filter_map(|line| match &line.outcome {
            Some(Outcome::Answered { usage, .. }) => Some(usage),
            _ => None,
        })
    }

    fn failed(&self) -> usize {
        let failed = |line: &&Line| matches!(line.outcome, Some(Outcome::Failed { .. }));
        self.lines.iter().filter(failed).count()
    }

    /// The lines in the order their results are given.
    fn in_order(&self) -> Vec<&Line> {
        let lines = self.lines.iter();
        if self.plan.reverse { lines.rev().collect() } else { lines.collect() }
    }

    /// Works off what is due at this look.
    async fn look(&mut self, shared: &Shared) {
        if self.has_ended() {
            return;
        }
        self.stage = Stage::InProgress;
        if self.is_cancelling {
            self.end(Stage::Cancelled);
            return;
        }
        self.looks += 1;
        let reach = self.plan.expire_after.unwrap_or(usize::MAX).min(self.lines.len());
        let share = (self.looks as usize).min(self.plan.looks as usize + 1);
        let due = reach * share / (self.plan.looks as usize + 1);
        let started = Instant::now();
        for index in 0..due {
            if self.lines[index].outcome.is_some() {
                continue;
            }
            // A large batch takes several looks more rather than one long answer.
            if started.elapsed() > LOOK {
                return;
            }
            self.lines[index].outcome = Some(self.work(shared, index));
            tokio::task::yield_now().await;
        }
        if share > self.plan.looks as usize {
            let all = reach == self.lines.len();
            self.end(if all { Stage::Completed } else { Stage::Expired });
        }
    }

    fn work(&self, shared: &Shared, index: usize) -> Outcome {
        let line = &self.lines[index];
        let fails = self.plan.fail.contains(&line.custom_id)
            || self.plan.fail_every.is_some_and(|every| (index + 1).is_multiple_of(every.max(1)));
        let error = self.plan.error.as_deref().unwrap_or("server_error");
        line::answer(shared, self.api, &line.body, fails.then_some(error))
    }

    fn end(&mut self, stage: Stage) {
        self.stage = stage;
        self.ended_at = Some(unix_s());
    }
}

/// How long one look works.
const LOOK: Duration = Duration::from_secs(2);
