//! What was handed in and what came of it, kept in the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use farebox_core::money::Pusd;
use farebox_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::lines::{Group, Ready, spans};
use crate::bulk::notes::Notes;
use crate::bulk::results::Results;
use crate::failure::Failure;

/// The journal of batches, and the results beside it.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) results: Results,
    /// Batches whose results are not in yet, by number.
    pub(crate) open: BTreeMap<u32, Open>,
    /// The provider's names of all that it is known to have, or to have had.
    pub(crate) ids: BTreeSet<String>,
    /// How many batches each line went through without an answer, by line.
    tries: Vec<u8>,
    notes: Notes,
    /// The number of the next batch.
    next: u32,
}

/// A batch that was planned and is not settled.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) group: Group,
    pub(crate) planned_at: Timestamp,
    /// In the order they were handed in.
    pub(crate) lines: Vec<u64>,
    pub(crate) input_tokens: u64,
    pub(crate) worst_case: Pusd,
    /// The provider's name of it, once it is known to have it.
    pub(crate) id: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "note", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Note {
    /// About to be handed in.
    Planned {
        batch: u32,
        at: Timestamp,
        #[serde(flatten)]
        group: Group,
        lines: Vec<[u64; 2]>,
        input_tokens: u64,
        worst_case: Pusd,
    },
    /// Handed in, under the provider's name of it.
    Created { batch: u32, id: String },
    /// Nothing of it is or was worked on.
    Void { batch: u32 },
    /// Every line has its result, or goes into another batch.
    Settled { batch: u32 },
}

impl Ledger {
    /// Opens the results and the journal of an input, or begins them.
    pub(crate) fn open(input: &Path, results: &Path, name: String) -> Result<Self, Failure> {
        let mut open = BTreeMap::new();
        let mut ids = BTreeSet::new();
        let mut tries = Vec::new();
        let mut next = 1;
        let notes = Notes::open(input, results, SCHEMA, name, |note| {
            let note = serde_json::from_str(note).map_err(|error| {
                Failure::host(format!("{}: a note cannot be read: {error}", results.display()))
            })?;
            match note {
                Note::Planned { batch, at, group, lines, input_tokens, worst_case } => {
                    next = next.max(batch + 1);
                    let lines = lines.into_iter().flat_map(|[first, last]| first..=last);
                    let planned = Open {
                        group,
                        planned_at: at,
                        lines: lines.collect(),
                        input_tokens,
                        worst_case,
                        id: None,
                    };
                    open.insert(batch, planned);
                }
                Note::Created { batch, id } => {
                    ids.insert(id.clone());
                    if let Some(open) = open.get_mut(&batch) {
                        open.id = Some(id);
                    }
                }
                Note::Void { batch } => drop(open.remove(&batch)),
                Note::Settled { batch } => {
                    let settled = open.remove(&batch);
                    for line in settled.into_iter().flat_map(|it| it.lines) {
                        count(&mut tries, line);
                    }
                }
            }
            Ok(())
        })?;
        let results = Results::open(results)?;
        Ok(Self { results, open, ids, tries, notes, next })
    }

    /// The run's name.
    pub(crate) fn name(&self) -> &str {
        &self.notes.name
    }

    /// How many batches a line went through without an answer.
    pub(crate) fn tries(&self, line: u64) -> u8 {
        let at = usize::try_from(line).unwrap_or(usize::MAX);
        self.tries.get(at).copied().unwrap_or(0)
    }

    /// What open batches may cost at worst.
    pub(crate) fn reserved(&self) -> Pusd {
        self.open.values().map(|open| open.worst_case).fold(Pusd::ZERO, Pusd::saturating_add)
    }

    /// The number of the next batch.
    pub(crate) fn next(&self) -> u32 {
        self.next
    }

    /// Notes a batch that is about to be handed in.
    pub(crate) fn plan(
        &mut self,
        group: &Group,
        ready: &[Ready],
        at: Timestamp,
    ) -> Result<u32, Failure> {
        let batch = self.next;
        let lines = || ready.iter().map(|ready| ready.line);
        let input_tokens = ready.iter().map(|ready| ready.input_tokens).sum();
        let worst_case = ready.iter().map(|it| it.worst_case);
        let worst_case = worst_case.fold(Pusd::ZERO, Pusd::saturating_add);
        self.note(&Note::Planned {
            batch,
            at,
            group: group.clone(),
            lines: spans(lines()),
            input_tokens,
            worst_case,
        })?;
        self.next += 1;
        let (group, lines) = (group.clone(), lines().collect());
        let open = Open { group, planned_at: at, lines, input_tokens, worst_case, id: None };
        self.open.insert(batch, open);
        Ok(batch)
    }

    /// Notes the provider's name of a batch.
    pub(crate) fn created(&mut self, batch: u32, id: &str) -> Result<(), Failure> {
        self.note(&Note::Created { batch, id: id.to_owned() })?;
        self.ids.insert(id.to_owned());
        if let Some(open) = self.open.get_mut(&batch) {
            open.id = Some(id.to_owned());
        }
        Ok(())
    }

    /// Takes back a batch of which nothing is or was worked on, and gives its lines.
    pub(crate) fn void(&mut self, batch: u32) -> Result<Vec<u64>, Failure> {
        self.note(&Note::Void { batch })?;
        Ok(self.open.remove(&batch).map(|open| open.lines).unwrap_or_default())
    }

    /// Closes a batch whose results are in, and gives the lines that have none.
    pub(crate) fn settled(&mut self, batch: u32) -> Result<Vec<u64>, Failure> {
        self.note(&Note::Settled { batch })?;
        let lines = self.open.remove(&batch).map(|open| open.lines).unwrap_or_default();
        for line in &lines {
            count(&mut self.tries, *line);
        }
        Ok(lines.into_iter().filter(|line| !self.results.done.contains(*line)).collect())
    }

    fn note(&mut self, note: &Note) -> Result<(), Failure> {
        self.notes.add(&serde_json::to_string(note).unwrap_or_default())
    }
}

fn count(tries: &mut Vec<u8>, line: u64) {
    let at = usize::try_from(line).unwrap_or(0);
    if tries.len() <= at {
        tries.resize(at + 1, 0);
    }
    tries[at] = tries[at].saturating_add(1);
}

const SCHEMA: &str = "farebox-bulk-batch/1";
