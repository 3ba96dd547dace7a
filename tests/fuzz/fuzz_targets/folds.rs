//! Any body of any format: folding it does not fail, cuts change nothing, and JSON is read as serde
//! reads it. The first byte chooses the format; `tokens.rs` says how to run this.
#![no_main]

use farebox_core::call::fold;
use farebox_core::json;
use farebox_core::request::Api;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const APIS: [Api; 4] = [Api::Chat, Api::GenerateContent, Api::Messages, Api::Responses];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, body)) = bytes.split_first() else { return };
    let api = APIS[usize::from(*first) % APIS.len()];
    let whole = fold(api, 200, [body]);
    for size in [1, 5] {
        assert_eq!(fold(api, 200, body.chunks(size)), whole);
    }
    match (json::parse(body), serde_json::from_slice::<Value>(body)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{ours:?} where serde says {theirs:?}"),
    }
});
