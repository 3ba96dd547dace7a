//! Any JSON as a request, in each format and in our own: reading, counting and quoting it do not
//! fail. The first byte chooses the format; `tokens.rs` says how to run this.
#![no_main]

use std::sync::LazyLock;

use farebox_core::catalog::Catalog;
use farebox_core::count::{Encoding, Vocab, Vocabularies, count_request};
use farebox_core::json;
use farebox_core::provider;
use farebox_core::quote::quote;
use farebox_core::request::{Api, Request};
use farebox_core::route::{Policy, Posterior};
use farebox_core::time::Timestamp;
use libfuzzer_sys::fuzz_target;

const APIS: [Api; 4] = [Api::Chat, Api::GenerateContent, Api::Messages, Api::Responses];

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    Catalog::parse(include_bytes!("../../catalog.json")).expect("the tests' catalogue")
});
static VOCABULARIES: LazyLock<Vocabularies> = LazyLock::new(|| {
    Vocabularies::new().with(Vocab::embedded(Encoding::O200kBase).expect("embedded"))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, body)) = bytes.split_first() else { return };
    let first = usize::from(*first);
    let Ok(value) = json::parse(body) else { return };
    let request = match first % 6 {
        5 => json::read::<Request>(&value).ok(),
        4 => provider::parse(&value, None).ok(),
        api => provider::parse(&value, Some(APIS[api])).ok(),
    };
    let Some(request) = request else { return };
    // Some of the models each time: all of them would be slow.
    for (i, model) in CATALOG.models.iter().enumerate().skip(first / 6 % 5).step_by(5) {
        count_request(&request, APIS[i % APIS.len()], model, &VOCABULARIES);
    }
    let (policy, posterior) = (Policy::default(), Posterior::new());
    let at = Timestamp::default();
    drop(quote(&request, &CATALOG, &VOCABULARIES, &policy, &posterior, at));
});
