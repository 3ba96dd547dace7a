//! What routing would have made of a recorded request.

use farebox_core::catalog::{Catalog, Terms};
use farebox_core::count::Vocabularies;
use farebox_core::estimate::estimate;
use farebox_core::money::Pusd;
use farebox_core::request::Request;
use farebox_core::route::{Policy, Posterior, route};
use farebox_core::usage::Usage;

/// What was billed for answers that a ladder could have given, and what the routed model asks for
/// the same tokens.
#[derive(Default)]
pub(crate) struct Routed {
    pub(crate) rows: u64,
    pub(crate) billed: Pusd,
    pub(crate) moved: Pusd,
}

impl Routed {
    /// Routes a request as though it named no model, and prices its recorded usage there.
    ///
    /// What cannot be routed, because nothing on the ladder can do it, is not counted on either side.
    pub(crate) fn add(
        &mut self,
        request: &Request,
        usage: &Usage,
        billed: Pusd,
        catalog: &Catalog,
        vocabularies: &Vocabularies,
        terms: &Terms,
    ) {
        let mut request = request.clone();
        request.model = None;
        request.native = None;
        request.service_tier = None;
        let Some(ladder) = catalog.ladders.first() else { return };
        let rungs = ladder.rungs.iter().filter_map(|rung| catalog.model(rung));
        let estimates = rungs
            .map(|model| estimate(&request, model, catalog, vocabularies, terms))
            .collect::<Result<Vec<_>, _>>();
        let chosen = estimates.and_then(|estimates| {
            let policy = Policy::default();
            route(&request, &estimates, catalog, &policy, &Posterior::new(), terms.at)
        });
        let Ok(decision) = chosen else { return };
        let Some(model) = catalog.model(&decision.chosen.model) else { return };
        let Ok(cost) = model.cost(usage, terms) else { return };
        self.rows += 1;
        self.billed = self.billed.saturating_add(billed);
        self.moved = self.moved.saturating_add(cost.total);
    }
}
