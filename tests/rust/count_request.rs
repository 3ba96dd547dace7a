//! What holds of the count and the estimate of any body.

use farebox_core::catalog::{Catalog, Model, Terms};
use farebox_core::count::{Basis, Encoding, Vocab, Vocabularies, count_request, count_request_at};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::estimate::estimate;
use farebox_core::provider::{parse, parse_owned};
use farebox_core::request::{Api, Request};
use farebox_core::time::Timestamp;
use serde_json::{Value, json};

use crate::cost::{Seed, shipped};

fn vocabularies() -> Vocabularies {
    Vocabularies::new()
        .with(Vocab::embedded(Encoding::O200kBase).unwrap())
        .with(Vocab::embedded(Encoding::Cl100kBase).unwrap())
}

/// Counts and estimates a body on every kind of model, and checks what must always hold.
fn check(request: &Request, models: &[&Model], catalog: &Catalog, vocabularies: &Vocabularies) {
    let apis = [Api::Chat, Api::GenerateContent, Api::Messages, Api::Responses];
    for model in models {
        for api in apis {
            let count = count_request(request, api, model, vocabularies);
            let tokens = count.tokens;
            assert!(tokens.low <= tokens.expected && tokens.expected <= tokens.high);
            let parts = count.parts.iter().map(|part| part.tokens).sum::<u64>();
            assert_eq!(parts, tokens.expected, "{} {api:?}", model.id);
            if matches!(count.basis, Basis::Exact) {
                assert_eq!(tokens.low, tokens.high);
            }
        }
        let terms = Terms::default();
        match estimate(request, model, catalog, vocabularies, &terms) {
            Ok(estimate) => {
                let output = estimate.output.tokens;
                assert!(output.low <= output.expected && output.expected <= output.high);
                if let Some(cost) = estimate.cost {
                    assert!(cost.low <= cost.expected && cost.expected <= cost.high);
                }
            }
            Err(error) => assert_eq!(error.kind, ErrorKind::InvalidRequest, "{error}"),
        }
    }
}

#[test]
fn awkward_bodies_are_counted_or_refused_and_never_panic() {
    let catalog = shipped();
    let families = ["gpt-4o", "gpt-5.4", "o3-mini", "claude-opus-4-6", "gemini-2.5-flash"];
    let models: Vec<&Model> =
        families.iter().map(|name| catalog.model(&(*name).into()).unwrap()).collect();
    let vocabularies = vocabularies();
    for body in awkward() {
        for api in [Api::Chat, Api::GenerateContent, Api::Messages, Api::Responses] {
            match parse(&body, Some(api)) {
                Ok(request) => check(&request, &models, &catalog, &vocabularies),
                Err(error) => assert_eq!(error.kind, ErrorKind::InvalidRequest, "{error}"),
            }
        }
    }
}

#[test]
fn mutilated_bodies_are_counted_or_refused_and_never_panic() {
    let catalog = shipped();
    let models: Vec<&Model> = ["gpt-5.4", "claude-opus-4-6", "gemini-2.5-flash"]
        .iter()
        .map(|name| catalog.model(&(*name).into()).unwrap())
        .collect();
    let vocabularies = Vocabularies::new();
    let mut seed = Seed(11);
    let bodies = awkward();
    for round in 0..300 {
        let mut body = bodies[round % bodies.len()].clone();
        mutilate(&mut body, &mut seed);
        for api in [Api::Chat, Api::GenerateContent, Api::Messages, Api::Responses] {
            if let Ok(request) = parse(&body, Some(api)) {
                check(&request, &models, &catalog, &vocabularies);
            }
        }
    }
}

#[test]
fn without_a_vocabulary_a_count_says_that_it_is_approximate() {
    let catalog = shipped();
    let model = catalog.model(&"gpt-5.4".into()).unwrap();
    let request = Request::new().user("How much is a ride to the harbour, and when does it leave?");
    let count = count_request(&request, Api::Chat, model, &Vocabularies::new());
    let exact = count_request(&request, Api::Chat, model, &vocabularies());
    assert!(matches!(count.basis, Basis::Approximate { .. }));
    assert!(count.tokens.low <= exact.tokens.expected);
    assert!(exact.tokens.expected <= count.tokens.high);
}

