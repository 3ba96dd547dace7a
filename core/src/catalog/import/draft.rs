//! Models on their way into a catalogue: names made unique, snapshots made aliases, prices checked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::{LeftOut, family};
use crate::catalog::resolve::undated;
use crate::catalog::{Ability, Limits, Model, PriceSheet, ProviderId};
use crate::money::Rate;
use crate::request::{Effort, HostedTool, ModelId};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Day;
use crate::usage::TokenClass;

/// What a file says of one model.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) provider: String,
    pub(super) aliases: Vec<String>,
    pub(super) context_tokens: u64,
    pub(super) max_input_tokens: Option<u64>,
    pub(super) max_output_tokens: u64,
    pub(super) abilities: SortedSet<Ability>,
    pub(super) hosted_tools: SortedSet<HostedTool>,
    pub(super) efforts: Vec<Effort>,
    pub(super) default_effort: Option<Effort>,
    pub(super) regions: SortedSet<String>,
    pub(super) prices: Vec<PriceSheet>,
    pub(super) released_on: Option<Day>,
    pub(super) shutdown_on: Option<Day>,
    pub(super) knowledge_cutoff: Option<Day>,
    pub(super) source: String,
}

/// Everything a file says.
#[derive(Default)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    left_out: Vec<LeftOut>,
    passed_over: u64,
}

impl Drafts {
    pub(super) fn push(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    pub(super) fn leave_out(&mut self, model: &str, why: impl Into<String>) {
        self.left_out.push(LeftOut { model: model.into(), why: why.into() });
    }

    pub(super) fn pass_over(&mut self) {
        self.passed_over += 1;
    }

    /// The models; what holds of the whole file has still to be checked.
    pub(super) fn finish(mut self, checked_on: Day) -> (Vec<Model>, Vec<LeftOut>, u64) {
        let mut models: Vec<Model> = Vec::new();
        let mut places: SortedMap<String, usize> = SortedMap::new();
        // A snapshot has to meet the model it is one of.
        let (bare, dated): (Vec<_>, Vec<_>) =
            self.drafts.into_iter().partition(|draft| undated(&draft.id) == draft.id);
        for draft in bare.into_iter().chain(dated) {
            let name = draft.id.clone();
            if let Some(of) = places.get(undated(&name)).and_then(|place| models.get_mut(*place))
                && undated(&name) != name
                && of.provider.0 == draft.provider
                && of.prices == draft.prices
            {
                places.insert(name.clone(), usize::MAX);
                of.aliases.push(ModelId::new(name));
                continue;
            }
            if places.contains_key(&name) {
                let why = format!("another provider's model has this name: {}", draft.provider);
                self.left_out.push(LeftOut { model: name, why });
                continue;
            }
            let model = draft.into_model(checked_on);
            let providers = SortedSet::from([&model.provider]);
            if let Err(error) = model.check(&providers) {
                self.left_out.push(LeftOut { model: name, why: error.message });
                continue;
            }
            places.insert(name, models.len());
            models.push(model);
        }
        for model in &mut models {
            model.aliases.retain(|alias| {
                *places.or_insert_with(alias.to_string(), || usize::MAX) == usize::MAX
            });
            model.aliases.sort();
            model.aliases.dedup();
        }
        (models, self.left_out, self.passed_over)
    }
}

impl Draft {
    fn into_model(self, checked_on: Day) -> Model {
        let max_input = self.max_input_tokens.filter(|most| *most < self.context_tokens);
        Model {
            counting: family::counting(&self.provider, &self.id),
            apis: family::apis(&self.provider, &self.id),
            id: ModelId::new(self.id),
            provider: ProviderId(self.provider),
            aliases: self.aliases.into_iter().map(ModelId::new).collect(),
            limits: Limits {
                context_tokens: self.context_tokens,
                max_input_tokens: max_input,
                max_output_tokens: self.max_output_tokens,
            },
            abilities: self.abilities,
            hosted_tools: self.hosted_tools,
            default_effort: self.default_effort.filter(|effort| self.efforts.contains(effort)),
            efforts: self.efforts,
            regions: self.regions,
            prices: self.prices,
            released_on: self.released_on,
            shutdown_on: self.shutdown_on,
            successor: None,
            knowledge_cutoff: self.knowledge_cutoff,
            priors: SortedMap::new(),
            source: self.source,
            checked_on,
        }
    }
}

/// Puts a price into its class; what it says of a price that is none.
///
/// `shift` is how many places the number's point moves to make dollars per million.
pub(super) fn put(
    rates: &mut SortedMap<TokenClass, Rate>,
    class: TokenClass,
    price: &Value,
    shift: usize,
) -> Result<(), String> {
    if price.is_null() {
        return Ok(());
    }
    rates.insert(class, rate(price, shift)?);
    Ok(())
}

/// A price as dollars per million, read from the shortest decimal that stands for the number.
pub(super) fn rate(price: &Value, shift: usize) -> Result<Rate, String> {
    let text = match price {
        Value::Number(number) => match number.as_f64() {
            Some(number) => number.to_string(),
            None => number.to_string(),
        },
        Value::String(text) => text.clone(),
        other => return Err(format!("has a price that is no number: {other}")),
    };
    let wrong = || format!("has a price that is no multiple of a pico-dollar: {text}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut fraction = String::from(fraction);
    while fraction.len() < shift {
        fraction.push('0');
    }
    let (moved, rest) = fraction.split_at_checked(shift).ok_or_else(wrong)?;
    let digits = format!("{whole}{moved}");
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let rest = rest.trim_end_matches('0');
    let text = if rest.is_empty() { String::from(digits) } else { format!("{digits}.{rest}") };
    Rate::parse(&text).map_err(|_| wrong())
}

/// A day, or the first day of a month or year.
pub(super) fn day(value: Option<&Value>) -> Option<Day> {
    let text = value?.as_str()?;
    let text = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.into(),
    };
    Day::parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prices_of_one_token_are_read_exactly() {
        for (price, expected) in [
            (json!(2.5e-6), "2.5"),
            (json!(1.3e-7), "0.13"),
            (json!(3e-05), "30"),
            (json!(0.0), "0"),
        ] {
            assert_eq!(rate(&price, 6).unwrap().to_string(), expected);
        }
        assert_eq!(rate(&json!("0.0375"), 0).unwrap().to_string(), "0.0375");
        assert_eq!(rate(&json!(10), 3).unwrap().to_string(), "10000");
        assert!(rate(&json!(1e-13), 6).is_err());
        assert!(rate(&json!(-1.0), 6).is_err());
        assert!(rate(&json!([1]), 6).is_err());
    }
}
