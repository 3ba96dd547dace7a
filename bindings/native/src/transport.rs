//! The only file that knows reqwest: one HTTP request out, its answer's bytes in.

use std::error::Error as _;
use std::fmt::Write as _;
use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Cursor, Read};
use std::path::Path;
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
    let body = serde_json::to_vec(&request.body).map_err(|error| error.to_string())?;
    begin(client, request, secret, Some(body.into()))
}

/// Begins to take a look: nothing is sent but the head.
///
/// # Errors
///
/// As [`send`].
pub(crate) fn look(
    client: &reqwest::Client,
    request: &HttpRequest,
    secret: Option<&Secret>,
) -> Result<Exchange, String> {
    begin(client, request, secret, None)
}

/// Begins to send a file with what stands before and after it, read as it goes out.
///
/// # Errors
///
/// As [`send`], and when the file cannot be read.
pub(crate) fn upload(
    client: &reqwest::Client,
    request: &HttpRequest,
    secret: Option<&Secret>,
    [head, tail]: [String; 2],
    file: &Path,
) -> Result<Exchange, String> {
    let open = || -> io::Result<(File, u64)> {
        let file = File::open(file)?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    };
    let (file, bytes) = open().map_err(|error| format!("{}: {error}", file.display()))?;
    let length = head.len() as u64 + bytes + tail.len() as u64;
    let mut request = request.clone();
    request.headers.push(("content-length".into(), length.to_string()));
    let parts = Parts(vec![
        Box::new(Cursor::new(tail.into_bytes())),
        Box::new(file.take(bytes)),
        Box::new(Cursor::new(head.into_bytes())),
    ]);
    begin(client, &request, secret, Some(reqwest::Body::wrap_stream(parts)))
}

/// Readers as one stream of bytes, the last one first.
struct Parts(Vec<Box<dyn Read + Send + Sync>>);

impl Stream for Parts {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Short reads of a local file: they hold up a worker no longer than a computation would.
        let mut bytes = vec![0; UPLOAD_PIECE_BYTES];
        while let Some(part) = self.0.last_mut() {
            match part.read(&mut bytes) {
                Ok(0) => drop(self.0.pop()),
                Ok(read) => {
                    bytes.truncate(read);
                    return Poll::Ready(Some(Ok(bytes.into())));
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
        Poll::Ready(None)
    }
}

fn begin(
    client: &reqwest::Client,
    request: &HttpRequest,
    secret: Option<&Secret>,
    body: Option<reqwest::Body>,
) -> Result<Exchange, String> {
    let url = reqwest::Url::parse(&request.url).map_err(|error| format!("no address: {error}"))?;
    let mut builder = match body {
        Some(body) => client.post(url).body(body),
        None => client.get(url),
    };
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
    /// What comes next, for a host that waits for nothing else meanwhile.
    pub(crate) async fn arrival(&mut self) -> Arrival {
        poll_fn(|cx| self.poll_arrival(cx)).await
    }

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
const UPLOAD_PIECE_BYTES: usize = 64 << 10;
