//! Operations of the kernel on plain data, by name: the one door for the package and for vectors.
//!
//! The shipped modules hold those that an app has a use for, the one without `calls` those that an
//! estimate needs. The rest take apart what an app does in one step, and reading their inputs costs a
//! page more than all of routing does: they stand behind the feature `vectors`.

#[cfg(feature = "calls")]
mod calls;
mod input;
#[cfg(feature = "vectors")]
mod vectors;

#[cfg(feature = "calls")]
pub use calls::CallOperations;
pub use input::RequestInput;
#[cfg(feature = "vectors")]
pub use vectors::VectorOperations;

use farebox_core::catalog::{Catalog, Cost, Model};
use farebox_core::count::{Encoding, InputCount, Vocabularies, count_request};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::estimate::{Estimate, api_for, estimate};
use farebox_core::json;
use farebox_core::money::Pusd;
use farebox_core::provider;
use farebox_core::quote::{Quote, quote};
use farebox_core::request::{ModelId, Request};
use farebox_core::route::{Policy, Posterior};
use farebox_core::usage::Usage;
use tsify::Tsify;

use crate::from_text;
use crate::vocabularies::require;
use input::{
    CountInput, EncodingsInput, EstimateInput, ParseInput, PriceInput, QuoteInput, Tokens,
    TokensInput, UsageInput,
};
#[cfg(feature = "calls")]
pub(crate) use input::{PolicyInput, PosteriorInput};

/// What an operation works on beside its input.
pub(crate) struct Held<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) vocabularies: &'a Vocabularies,
    /// What is known of the caller's workloads, when the input does not say.
    pub(crate) posterior: &'a Posterior,
}

/// Runs the operation of this name on JSON text and answers with JSON text.
///
/// # Errors
///
/// `invalid_request` for an operation there is none of or input that is not its own, else what the
/// operation itself says.
pub fn evaluate(
    operation: &str,
    input: &str,
    catalog: &Catalog,
    vocabularies: &Vocabularies,
) -> Result<String, Error> {
    run(operation, input, &Held { catalog, vocabularies, posterior: &Posterior::new() })
}

pub(crate) fn run(operation: &str, input: &str, held: &Held<'_>) -> Result<String, Error> {
    let answer = Operations::run(operation, input, held);
    #[cfg(feature = "calls")]
    let answer = answer.or_else(|| CallOperations::run(operation, input, held));
    #[cfg(feature = "vectors")]
    let answer = answer.or_else(|| VectorOperations::run(operation, input, held));
    answer.unwrap_or_else(|| {
        let names = [
            Operations::NAMES,
            #[cfg(feature = "calls")]
            CallOperations::NAMES,
            #[cfg(feature = "vectors")]
            VectorOperations::NAMES,
        ];
        let names = names.concat().join("`, `");
        Err(Error::invalid_request(format!("no operation `{operation}`, there are `{names}`")))
    })
}

macro_rules! operations {
    (
        $(#[$about:meta])* $all:ident;
        $($(#[doc = $doc:literal])+ $name:ident: $input:ty => $output:ty = $run:expr;)*
    ) => {
        $(#[$about])*
        pub struct $all {
            $($(#[doc = $doc])+ pub $name: ($input, $output),)*
        }

        impl $all {
            pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// Nothing when there is no operation of this name.
            pub(super) fn run(
                operation: &str,
                input: &str,
                held: &Held<'_>,
            ) -> Option<Result<String, Error>> {
                match operation {
                    $(stringify!($name) => {
                        // Apart: an engine compiles a function when it is first called, all of it.
                        #[inline(never)]
                        fn answer(input: &str, held: &Held<'_>) -> Result<String, Error> {
                            let run: fn($input, &Held<'_>) -> Result<$output, Error> = $run;
                            let what = concat!("the input of `", stringify!($name), "`");
                            Ok(json::text(&run(from_text(what, input)?, held)?))
                        }
                        Some(answer(input, held))
                    })*
                    _ => None,
                }
            }
        }
    };
}
#[cfg(feature = "calls")]
use operations;

operations! {
    /// Input and output of every operation that estimates need.
    #[derive(Tsify)]
    #[serde(rename_all = "camelCase")]
    Operations;
    /// Counts a request's prompt as a model's provider would.
    count: CountInput => InputCount = |input, held| {
        let request = input.request.read(input.hints)?;
        let model = held.catalog.stand_in(&input.model)?;
        let api = api_for(&request, &model, held.catalog);
        Ok(count_request(&request, api, &model, held.vocabularies))
    };
    /// Names the vocabularies that exact counts need and that are not loaded yet.
    encodings: EncodingsInput => Vec<Encoding> = |input, held| {
        Ok(held.missing(&input.policy.read()?, input.model.as_ref()))
    };
    /// Estimates a request on one model.
    estimate: EstimateInput => Estimate = |input, held| {
        let request = input.request.read(input.hints)?;
        let model = held.catalog.stand_in(&input.model)?;
        estimate(&request, &model, held.catalog, held.vocabularies, &input.terms)
    };
    /// Reads a body that was written for a provider into the package's own request.
    parse: ParseInput => Request = |input, _| provider::parse(&input.body, input.api);
    /// Prices a usage on a model.
    price: PriceInput => Cost = |input, held| {
        held.model(&input.model)?.cost(&input.usage, &input.terms)
    };
    /// Says what a request costs everywhere, who should answer it, and what a call will try.
    quote: QuoteInput => Quote = |input, held| {
        let request = input.request.read(input.hints)?;
        let (policy, posterior) = (input.policy.read()?, input.posterior.or(held.posterior)?);
        quote(&request, held.catalog, held.vocabularies, &policy, &posterior, input.now)
    };
    /// Adds amounts up, exactly.
    sum: Vec<Pusd> => Pusd = |amounts, _| {
        let sum = amounts.iter().try_fold(Pusd::ZERO, |sum, amount| sum.checked_add(*amount));
        sum.ok_or_else(|| {
            Error::invalid_request(format!("amounts add up to more than {}", Pusd::MAX))
        })
    };
    /// Cuts a text into tokens, by their ranks.
    tokens: TokensInput => Tokens = |input, held| {
        let vocab = require(held.vocabularies, Encoding::parse(&input.encoding)?)?;
        let tokens = vocab.encode(&input.text);
        Ok(Tokens { count: vocab.count(&input.text), tokens })
    };
    /// Reads what an answer says it used, in classes that do not overlap.
    usage: UsageInput => Usage = |input, _| {
        provider::parse_usage(&input.answer, input.api)
            .ok_or_else(|| Error::invalid_request("the answer reports no usage"))
    };
}

impl Held<'_> {
    fn model(&self, name: &ModelId) -> Result<&Model, Error> {
        let known = self.catalog.find(name).filter(|found| found.is_known());
        known.map(|found| found.model()).ok_or_else(|| {
            let message = format!("no model is called `{name}`");
            Error::new(ErrorKind::UnknownModel, message).with("model", name.as_str())
        })
    }

    fn missing(&self, policy: &Policy, model: Option<&ModelId>) -> Vec<Encoding> {
        let ladder = match (policy.ladder.is_empty(), self.catalog.ladders.first()) {
            (true, Some(ladder)) => &ladder.rungs,
            _ => &policy.ladder,
        };
        let names = ladder.iter().chain(model);
        let mut missing = Vec::new();
        for name in names {
            let Some(found) = self.catalog.find(name) else { continue };
            let encoding = Encoding::of(found.model());
            if self.vocabularies.vocab(encoding).is_none() && !missing.contains(&encoding.file()) {
                missing.push(encoding.file());
            }
        }
        missing
    }
}
