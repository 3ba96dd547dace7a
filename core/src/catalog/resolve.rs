//! Finding the model that a name means, and the nearest one when no model has that name.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Catalog;
use super::model::Model;
use crate::error::{Error, ErrorKind};
use crate::request::ModelId;
use crate::sorted::SortedMap;

/// What the catalogue knows of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match<'a> {
    /// This model has that name, or had it before a date or a provider was written beside it.
    Known(&'a Model),
    /// No model has that name; this one has the most like it.
    Nearest(&'a Model),
}

impl<'a> Match<'a> {
    /// The model, whether it was meant or is only near.
    pub fn model(self) -> &'a Model {
        match self {
            Self::Known(model) | Self::Nearest(model) => model,
        }
    }

    /// Whether the model was meant.
    pub fn is_known(self) -> bool {
        matches!(self, Self::Known(_))
    }
}

impl Catalog {
    /// The model that a name means.
    ///
    /// A snapshot's date behind it and a router's prefix before it are looked past. A name of no
    /// model gives the nearest one: the one that shares the most words with it from the start, the
    /// shortest of those. Nothing when even the first word is shared by none.
    pub fn find(&self, name: &ModelId) -> Option<Match<'_>> {
        if let Some(model) = self.model(name) {
            return Some(Match::Known(model));
        }
        let bare = name.as_str().rsplit('/').next().unwrap_or_default();
        if let Some(model) = self.model(&bare.into()).or_else(|| self.model(&undated(bare).into()))
        {
            return Some(Match::Known(model));
        }
        let wanted = words(bare);
        let shared = |model: &Model| {
            let own = words(model.id.as_str());
            own.iter().zip(&wanted).take_while(|(own, wanted)| own == wanted).count()
        };
        let nearest = self.models.iter().max_by(|a, b| {
            let length = |model: &Model| model.id.as_str().len();
            let like = shared(a).cmp(&shared(b));
            like.then(length(b).cmp(&length(a))).then(b.id.cmp(&a.id))
        })?;
        (shared(nearest) > 0).then_some(Match::Nearest(nearest))
    }
}

impl Catalog {
    /// The model of a name, or a copy of the nearest one under that name.
    ///
    /// An estimate of a copy is a wide band and says why.
    ///
    /// # Errors
    ///
    /// `unknown_model` when no model is near.
    pub fn stand_in(&self, name: &ModelId) -> Result<Model, Error> {
        match self.find(name) {
            Some(Match::Known(model)) => Ok(model.clone()),
            Some(Match::Nearest(model)) => {
                let mut model = model.clone();
                model.id = name.clone();
                model.aliases.clear();
                model.priors = SortedMap::new();
                model.shutdown_on = None;
                model.successor = None;
                Ok(model)
            }
            None => {
                let message = format!("no model is called `{name}`, and none nearly so");
                Err(Error::new(ErrorKind::UnknownModel, message).with("model", name.as_str()))
            }
        }
    }
}

/// A name without the date of its snapshot, or `latest`, behind it.
pub(super) fn undated(name: &str) -> &str {
    let dated = |digits: &str, rest: &str| {
        rest.len() == digits.len()
            && rest.chars().zip(digits.chars()).all(|(character, digit)| match digit {
                '0' => character.is_ascii_digit(),
                other => character == other,
            })
    };
    for tail in ["0000-00-00", "00000000", "00-0000"] {
        if let Some(at) = name.len().checked_sub(tail.len() + 1)
            && let (Some(head), Some(rest)) = (name.get(..at), name.get(at + 1..))
            && matches!(name.as_bytes().get(at), Some(b'-' | b'@' | b'_'))
            && dated(tail, rest)
        {
            return head;
        }
    }
    name.strip_suffix("-latest").unwrap_or(name)
}

fn words(name: &str) -> Vec<String> {
    name.split(['-', '_', '.', ':']).map(str::to_ascii_lowercase).collect()
}
