//! What an emulator remembers while it runs.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::Mutex as Turn;

use crate::answer::{self, Scripted};
use crate::batch::files::File;
use crate::batch::{Batch, BatchPlan};
use crate::bill::{Bill, BillLine, Broken, Usage};
use crate::count::{PromptCache, counts_cache_writes};
use crate::fault::Fault;
use crate::limit::Limits;
use crate::matcher::Subject;
use crate::models::Offer;
use crate::options::Options;
use crate::prompt::{Api, Prompt};
use crate::record::Received;

/// Everything the routes share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) offer: Offer,
    pub(crate) port: u16,
    started: Instant,
    depot: Mutex<Depot>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    ids: u64,
    bill: Bill,
    /// Lines of the bill before this generation are out of reach of streams still running.
    generation: u64,
    requests: VecDeque<Received>,
    answers: Vec<Scripted>,
    faults: Vec<Fault>,
    plans: VecDeque<BatchPlan>,
    luck: u64,
    cache: PromptCache,
    limits: Limits,
    stored: HashMap<String, Value>,
    stored_order: VecDeque<String>,
}

/// Files and batches.
#[derive(Debug, Default)]
pub(crate) struct Depot {
    pub(crate) files: Vec<File>,
    /// By id, format and the batch itself, which is locked while it is worked on.
    pub(crate) batches: Vec<(String, Api, Arc<Turn<Batch>>)>,
}

/// Where a line of the bill is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineRef {
    generation: u64,
    index: usize,
}

