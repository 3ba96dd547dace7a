//! How a client is set up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use farebox_core::budget::Budget;
use farebox_core::call::{Answer, CallSettings, PerMinute, RateLimits, Release, Restart};
use farebox_core::catalog::{Catalog, ProviderId};
use farebox_core::count::Vocabularies;
use farebox_core::error::Error;
use farebox_core::plan::CallLimits;
use farebox_core::request::ModelId;
use farebox_core::route::{Policy, Posterior};

use crate::client::{Client, Inner, OnBudget};
use crate::flow::Verifier;
use crate::orchestrate::Verdict;
use crate::secret::Secret;
use crate::transport::{check_secret, default_client};

/// Sets up a [`Client`]; every setting has a sensible default.
#[derive(Default)]
pub struct Builder {
    http: Option<reqwest::Client>,
    proxy: Option<reqwest::Proxy>,
    catalog: Option<Arc<Catalog>>,
    vocabularies: Option<Vocabularies>,
    policy: Policy,
    posterior: Posterior,
    keys: BTreeMap<ProviderId, Secret>,
    ignores_environment: bool,
    settings: CallSettings,
    limits: CallLimits,
    baseline: Option<ModelId>,
    budget: Option<Budget>,
    on_budget: Option<OnBudget>,
    rate_limits: Option<RateLimits>,
    verifier: Option<Verifier>,
    records_content: bool,
}

impl Builder {
    /// Gives a provider's key, such as that of `openai`; over the environment's.
    #[must_use]
    pub fn key(mut self, provider: &str, key: impl Into<Secret>) -> Self {
        self.keys.insert(ProviderId(provider.into()), key.into());
        self
    }

    /// Takes no keys from the environment.
    #[must_use]
    pub fn without_environment(mut self) -> Self {
        self.ignores_environment = true;
        self
    }

    /// Says where a provider is, such as a gateway or a server of your own:
    /// `https://gateway.example/v1`. Its address must be encrypted unless it is this machine's.
    #[must_use]
    pub fn base_url(mut self, provider: &str, url: impl Into<String>) -> Self {
        self.settings.base_urls.insert(ProviderId(provider.into()), url.into());
        self
    }

