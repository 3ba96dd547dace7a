//! The laws of prices, on every model that ships.

use farebox_conformance::root;
use farebox_core::catalog::{Catalog, Terms};
use farebox_core::error::ErrorKind;
use farebox_core::money::Pusd;
use farebox_core::request::ServiceTier;
use farebox_core::time::Day;
use farebox_core::usage::{TokenClass, Usage};

pub(crate) fn shipped() -> Catalog {
    let bytes = std::fs::read(root().join("core/data/catalog.json")).unwrap();
    Catalog::parse(&bytes).unwrap()
}

#[test]
fn cost_never_falls_when_a_class_of_usage_grows() {
    let catalog = shipped();
    let days = ["2025-01-01", "2026-03-12", "2026-11-22", "2027-02-01"];
    let mut seed = Seed(7);
    for model in &catalog.models {
        for day in days.map(|day| Day::parse(day).unwrap().start()) {
            let Some(sheet) = model.sheet(day) else { continue };
            for &service_tier in sheet.lanes.keys() {
                let terms = Terms { at: day, service_tier, regional: seed.below(2) == 1 };
                let mut usage = Usage::default();
                let mut before = Pusd::ZERO;
                for _ in 0..24 {
                    let class = TokenClass::ALL[seed.below(10) as usize];
                    let more = usage.tokens(class) + seed.below(150_000);
                    usage = usage.with(class, more);
                    let cost = model.cost(&usage, &terms).unwrap();
                    assert!(cost.total >= before, "{} {terms:?} {usage:?}", model.id);
                    let parts = cost.tokens.iter().map(|part| part.cost.as_pusd()).sum::<u64>();
                    let whole = parts + cost.regional_uplift.as_pusd() + cost.tool_fees.as_pusd();
                    assert_eq!(whole, cost.total.as_pusd());
                    before = cost.total;
                }
            }
        }
    }
}

#[test]
fn every_lane_of_every_model_is_priced_or_refused() {
    for model in &shipped().models {
        for service_tier in [
            ServiceTier::Batch,
            ServiceTier::Flex,
            ServiceTier::Priority,
            ServiceTier::Standard,
            ServiceTier::Ultrafast,
        ] {
            let terms = Terms { service_tier, ..Terms::default() };
            match model.cost(&Usage::of(u64::MAX, u64::MAX), &terms) {
                Ok(cost) => assert_eq!(cost.total, Pusd::ZERO, "{}", model.id),
                Err(error) => assert!(
                    matches!(error.kind, ErrorKind::InvalidRequest | ErrorKind::UnknownModel),
                    "{error}"
                ),
            }
        }
    }
}

/// A small generator, so that a failure can be made again.
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % limit
    }
}
