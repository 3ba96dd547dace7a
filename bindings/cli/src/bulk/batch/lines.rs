//! The requests of an input file: where each stands, who is to answer it and what it may cost.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::path::{Path, PathBuf};

use farebox_core::catalog::Catalog;
use farebox_core::count::Vocabularies;
use farebox_core::error::Error;
use farebox_core::estimate::Estimate;
use farebox_core::money::Pusd;
use farebox_core::plan::Rung;
use farebox_core::provider::batch::BatchApi;
use farebox_core::provider::{BuildSettings, build};
use farebox_core::quote::quote;
use farebox_core::request::{Api, ServiceTier};
use farebox_core::route::{Arm, Policy, Posterior};
use farebox_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bulk::line::Line;
use crate::failure::Failure;

/// What requests are planned with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Market<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) vocabularies: &'a Vocabularies,
    pub(crate) policy: &'a Policy,
    pub(crate) posterior: &'a Posterior,
    pub(crate) now: Timestamp,
}

/// Requests that may share a batch.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Group {
    pub(crate) api: Api,
    pub(crate) arm: Arm,
}

/// A request that can be handed in.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) line: u64,
    pub(crate) input_tokens: u64,
    pub(crate) worst_case: Pusd,
    pub(crate) max_output_tokens: Option<u64>,
}

/// Who is to answer a request, and what that is to cost.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) group: Group,
    pub(crate) ready: Ready,
    pub(crate) estimate: Option<Estimate>,
}

/// The lines of a file, by number from one.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    file: BufReader<File>,
    /// Where each begins.
    starts: Vec<u64>,
}

impl Lines {
    /// Finds the lines of a file.
    pub(crate) fn find(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::file(path, &error);
        let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(failed)?);
        let (mut starts, mut at) = (vec![0], 0);
        loop {
            let bytes = file.fill_buf().map_err(failed)?;
            if bytes.is_empty() {
                break;
            }
            let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            starts.extend(ends.map(|(place, _)| at + place as u64 + 1));
            let read = bytes.len();
            at += read as u64;
            file.consume(read);
        }
        if starts.last() == Some(&at) {
            starts.pop();
        }
        Ok(Self { path: path.to_owned(), file, starts })
    }

    pub(crate) fn len(&self) -> u64 {
        self.starts.len() as u64
    }

    /// The text of a line.
    pub(crate) fn text(&mut self, line: u64) -> Result<Vec<u8>, Failure> {
        let failed = |error| Failure::file(&self.path, &error);
        let start = usize::try_from(line - 1).ok().and_then(|at| self.starts.get(at));
        let start = *start.ok_or_else(|| Failure::host(format!("there is no line {line}")))?;
        let here = self.file.stream_position().map_err(failed)?;
        let offset = i64::try_from(start).unwrap_or(i64::MAX).saturating_sub_unsigned(here);
        // Lines are mostly read in order, out of the same buffer.
        self.file.seek_relative(offset).map_err(failed)?;
        let mut text = Vec::new();
        self.file.read_until(b'\n', &mut text).map_err(failed)?;
        Ok(text)
    }

    /// A line as a request of a batch.
    pub(crate) fn request(&mut self, line: u64) -> Result<Result<Line, Error>, Failure> {
        let parsed = Line::parse(&self.text(line)?);
        Ok(parsed.map(|mut line| {
            line.request.service_tier = Some(ServiceTier::Batch);
            line
        }))
    }

    /// Whether a line holds nothing at all.
    pub(crate) fn is_blank(&mut self, line: u64) -> Result<bool, Failure> {
        Ok(self.text(line)?.trim_ascii().is_empty())
    }

    /// A line as it stands in a batch under a name.
    pub(crate) fn written(
        &mut self,
        ready: &Ready,
        group: &Group,
        id: &str,
        batch_api: BatchApi,
        catalog: &Catalog,
    ) -> Result<Result<String, Error>, Failure> {
        let line = match self.request(ready.line)? {
            Ok(line) => line,
            Err(error) => return Ok(Err(error)),
        };
        let built = build(&line.request, &group.rung(ready), catalog, BuildSettings::default());
        Ok(built.map(|http| batch_api.line(id, group.api, &http.body)))
    }
}

impl Group {
    pub(crate) fn rung(&self, ready: &Ready) -> Rung {
        Rung {
            arm: self.arm.clone(),
            api: self.api,
            service_tier: ServiceTier::Batch,
            max_output_tokens: ready.max_output_tokens,
            worst_case: Some(ready.worst_case),
        }
    }
}

impl Market<'_> {
    /// Who is to answer a request of a batch, and what that is to cost.
    pub(crate) fn plan(&self, number: u64, line: &Line) -> Result<Planned, Error> {
        let (request, catalog) = (&line.request, self.catalog);
        let quote =
            quote(request, catalog, self.vocabularies, self.policy, self.posterior, self.now)?;
        let no_plan = || Error::invalid_request("the plan of the request is empty");
        let rung = quote.plan.rungs.into_iter().next().ok_or_else(no_plan)?;
        let mut estimates = quote.estimates.into_iter();
        let estimate = estimates.find(|estimate| estimate.model == rung.arm.model);
        let ready = Ready {
            line: number,
            input_tokens: estimate.as_ref().map_or(0, |estimate| estimate.input.tokens.high),
            worst_case: rung.worst_case.unwrap_or_default(),
            max_output_tokens: rung.max_output_tokens,
        };
        Ok(Planned { group: Group { api: rung.api, arm: rung.arm }, ready, estimate })
    }
}

/// The name of a request within its batch, and the line it names.
pub(crate) fn id(run: &str, batch: u32, line: u64) -> String {
    format!("{run}-{batch}-{line}")
}

pub(crate) fn line_of(id: &str, run: &str, batch: u32) -> Option<u64> {
    let rest = id.strip_prefix(run)?.strip_prefix('-')?;
    rest.strip_prefix(&batch.to_string())?.strip_prefix('-')?.parse().ok()
}

/// Lines that follow one another, as pairs of the first and the last.
pub(crate) fn spans(lines: impl Iterator<Item = u64>) -> Vec<[u64; 2]> {
    let mut spans: Vec<[u64; 2]> = Vec::new();
    for line in lines {
        match spans.last_mut() {
            Some([_, last]) if *last + 1 == line => *last = line,
            _ => spans.push([line, line]),
        }
    }
    spans
}
