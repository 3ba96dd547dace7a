//! A folder, a loopback provider and the binary between them.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use farebox_core::catalog::Catalog;
use farebox_core::money::Pusd;
use farebox_core::time::Timestamp;
use farebox_emulator::{Emulator, Options};
use serde_json::{Value, json};

pub(crate) struct World {
    pub(crate) folder: PathBuf,
    pub(crate) emulator: Emulator,
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        static WORLDS: AtomicU32 = AtomicU32::new(0);
        let number = WORLDS.fetch_add(1, Ordering::Relaxed);
        let name = format!("farebox-bulk-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self { folder, emulator: Emulator::start(options).unwrap() }
    }

    /// Writes the input.
    pub(crate) fn jobs(&self, lines: &str) {
        fs::write(self.folder.join("jobs.jsonl"), lines).unwrap();
    }

    /// `farebox --json bulk COMMAND jobs.jsonl --out results.jsonl` against the provider.
    pub(crate) fn command(&self, command: &str, more: &[&str]) -> Command {
        let mut bulk = Command::new(env!("CARGO_BIN_EXE_farebox"));
        let url = format!("{}/v1", self.emulator.base_url());
        bulk.args(["--json", "bulk", command, "jobs.jsonl", "--out", "results.jsonl"])
            .args(["--base-url", &url])
            .args(more)
            .current_dir(&self.folder)
            .env_clear()
            .env("OPENAI_API_KEY", "sk-emulated")
            .env("ANTHROPIC_API_KEY", "sk-emulated")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        bulk
    }

    pub(crate) fn bulk(&self, command: &str, more: &[&str]) -> Output {
        self.command(command, more).output().unwrap()
    }

    pub(crate) fn results(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.join("results.jsonl")).unwrap_or_default();
        let whole = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        whole.collect()
    }

    /// What the provider charged until now.
    pub(crate) fn bill(&self) -> Pusd {
        self.emulator.bill().cost(&Catalog::embedded(), Timestamp::default()).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A line of OpenAI's batch format.
pub(crate) fn line(at: usize, model: &str) -> String {
    let input = format!("Name river {at}.");
    let body = json!({ "model": model, "input": input, "max_output_tokens": 200 });
    format!("{}\n", json!({ "custom_id": format!("r{at}"), "body": body }))
}

/// A line of Anthropic's batch format.
pub(crate) fn message(at: usize, model: &str) -> String {
    let messages = json!([{ "role": "user", "content": format!("Name mountain {at}.") }]);
    let params = json!({ "model": model, "max_tokens": 200, "messages": messages });
    format!("{}\n", json!({ "custom_id": format!("m{at}"), "params": params }))
}

/// The summary on standard output.
pub(crate) fn summary(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no summary: {}", err(output)))
}

pub(crate) fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Numbers of the lines that have results, in order.
pub(crate) fn numbers(results: &[Value]) -> Vec<u64> {
    let mut numbers: Vec<u64> = results.iter().map(|it| it["line"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

/// What the receipts of results sum up to, without what nobody knows to have been billed.
pub(crate) fn paid(results: &[Value]) -> Pusd {
    sum(results, "cost")
}

/// What may have been billed beside that.
pub(crate) fn unsettled(results: &[Value]) -> Pusd {
    sum(results, "unsettled")
}

fn sum(results: &[Value], part: &str) -> Pusd {
    let parts = results.iter().filter_map(|result| result["receipt"][part].as_str());
    parts.fold(Pusd::ZERO, |sum, part| sum.saturating_add(Pusd::parse(part).unwrap()))
}

/// Kills as `kill -9` does, and waits until it is gone.
pub(crate) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
