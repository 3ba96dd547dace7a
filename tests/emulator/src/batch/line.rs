//! One request of a batch: answered, or failed with the body a single request would get.

use serde_json::Value;

use super::Outcome;
use crate::answer;
use crate::bill::BillLine;
use crate::compose::{self, Written};
use crate::intake::{Read, Target, read};
use crate::matcher::Subject;
use crate::prompt::{Api, Prompt};
use crate::state::Shared;
use crate::wire::problem::Problem;
use farebox_core::request::ServiceTier;

/// Answers one request at the batch price, or fails it with the error of this name.
pub(super) fn answer(shared: &Shared, api: Api, body: &Value, error: Option<&str>) -> Outcome {
    let request_id = shared.id("req_");
    let text = body.to_string();
    let answered = read(shared, api, text.as_bytes(), &Target::default()).and_then(|read| {
        let model = read.prompt.model_name.as_str();
        match error.and_then(|name| Problem::named(api, name, model)) {
            Some(problem) => Err(problem),
            None => work(shared, read, &text, &request_id),
        }
    });
    match answered {
        Ok(outcome) => outcome,
        Err(problem) => Outcome::Failed {
            body: problem.body(api, &request_id),
            status: problem.status,
            request_id,
        },
    }
}

fn work(shared: &Shared, read: Read, text: &str, request_id: &str) -> Result<Outcome, Problem> {
    let Read { fields, prompt, input_tokens } = read;
    if prompt.stream {
        return Err(Problem::invalid("Streaming is not supported in batches.").param("stream"));
    }
    let model = &prompt.model;
    if input_tokens > model.max_input_tokens {
        return Err(Problem::context_overflow(prompt.api, model.max_input_tokens, input_tokens));
    }
    let said = prompt.text();
    let subject = Subject {
        model: &prompt.model_name,
        path: "/batch",
        text: &said,
        last: prompt.last(),
        body: text,
        stream: false,
    };
    let scripted = shared.scripted_answer(&subject);
    let mut answer = answer::answer(&prompt, scripted, input_tokens);
    shared.use_cache(&prompt, &mut answer.usage);
    let prompt = Prompt { service_tier: ServiceTier::Batch, ..prompt };
    let Written::Whole(body) = compose::write(shared, &fields, &prompt, &mut answer, false, None)
    else {
        return Err(Problem::invalid("Streaming is not supported in batches."));
    };
    let usage = answer.usage;
    let at = shared.open_line(BillLine::new(request_id, &prompt));
    shared.charge(at, &usage, usage.output_tokens, true);
    Ok(Outcome::Answered { request_id: request_id.to_owned(), body, usage })
}
