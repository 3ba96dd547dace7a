//! What each provider adds around the words of a request.
//!
//! One file a family of rules. A rule is measured on recorded traffic where the provider does not
//! publish it, and its constants say what they stand for.

mod calibrated;
mod era;
mod history;
mod json;
mod media;
mod openai;
mod schema;
mod typescript;

use crate::catalog::{CountingFamily, Model};
use crate::request::{Api, Request};
use crate::time::Timestamp;

use super::ruler::Ruler;
use super::tally::Tally;
use super::{Encoding, InputCount, Vocabularies};

/// Counts the prompt of a request as its provider will.
///
/// Never fails: what cannot be known widens the range and says why.
pub fn count_request(
    request: &Request,
    api: Api,
    model: &Model,
    vocabularies: &Vocabularies,
) -> InputCount {
    count_request_at(request, api, model, vocabularies, Timestamp::from_ms(i64::MAX))
}

/// Counts the prompt of a request as its provider did at a moment, by rules that have changed since.
pub fn count_request_at(
    request: &Request,
    api: Api,
    model: &Model,
    vocabularies: &Vocabularies,
    at: Timestamp,
) -> InputCount {
    let ruler = Ruler::new(vocabularies.vocab(Encoding::of(model)));
    let mut tally = Tally::default();
    match model.counting.family {
        CountingFamily::OpenaiChat
        | CountingFamily::OpenaiHarmony
        | CountingFamily::OpenaiHarmony52
        | CountingFamily::OpenaiO1 => openai::count(request, api, model, at, &ruler, &mut tally),
        CountingFamily::Claude3
        | CountingFamily::Claude4
        | CountingFamily::Claude45
        | CountingFamily::Claude46
        | CountingFamily::Claude47
        | CountingFamily::Gemini2
        | CountingFamily::Gemini25
        | CountingFamily::Gemini3 => calibrated::count(request, api, model, &ruler, &mut tally),
        CountingFamily::Unknown => {
            openai::count(request, api, model, at, &ruler, &mut tally);
            tally.widen_all(UNKNOWN_MARGIN_PPM);
            tally.doubt("how this model counts is not known");
        }
    }
    if !ruler.is_exact() {
        tally.widen_all(u64::from(super::approx::MARGIN_PPM));
        tally.doubt("the vocabulary is not at hand");
    }
    tally.finish()
}

/// Half the width of the band around a count by another family's rules: tokenizers of the last
/// years are within about a third of each other on prose and code.
const UNKNOWN_MARGIN_PPM: u64 = 400_000;