    /// Allows unencrypted addresses beyond this machine. A key is never sent there.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.settings.allow_http = true;
        self
    }

    /// Sets the policy by which models are chosen.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets what is believed of the caller's workloads.
    #[must_use]
    pub fn posterior(mut self, posterior: Posterior) -> Self {
        self.posterior = posterior;
        self
    }

    /// Sets the catalogue; the shipped one otherwise.
    #[must_use]
    pub fn catalog(mut self, catalog: impl Into<Arc<Catalog>>) -> Self {
        self.catalog = Some(catalog.into());
        self
    }

    /// Sets the vocabularies; those built into this crate otherwise.
    #[must_use]
    pub fn vocabularies(mut self, vocabularies: Vocabularies) -> Self {
        self.vocabularies = Some(vocabularies);
        self
    }

    /// Sets the limits of time and repetition.
    #[must_use]
    pub fn limits(mut self, limits: CallLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Says what to do when a stream breaks after some of it was delivered.
    #[must_use]
    pub fn restart(mut self, restart: Restart) -> Self {
        self.settings.restart = restart;
        self
    }

    /// Says when the pieces of an answer that is still to be checked are handed on.
    #[must_use]
    pub fn release(mut self, release: Release) -> Self {
        self.settings.release = release;
        self
    }

    /// Checks answers by a function of your own, where the policy's `checks.caller` lets a cheaper
    /// model try first: an answer it gives a reason against is replaced by a stronger model's.
    #[must_use]
    pub fn verifier<F>(mut self, check: impl Fn(Answer) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        self.verifier = Some(Box::new(move |answer| Box::pin(check(answer))));
        self
    }

    /// Keeps to rate limits before the provider has to: calls wait their turn, first come, first
    /// served, and an event says until when. Models that are not named are bound by what their
    /// provider says is left. Clones of the client share the limits.
    #[must_use]
    pub fn rate_limits(mut self, limits: impl IntoIterator<Item = (ModelId, PerMinute)>) -> Self {
        self.rate_limits = Some(RateLimits::new(limits));
        self
    }

    /// Lets the spans of `tracing` hold what was asked and answered; a key is never among it.
    #[must_use]
    pub fn record_content(mut self) -> Self {
        self.records_content = true;
        self
    }

    /// Names the model that receipts are compared with; the strongest of the ladder otherwise.
    #[must_use]
    pub fn baseline(mut self, model: impl Into<ModelId>) -> Self {
        self.baseline = Some(model.into());
        self
    }

    /// Sets what may be spent, with the ledger of what was.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Calls this after each change of the budget, and before anything is sent on its strength:
    /// store it here, and a crash loses no money out of sight. Calls that hold or settle wait for
    /// it, so it must not use the client itself.
    #[must_use]
    pub fn on_budget(mut self, tell: impl Fn(&Budget) + Send + Sync + 'static) -> Self {
        self.on_budget = Some(Box::new(tell));
        self
    }

    /// Uses an HTTP client of your own. It should follow no redirects, or a key may travel.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Sends everything through a proxy; the system's settings hold otherwise.
    #[must_use]
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// `invalid_request` when a key or an address cannot be used, `invalid_policy` when the policy
    /// contradicts itself.
    pub fn build(self) -> Result<Client, Error> {
        self.policy.check()?;
        let catalog = match self.catalog {
            Some(catalog) => catalog,
            None => Arc::new(Catalog::embedded()),
        };
        let mut keys = self.keys;
        for provider in catalog.providers.iter().filter(|_| !self.ignores_environment) {
            let found = std::env::var(&provider.key_variable).ok();
            if let Some(key) = found.filter(|key| !key.trim().is_empty()) {
                let key = || Secret::new(key.trim());
                keys.entry(provider.id.clone()).or_insert_with(key);
            }
        }
        for (provider, secret) in &keys {
            check_secret(secret).map_err(|error| error.with("provider", provider.0.as_str()))?;
        }
        let strongest = || catalog.ladders.first().and_then(|ladder| ladder.rungs.last()).cloned();
        let baseline = self.baseline.or_else(|| self.policy.ladder.last().cloned());
        Ok(Client::new(Inner {
            http: match self.http {
                Some(http) => http,
                None => default_client(self.proxy)?,
            },
            baseline: baseline.or_else(strongest),
            vocabularies: match self.vocabularies {
                Some(vocabularies) => vocabularies,
                None => embedded_vocabularies()?,
            },
            catalog,
            policy: self.policy,
            posterior: Mutex::new(self.posterior),
            keys,
            settings: self.settings,
            limits: self.limits,
            budget: self.budget.map(Mutex::new),
            on_budget: self.on_budget,
            rate_limits: self.rate_limits.map(Mutex::new),
            verifier: self.verifier,
            records_content: self.records_content,
        }))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("keys", &self.keys.keys().collect::<Vec<_>>())
            .field("policy", &self.policy)
            .field("settings", &self.settings)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn embedded_vocabularies() -> Result<Vocabularies, Error> {
    #[allow(unused_mut)]
    let mut vocabularies = Vocabularies::new();
    #[cfg(feature = "o200k")]
    {
        use farebox_core::count::{Encoding, O200K_FILE, Vocab};
        vocabularies = vocabularies.with(Vocab::parse(Encoding::O200kBase, O200K_FILE)?);
    }
    #[cfg(feature = "cl100k")]
    {
        use farebox_core::count::{CL100K_FILE, Encoding, Vocab};
        vocabularies = vocabularies.with(Vocab::parse(Encoding::Cl100kBase, CL100K_FILE)?);
    }
    Ok(vocabularies)
}
