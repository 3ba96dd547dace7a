//! The only file that knows reqwest: one HTTP request out, its answer's bytes in.

use std::error::Error as _;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use farebox_core::call::HttpRequest;
use farebox_core::catalog::AuthScheme;
use farebox_core::error::Error;
use futures_core::Stream;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::secret::Secret;

/// One exchange under way.
pub(crate) enum Exchange {
    /// Nothing of the answer has come.
    Sending(Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send>>),
    /// Its body is coming.
    Receiving(Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>),
}

/// What came of an exchange.
pub(crate) enum Arrival {
    Head { status: u16, headers: Vec<(String, String)> },
    Body(Bytes),
    End,
    Lost { message: String, unsent: bool },
}

/// The client this crate uses when the caller brings none.
///
/// It follows no redirects: a key must not travel to where an answer points.
pub(crate) fn default_client(proxy: Option<reqwest::Proxy>) -> Result<reqwest::Client, Error> {
    // Another choice the program made before stands.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("farebox/", env!("CARGO_PKG_VERSION")));
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| {
        Error::invalid_request(format!("the connection cannot be set up: {}", describe(&error)))
    })
}

/// A key as a header's value.
///
/// # Errors
///
/// `invalid_request`, without the key, when it holds what no header may.
pub(crate) fn check_secret(secret: &Secret) -> Result<(), Error> {
    let key = secret.expose();
    let is_plain = key.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    if key.is_empty() || !is_plain || key.len() > MAX_KEY_BYTES {
        return Err(Error::invalid_request(
            "a key is one line of plain characters without spaces: the one given is not",
        ));
    }
    Ok(())
}

/// Begins to send.
///
/// # Errors
///
/// A sentence when the request cannot be written down; nothing was sent then.
pub(crate) fn send(
    client: &reqwest::Client,
    request: &HttpRequest,
    secret: Option<&Secret>,
) -> Result<Exchange, String> {
    let url = reqwest::Url::parse(&request.url).map_err(|error| format!("no address: {error}"))?;
    let body = serde_json::to_vec(&request.body).map_err(|error| error.to_string())?;
    let mut builder = client.post(url).body(body);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    // INVARIANT: no secret leaves over a connection that others can read.
    if let Some(secret) = secret.filter(|_| request.is_private()) {
        let (name, text) = match &request.auth {
            AuthScheme::Bearer => (AUTHORIZATION, format!("Bearer {}", secret.expose())),
            AuthScheme::Header { name } => {
                let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
                (name, secret.expose().to_owned())
            }
            _ => return Ok(Exchange::Sending(Box::pin(builder.send()))),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| "the key is no header value")?;
        value.set_sensitive(true);
        builder = builder.header(name, value);
    }
    Ok(Exchange::Sending(Box::pin(builder.send())))
}

impl Exchange {
    /// What comes next.
    pub(crate) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        match self {
            Self::Sending(sending) => match sending.as_mut().poll(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Ok(response)) => {
                    let status = response.status().as_u16();
                    let headers = response.headers().iter().map(|(name, value)| {
                        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                        (name.as_str().to_owned(), value)
                    });
                    let headers = headers.collect();
                    *self = Self::Receiving(Box::pin(response.bytes_stream()));
                    Poll::Ready(Arrival::Head { status, headers })
                }
                Poll::Ready(Err(error)) => Poll::Ready(Arrival::Lost {
                    message: describe(&error),
                    unsent: error.is_connect() || error.is_builder(),
                }),
            },
            Self::Receiving(body) => match body.as_mut().poll_next(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Some(Ok(bytes))) => Poll::Ready(Arrival::Body(bytes)),
                Poll::Ready(Some(Err(error))) => {
                    Poll::Ready(Arrival::Lost { message: describe(&error), unsent: false })
                }
                Poll::Ready(None) => Poll::Ready(Arrival::End),
            },
        }
    }
}

/// An error with what caused it: reqwest's own sentence names neither the cause nor hides the
/// address, which may hold what is not for logs.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        let _ = write!(text, "{cause}");
        source = cause.source();
    }
    if text.is_empty() { "the request failed".into() } else { text }
}

const MAX_KEY_BYTES: usize = 8 << 10;
