//! The client: quote without network, send, stream.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use farebox_core::budget::{Budget, HoldId};
use farebox_core::call::{Answer, Call, CallSettings, Event, Outcome, RateLimits};
use farebox_core::catalog::{AuthScheme, Catalog, Provider, ProviderId};
use farebox_core::count::Vocabularies;
use farebox_core::error::{Error, ErrorKind};
use farebox_core::plan::CallLimits;
use farebox_core::provider::parse;
use farebox_core::quote::{Quote, quote};
use farebox_core::receipt::Receipt;
use farebox_core::request::{ModelId, Request};
use farebox_core::route::{Check, Policy, Posterior};

use crate::ask::{Ask, Quotable};
use crate::builder::Builder;
use crate::clock::Clock;
use crate::flow::{Flow, Verifier, error_of};
use crate::secret::Secret;

/// Quotes, sends and settles requests. Cheap to clone; clones share connections and beliefs.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) vocabularies: Vocabularies,
    pub(crate) policy: Policy,
    pub(crate) posterior: Mutex<Posterior>,
    pub(crate) keys: BTreeMap<ProviderId, Secret>,
    pub(crate) settings: CallSettings,
    pub(crate) limits: CallLimits,
    pub(crate) baseline: Option<ModelId>,
    pub(crate) budget: Option<Mutex<Budget>>,
    pub(crate) on_budget: Option<OnBudget>,
    pub(crate) rate_limits: Option<Mutex<RateLimits>>,
    pub(crate) verifier: Option<Verifier>,
    pub(crate) records_content: bool,
}

/// Called with the budget after each change, before anything is sent on its strength.
pub(crate) type OnBudget = Box<dyn Fn(&Budget) + Send + Sync>;

/// An answer with its receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// What it cost, beside what it was said to cost.
    pub receipt: Receipt,
    /// What was said before sending.
    pub quote: Quote,
}

/// A failed call: why, what of the answer came, and what it cost all the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Why.
    pub error: Error,
    /// The answer as far as it came.
    pub answer: Option<Answer>,
    /// What it cost; absent when nothing was ever sent.
    pub receipt: Option<Receipt>,
    /// What the answers before it cost, where one call of several failed: tools had been run, or an
    /// answer had missed its form.
    pub earlier: Vec<Receipt>,
}

