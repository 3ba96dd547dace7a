//! Processor time per thousand streamed events, Farebox beside async-openai, on the same recorded
//! streams from a server in a process of its own: `cargo run --release`, with FAREBOX_DATA set to the
//! folder that holds `streams/`.
//!
//! Farebox folds the answer, prices it and writes a receipt; async-openai parses each event, and its
//! caller folds the words, for it has no fold of its own. A bare reqwest that reads the same bytes and
//! drops them is measured too: what it takes is nobody's overhead, and both pay it. So each figure
//! stands twice, whole and above the bare reqwest. A loop that reads the socket and knows no HTTP says
//! what of it is the system's.
//!
//! The server writes each event by itself, once without a pause and once with a pause after each, as
//! models do, so that a client sleeps and wakes for every one of them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use async_openai::config::OpenAIConfig;
use async_openai::types::chat::CreateChatCompletionRequest;
use async_openai::types::responses::{CreateResponse, ResponseStreamEvent};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

mod server;

/// Pauses after each event in microseconds, and how many events a round has.
const MANNERS: [(&str, &str); 2] = [("0", "200000"), ("100", "4000")];
const ROUNDS: usize = 7;
const CLIENTS: [&str; 4] = ["farebox", "async-openai", "bare reqwest", "bare socket"];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", chat, responses, pause_us] => {
            let pause_us = pause_us.parse().expect("a number");
            server::serve([&places(chat), &places(responses)], pause_us).await;
        }
        ["try", name, api, url] => attempt(name, api, url).await,
        ["measure", name, api, url, without, events] => {
            let events = events.parse().expect("a number");
            measure(name, api, url, &places(without), events).await;
        }
        _ => compare(),
    }
}

/// Places of streams, written with commas between them.
fn places(list: &str) -> Vec<usize> {
    list.split(',').filter_map(|place| place.parse().ok()).collect()
}

