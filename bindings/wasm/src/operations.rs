//! Every operation of the kernel on plain data, by name: the one door for the package, for vectors
//! and for tests.

mod input;

pub use input::RequestInput;

use farebox_core::call::sse::{SseScript, SseTranscript};
use farebox_core::call::{Rehearsal, Told, rehearse};
use farebox_core::catalog::{Catalog, Cost, Model, Provider};
use farebox_core::count::{Encoding, InputCount, Vocabularies, count_request};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::estimate::{Estimate, api_for, estimate};
use farebox_core::money::Pusd;
use farebox_core::orchestrate::{Transcript, TranscriptInput, transcribe};
use farebox_core::plan::{Plan, plan};
use farebox_core::provider;
use farebox_core::quote::{Quote, quote};
use farebox_core::receipt::{Receipt, Settlement};
use farebox_core::request::{ModelId, Request};
use farebox_core::route::{Decision, Policy, route};
use farebox_core::usage::Usage;
use serde::Serialize;
use tsify::Tsify;

use crate::from_text;
use crate::vocabularies::require;
use input::{
    CountInput, EncodingsInput, EstimateInput, FollowUpInput, ParseInput, PlanInput, PriceInput,
    QuoteInput, RouteInput, Tokens, TokensInput, UsageInput,
};

/// What an operation works on beside its input.
struct Held<'a> {
    catalog: &'a Catalog,
    vocabularies: &'a Vocabularies,
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:ident: $input:ty => $output:ty = $run:expr;)*) => {
        /// Input and output of every operation.
        #[derive(Tsify)]
        #[serde(rename_all = "camelCase")]
        pub struct Operations {
            $($(#[doc = $doc])+ pub $name: ($input, $output),)*
        }

        /// Runs the operation of this name on JSON text and answers with JSON text.
        ///
        /// # Errors
        ///
        /// `invalid_request` for an operation there is none of or input that is not its own, else
        /// what the operation itself says.
        pub fn evaluate(
            operation: &str,
            input: &str,
            catalog: &Catalog,
            vocabularies: &Vocabularies,
        ) -> Result<String, Error> {
            let held = Held { catalog, vocabularies };
            match operation {
                $(stringify!($name) => {
                    let run: fn($input, &Held<'_>) -> Result<$output, Error> = $run;
                    let what = concat!("the input of `", stringify!($name), "`");
                    to_text(&run(from_text(what, input)?, &held)?)
                })*
                _ => Err(Error::invalid_request(format!(
                    "no operation `{operation}`, there are `{}`",
                    [$(stringify!($name)),*].join("`, `")
                ))),
            }
        }
    };
}

operations! {
    /// Runs a call against a script, without a network and without waiting.
    call: Rehearsal => Vec<Told> = |input, held| rehearse(&input, held.catalog);
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
    /// The request that follows an answer: with it, the results of its tools and the user's words.
    follow_up: FollowUpInput => Request = |input, _| {
        let FollowUpInput { request, answer, api, outputs, user } = input;
        let request = request.read(None)?;
        Ok(provider::follow_up(&request, &answer, api, &outputs, user.as_deref()))
    };
    /// Takes a goal through everything that happens on the way to it.
    orchestrate: TranscriptInput => Transcript = |input, _| transcribe(input);
    /// Reads a body that was written for a provider into the package's own request.
    parse: ParseInput => Request = |input, _| provider::parse(&input.body, input.api);
    /// Makes a decision concrete: attempts in order, each with its limits.
    plan: PlanInput => Plan = |input, held| {
        let request = input.request.read(input.hints)?;
        let policy = input.policy.read()?;
        plan(&request, &input.decision, &input.estimates, held.catalog, &policy, input.now)
    };
    /// Prices a usage on a model.
    price: PriceInput => Cost = |input, held| {
        held.model(&input.model)?.cost(&input.usage, &input.terms)
    };
    /// Who answers, and how a host reaches them.
    providers: () => Vec<Provider> = |(), held| Ok(held.catalog.providers.clone());
    /// Says what a request costs everywhere, who should answer it, and what a call will try.
    quote: QuoteInput => Quote = |input, held| {
        let request = input.request.read(input.hints)?;
        let (policy, posterior) = (input.policy.read()?, input.posterior.read()?);
        quote(&request, held.catalog, held.vocabularies, &policy, &posterior, input.now)
    };
    /// Holds what a call cost against its estimate, and against what it would have cost elsewhere.
    receipt: Settlement => Receipt = |input, held| Ok(input.settle(held.catalog));
    /// Chooses among estimates.
    route: RouteInput => Decision = |input, held| {
        let request = input.request.read(input.hints)?;
        let (policy, posterior) = (input.policy.read()?, input.posterior.read()?);
        route(&request, &input.estimates, held.catalog, &policy, &posterior, input.now)
    };
    /// Reads a recorded stream of server-sent events.
    sse: SseScript => SseTranscript = |input, _| input.read();
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
            let published = found.model().counting.encoding.as_deref();
            let Some(encoding) = published.and_then(|name| Encoding::parse(name).ok()) else {
                continue;
            };
            if self.vocabularies.vocab(encoding).is_none() && !missing.contains(&encoding.file()) {
                missing.push(encoding.file());
            }
        }
        missing
    }
}

fn to_text(output: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(output)
        .map_err(|error| Error::invalid_request(format!("the answer cannot be written: {error}")))
}