impl Client {
    /// A client with keys from the environment and every default.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// A client to be set up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// The catalogue in use.
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// What a request will use and cost on every model of the ladder, and which one should answer.
    /// Nothing is sent.
    ///
    /// # Errors
    ///
    /// `invalid_request`, `unknown_model`, `context_overflow`, `no_candidate`, `over_budget` or
    /// `invalid_policy`, each saying what would be right.
    pub fn quote<'a>(&self, request: impl Into<Quotable<'a>>) -> Result<Quote, Error> {
        let parsed;
        let request = match request.into().0 {
            Ok(request) => request,
            Err(body) => {
                parsed = parse(body, None)?;
                &parsed
            }
        };
        let clock = Clock::new();
        let policy = self.inner.bent_policy(clock);
        self.quote_at(request, &policy, clock)
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// Every kind of [`ErrorKind`] but those of catalogue and policy; with the receipt, when
    /// anything was sent.
    pub async fn send(&self, ask: impl Into<Ask>) -> Result<Reply, Box<Failure>> {
        let flow = self.flow(ask.into(), false).map_err(Failure::unsent)?;
        flow.finish().await
    }

    /// Sends a request and gives the pieces of its answer as they come.
    ///
    /// # Errors
    ///
    /// As [`quote`](Self::quote), and `authentication` when no key is known. What fails later is
    /// the stream's last item.
    pub fn stream(&self, ask: impl Into<Ask>) -> Result<Flow, Error> {
        self.flow(ask.into(), true)
    }

    /// What is believed of the caller's workloads, to be kept by the caller.
    pub fn posterior(&self) -> Posterior {
        self.lock_posterior().clone()
    }

    /// Changes what is believed, such as by observing how an answer served.
    pub fn update_posterior<T>(&self, change: impl FnOnce(&mut Posterior) -> T) -> T {
        change(&mut self.lock_posterior())
    }

    /// The budget with its ledger as it stands, to be kept by the caller.
    pub fn budget(&self) -> Option<Budget> {
        self.inner.lock_budget().map(|budget| budget.clone())
    }

    fn lock_posterior(&self) -> MutexGuard<'_, Posterior> {
        // Counts stay counts whatever a panicking thread left undone.
        self.inner.posterior.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn quote_at(&self, request: &Request, policy: &Policy, clock: Clock) -> Result<Quote, Error> {
        let inner = &self.inner;
        let posterior = self.lock_posterior();
        let mut quote =
            quote(request, &inner.catalog, &inner.vocabularies, policy, &posterior, clock.now())?;
        quote.plan.limits = inner.limits;
        Ok(quote)
    }

    fn flow(&self, ask: Ask, stream: bool) -> Result<Flow, Error> {
        let request = match ask {
            Ask::Body(body) => Box::new(parse(&body, None)?),
            Ask::Request(request) => request,
        };
        let drawn = draw();
        self.flow_with(&request, &self.inner.policy, stream, name_of(&drawn), drawn[2])
    }

    /// A call by a policy of its own, which is sent once its flow is polled. A call that is made
    /// again under the same key, after a crash say, is known to providers that honour such keys.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub fn call(
        &self,
        request: &Request,
        policy: &Policy,
        idempotency_key: String,
    ) -> Result<Flow, Error> {
        self.flow_with(request, policy, false, idempotency_key, draw()[2])
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    pub(crate) fn vocabularies(&self) -> &Vocabularies {
        &self.inner.vocabularies
    }

    fn flow_with(
        &self,
        request: &Request,
        policy: &Policy,
        stream: bool,
        idempotency_key: String,
        seed: u64,
    ) -> Result<Flow, Error> {
        let clock = Clock::new();
        let inner = &self.inner;
        // Quoting and holding are one step, or two calls could count on the same money.
        let mut budget = inner.lock_budget();
        let policy = match &budget {
            Some(budget) => &budget.bend(policy, clock.now()),
            None => policy,
        };
        let quote = self.quote_at(request, policy, clock)?;
        self.check_key(&quote)?;
        self.check_verifier(&quote)?;
        let settings = CallSettings {
            stream,
            seed,
            idempotency_key: Some(idempotency_key),
            regional: policy.region.is_some(),
            ..inner.settings.clone()
        };
        let call = Call::new(request, &quote.plan, &inner.catalog, settings)?;
        let hold = match &mut budget {
            Some(budget) => Some(inner.hold(budget, &quote, clock)?),
            None => None,
        };
        drop(budget);
        self.lock_posterior().record(request, &quote.decision, clock.now());
        Ok(Flow::new(Arc::clone(inner), quote, call, clock, hold))
    }

    /// A check without its function is found out before anything is sent.
    fn check_verifier(&self, quote: &Quote) -> Result<(), Error> {
        let check = quote.plan.verify.as_ref().map(|verify| &verify.check);
        if check == Some(&Check::Caller) && self.inner.verifier.is_none() {
            let message = "the policy has answers checked by a function of the caller's, and none \
                           is known: give one to the builder's `verifier`";
            return Err(Error::new(ErrorKind::InvalidPolicy, message));
        }
        Ok(())
    }

    /// A provider without a key is found out before anything is sent.
    fn check_key(&self, quote: &Quote) -> Result<(), Error> {
        let catalog = &self.inner.catalog;
        let model = quote.plan.rungs.first().and_then(|rung| catalog.find(&rung.arm.model));
        let Some(provider) = model.and_then(|found| catalog.provider(found.model())) else {
            return Ok(());
        };
        self.check_key_of(provider)
    }

    pub(crate) fn check_key_of(&self, provider: &Provider) -> Result<(), Error> {
        let is_elsewhere = self.inner.settings.base_urls.contains_key(&provider.id);
        let needs_key = !is_elsewhere && provider.auth != AuthScheme::None;
        if needs_key && !self.inner.keys.contains_key(&provider.id) {
            let message = format!(
                "no key of `{}` is known: set {} or give one to the builder",
                provider.id.0, provider.key_variable
            );
            return Err(Error::new(ErrorKind::Authentication, message)
                .with("provider", provider.id.0.as_str()));
        }
        Ok(())
    }
}

