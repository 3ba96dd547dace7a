//! From a request and a rung of a plan to an HTTP request.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::http::{HttpRequest, check_url};
use super::{anthropic, chat, foreign, gemini, responses};
use crate::catalog::{Catalog, Model, Provider};
use crate::error::{Error, ErrorKind};
use crate::json::{self, object};
use crate::plan::Rung;
use crate::request::{Api, Part, Request, Source, UNSEEN};

/// How a request is to be sent, beside what the rung says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildSettings<'a> {
    /// Whether the answer is to come in pieces.
    pub stream: bool,
    /// Where the provider is, when not where the catalogue says.
    pub base_url: Option<&'a str>,
    /// Whether an unencrypted address beyond this machine is allowed.
    pub allow_http: bool,
}

/// What every format's builder is given.
pub(super) struct Target<'a> {
    pub(super) request: &'a Request,
    pub(super) rung: &'a Rung,
    pub(super) model: &'a Model,
    pub(super) provider: &'a Provider,
    pub(super) stream: bool,
    /// Whether it goes to another address than the provider's own.
    pub(super) is_elsewhere: bool,
}

/// The HTTP request that asks one rung of a plan.
///
/// A body the caller wrote in the rung's own format is sent as it stands, but for the model, the
/// way of streaming, the limit of tokens, and the effort and lane where the plan changed them.
///
/// # Errors
///
/// `unknown_model` when the catalogue lacks the model and its relatives; `invalid_request` when the request holds
/// something the rung's format cannot carry, or the provider's address may not be used.
pub fn build(
    request: &Request,
    rung: &Rung,
    catalog: &Catalog,
    settings: BuildSettings<'_>,
) -> Result<HttpRequest, Error> {
    let id = &rung.arm.model;
    let model = &catalog.stand_in(id)?;
    let provider = catalog.provider(model).ok_or_else(|| {
        let message = format!("the catalogue holds no provider `{}` of `{id}`", model.provider.0);
        Error::new(ErrorKind::InvalidCatalog, message)
    })?;
    let base_url = settings.base_url.unwrap_or(&provider.base_url);
    let is_elsewhere = base_url != provider.base_url;
    let target = Target { request, rung, model, provider, stream: settings.stream, is_elsewhere };
    let native = request.native.as_deref().filter(|native| native.api == rung.api);
    let body = match native {
        Some(native) => {
            let mut body = native.body.clone();
            match rung.api {
                Api::Chat => chat::build::adjust(&mut body, &target),
                Api::GenerateContent => gemini::build::adjust(&mut body, &target),
                Api::Messages => anthropic::build::adjust(&mut body, &target),
                Api::Responses => responses::build::adjust(&mut body, &target),
            }
            body
        }
        None => {
            if let Some(native) = &request.native {
                foreign::check(native, &target)?;
            }
            match rung.api {
                Api::Chat => chat::build::body(&target)?,
                Api::GenerateContent => gemini::build::body(&target)?,
                Api::Messages => anthropic::build::body(&target)?,
                Api::Responses => responses::build::body(&target)?,
            }
        }
    };
    let path = match rung.api {
        Api::Chat => "chat/completions".to_string(),
        Api::GenerateContent => gemini::build::path(&target),
        Api::Messages => "messages".to_string(),
        Api::Responses => "responses".to_string(),
    };
    check_url(base_url, settings.allow_http)?;
    let accept = if settings.stream { "text/event-stream" } else { "application/json" };
    let mut headers: Vec<(String, String)> = alloc::vec![
        ("accept".into(), accept.into()),
        ("content-type".into(), "application/json".into()),
    ];
    if rung.api == Api::Messages {
        headers.extend(anthropic::build::headers());
    }
    Ok(HttpRequest {
        provider: provider.id.clone(),
        method: "POST".into(),
        url: join(base_url, &path),
        headers,
        auth: provider.auth.clone(),
        body: Value::Object(body),
    })
}

/// Appends a path to a base address, before its query if it has one.
pub(super) fn join(base_url: &str, path: &str) -> String {
    let base_url = base_url.split('#').next().unwrap_or("");
    let (base, query) = base_url.split_once('?').unwrap_or((base_url, ""));
    let (path, own_query) = path.split_once('?').unwrap_or((path, ""));
    let query = [query, own_query].into_iter().filter(|query| !query.is_empty());
    let query = query.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}/{path}{mark}{query}", base.trim_end_matches('/'))
}