#[test]
fn errors_name_the_place() {
    let refused = |body: Value| -> Error { parse(&body, Some(Api::Chat)).unwrap_err() };
    let body =
        json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": 7 }] }] });
    let error = refused(body);
    assert_eq!(error.message, "`messages[0].content[0].text` is a number; it must be text");
    let error = refused(json!({ "messages": [], "max_tokens": "100" }));
    assert!(error.message.starts_with("`max_tokens` is text; it must be a whole number"));
}

#[test]
fn bodies_of_fifty_megabytes_are_counted() {
    let catalog = shipped();
    let vocabularies = vocabularies();
    let bytes = 50_000_000;
    let picture = ["data:image/png;base64,", &"A".repeat(bytes)].concat();
    let contents = [
        json!("The fare is paid before the gate. ".repeat(bytes / 34)),
        json!("a".repeat(bytes)),
        json!([{ "type": "image_url", "image_url": { "url": picture } }]),
    ];
    for content in contents {
        let body = json!({ "messages": [{ "role": "user", "content": content }] });
        let request = parse_owned(body, Some(Api::Chat)).unwrap();
        for name in ["gpt-5.4", "gemini-2.5-flash"] {
            let model = catalog.model(&name.into()).unwrap();
            let tokens = count_request(&request, Api::Chat, model, &vocabularies).tokens;
            assert!(tokens.low <= tokens.expected && tokens.expected <= tokens.high, "{name}");
        }
    }
}

#[test]
fn histories_of_many_thousand_calls_take_no_longer_for_each() {
    let catalog = shipped();
    let vocabularies = vocabularies();
    let call = |id: &str| json!({ "id": id, "type": "function", "function": { "name": "fare", "arguments": "{}" } });
    let result = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": "3" });
    let turns = (0..10_000).flat_map(|turn| {
        let ids = [format!("a{turn}"), format!("b{turn}")];
        let calls: Vec<Value> = ids.iter().map(|id| call(id)).collect();
        let [first, second] = ids;
        [
            json!({ "role": "assistant", "content": null, "tool_calls": calls }),
            result(&first),
            result(&second),
        ]
    });
    let body = json!({ "messages": turns.collect::<Vec<_>>() });
    let request = parse_owned(body, Some(Api::Chat)).unwrap();
    // Each call, or pair of them, looking through all others would take hours.
    for name in ["gpt-4o", "gpt-5.4", "claude-opus-4-6", "gemini-2.5-flash"] {
        let model = catalog.model(&name.into()).unwrap();
        let count = count_request(&request, Api::Chat, model, &vocabularies);
        assert!(count.tokens.expected > 100_000, "{name}");
    }
}

#[test]
fn tools_nested_two_hundred_deep_are_counted_with_a_doubt() {
    let catalog = shipped();
    let vocabularies = vocabularies();
    let nested = |levels| {
        let schema = (0..levels).fold(
            json!({ "type": "string" }),
            |schema, _| json!({ "type": "object", "properties": { "a": schema } }),
        );
        let function = json!({ "name": "f", "parameters": schema });
        let body = json!({
            "messages": [{ "role": "user", "content": "go" }],
            "tools": [{ "type": "function", "function": function }],
        });
        parse_owned(body, Some(Api::Chat)).unwrap()
    };
    let (shallow, deep) = (nested(10), nested(200));
    for name in ["gpt-4o", "gpt-5.4", "claude-opus-4-6", "gemini-2.5-flash"] {
        let model = catalog.model(&name.into()).unwrap();
        let count = |request| count_request(request, Api::Chat, model, &vocabularies);
        assert!(count(&deep).tokens.expected > count(&shallow).tokens.expected, "{name}");
        assert!(matches!(count(&deep).basis, Basis::Approximate { .. }), "{name}");
    }
}

/// Replaces one value somewhere in a body by one of another type.
fn mutilate(value: &mut Value, seed: &mut Seed) {
    let stop = seed.below(4) == 0;
    match value {
        Value::Array(items) if !stop && !items.is_empty() => {
            let index = seed.below(items.len() as u64) as usize;
            mutilate(&mut items[index], seed);
        }
        Value::Object(map) if !stop && !map.is_empty() => {
            let index = seed.below(map.len() as u64) as usize;
            let key = map.keys().nth(index).unwrap().clone();
            mutilate(&mut map[&key], seed);
        }
        _ => {
            let others = [json!(null), json!(-1), json!("x"), json!([]), json!({}), json!([{}])];
            *value = others[seed.below(6) as usize].clone();
        }
    }
}

