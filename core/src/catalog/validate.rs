//! What must hold of a catalogue before anything is priced with it.

use alloc::format;
use alloc::string::String;

use super::cost::rate_of;
use super::model::Model;
use super::price::{Lane, PriceSheet};
use super::{Catalog, ProviderId};
use crate::error::{Error, ErrorKind};
use crate::json;
use crate::sorted::SortedSet;
use crate::usage::TokenClass;

impl Catalog {
    /// Reads a catalogue from JSON and checks that it holds together.
    ///
    /// # Errors
    ///
    /// `invalid_catalog`, naming the place, when it is no JSON of that shape, a name appears twice,
    /// a model or ladder refers to something absent, limits are zero or contradict each other,
    /// price sheets or thresholds are out of order, or a price falls as a request grows.
    // Apart, for few need it: an engine compiles a function when it is first called, all of it.
    #[inline(never)]
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let catalog: Self = json::parse_as(json)
            .map_err(|error| invalid(format!("a catalogue is JSON of its own shape: {error}")))?;
        catalog.check()?;
        Ok(catalog)
    }

    /// The catalogue that ships with this crate.
    #[cfg(feature = "embed-catalog")]
    pub fn embedded() -> Self {
        Self::shipped(farebox_derive::compact_json!("data/catalog.json"))
    }

    /// The part of the shipped catalogue that was checked by hand: its ladders, their relatives and
    /// what is still in use of older models. A page embeds it and fetches the whole one.
    #[cfg(feature = "embed-small-catalog")]
    pub fn small() -> Self {
        Self::shipped(farebox_derive::compact_json!("data/small.json"))
    }

    /// Reads what ships.
    #[cfg(any(feature = "embed-catalog", feature = "embed-small-catalog"))]
    fn shipped(json: &str) -> Self {
        // INVARIANT: a test parses and checks the same files, so the fallback is never taken and
        // nothing needs to be checked again at each start.
        json::parse_as(json.as_bytes()).unwrap_or_else(|_| Self::empty())
    }

    /// A catalogue of nothing, to be filled.
    pub fn empty() -> Self {
        Self {
            checked_on: crate::time::Day::from_days(0),
            providers: alloc::vec![],
            models: alloc::vec![],
            ladders: alloc::vec![],
        }
    }

    /// Checks that the catalogue holds together, as [`Catalog::parse`] does.
    ///
    /// # Errors
    ///
    /// `invalid_catalog`, naming the place.
    pub fn check(&self) -> Result<(), Error> {
        let mut providers = SortedSet::new();
        for provider in &self.providers {
            if !providers.insert(&provider.id) {
                return Err(invalid(format!("provider `{}` appears twice", provider.id.0)));
            }
            if provider.apis.is_empty() {
                return Err(invalid(format!("provider `{}` answers no format", provider.id.0)));
            }
        }
        let mut names = SortedSet::new();
        for model in &self.models {
            for name in core::iter::once(&model.id).chain(&model.aliases) {
                if name.as_str().is_empty() {
                    return Err(invalid("a model or an alias has an empty name"));
                }
                if !names.insert(name) {
                    return Err(invalid(format!("model name `{name}` appears twice")));
                }
            }
            model.check(&providers)?;
        }
        let mut ladders = SortedSet::new();
        for ladder in &self.ladders {
            if !ladders.insert(&ladder.name) {
                return Err(invalid(format!("ladder `{}` appears twice", ladder.name)));
            }
            if ladder.rungs.is_empty() {
                return Err(invalid(format!("ladder `{}` has no models", ladder.name)));
            }
            if let Some(rung) = ladder.rungs.iter().find(|rung| !names.contains(rung)) {
                let name = &ladder.name;
                return Err(invalid(format!("ladder `{name}` names `{rung}`, which is no model")));
            }
        }
        Ok(())
    }
}

impl Model {
    pub(super) fn check(&self, providers: &SortedSet<&ProviderId>) -> Result<(), Error> {
        let wrong = |what: String| Err(invalid(format!("model `{}` {what}", self.id)));
        if !providers.contains(&self.provider) {
            return wrong(format!("names provider `{}`, which is absent", self.provider.0));
        }
        let limits = &self.limits;
        if limits.context_tokens == 0 || limits.max_output_tokens == 0 {
            return wrong("has a limit of zero tokens".into());
        }
        if limits.max_input_tokens.is_some_and(|most| most > limits.context_tokens) {
            return wrong("takes more input than its context holds".into());
        }
        if self.default_effort.is_some_and(|effort| !self.efforts.contains(&effort)) {
            return wrong("has a default effort that is not among its efforts".into());
        }
        for pair in self.prices.windows(2) {
            if let [before, after] = pair
                && after.from.is_none_or(|day| before.from.is_some_and(|first| first >= day))
            {
                return wrong("has price sheets that are not in order of their days".into());
            }
        }
        for (index, sheet) in self.prices.iter().enumerate() {
            sheet.check().or_else(|what| wrong(format!("in price sheet {index} {what}")))?;
        }
        Ok(())
    }
}

