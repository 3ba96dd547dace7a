//! The exchanges about batches with one provider: hand in, look, fetch.
//!
//! Each is one HTTP exchange without retries; whoever drives a batch decides when to try again.

use std::path::Path;
use std::time::Duration;

use farebox_core::call::{Batched, batched};
use farebox_core::catalog::Provider;
use farebox_core::error::{Error, ErrorKind};
use farebox_core::estimate::Estimate;
use farebox_core::plan::Rung;
use farebox_core::provider::batch::{BatchApi, BatchEnding, BatchResult, BatchState, problem};
use farebox_core::provider::{HttpRequest, Remedy};
use farebox_core::receipt::{Receipt, settle};
use farebox_core::request::{Api, ModelId};
use farebox_core::time::Timestamp;
use serde_json::Value;

use crate::client::{Client, name};
use crate::clock::Clock;
use crate::transport::{self, Arrival, Exchange};

/// A provider's batches.
#[derive(Clone, Debug)]
pub struct Batches {
    client: Client,
    provider: Provider,
    batch_api: BatchApi,
    api: Api,
}

/// Why an exchange about batches failed.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchFailure {
    /// Why.
    pub error: Box<Error>,
    /// Whether the same again may do better.
    pub may_retry: bool,
    /// Whether the provider may have done what was asked all the same.
    pub may_be_done: bool,
    /// How long the provider asks to wait.
    pub wait_ms: Option<u64>,
}

impl Client {
    /// The batches of a model's provider, for requests in a format.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the format has no batches, `unknown_model` when the catalogue lacks
    /// the model, `authentication` when no key is known.
    pub fn batches(&self, model: &ModelId, api: Api) -> Result<Batches, Error> {
        let batch_api = BatchApi::of(api).ok_or_else(|| {
            let message = format!(
                "`{model}` is answered in a format that has no batches here: choose a model of \
                 OpenAI's or Anthropic's"
            );
            Error::invalid_request(message).with("model", model.as_str())
        })?;
        let known = self.catalog().stand_in(model)?;
        let provider = self.catalog().provider(&known).ok_or_else(|| {
            let message = format!("the catalogue holds no provider of `{model}`");
            Error::new(ErrorKind::InvalidCatalog, message)
        })?;
        self.check_key_of(provider)?;
        Ok(Batches { client: self.clone(), provider: provider.clone(), batch_api, api })
    }
}

impl Batches {
    /// How this provider takes batches.
    pub fn api(&self) -> BatchApi {
        self.batch_api
    }

    /// Uploads a file of requests, where they are handed in as a file, and gives the provider's
    /// name of it.
    ///
    /// # Errors
    ///
    /// What the provider or the connection said.
    pub async fn upload(&self, file_name: &str, path: &Path) -> Result<String, BatchFailure> {
        let boundary = name();
        let mut request = self.request("files", Some(Value::Null))?;
        request.headers.retain(|(name, _)| name != "content-type");
        let content_type = format!("multipart/form-data; boundary={boundary}");
        request.headers.push(("content-type".into(), content_type));
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
             --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; \
             filename=\"{file_name}.jsonl\"\r\ncontent-type: application/jsonl\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let value = self.post_file(&request, [head, tail], path).await?;
        let id = value["id"].as_str().map(String::from);
        id.ok_or_else(|| malformed("the provider took the file and gave no name for it"))
    }

    /// Makes a batch of an uploaded file, under a name it can be found by.
    ///
    /// # Errors
    ///
    /// What the provider or the connection said.
    pub async fn create_of(&self, name: &str, file: &str) -> Result<BatchState, BatchFailure> {
        let body = self.batch_api.creation(name, file, self.api);
        let request = self.request(self.batch_api.path(), Some(body))?;
        self.state(self.exchange(&request, None).await?)
    }