fn awkward() -> Vec<Value> {
    let tools = |parameters: Value| {
        json!({
            "messages": [{ "role": "user", "content": "go" }],
            "tools": [{ "type": "function", "function": { "name": "f", "parameters": parameters } }],
        })
    };
    let picture = |url: &str| {
        json!({ "messages": [{ "role": "user", "content": [
            { "type": "image_url", "image_url": { "url": url } },
        ] }] })
    };
    let mut deep = json!({ "type": "string" });
    for _ in 0..200 {
        deep = json!({ "type": "object", "properties": { "a": deep } });
    }
    let mut doubling = serde_json::Map::new();
    for step in 0..40 {
        let next = format!("#/$defs/d{}", step + 1);
        let pair = json!({ "a": { "$ref": next }, "b": { "$ref": next } });
        doubling.insert(format!("d{step}"), json!({ "type": "object", "properties": pair }));
    }
    vec![
        json!({}),
        json!({ "messages": [] }),
        json!({ "input": "" }),
        json!({ "input": [{ "type": "reasoning", "summary": [], "encrypted_content": "x" }] }),
        json!({ "input": [{ "type": "function_call", "call_id": "a", "name": "f", "arguments": "{" }] }),
        json!({ "input": "x", "previous_response_id": "r", "prompt": { "id": "p" } }),
        json!({ "contents": [{ "role": "user", "parts": [{ "text": null }, { "thought": true }] }] }),
        json!({ "contents": "hi", "tools": { "functionDeclarations": [{ "name": "f" }] } }),
        json!({ "messages": [{ "role": "user", "content": [{ "type": "sparkle", "x": 1 }] }] }),
        json!({ "messages": [{ "role": "tool", "content": "orphan", "tool_call_id": "none" }] }),
        tools(deep),
        tools(json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/a" } },
            "$defs": { "a": { "type": "object", "properties": { "a": { "$ref": "#/$defs/a" } } } } })),
        tools(json!({ "type": "object", "properties": { "a": { "$ref": "#/nowhere" } } })),
        tools(json!({ "type": "object", "$defs": doubling,
            "properties": { "a": { "$ref": "#/$defs/d0" } } })),
        tools(json!([1, 2, 3])),
        tools(json!({ "type": ["object", "null"], "enum": [], "properties": 7 })),
        picture("data:image/png;base64,iVBORw0KGgo"),
        picture("data:image/png;base64,bm8gcGljdHVyZQ=="),
        picture("data:image/gif;base64,R0lGODlh//////8AAAA="),
        picture("https://example.com/a.png"),
        json!({ "messages": [{ "role": "user", "content": "x ".repeat(20_000) }] }),
    ]
}

/// What was billed in March 2025 and January 2026 is what the rules of those days say (recorded
/// bodies, shortened to what matters).
#[test]
fn what_an_endpoint_has_given_up_still_counts_for_its_time() {
    let catalog = shipped();
    let model = catalog.model(&"gpt-4o".into()).unwrap();
    let vocabularies = vocabularies();
    let count = |body: &Value, api: Api, at_ms: i64| {
        let request = parse(body, Some(api)).unwrap();
        let at = Timestamp::from_ms(at_ms);
        count_request_at(&request, api, model, &vocabularies, at).tokens.expected
    };
    let (march_2025, january_2026, november_2026) =
        (1_743_075_630_000, 1_768_000_000_000, 1_795_000_000_000);

    let body =
        json!({ "model": "gpt-4o", "instructions": "", "input": "What is the capital of France?" });
    assert_eq!(count(&body, Api::Responses, march_2025), 32);
    assert_eq!(count(&body, Api::Responses, november_2026), 14);

    let call = |id: &str| json!({ "id": id, "type": "function", "function": { "name": "sky", "arguments": "{}" } });
    let result = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": "15 °C" });
    let body = json!({ "model": "gpt-4o", "messages": [
        { "role": "user", "content": "And the weather?" },
        { "role": "assistant", "content": null, "tool_calls": [call("a"), call("b")] },
        result("a"),
        result("b"),
    ] });
    let escaped = count(&body, Api::Chat, january_2026);
    let plain = count(&body, Api::Chat, november_2026);
    assert!(escaped > plain, "{escaped} {plain}");
    assert_eq!(count(&body, Api::Chat, 0), plain);
}