impl PriceSheet {
    fn check(&self) -> Result<(), String> {
        if self.lanes.is_empty() {
            return Err("has no lane".into());
        }
        if self.regional_uplift_ppm > 10_000_000 {
            return Err("has a regional uplift of over tenfold".into());
        }
        for (tier, lane) in &self.lanes {
            lane.check().map_err(|what| format!("at service tier `{}` {what}", tier.as_str()))?;
        }
        Ok(())
    }
}

impl Lane {
    fn check(&self) -> Result<(), String> {
        let mut before = &self.rates;
        let mut threshold = 0;
        for rates in core::iter::once(&self.rates).chain(self.above.iter().map(|step| &step.rates))
        {
            for class in [TokenClass::Input, TokenClass::Output] {
                if !rates.contains_key(&class) {
                    return Err("lacks the price of `input` or `output`".into());
                }
            }
        }
        for step in &self.above {
            if step.input_tokens <= threshold {
                return Err("has thresholds that do not rise".into());
            }
            // Above a threshold the whole request is priced again, so a lower price there would
            // make a longer request cheaper.
            for class in TokenClass::ALL {
                if rate_of(&step.rates, class) < rate_of(before, class) {
                    let above = step.input_tokens;
                    return Err(format!("has a price that falls above {above} tokens"));
                }
            }
            threshold = step.input_tokens;
            before = &step.rates;
        }
        Ok(())
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidCatalog, message)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    const SHIPPED: &str = include_str!("../../data/small.json");
    const WHOLE: &str = include_str!("../../data/catalog.json");

    #[test]
    fn the_shipped_catalogue_holds_together() {
        let small = Catalog::parse(SHIPPED.as_bytes()).unwrap();
        let whole = Catalog::parse(WHOLE.as_bytes()).unwrap();
        assert_eq!(small.ladders[0].name, "gpt-5.4");
        assert_eq!(small.ladders, whole.ladders);
        assert!(whole.models.len() >= 150);
    }

    #[test]
    fn what_was_checked_by_hand_stands_in_the_whole() {
        let small = Catalog::parse(SHIPPED.as_bytes()).unwrap();
        let whole = Catalog::parse(WHOLE.as_bytes()).unwrap();
        for model in &small.models {
            let mut kept = whole.model(&model.id).cloned().unwrap();
            // Older prices may have been found since; those checked stay.
            if kept.prices.len() > model.prices.len() && model.prices.len() == 1 {
                kept.prices.drain(..kept.prices.len() - 1);
                kept.prices[0].from = model.prices[0].from;
            }
            // So may days that nobody told when it was checked.
            kept.released_on = kept.released_on.filter(|_| model.released_on.is_some());
            kept.knowledge_cutoff =
                kept.knowledge_cutoff.filter(|_| model.knowledge_cutoff.is_some());
            assert_eq!(&kept, model);
        }
    }

    #[test]
    fn what_does_not_hold_together_is_refused_by_name() {
        let broken: [(&str, &str, &str); 5] = [
            ("\"provider\": \"anthropic\"", "\"provider\": \"nobody\"", "nobody"),
            ("\"maxOutputTokens\": 128000", "\"maxOutputTokens\": 0", "zero"),
            ("\"output\": \"22.5\"", "\"output\": \"2.5\"", "falls above 272000"),
            ("\"gpt-5.4-nano\", \"gpt-5.4-mini\"", "\"gpt-5.4-nana\"", "gpt-5.4-nana"),
            ("\"defaultEffort\": \"none\"", "\"defaultEffort\": \"max\"", "effort"),
        ];
        for (from, to, said) in broken {
            assert!(SHIPPED.contains(from), "{from}");
            let text: String = SHIPPED.replacen(from, to, 1);
            let error = Catalog::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidCatalog);
            assert!(error.message.contains(said), "{}", error.message);
        }
    }
}