    /// Makes a batch of the requests in a file, where they are handed in at once.
    ///
    /// # Errors
    ///
    /// What the provider or the connection said.
    pub async fn create(&self, path: &Path) -> Result<BatchState, BatchFailure> {
        let request = self.request(self.batch_api.path(), Some(Value::Null))?;
        self.state(self.post_file(&request, Default::default(), path).await?)
    }

    /// Looks how far a batch is.
    ///
    /// # Errors
    ///
    /// What the provider or the connection said.
    pub async fn look(&self, id: &str) -> Result<BatchState, BatchFailure> {
        let path = format!("{}/{id}", self.batch_api.path());
        let request = self.request(&path, None)?;
        self.state(self.exchange(&request, None).await?)
    }

    /// A page of the list of batches, the newest first, and whether there are older ones.
    ///
    /// # Errors
    ///
    /// What the provider or the connection said.
    pub async fn list(&self, after: Option<&str>) -> Result<(Vec<BatchState>, bool), BatchFailure> {
        let request = self.request(&self.batch_api.list_path(after), None)?;
        let value = self.exchange(&request, None).await?;
        self.batch_api.list(&value).map_err(|error| self.failure(error))
    }

    /// Fetches one file of results, line by line as they come, until `each` wants no more.
    ///
    /// # Errors
    ///
    /// What the provider or the connection said; lines before that were given.
    pub async fn results(
        &self,
        path: &str,
        mut each: impl FnMut(BatchResult) -> bool + Send,
    ) -> Result<(), BatchFailure> {
        let request = self.request(path, None)?;
        let mut wants_more = true;
        let mut line = |line: &[u8]| {
            let text = String::from_utf8_lossy(line);
            if !text.trim().is_empty() {
                wants_more = each(self.batch_api.result(&text)?);
            }
            Ok(wants_more)
        };
        self.exchange(&request, Some(&mut line)).await.map(drop)
    }

    /// What became of a request, and its receipt at the batch price.
    ///
    /// `rung` is what it was handed in as, `estimate` what it was to cost.
    pub fn settle(
        &self,
        ending: BatchEnding,
        rung: &Rung,
        estimate: Option<&Estimate>,
        sent_at: Timestamp,
    ) -> (Batched, Receipt) {
        let inner = self.client.inner();
        let (catalog, regional) = (&inner.catalog, inner.policy.region.is_some());
        let now = Clock::new().now();
        let batched = batched(ending, rung, catalog, regional, sent_at, now);
        let outcome = inner.scrub_outcome(batched.outcome);
        let receipt = settle(&outcome, estimate, catalog, inner.baseline.as_ref());
        (Batched { outcome, ..batched }, receipt)
    }

    fn request(&self, path: &str, body: Option<Value>) -> Result<HttpRequest, BatchFailure> {
        let settings = &self.client.inner().settings;
        let base_url = settings.base_urls.get(&self.provider.id).map(String::as_str);
        let allow_http = settings.allow_http;
        let request = self.batch_api.request(&self.provider, base_url, allow_http, path, body);
        request.map_err(|error| self.failure(error))
    }

    async fn post_file(
        &self,
        request: &HttpRequest,
        frame: [String; 2],
        path: &Path,
    ) -> Result<Value, BatchFailure> {
        let inner = self.client.inner();
        let secret = inner.keys.get(&self.provider.id);
        let exchange = transport::upload(&inner.http, request, secret, frame, path);
        self.finish(exchange, None).await
    }

    async fn exchange(
        &self,
        request: &HttpRequest,
        line: Option<EachLine<'_>>,
    ) -> Result<Value, BatchFailure> {
        let inner = self.client.inner();
        let secret = inner.keys.get(&self.provider.id);
        let exchange = if request.method == "GET" {
            transport::look(&inner.http, request, secret)
        } else {
            transport::send(&inner.http, request, secret)
        };
        self.finish(exchange, line).await
    }

