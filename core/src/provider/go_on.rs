//! A body that asks a model to go on from words it was cut off at.

use alloc::vec::Vec;

use serde_json::Value;

use crate::json::{ToJson, object};
use crate::request::Api;

/// Adds what was said to the conversation of a body, and asks for the rest.
///
/// The words stand as the model's own turn with the user's wish after it: not every model goes on
/// from an unfinished turn of its own, and those that do not begin anew or refuse.
pub(crate) fn go_on(api: Api, body: &mut Value, said: &str) {
    let (key, turns) = match api {
        Api::Chat | Api::Messages => (
            "messages",
            [
                object! { "role" => "assistant", "content" => said },
                object! { "role" => "user", "content" => GO_ON },
            ],
        ),
        Api::GenerateContent => (
            "contents",
            [
                object! { "role" => "model", "parts" => [object! { "text" => said }] },
                object! { "role" => "user", "parts" => [object! { "text" => GO_ON }] },
            ],
        ),
        Api::Responses => (
            "input",
            [
                object! { "role" => "assistant", "content" => said },
                object! { "role" => "user", "content" => GO_ON },
            ],
        ),
    };
    let Some(fields) = body.as_object_mut() else { return };
    let list = fields.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::String(text) = list {
        *list = [object! { "role" => "user", "content" => &*text }].to_json();
    }
    if let Value::Array(list) = list {
        list.extend(turns);
    }
}

const GO_ON: &str = "Your answer was cut off by a broken connection. Continue it from exactly where \
                     it stops: begin with the very next characters, repeat nothing, and do not \
                     mention the interruption.";

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_format_carries_what_was_said_as_the_models_own_turn() {
        for (api, body, key, role) in [
            (Api::Responses, json!({ "input": "hi" }), "input", "assistant"),
            (Api::Responses, json!({ "previous_response_id": "r" }), "input", "assistant"),
            (Api::Chat, json!({ "messages": [{ "role": "user" }] }), "messages", "assistant"),
            (Api::Messages, json!({ "messages": [{ "role": "user" }] }), "messages", "assistant"),
            (Api::GenerateContent, json!({ "contents": [{}] }), "contents", "model"),
        ] {
            let mut body = body;
            go_on(api, &mut body, "Once upon");
            let turns = body[key].as_array().unwrap();
            let [.., said, wish] = turns.as_slice() else { panic!("{body}") };
            assert_eq!((&said["role"], &wish["role"]), (&json!(role), &json!("user")));
            assert!(said.to_string().contains("Once upon"), "{body}");
        }
    }
}
