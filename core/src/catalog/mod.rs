//! The models there are: what they can do, what they cost and since when.
//!
//! Data in, answers out: a [`Catalog`] is parsed from JSON, the shipped one or the caller's own.
//! It knows no request and no policy. Prices are dated, and the past is never re-priced.

mod cost;
mod import;
mod model;
mod price;
mod resolve;
mod validate;

use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

pub use cost::Terms;
pub use import::{Disagreement, Import, LeftOut, Refresh};
pub use model::{
    Ability, AuthScheme, Counting, CountingFamily, ImageCounting, Limits, Model, Prior, Provider,
    ProviderId,
};
pub use price::{Cost, Lane, PriceSheet, Threshold, TokenCost};
pub use resolve::Match;

use crate::request::ModelId;
use crate::time::Day;

/// Providers, models and ladders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Catalog {
    /// The newest day any of it was compared with its source.
    pub checked_on: Day,
    /// Who answers.
    pub providers: Vec<Provider>,
    /// Models; no name appears twice.
    pub models: Vec<Model>,
    /// Ladders; the first is the default.
    pub ladders: Vec<Ladder>,
}

/// Models in order of strength, from least to most: what routing chooses among.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ladder {
    /// Its name, such as `gpt-5.4`.
    pub name: alloc::string::String,
    /// Its models, from the least to the strongest.
    pub rungs: Vec<ModelId>,
}

impl Catalog {
    /// The model of this name or alias.
    pub fn model(&self, name: &ModelId) -> Option<&Model> {
        self.models.iter().find(|model| model.is_called(name))
    }

    /// The provider of a model.
    pub fn provider(&self, model: &Model) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == model.provider)
    }
}
