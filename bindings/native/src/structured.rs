//! Answers as values of a type: asked for by a schema, checked, and repaired once.

use farebox_core::call::escalate::{Verdict, fits_form};
use farebox_core::error::{Error, ErrorKind};
use farebox_core::provider::follow_up;
use farebox_core::receipt::Receipt;
use farebox_core::request::{OutputFormat, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{Client, Failure, Reply};
use crate::tools::api_of;

/// A form of answers, and how often one that misses it is asked for again.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Its name, such as `invoice`.
    pub name: String,
    /// Its JSON schema.
    pub schema: Value,
    /// How often the model is told what is wrong and asked again.
    pub repairs: u32,
}

/// An answer as a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed<T> {
    /// The value.
    pub value: T,
    /// The answer it was read from.
    pub reply: Reply,
    /// Receipts of the answers before it that missed the form.
    pub missed: Vec<Receipt>,
}

impl Form {
    /// A form by its schema, repaired once.
    pub fn new(name: impl Into<String>, schema: Value) -> Self {
        Self { name: name.into(), schema, repairs: 1 }
    }

    /// The form of a Rust type, by the schema it derives.
    #[cfg(feature = "schemars")]
    pub fn of<T: schemars::JsonSchema>() -> Self {
        let mut schema = schemars::schema_for!(T).to_value();
        strict(&mut schema);
        let name: String = T::schema_name()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .take(64)
            .collect();
        Self::new(name, schema)
    }

    /// The same form, repaired so many times.
    #[must_use]
    pub fn repairs(mut self, times: u32) -> Self {
        self.repairs = times;
        self
    }
}

impl Client {
    /// Asks for an answer in a form and reads it as a value.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); `malformed_response` when the last answer misses the form too, and
    /// `invalid_request` for a body in a provider's own shape, which holds its form itself.
    pub async fn send_as<T: DeserializeOwned>(
        &self,
        request: Request,
        form: &Form,
    ) -> Result<Typed<T>, Box<Failure>> {
        if request.native.is_some() {
            return Err(Failure::unsent(Error::invalid_request(
                "a body in a provider's own shape holds its form itself: put the schema there, or \
                 build the request",
            )));
        }
        let mut request = request;
        request.output = OutputFormat::JsonSchema {
            name: form.name.clone(),
            description: None,
            schema: form.schema.clone(),
            strict: Some(true),
        };
        let mut missed = Vec::new();
        loop {
            let reply = match self.send(&request).await {
                Ok(reply) => reply,
                Err(failure) => return Err(failure.after(missed)),
            };
            let why = match read(&request, &reply) {
                Ok(value) => return Ok(Typed { value, reply, missed }),
                Err(why) => why,
            };
            if missed.len() as u64 >= u64::from(form.repairs) {
                let message = format!("the answer misses the form `{}`: {why}", form.name);
                return Err(Box::new(Failure {
                    error: Error::new(ErrorKind::MalformedResponse, message),
                    answer: Some(reply.answer),
                    receipt: Some(reply.receipt),
                    earlier: missed,
                }));
            }
            let wish = format!(
                "That answer does not fit the schema: {why}. Answer again with JSON that does, and \
                 with nothing else."
            );
            request = follow_up(&request, &reply.answer, api_of(&reply), &[], Some(&wish));
            missed.push(reply.receipt);
        }
    }
}

fn read<T: DeserializeOwned>(request: &Request, reply: &Reply) -> Result<T, String> {
    match fits_form(request, &reply.answer) {
        Verdict::Accepted => {}
        Verdict::Refused(why) => return Err(why),
        _ => return Err("it was not accepted".into()),
    }
    serde_json::from_str(&reply.answer.text).map_err(|error| error.to_string())
}

/// What providers that hold an answer to a schema want of it: every property is required, none is
/// added, and no word stands in it that they do not know
/// (<https://platform.openai.com/docs/guides/structured-outputs>, 2026-11-22).
#[cfg(feature = "schemars")]
fn strict(schema: &mut Value) {
    let rules = match schema {
        Value::Array(list) => return list.iter_mut().for_each(strict),
        Value::Object(rules) => rules,
        _ => return,
    };
    for word in ["$schema", "default", "title"] {
        rules.remove(word);
    }
    let format = rules.get("format").and_then(Value::as_str);
    if format.is_some_and(|format| !FORMATS.contains(&format)) {
        rules.remove("format");
    }
    for (word, inside) in rules.iter_mut() {
        match (word.as_str(), inside) {
            // Their keys are names of the type's own, and no words of the schema.
            ("$defs" | "definitions" | "properties", Value::Object(named)) => {
                named.values_mut().for_each(strict);
            }
            ("const" | "enum" | "required", _) => {}
            (_, inside) => strict(inside),
        }
    }
    if let Some(Value::Object(properties)) = rules.get("properties") {
        let names = properties.keys().cloned().map(Value::from).collect();
        rules.insert("required".into(), Value::Array(names));
        rules.insert("additionalProperties".into(), false.into());
    }
}

#[cfg(feature = "schemars")]
const FORMATS: &[&str] =
    &["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uuid"];
