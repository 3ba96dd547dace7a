//! Errors as the providers send them: status, headers and body.

use serde_json::{Value, json};

use crate::prompt::Api;

/// A refused or failed request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// The error's `type` in OpenAI's words.
    pub(crate) kind: &'static str,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Problem {
    pub(crate) fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code: None, param: None, message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    pub(crate) fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required parameter: '{param}'."))
            .param(param)
            .code("missing_required_parameter")
    }

    pub(crate) fn wrong_type(param: &str, wanted: &str, found: &Value) -> Self {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(number) if number.is_f64() => "a decimal number",
            Value::Number(_) => "an integer",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        Self::invalid(format!(
            "Invalid type for '{param}': expected {wanted}, but got {found} instead."
        ))
        .param(param)
        .code("invalid_type")
    }

    pub(crate) fn unreadable(api: Api) -> Self {
        match api {
            Api::Chat | Api::Responses => Self::invalid(
                "We could not parse the JSON body of your request. The API expects a JSON \
                 payload, but what was sent was not valid JSON.",
            ),
            Api::Messages => Self::invalid("The request body is not valid JSON"),
            Api::Gemini => Self::invalid("Invalid JSON payload received."),
        }
    }

    pub(crate) fn unknown_model(api: Api, model: &str) -> Self {
        match api {
            Api::Responses => {
                Self::invalid(format!("The requested model '{model}' does not exist."))
                    .param("model")
                    .code("model_not_found")
            }
            Api::Chat => Self::new(
                404,
                "invalid_request_error",
                format!("The model `{model}` does not exist or you do not have access to it."),
            )
            .code("model_not_found"),
            Api::Messages => Self::new(404, "not_found_error", format!("model: {model}")),
            Api::Gemini => Self::new(
                404,
                "NOT_FOUND",
                format!(
                    "models/{model} is not found for API version v1beta, or is not supported \
                     for generateContent. Call ListModels to see the list of available models \
                     and their supported methods."
                ),
            ),
        }
    }

    pub(crate) fn not_a_chat_model() -> Self {
        Self::new(
            404,
            "invalid_request_error",
            "This model is only supported in v1/responses and not in v1/chat/completions.",
        )
        .param("model")
    }

    pub(crate) fn retired_model(model: &str) -> Self {
        Self::new(
            404,
            "invalid_request_error",
            format!(
                "The model `{model}` has been deprecated, learn more here: \
                 https://platform.openai.com/docs/deprecations"
            ),
        )
        .code("model_not_found")
    }

    pub(crate) fn context_overflow(api: Api, limit_tokens: u64, asked_tokens: u64) -> Self {
        match api {
            Api::Responses => Self::invalid(
                "Your input exceeds the context window of this model. Please adjust your input \
                 and try again.",
            )
            .param("input")
            .code("context_length_exceeded"),
            Api::Chat => Self::invalid(format!(
                "This model's maximum context length is {limit_tokens} tokens. However, your \
                 messages resulted in {asked_tokens} tokens. Please reduce the length of the \
                 messages."
            ))
            .param("messages")
            .code("context_length_exceeded"),
            Api::Messages => Self::invalid(format!(
                "prompt is too long: {asked_tokens} tokens > {limit_tokens} maximum"
            )),
            Api::Gemini => Self::new(
                400,
                "INVALID_ARGUMENT",
                format!(
                    "The input token count ({asked_tokens}) exceeds the maximum number of tokens \
                     allowed ({limit_tokens})."
                ),
            ),
        }
    }

    /// The error called `name` in a fault.
    pub(crate) fn named(api: Api, name: &str, model: &str) -> Option<Self> {
        Some(match name {
            "invalid_request" => {
                Self::invalid("Invalid value: 'temperature'.").param("temperature")
            }
            "invalid_api_key" => Self::refused_key(api),
            "model_not_found" => Self::unknown_model(api, model),
            "context_length_exceeded" => Self::context_overflow(api, 128_000, 131_072),
            "forbidden" => Self::new(
                403,
                "invalid_request_error",
                "Project does not have access to this model.",
            )
            .code("model_not_found"),
            "content_policy" => Self::invalid(
                "Invalid prompt: your prompt was flagged as potentially violating our usage \
                 policy. Please try again with a different prompt.",
            )
            .code("invalid_prompt"),
            "request_timeout" => Self::new(408, "server_error", "Request timed out."),
            "conflict" => Self::new(409, "conflict_error", "Another request is in progress."),
            "request_too_large" => {
                Self::new(413, "request_too_large", "Request exceeds the maximum size")
            }
            "rate_limit" => Self::rate_limited(model, "requests per min (RPM)", "requests", 20),
            "token_rate_limit" => {
                Self::rate_limited(model, "tokens per min (TPM)", "tokens", 2_000)
            }
            "credit_balance_exhausted" | "insufficient_quota" if api == Api::Messages => {
                Self::invalid(
                    "Your credit balance is too low to access the Anthropic API. Please go to \
                     Plans & Billing to upgrade or purchase credits.",
                )
            }
            "insufficient_quota" => Self::new(
                429,
                "insufficient_quota",
                "You exceeded your current quota, please check your plan and billing details. \
                 For more information on this error, read the docs: \
                 https://platform.openai.com/docs/guides/error-codes/api-errors.",
            )
            .code("insufficient_quota"),
            "billing_hard_limit" => {
                Self::new(429, "billing_limit_user_error", "Billing hard limit has been reached.")
                    .code("billing_hard_limit_reached")
            }
            "credit_balance_exhausted" => Self::new(
                429,
                "insufficient_quota",
                "Your credit balance is exhausted. Please add credits to continue.",
            )
            .code("credit_balance_exhausted"),
            "server_error" => Self::new(
                500,
                "server_error",
                "The server had an error while processing your request. Sorry about that!",
            ),
            "bad_gateway" => Self::new(502, "server_error", "Bad gateway."),
            "unavailable" => Self::new(
                503,
                "service_unavailable_error",
                "The server is temporarily unable to serve your request.",
            ),
            "overloaded" => Self::overloaded(api),
            _ => return None,
        })
    }

    /// The error that usually comes with this status.
    pub(crate) fn for_status(api: Api, status: u16, model: &str) -> Self {
        let name = match status {
            401 => "invalid_api_key",
            403 => "forbidden",
            404 => "model_not_found",
            408 => "request_timeout",
            409 => "conflict",
            413 => "request_too_large",
            429 => "rate_limit",
            502 => "bad_gateway",
            503 | 529 => "overloaded",
            400..=499 => "invalid_request",
            _ => "server_error",
        };
        let named = Self::named(api, name, model);
        let mut problem = named.unwrap_or_else(|| Self::invalid("Invalid request."));
        problem.status = status;
        problem
    }

    pub(crate) fn missing_key(api: Api) -> Self {
        match api {
            Api::Chat | Api::Responses => Self::new(
                401,
                "invalid_request_error",
                "You didn't provide an API key. You need to provide your API key in an \
                 Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
            ),
            Api::Messages => Self::new(401, "authentication_error", "x-api-key header is required"),
            Api::Gemini => Self::new(
                403,
                "PERMISSION_DENIED",
                "Method doesn't allow unregistered callers. Please use API Key or other form of \
                 API consumer identity to call this API.",
            ),
        }
    }

    pub(crate) fn refused_key(api: Api) -> Self {
        match api {
            Api::Chat | Api::Responses => Self::new(
                401,
                "invalid_request_error",
                "Incorrect API key provided: ***. You can find your API key at \
                 https://platform.openai.com/account/api-keys.",
            )
            .code("invalid_api_key"),
            Api::Messages => Self::new(401, "authentication_error", "invalid x-api-key"),
            Api::Gemini => Self::new(
                400,
                "INVALID_ARGUMENT",
                "API key not valid. Please pass a valid API key.",
            ),
        }
    }

    pub(crate) fn rate_limited(model: &str, what: &str, kind: &'static str, wait_ms: u64) -> Self {
        let mut problem = Self::new(
            429,
            kind,
            format!(
                "Rate limit reached for {model} in organization org-emulator on {what}. Please \
                 try again in {}. Visit https://platform.openai.com/account/rate-limits to learn \
                 more.",
                duration(wait_ms)
            ),
        )
        .code("rate_limit_exceeded");
        problem.headers.push(("retry-after-ms", wait_ms.to_string()));
        problem.headers.push(("retry-after", wait_ms.div_ceil(1_000).to_string()));
        problem
    }

    fn overloaded(api: Api) -> Self {
        match api {
            Api::Messages => Self::new(529, "overloaded_error", "Overloaded"),
            Api::Gemini => {
                Self::new(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
            }
            Api::Chat | Api::Responses => Self::new(
                503,
                "server_error",
                "The server is currently overloaded with other requests. Sorry about that! You \
                 can retry your request, or contact us if the error persists.",
            ),
        }
    }

    /// The body in the provider's own shape.
    pub(crate) fn body(&self, api: Api, request_id: &str) -> Value {
        match api {
            Api::Chat | Api::Responses => json!({ "error": self.openai() }),
            Api::Messages => json!({
                "type": "error",
                "error": { "type": self.anthropic_kind(), "message": self.message },
                "request_id": request_id,
            }),
            Api::Gemini => {
                let mut error = json!({
                    "code": self.status,
                    "message": self.message,
                    "status": self.google_status(),
                });
                if let Some((_, wait_s)) =
                    self.headers.iter().find(|(name, _)| *name == "retry-after")
                {
                    let kind = "type.googleapis.com/google.rpc.RetryInfo";
                    error["details"] = json!([{"@type": kind, "retryDelay": format!("{wait_s}s")}]);
                }
                json!({ "error": error })
            }
        }
    }

    /// The error object as OpenAI writes it.
    pub(crate) fn openai(&self) -> Value {
        json!({
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        })
    }

    pub(crate) fn anthropic_kind(&self) -> &'static str {
        match self.status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            529 | 503 => "overloaded_error",
            504 | 408 => "timeout_error",
            400..=499 => "invalid_request_error",
            _ => "api_error",
        }
    }

    pub(crate) fn google_status(&self) -> &'static str {
        match self.status {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 | 529 => "UNAVAILABLE",
            504 | 408 => "DEADLINE_EXCEEDED",
            400..=499 => "INVALID_ARGUMENT",
            _ => "INTERNAL",
        }
    }
}

/// A duration as the rate limit headers write it: `120ms`, `1.5s`, `6m0s`.
pub(crate) fn duration(duration_ms: u64) -> String {
    let seconds = duration_ms / 1_000;
    match duration_ms {
        0..1_000 => format!("{duration_ms}ms"),
        _ if seconds >= 60 => format!("{}m{}s", seconds / 60, seconds % 60),
        _ if duration_ms.is_multiple_of(1_000) => format!("{seconds}s"),
        _ => format!("{seconds}.{:03}", duration_ms % 1_000).trim_end_matches('0').to_owned() + "s",
    }
}