    /// Reads an answer to its end: as one document, or line by line.
    async fn finish(
        &self,
        exchange: Result<Exchange, String>,
        mut line: Option<EachLine<'_>>,
    ) -> Result<Value, BatchFailure> {
        let mut exchange = exchange.map_err(|message| {
            self.failure(Error::invalid_request(format!("the exchange cannot begin: {message}")))
        })?;
        let (mut status, mut wait_ms) = (0, None);
        let mut body = Vec::new();
        loop {
            let patience = if status == 0 { HEAD_PATIENCE } else { BODY_PATIENCE };
            let Ok(arrival) = tokio::time::timeout(patience, exchange.arrival()).await else {
                let message = format!("nothing came for {} s", patience.as_secs());
                return Err(self.lost(Error::new(ErrorKind::Timeout, message), false));
            };
            match arrival {
                Arrival::Head { status: code, headers } => {
                    status = code;
                    let named = |name: &str| headers.iter().find(|(key, _)| key == name);
                    let seconds = named("retry-after").and_then(|(_, it)| it.parse::<u64>().ok());
                    wait_ms = seconds.map(|seconds| seconds.saturating_mul(1_000));
                }
                Arrival::Body(bytes) => {
                    let mut from = body.len();
                    body.extend_from_slice(&bytes);
                    if let Some(line) = line.as_mut().filter(|_| is_fine(status)) {
                        let mut start = 0;
                        while let Some(end) = body[from..].iter().position(|byte| *byte == b'\n') {
                            let end = from + end;
                            let more = line(&body[start..end]);
                            if !more.map_err(|error| self.failure(error))? {
                                return Ok(Value::Null);
                            }
                            (start, from) = (end + 1, end + 1);
                        }
                        body.drain(..start);
                    }
                    if body.len() > MAX_PIECE_BYTES {
                        return Err(malformed("the provider's answer is too long"));
                    }
                }
                Arrival::End => break,
                Arrival::Lost { message, unsent } => {
                    let message = format!("the provider could not be reached: {message}");
                    return Err(self.lost(Error::new(ErrorKind::Connection, message), unsent));
                }
            }
        }
        if !is_fine(status) {
            let problem = problem(status, &String::from_utf8_lossy(&body));
            let may_retry = matches!(problem.remedy, Remedy::Retry | Remedy::Sideways);
            return Err(BatchFailure {
                may_retry,
                // A server that failed may have failed after the deed; one that says no has not.
                may_be_done: status >= 500 || status == 408,
                wait_ms: wait_ms.or(problem.wait_ms),
                ..self.failure(problem.error)
            });
        }
        match line {
            Some(line) => line(&body).map(|_| Value::Null).map_err(|error| self.failure(error)),
            None => serde_json::from_slice(&body)
                .map_err(|_| malformed("the provider's answer is not JSON")),
        }
    }

    fn state(&self, value: Value) -> Result<BatchState, BatchFailure> {
        let state = self.batch_api.state(&value);
        state.map_err(|error| BatchFailure { may_be_done: true, ..self.failure(error) })
    }

    fn lost(&self, error: Error, unsent: bool) -> BatchFailure {
        BatchFailure { may_retry: true, may_be_done: !unsent, ..self.failure(error) }
    }

    fn failure(&self, mut error: Error) -> BatchFailure {
        self.client.inner().scrub(&mut error);
        BatchFailure { error: Box::new(error), may_retry: false, may_be_done: false, wait_ms: None }
    }
}

type EachLine<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<bool, Error> + Send);

fn is_fine(status: u16) -> bool {
    (200..300).contains(&status)
}

fn malformed(what: &str) -> BatchFailure {
    let error = Error::new(ErrorKind::MalformedResponse, what);
    BatchFailure { error: Box::new(error), may_retry: true, may_be_done: true, wait_ms: None }
}

/// A quarter of a gigabyte takes minutes over a slow line, and the answer comes after it.
const HEAD_PATIENCE: Duration = Duration::from_secs(1_800);
const BODY_PATIENCE: Duration = Duration::from_secs(120);
/// The longest line of results, or document about a batch, that is accepted.
const MAX_PIECE_BYTES: usize = 64 << 20;