fn listed(places: &[usize]) -> String {
    places.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// This program in another role: a server with the line it prints, or what a measurement prints.
fn begin(arguments: &[&str]) -> (Child, String) {
    let this = std::env::current_exe().expect("this program");
    let mut child =
        Command::new(&this).args(arguments).stdout(Stdio::piped()).spawn().expect("a process");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    (child, line.trim().into())
}

fn told(arguments: &[&str]) -> String {
    let (mut child, line) = begin(arguments);
    child.wait().expect("the end of a process");
    line
}

/// Where a client sends its calls.
fn url_for(name: &str, port: &str) -> String {
    format!("http://127.0.0.1:{port}/{}/v1", name.replace(' ', "-"))
}

fn compare() {
    // A client that gives up on a stream has less to do: what one of them rejects is left out.
    let (mut trial, port) = begin(&["serve", "", "", "0"]);
    let mut left_out = BTreeMap::new();
    for api in ["chat", "responses"] {
        let mut without: Vec<usize> = CLIENTS[..2]
            .iter()
            .flat_map(|name| places(&told(&["try", name, api, &url_for(name, &port)])))
            .collect();
        without.sort_unstable();
        without.dedup();
        left_out.insert(api, without);
    }
    trial.kill().expect("the server to end");
    let list = |api: &str| listed(&left_out[api]);
    println!("microseconds of processor time per 1,000 events, medians of {ROUNDS} rounds in turn");
    for (pause_us, events) in MANNERS {
        println!("with a pause of {pause_us} microseconds after each event");
        let (mut server, port) = begin(&["serve", &list("chat"), &list("responses"), pause_us]);
        compare_by(&port, events, &left_out);
        server.kill().expect("the server to end");
    }
}

/// Compares the clients on one server.
fn compare_by(port: &str, events: &str, left_out: &BTreeMap<&str, Vec<usize>>) {
    for api in ["chat", "responses"] {
        let streams = recorded(api, &left_out[api]);
        let each = streams.iter().map(Vec::len).sum::<usize>() / streams.len();
        println!(
            "{api}: {} streams of {each} events on average; {} are left out, one of the clients \
             rejects them",
            streams.len(),
            left_out[api].len()
        );
        let mut found: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let mut words: BTreeMap<String, &str> = BTreeMap::new();
        for _ in 0..ROUNDS {
            for name in CLIENTS {
                let url = url_for(name, port);
                let told = told(&["measure", name, api, &url, &listed(&left_out[api]), events]);
                let (figure, said) = told.split_once(' ').expect("two numbers");
                found.entry(name).or_default().push(figure.parse().expect("a number"));
                if !name.starts_with("bare") {
                    words.insert(said.into(), name);
                }
            }
        }
        if words.len() > 1 {
            println!("  they read different numbers of words: {words:?}");
        }
        let median = |name: &str| {
            let mut figures = found[name].clone();
            figures.sort_by(f64::total_cmp);
            figures[figures.len() / 2]
        };
        let (ours, bare) = (median("farebox"), median("bare reqwest"));
        for name in CLIENTS {
            let whole = median(name);
            print!("  {name}: whole {whole:.0} (farebox {:.2} of it)", ours / whole);
            if whole > bare {
                let above = whole - bare;
                print!(", above the bare reqwest {above:.0}");
                print!(" (farebox {:.2} of it)", (ours - bare) / above);
            }
            println!();
        }
    }
}

/// Prints the places of the streams that a client rejects.
async fn attempt(name: &str, api: &str, url: &str) {
    let clients = Clients::new(url);
    let body = asked(api);
    let mut rejected = Vec::new();
    for place in 0..recorded(api, &[]).len() {
        if clients.call(name, api, &body).await.is_none() {
            rejected.push(place.to_string());
        }
    }
    println!("{}", rejected.join(","));
}

/// Prints the microseconds of this process per thousand events, and how many bytes of words it read.
async fn measure(name: &str, api: &str, url: &str, without: &[usize], events: usize) {
    let counts: Vec<usize> = recorded(api, without).iter().map(Vec::len).collect();
    let all: usize = counts.iter().sum();
    let rounds = events.div_ceil(all);
    let clients = Clients::new(url);
    let body = asked(api);
    let (mut before, mut words) = (0, 0);
    for call in 0..(rounds + 1) * counts.len() {
        // The first turn warms up.
        if call == counts.len() {
            before = processor_us();
        }
        words += clients.call(name, api, &body).await.expect("an answer");
    }
    let us = (processor_us() - before) as f64 * 1_000.0 / (rounds * all) as f64;
    println!("{us} {words}");
}

fn asked(api: &str) -> Value {
    let chat = json!([{ "role": "user", "content": "hi" }]);
    match api {
        "chat" => json!({ "model": "gpt-5.4-mini", "messages": chat, "stream": true }),
        _ => json!({ "model": "gpt-5.4-mini", "input": "hi", "stream": true }),
    }
}

struct Clients {
    farebox: farebox::Client,
    other: async_openai::Client<OpenAIConfig>,
    bare: reqwest::Client,
    socket: Cell<Option<TcpStream>>,
    url: String,
}

impl Clients {
    fn new(url: &str) -> Self {
        // All share one reqwest, which wants a provider of TLS; our client installs one.
        let farebox = farebox::Client::builder().without_environment().key("openai", "sk-bench");
        let farebox = farebox.base_url("openai", url).build().expect("a client");
        let config = OpenAIConfig::new().with_api_key("sk-bench").with_api_base(url);
        let other = async_openai::Client::with_config(config);
        Self {
            farebox,
            other,
            bare: reqwest::Client::new(),
            socket: Cell::default(),
            url: url.into(),
        }
    }

    /// How many bytes of words an answer held; nothing when the client rejected it.
    async fn call(&self, name: &str, api: &str, body: &Value) -> Option<usize> {
        match (name, api) {
            ("farebox", _) => self.by_farebox(body).await,
            ("async-openai", "chat") => self.chat_by_async_openai(body).await,
            ("async-openai", _) => self.response_by_async_openai(body).await,
            ("bare reqwest", _) => self.by_nobody(api, body).await,
            _ => self.by_no_client(api, body).await,
        }
    }

    async fn by_farebox(&self, body: &Value) -> Option<usize> {
        let mut flow = self.farebox.stream(body.clone()).ok()?;
        while let Some(event) = flow.next().await {
            std::hint::black_box(event.ok()?);
        }
        std::hint::black_box(flow.receipt()?);
        flow.outcome()?.answer.as_ref().map(|answer| answer.text.len())
    }

    async fn chat_by_async_openai(&self, body: &Value) -> Option<usize> {
        let request: CreateChatCompletionRequest = serde_json::from_value(body.clone()).ok()?;
        let mut stream = self.other.chat().create_stream(request).await.ok()?;
        let mut text = String::new();
        while let Some(event) = stream.next().await {
            let event = event.ok()?;
            let words = event.choices.first().and_then(|choice| choice.delta.content.as_deref());
            text.push_str(words.unwrap_or(""));
        }
        Some(text.len())
    }

    async fn response_by_async_openai(&self, body: &Value) -> Option<usize> {
        let request: CreateResponse = serde_json::from_value(body.clone()).ok()?;
        let mut stream = self.other.responses().create_stream(request).await.ok()?;
        let mut text = String::new();
        while let Some(event) = stream.next().await {
            if let ResponseStreamEvent::ResponseOutputTextDelta(delta) = event.ok()? {
                text.push_str(&delta.delta);
            }
        }
        Some(text.len())
    }

    async fn by_nobody(&self, api: &str, body: &Value) -> Option<usize> {
        let path = if api == "chat" { "chat/completions" } else { "responses" };
        let request = self.bare.post(format!("{}/{path}", self.url)).bearer_auth("sk-bench");
        let request = request.header("content-type", "application/json").body(body.to_string());
        let mut bytes = request.send().await.ok()?.bytes_stream();
        while let Some(bytes) = bytes.next().await {
            std::hint::black_box(bytes.ok()?);
        }
        Some(0)
    }

    async fn by_no_client(&self, api: &str, body: &Value) -> Option<usize> {
        let (host, base) = self.url.strip_prefix("http://")?.split_once('/')?;
        let mut socket = match self.socket.take() {
            Some(socket) => socket,
            None => TcpStream::connect(host).await.ok()?,
        };
        let path = if api == "chat" { "chat/completions" } else { "responses" };
        let body = body.to_string();
        let length = body.len();
        let request = format!(
            "POST /{base}/{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer sk-bench\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        socket.write_all(request.as_bytes()).await.ok()?;
        let (mut bytes, mut filled) = (vec![0; 8192], 0);
        let mut left = loop {
            filled += socket.read(&mut bytes[filled..]).await.ok()?;
            let end = bytes[..filled].windows(4).position(|four| four == b"\r\n\r\n");
            let Some(end) = end else { continue };
            let head = std::str::from_utf8(&bytes[..end]).ok()?;
            let length = head.split_once("content-length: ")?.1.parse::<usize>().ok()?;
            break length + end + 4 - filled;
        };
        while left > 0 {
            let read = socket.read(&mut bytes).await.ok()?;
            std::hint::black_box(&bytes[..read]);
            left = left.checked_sub(read).filter(|_| read > 0)?;
        }
        self.socket.set(Some(socket));
        Some(0)
    }
}

/// Processor time of this program's one thread so far, in microseconds; all of it runs there.
fn processor_us() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("the system's word");
    let ns: u64 = told.split_whitespace().next().unwrap_or("").parse().expect("a number");
    ns / 1_000
}

/// The recorded streams of OpenAI's own that are long enough to tell, as lists of events, but for
/// those at some places.
fn recorded(api: &str, without: &[usize]) -> Vec<Vec<String>> {
    let data =
        std::env::var_os("FAREBOX_DATA").map_or("../../../../shared/data".into(), PathBuf::from);
    let folder = data.join("streams");
    let index = std::fs::read_to_string(folder.join("index.jsonl")).expect("recorded streams");
    let index: Vec<Value> =
        index.lines().map(|line| serde_json::from_str(line).expect("a line")).collect();
    let packed = std::fs::File::open(folder.join("streams.tar.gz")).expect("recorded streams");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let mut found = Vec::new();
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        let name = path.trim_start_matches("./").trim_start_matches("streams/").to_owned();
        let Some(about) = index.iter().find(|about| about["file"] == name.as_str()) else {
            continue;
        };
        let host = about["host"].as_str().unwrap_or("");
        if about["api"] != api || !host.contains("openai") || about["events"].as_u64() < Some(30) {
            continue;
        }
        let mut body = String::new();
        entry.read_to_string(&mut body).expect("a body");
        if body.contains("\"error\":{") || body.contains('\r') || about["terminal"].is_null() {
            continue;
        }
        let events: Vec<String> = body.split_inclusive("\n\n").map(String::from).collect();
        // Some recordings are several answers in one file, of which no client reads all.
        let is_end = |event: &&String| {
            let data = event.split_once("data: ").map_or("", |(_, data)| data);
            data.starts_with("[DONE]") || data.starts_with("{\"type\":\"response.completed\"")
        };
        if events.iter().filter(is_end).count() < 2 {
            found.push(events);
        }
    }
    let mut place = 0..;
    found.retain(|_| place.next().is_none_or(|place| !without.contains(&place)));
    found
}
