//! A rung of the plan with everything an attempt at it needs.

use alloc::vec::Vec;

use super::settings::CallSettings;
use crate::catalog::{Catalog, Model, Terms};
use crate::error::Error;
use crate::money::Pusd;
use crate::plan::{Plan, Rung};
use crate::provider::{BuildSettings, HttpRequest, build};
use crate::request::Request;
use crate::time::Timestamp;
use crate::usage::Usage;

/// A rung with everything an attempt at it needs.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) rung: Rung,
    pub(super) model: Model,
    pub(super) request: HttpRequest,
}

/// The legs of a plan; rungs after the first that cannot carry the request are left out.
pub(super) fn legs(
    request: &Request,
    plan: &Plan,
    catalog: &Catalog,
    settings: &CallSettings,
) -> Result<Vec<Leg>, Error> {
    let mut legs = Vec::new();
    for (place, rung) in plan.rungs.iter().enumerate() {
        match Leg::new(request, rung, catalog, settings) {
            Ok(leg) => legs.push(leg),
            Err(error) if place == 0 => return Err(error),
            Err(_) => {}
        }
    }
    Ok(legs)
}

impl Leg {
    fn new(
        request: &Request,
        rung: &Rung,
        catalog: &Catalog,
        settings: &CallSettings,
    ) -> Result<Self, Error> {
        let model = catalog.stand_in(&rung.arm.model)?;
        let base_url = settings.base_urls.get(&model.provider);
        let how = BuildSettings {
            stream: settings.stream,
            base_url: base_url.map(|url| url.as_str()),
            allow_http: settings.allow_http,
        };
        let http = build(request, rung, catalog, how)?;
        Ok(Self { rung: rung.clone(), model, request: http })
    }

    /// The most an attempt can cost that goes on from what was said; nothing where nobody published
    /// a price.
    pub(super) fn worst_case(
        &self,
        said: Option<&str>,
        regional: bool,
        now: Timestamp,
    ) -> Option<Pusd> {
        let plain = self.rung.worst_case?;
        let Some(said) = said else { return Some(plain) };
        // No token is shorter than a byte.
        let more_tokens = (said.len() as u64).saturating_add(WORDS_AROUND_TOKENS);
        let terms = Terms { at: now, service_tier: self.rung.service_tier, regional };
        let more = self.model.cost(&Usage::of(more_tokens, 0), &terms).ok()?;
        Some(plain.saturating_add(more.total))
    }
}

/// What asks the model to go on, and what frames it, generously.
const WORDS_AROUND_TOKENS: u64 = 200;