impl Shared {
    pub(crate) fn new(options: Options, port: u16) -> Arc<Self> {
        let inner = Inner {
            answers: options.answers.clone(),
            faults: options.faults.clone(),
            plans: options.batches.iter().cloned().collect(),
            luck: options.seed,
            ..Inner::default()
        };
        let offer = Offer::new(options.catalog.clone());
        Arc::new(Self {
            options,
            offer,
            port,
            started: Instant::now(),
            depot: Mutex::default(),
            inner: Mutex::new(inner),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the emulator started.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A fresh id: the prefix and 32 hexadecimal digits decided by the seed.
    pub(crate) fn id(&self, prefix: &str) -> String {
        let mut inner = self.inner();
        inner.ids += 1;
        let high = mix(self.options.seed ^ (inner.ids << 20));
        format!("{prefix}{high:016x}{:016x}", mix(high ^ inner.ids))
    }

    /// Remembers a request, and forgets the oldest of too many.
    pub(crate) fn remember(&self, received: impl FnOnce() -> Received) {
        if self.options.remembered_requests == 0 {
            return;
        }
        let received = received();
        let mut inner = self.inner();
        if inner.requests.len() >= self.options.remembered_requests {
            inner.requests.pop_front();
        }
        inner.requests.push_back(received);
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.inner().requests.iter().cloned().collect()
    }

    pub(crate) fn bill(&self) -> Bill {
        self.inner().bill.clone()
    }

    pub(crate) fn open_line(&self, line: BillLine) -> LineRef {
        let mut inner = self.inner();
        inner.bill.lines.push(line);
        LineRef { generation: inner.generation, index: inner.bill.lines.len() - 1 }
    }

    /// Charges what has been delivered so far.
    pub(crate) fn charge(&self, at: LineRef, usage: &Usage, delivered_tokens: u64, whole: bool) {
        let broken = self.options.broken;
        let mut inner = self.inner();
        if inner.generation != at.generation {
            return;
        }
        let Some(line) = inner.bill.lines.get_mut(at.index) else { return };
        line.is_complete = whole;
        match broken {
            _ if whole => line.charge(usage, u64::MAX),
            Broken::Delivered => line.charge(usage, delivered_tokens),
            Broken::Full => line.charge(usage, u64::MAX),
            Broken::Nothing => line.waive(),
        }
    }

    pub(crate) fn script(&self, answers: Vec<Scripted>, faults: Vec<Fault>, plans: Vec<BatchPlan>) {
        let mut inner = self.inner();
        inner.plans.extend(plans);
        inner.answers.extend(answers);
        inner.faults.extend(faults);
    }

    /// Forgets requests, bill, scripts, caches and stored answers; ids go on.
    pub(crate) fn reset(&self) {
        let mut inner = self.inner();
        let fresh = Inner {
            ids: inner.ids,
            generation: inner.generation + 1,
            luck: self.options.seed,
            ..Inner::default()
        };
        *inner = fresh;
        drop(inner);
        *self.depot() = Depot::default();
    }

    pub(crate) fn depot(&self) -> MutexGuard<'_, Depot> {
        self.depot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_batch(&self, batch: Batch) {
        let (id, api) = (batch.id().to_owned(), batch.api());
        self.depot().batches.push((id, api, Arc::new(Turn::new(batch))));
    }

    pub(crate) fn batch(&self, id: &str) -> Option<Arc<Turn<Batch>>> {
        let depot = self.depot();
        let found = depot.batches.iter().find(|(other, ..)| other == id);
        found.map(|(.., batch)| Arc::clone(batch))
    }

    /// The batches of a provider, the newest first.
    pub(crate) fn batches(&self, is_own: impl Fn(Api) -> bool) -> Vec<Arc<Turn<Batch>>> {
        let depot = self.depot();
        let own = depot.batches.iter().rev().filter(|(_, api, _)| is_own(*api));
        own.map(|(.., batch)| Arc::clone(batch)).collect()
    }

    pub(crate) fn next_batch_plan(&self) -> BatchPlan {
        self.inner().plans.pop_front().unwrap_or_default()
    }

    pub(crate) fn scripted_answer(&self, subject: &Subject<'_>) -> Option<Scripted> {
        answer::take(&mut self.inner().answers, subject)
    }

    /// The fault for a request: the next scripted one that matches, else by luck.
    pub(crate) fn next_fault(&self, subject: &Subject<'_>) -> Fault {
        let mut inner = self.inner();
        if let Some(found) = inner.faults.iter().position(|fault| fault.when.matches(subject)) {
            let fault = &mut inner.faults[found];
            let times = fault.times.unwrap_or(1);
            if times > 1 {
                fault.times = Some(times - 1);
                return fault.clone();
            }
            return inner.faults.remove(found);
        }
        let faults = &self.options.random_faults;
        if self.options.fault_rate_ppm == 0 || faults.is_empty() {
            return Fault::default();
        }
        inner.luck = inner.luck.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let draw = mix(inner.luck);
        if draw % 1_000_000 >= u64::from(self.options.fault_rate_ppm) {
            return Fault::default();
        }
        let choice = usize::try_from((draw >> 32) % faults.len() as u64).unwrap_or(0);
        faults[choice].clone()
    }

    /// Works out what the prompt cache saves, unless a script has said so.
    pub(crate) fn use_cache(&self, prompt: &Prompt, usage: &mut Usage) {
        if !self.options.prompt_cache || usage.cache_read_tokens + usage.cache_write_tokens > 0 {
            return;
        }
        let (read_tokens, new_tokens) = self.inner().cache.read(prompt, usage.input_tokens);
        usage.cache_read_tokens = read_tokens;
        if counts_cache_writes(&prompt.model) {
            usage.cache_write_tokens = new_tokens;
        }
    }

    /// What the rate limits say about a request of this size.
    pub(crate) fn limit(&self, model: &str, tokens: u64) -> crate::limit::Verdict {
        let now_ms = self.now_ms();
        let options = &self.options;
        self.inner().limits.take(
            model,
            tokens,
            now_ms,
            u64::from(options.requests_per_minute),
            options.tokens_per_minute,
        )
    }

    /// Keeps an object for later requests; the oldest of too many is dropped.
    pub(crate) fn store(&self, id: &str, value: Value) {
        let mut inner = self.inner();
        if inner.stored.insert(id.to_owned(), value).is_none() {
            inner.stored_order.push_back(id.to_owned());
        }
        let most = if self.options.idempotency_keys { MAX_DEEDS } else { MAX_STORED };
        while inner.stored_order.len() > most {
            if let Some(oldest) = inner.stored_order.pop_front() {
                inner.stored.remove(&oldest);
            }
        }
    }

    pub(crate) fn stored(&self, id: &str) -> Option<Value> {
        self.inner().stored.get(id).cloned()
    }

    pub(crate) fn unstore(&self, id: &str) -> bool {
        let mut inner = self.inner();
        inner.stored_order.retain(|stored| stored != id);
        inner.stored.remove(id).is_some()
    }
}

/// Seconds since the epoch, for `created` fields.
pub(crate) fn unix_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn mix(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Enough for any test's chain of previous answers, little enough for a million requests.
const MAX_STORED: usize = 1_000;
/// Where repetitions are known by their keys: more than a fast client asks for while one waits.
const MAX_DEEDS: usize = 50_000;
