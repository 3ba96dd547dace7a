//! What a bulk run has sent and what came back, so that it can go on after being killed.
//!
//! The journal notes each line before it is sent. A line that was sent and has no result is sent
//! again under the same idempotency key, and what it may have cost the first time counts against
//! the budget.

use std::path::Path;

use farebox_core::money::Pusd;

use super::notes::Notes;
use super::results::{LineResult, Results};
use crate::failure::Failure;

#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) results: Results,
    notes: Notes,
    /// What sendings that never came back may have cost.
    lost: Pusd,
}

impl Journal {
    /// Opens the results and the journal of an input, or begins them.
    pub(crate) fn open(input: &Path, results: &Path, name: String) -> Result<Self, Failure> {
        // What each line's last sending could cost, by line; those before it were lost.
        let mut last: Vec<Pusd> = Vec::new();
        let mut lost = Pusd::ZERO;
        let notes = Notes::open(input, results, SCHEMA, name, |note| {
            let parts = note.split_once(' ');
            if let Some((Ok(line), Ok(cost))) =
                parts.map(|(line, cost)| (line.parse::<u32>(), Pusd::parse(cost)))
            {
                let line = line as usize;
                if last.len() <= line {
                    last.resize(line + 1, Pusd::ZERO);
                }
                lost = lost.saturating_add(std::mem::replace(&mut last[line], cost));
            }
            Ok(())
        })?;
        let results = Results::open(results)?;
        let unanswered = (0..).zip(last).filter(|(line, _)| !results.done.contains(*line));
        let lost = unanswered.map(|(_, cost)| cost).fold(lost, Pusd::saturating_add);
        Ok(Self { results, notes, lost })
    }

    /// The run's name.
    pub(crate) fn name(&self) -> &str {
        &self.notes.name
    }

    /// What was billed, or may have been.
    pub(crate) fn spent(&self) -> Pusd {
        self.results.spent.saturating_add(self.lost)
    }

    /// Notes that a line is about to be sent, and what it can cost.
    pub(crate) fn sending(&mut self, line: u64, worst_case: Pusd) -> Result<(), Failure> {
        self.notes.add(&format!("{line} {worst_case}"))
    }

    /// Keeps a result.
    pub(crate) fn keep(&mut self, result: &LineResult<'_>) -> Result<(), Failure> {
        self.results.keep(result)
    }
}

const SCHEMA: &str = "farebox-bulk/1";