impl Target<'_> {
    /// The model's name as the plan writes it: a dated snapshot stays one.
    pub(super) fn name(&self) -> &str {
        self.rung.arm.model.as_str()
    }

    /// The refusal of something this format cannot carry.
    pub(super) fn cannot_carry(&self, what: &str, instead: &str) -> Error {
        let api = api_name(self.rung.api);
        let message =
            format!("{what} cannot be sent to `{}` in {api}: {instead}", self.rung.arm.model);
        Error::invalid_request(message).with("model", self.rung.arm.model.as_str()).with("api", api)
    }

    /// The refusal of a part in a place where this format has none.
    pub(super) fn cannot_carry_part(&self, part: &Part, place: &str) -> Error {
        let what = format!("{} in {place}", part_name(part));
        self.cannot_carry(&what, "send it in another form, or choose another model")
    }

    /// A part Farebox has no name for belongs to the format the request was written in.
    pub(super) fn other(&self, value: &Value) -> Result<Value, Error> {
        // Only Gemini's parts go without a type.
        let kind = value.get("type").and_then(Value::as_str);
        let is_theirs = match self.rung.api {
            Api::GenerateContent => kind.is_none(),
            Api::Messages => kind.is_some(),
            Api::Chat | Api::Responses => kind.is_some_and(|kind| kind != "redacted_thinking"),
        };
        if self.is_foreign() || !is_theirs || value.get(UNSEEN).is_some() {
            let what = "a part that only its own provider knows";
            return Err(self.cannot_carry(what, "leave it out, or stay with that provider"));
        }
        Ok(value.clone())
    }

    /// The id of a file, which only the provider knows that holds it.
    pub(super) fn file_id<'i>(&self, id: &'i str) -> Result<&'i str, Error> {
        // Both of OpenAI's formats mean the same files.
        let family = |api| if api == Api::Chat { Api::Responses } else { api };
        let own = self.request.native.as_ref().map(|native| family(native.api));
        if own.is_some_and(|own| own != family(self.rung.api)) {
            let what = "a file by the id another provider gave it";
            return Err(self.cannot_carry(what, "give its bytes or its address"));
        }
        Ok(id)
    }

    /// Whether the request was written in another format than it is sent in.
    pub(super) fn is_foreign(&self) -> bool {
        self.request.native.as_ref().is_some_and(|native| native.api != self.rung.api)
    }

    /// Whether the plan asks for another effort than the caller's body does.
    pub(super) fn effort_changed(&self) -> bool {
        self.rung.arm.effort.is_some() && self.rung.arm.effort != self.request.effort
    }

    /// Whether the plan asks for another lane than the caller's body does.
    pub(super) fn service_tier_changed(&self) -> bool {
        self.rung.service_tier != self.request.service_tier.unwrap_or_default()
    }
}

/// A number of thousandths as JSON, without a binary fraction's tail.
pub(super) fn thousandths(milli: u32) -> Value {
    let text = format!("{}.{:03}", milli / 1_000, milli % 1_000);
    json::parse(text.as_bytes()).unwrap_or_default()
}

/// An address or inline bytes as one URL, where the format takes URLs of both kinds.
pub(super) fn url_of(source: &Source) -> Option<String> {
    match source {
        Source::Base64 { media_type, data } => Some(format!("data:{media_type};base64,{data}")),
        Source::Url { url } => Some(url.clone()),
        Source::FileId { .. } => None,
    }
}

/// The words of parts, where nothing but words may stand.
pub(super) fn only_text(parts: &[Part]) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        let Part::Text { text: more } = part else { return None };
        text.push_str(more);
    }
    Some(text)
}

pub(super) fn set(body: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    json::set(body, key, value.into());
}

/// Tool arguments as the JSON object that some formats want.
pub(super) fn arguments_object(arguments: &str) -> Result<Value, Error> {
    if arguments.trim().is_empty() {
        return Ok(object! {});
    }
    match json::parse(arguments.as_bytes()) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Error::invalid_request(format!(
            "the arguments of a tool call are a JSON object in text: {arguments}"
        ))),
    }
}

fn api_name(api: Api) -> &'static str {
    match api {
        Api::Chat => "chat",
        Api::GenerateContent => "generate_content",
        Api::Messages => "messages",
        Api::Responses => "responses",
    }
}

fn part_name(part: &Part) -> &'static str {
    match part {
        Part::Audio { .. } => "sound",
        Part::File { .. } => "a document",
        Part::Image { .. } => "a picture",
        Part::Other { .. } => "a part without a name",
        Part::Reasoning { .. } => "reasoning",
        Part::Refusal { .. } => "a refusal",
        Part::Text { .. } => "text",
        Part::ToolCall { .. } => "a tool call",
        Part::ToolResult { .. } => "a tool result",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_before_the_query_of_a_base_address() {
        assert_eq!(join("https://h/v1/", "responses"), "https://h/v1/responses");
        let azure = join("https://h/openai?api-version=1#x", "chat/completions?alt=sse");
        assert_eq!(azure, "https://h/openai/chat/completions?api-version=1&alt=sse");
    }

    #[test]
    fn thousandths_are_written_as_people_write_them() {
        assert_eq!(thousandths(700).to_string(), "0.7");
        assert_eq!(thousandths(1_000).to_string(), "1.0");
    }
}
