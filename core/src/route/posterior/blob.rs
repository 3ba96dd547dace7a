//! The blob: versioned, bounded, mergeable.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::{Head, KnownWorkload, Posterior, Tally, VERSION};
use crate::error::Error;
use crate::json::{self, Node};
use crate::order::sort_by;
use crate::sorted::SortedMap;
use crate::time::Timestamp;

impl Posterior {
    /// Reads a blob.
    ///
    /// # Errors
    ///
    /// `invalid_request` when it is cut short, of another shape, or of another version.
    // Apart, for few need it: an engine compiles a function when it is first called, all of it.
    #[inline(never)]
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let node = json::nodes(json)
            .map_err(|error| Error::invalid_request(format!("a posterior is JSON: {error}")))?;
        Self::from_node(&node)
    }

    /// Reads a blob that is JSON already.
    ///
    /// # Errors
    ///
    /// As [`Posterior::parse`].
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        Self::from_node(&Node::from(value))
    }

    fn from_node(node: &Node<'_>) -> Result<Self, Error> {
        let version = node.get("version").and_then(Node::as_u64);
        if version != Some(u64::from(VERSION)) {
            let found = version.map_or_else(|| "none".into(), |version| format!("{version}"));
            return Err(Error::invalid_request(format!(
                "a posterior of version {VERSION} is right, this one says {found}"
            )));
        }
        let posterior = json::read_node(node).map_err(|error| {
            Error::invalid_request(format!("a posterior has its own shape: {error}"))
        })?;
        Ok(posterior)
    }

    /// The blob as JSON text.
    ///
    /// # Errors
    ///
    /// None that is known; the type is that of the encoder.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self)
            .map_err(|error| Error::invalid_request(format!("a posterior is JSON: {error}")))
    }

    /// Adds what another blob knows, as if its outcomes had come in here. Pending decisions and
    /// threads of the other are taken over where this one has none of that name.
    pub fn merge(&mut self, other: &Self) {
        self.decisions = self.decisions.saturating_add(other.decisions);
        self.spent = self.spent.saturating_add(other.spent);
        self.explored = self.explored.saturating_add(other.explored);
        let half_life_ms = self.half_life_ms;
        for (kind, arms) in &other.kinds {
            merge_arms(self.kinds.or_default(kind.clone()), arms, half_life_ms);
        }
        for (kind, rates) in &other.checks {
            merge_arms(self.checks.or_default(kind.clone()), rates, half_life_ms);
        }
        for (key, theirs) in &other.workloads {
            let ours = self.workloads.or_default(key.clone());
            ours.at = ours.at.max(theirs.at);
            merge_arms(&mut ours.arms, &theirs.arms, half_life_ms);
            if theirs.moments.prompts > ours.moments.prompts {
                ours.moments = theirs.moments.clone();
            }
            let learned = |head: &Option<Head>| head.as_ref().map_or(0, |head| head.outcomes);
            if learned(&theirs.shared) > learned(&ours.shared) {
                ours.shared = theirs.shared.clone();
            }
            for (arm, head) in &theirs.heads {
                // Weights do not add up, so the head that has learned more stands.
                match ours.heads.get(arm) {
                    Some(ours) if ours.outcomes >= head.outcomes => {}
                    _ => {
                        ours.heads.insert(arm.clone(), head.clone());
                    }
                }
            }
        }
        for (arm, theirs) in &other.speeds {
            let ours = self.speeds.or_default(arm.clone());
            if theirs.answers > ours.answers {
                *ours = *theirs;
            }
        }
        for (id, pending) in &other.pending {
            self.pending.or_insert_with(id.clone(), || pending.clone());
        }
        for (key, thread) in &other.threads {
            self.threads.or_insert_with(key.clone(), || thread.clone());
        }
        self.trim();
    }

    /// Drops the oldest of what there is too much of, so that the blob stays small.
    pub(super) fn trim(&mut self) {
        drop_oldest(&mut self.pending, MAX_PENDING, |pending| pending.sequence);
        drop_oldest(&mut self.threads, MAX_THREADS, |thread| thread.at);
        drop_oldest(&mut self.workloads, MAX_WORKLOADS, |workload| workload.at);
        self.trim_words();
    }

    /// Drops the words of the workloads not used for longest, where too many keep some.
    fn trim_words(&mut self) {
        let keeps =
            |workload: &KnownWorkload| workload.heads.values().any(|head| head.words.is_some());
        let mut ages: Vec<(Timestamp, &String)> = self
            .workloads
            .iter()
            .filter(|(_, workload)| keeps(workload))
            .map(|(key, workload)| (workload.at, key))
            .collect();
        if ages.len() <= MAX_WORDED {
            return;
        }
        sort_by(&mut ages, Ord::cmp);
        let excess = ages.len() - MAX_WORDED;
        let keys: Vec<String> = ages.into_iter().take(excess).map(|(_, key)| key.clone()).collect();
        for key in keys {
            let Some(workload) = self.workloads.get_mut(&key) else { continue };
            workload.heads.values_mut().for_each(|head| head.words = None);
        }
    }
}

fn merge_arms(
    ours: &mut SortedMap<String, Tally>,
    theirs: &SortedMap<String, Tally>,
    half_life_ms: u64,
) {
    for (arm, tally) in theirs {
        ours.or_default(arm.clone()).merge(tally, half_life_ms);
    }
}

/// Halves a map's excess away at once, so that trimming is rare and cheap on average.
fn drop_oldest<T, K: Ord + Copy>(map: &mut SortedMap<String, T>, most: usize, age: fn(&T) -> K) {
    if map.len() <= most {
        return;
    }
    let mut ages: Vec<(K, String)> =
        map.iter().map(|(key, value)| (age(value), key.clone())).collect();
    sort_by(&mut ages, Ord::cmp);
    let excess = map.len() - most + most / 8;
    for (_, key) in ages.into_iter().take(excess) {
        map.remove(&key);
    }
}

/// Decisions that may await their outcome at once.
const MAX_PENDING: usize = 2_048;
/// Pieces of work that may be under way at once.
const MAX_THREADS: usize = 2_048;
/// Workloads whose words may be counted at once, 32 kB for each arm.
const MAX_WORDED: usize = 32;
/// Workloads that may be known at once.
const MAX_WORKLOADS: usize = 1_024;
