//! How sure a model was of its words, by what it says of their alternatives.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::Verdict;
use crate::provider::Answer;

/// Holds an answer against how far, at every token, the one chosen lay before the likeliest other.
///
/// The distance is one of probabilities, in parts per million. It tells on answers of few tokens (a
/// class, a number, a choice): somewhere in a long text two words are nearly as likely.
pub fn is_sure(answer: &Answer, at_least_ppm: u32) -> Verdict {
    match margin_ppm(answer) {
        None => Verdict::refused("the answer tells nothing of its tokens' alternatives"),
        Some(margin) if margin < at_least_ppm => Verdict::refused(format!(
            "at one token another was nearly as likely: {} % apart, and {} % is asked",
            percent(margin),
            percent(at_least_ppm)
        )),
        Some(_) => Verdict::Accepted,
    }
}

/// Hundredths to one decimal, without the floating point that a page would download for it.
fn percent(ppm: u32) -> String {
    let tenths = (u64::from(ppm) + 500) / 1_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The least distance between a chosen token's probability and that of the likeliest other.
fn margin_ppm(answer: &Answer) -> Option<u32> {
    let mut margins = Vec::new();
    answer.items.iter().for_each(|item| gather(item, &mut margins));
    margins.into_iter().min()
}

/// Finds tokens with their alternatives wherever a provider puts them.
fn gather(value: &Value, margins: &mut Vec<u32>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, margins)),
        Value::Object(fields) => {
            if let Some(alternatives) = fields.get("top_logprobs") {
                margins.extend(margin(value, alternatives));
                return;
            }
            let list = |key: &str| fields.get(key).and_then(Value::as_array);
            if let (Some(chosen), Some(tops)) = (list("chosenCandidates"), list("topCandidates")) {
                let pairs = chosen.iter().zip(tops);
                margins.extend(
                    pairs.filter_map(|(chosen, top)| margin(chosen, top.get("candidates")?)),
                );
                return;
            }
            fields.values().for_each(|field| gather(field, margins));
        }
        _ => {}
    }
}

/// Nothing where no other token is told of.
fn margin(chosen: &Value, alternatives: &Value) -> Option<u32> {
    let token = chosen.get("token")?.as_str()?;
    let others = alternatives.as_array()?.iter().filter(|other| {
        other.get("token").and_then(Value::as_str).is_some_and(|other| other != token)
    });
    let rival = others.filter_map(probability).reduce(f64::max)?;
    Some(((probability(chosen)? - rival).max(0.0) * 1e6) as u32)
}

fn probability(token: &Value) -> Option<f64> {
    let logarithm = token.get("logprob").or_else(|| token.get("logProbability"))?.as_f64()?;
    Some(libm::exp(logarithm.min(0.0)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(item: Value) -> Answer {
        Answer { items: alloc::vec![item], ..Answer::default() }
    }

    #[test]
    fn the_least_sure_token_counts_in_every_shape() {
        let told = |chosen: f64, rival: f64| {
            json!({ "token": "a", "logprob": libm::log(chosen), "top_logprobs": [
                { "token": "a", "logprob": libm::log(chosen) },
                { "token": "b", "logprob": libm::log(rival) },
            ] })
        };
        let tokens = json!([told(0.9, 0.05), told(0.6, 0.3)]);
        let gemini = json!({ "logprobsResult": {
            "chosenCandidates": [{ "token": "a", "logProbability": libm::log(0.6) }],
            "topCandidates": [{ "candidates": [
                { "token": "a", "logProbability": libm::log(0.6) },
                { "token": "b", "logProbability": libm::log(0.3) },
            ] }],
        } });
        for item in [
            json!({ "logprobs": { "content": tokens } }),
            json!({ "type": "message", "content": [{ "type": "output_text", "logprobs": tokens }] }),
            gemini,
        ] {
            let answer = answer(item);
            assert!(is_sure(&answer, 299_000).is_accepted());
            assert!(!is_sure(&answer, 301_000).is_accepted());
        }
    }

    #[test]
    fn a_token_that_was_not_the_likeliest_is_unsure() {
        let item = json!({ "logprobs": { "content": [{ "token": "a", "logprob": -2.0,
            "top_logprobs": [{ "token": "b", "logprob": -0.1 }] }] } });
        assert!(!is_sure(&answer(item), 1).is_accepted());
    }

    #[test]
    fn an_answer_without_alternatives_is_not_believed() {
        for item in [json!({}), json!({ "top_logprobs": 5 }), json!({ "logprobs": null })] {
            assert!(!is_sure(&answer(item), 0).is_accepted());
        }
    }
}