impl Inner {
    fn lock_budget(&self) -> Option<MutexGuard<'_, Budget>> {
        let budget = self.budget.as_ref()?;
        Some(budget.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn bent_policy(&self, clock: Clock) -> Policy {
        match self.lock_budget() {
            Some(budget) => budget.bend(&self.policy, clock.now()),
            None => self.policy.clone(),
        }
    }

    fn hold(&self, budget: &mut Budget, quote: &Quote, clock: Clock) -> Result<HoldId, Error> {
        let hold = budget.hold_for(quote, clock.now())?;
        self.tell_budget(budget);
        Ok(hold)
    }

    pub(crate) fn lock_rate_limits(&self) -> Option<MutexGuard<'_, RateLimits>> {
        let limits = self.rate_limits.as_ref()?;
        Some(limits.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn settle(&self, hold: HoldId, receipt: &Receipt) {
        if let Some(mut budget) = self.lock_budget() {
            budget.settle_by(hold, receipt);
            self.tell_budget(&budget);
        }
    }

    fn tell_budget(&self, budget: &Budget) {
        if let Some(tell) = &self.on_budget {
            tell(budget);
        }
    }

    pub(crate) fn scrub_event(&self, mut event: Event) -> Event {
        if let Some(error) = error_of(&mut event.kind) {
            self.scrub(error);
        }
        event
    }

    pub(crate) fn scrub_outcome(&self, mut outcome: Outcome) -> Outcome {
        let ids = outcome.attempts.iter_mut().filter_map(|attempt| attempt.request_id.as_mut());
        for id in ids {
            if let Some(clean) = self.keys.values().find_map(|key| key.scrub(id)) {
                *id = clean;
            }
        }
        let attempts = outcome.attempts.iter_mut().filter_map(|attempt| attempt.error.as_mut());
        for error in attempts.chain(outcome.error.as_mut()) {
            self.scrub(error);
        }
        outcome
    }

    /// A provider that refuses a key may repeat it.
    pub(crate) fn scrub(&self, error: &mut Error) {
        for key in self.keys.values() {
            if let Some(clean) = key.scrub(&error.message) {
                error.message = clean;
            }
            for value in error.details.values_mut() {
                if let Some(clean) = value.as_str().and_then(|text| key.scrub(text)) {
                    *value = clean.into();
                }
            }
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("providers", &self.inner.keys.keys().collect::<Vec<_>>())
            .field("policy", &self.inner.policy)
            .finish_non_exhaustive()
    }
}

impl Failure {
    pub(crate) fn after(mut self: Box<Self>, earlier: Vec<Receipt>) -> Box<Self> {
        self.earlier = earlier;
        self
    }

    pub(crate) fn unsent(error: Error) -> Box<Self> {
        Box::new(Self { error, answer: None, receipt: None, earlier: Vec::new() })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl std::error::Error for Failure {}

/// A name nobody else has.
pub(crate) fn name() -> String {
    name_of(&draw())
}

fn name_of(&[high, low, _]: &[u64; 3]) -> String {
    format!("farebox-{high:016x}{low:016x}")
}

/// Numbers nobody can guess, for a name and a seed at once; the kernel draws none.
fn draw() -> [u64; 3] {
    let mut bytes = [[0; 8]; 3];
    if getrandom::fill(bytes.as_flattened_mut()).is_err() {
        // Without entropy the time still tells calls apart, which is all that depends on it.
        return [Clock::new().now().as_ms().unsigned_abs(); 3];
    }
    bytes.map(u64::from_le_bytes)
}
