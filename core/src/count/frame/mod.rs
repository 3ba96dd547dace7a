//! What each provider adds around the words of a request.
//!
//! One file a family of rules. A rule is measured on recorded traffic where the provider does not
//! publish it, and its constants say what they stand for.

mod history;
mod json;
mod media;
mod openai;
mod schema;
mod typescript;

use crate::catalog::{CountingFamily, Model};
use crate::request::{Api, Request};

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
    let encoding = model.counting.encoding.as_deref().and_then(|name| Encoding::parse(name).ok());
    let ruler = Ruler::new(encoding.and_then(|encoding| vocabularies.vocab(encoding)));
    let mut tally = Tally::default();
    match model.counting.family {
        CountingFamily::OpenaiChat
        | CountingFamily::OpenaiHarmony
        | CountingFamily::OpenaiHarmony52
        | CountingFamily::OpenaiO1 => openai::count(request, api, model, &ruler, &mut tally),
        _ => openai::count(request, api, model, &ruler, &mut tally),
    }
    if !ruler.is_exact() {
        tally.widen_all(u64::from(super::approx::MARGIN_PPM));
        tally.doubt("the vocabulary is not at hand");
    }
    tally.finish()
}
