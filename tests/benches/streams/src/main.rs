//! Processor time per thousand streamed events, Farebox beside async-openai, on the same recorded
//! streams from a server in a process of its own: `cargo run --release`, with FAREBOX_DATA set to the
//! folder that holds `streams/`.
//!
//! Farebox folds the answer, prices it and writes a receipt; async-openai parses each event.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_openai::config::OpenAIConfig;
use async_openai::types::chat::CreateChatCompletionRequest;
use async_openai::types::responses::CreateResponse;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ROUND_EVENTS: usize = 60_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve().await,
        ["measure", name, api, url] => println!("{}", measure(name, api, url).await),
        _ => compare(),
    }
}

fn compare() {
    let this = std::env::current_exe().expect("this program");
    let mut server =
        Command::new(&this).arg("serve").stdout(Stdio::piped()).spawn().expect("a server");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let url = format!("http://127.0.0.1:{}/v1", line.trim());
    println!("microseconds of processor time per 1,000 events");
    for api in ["chat", "responses"] {
        let mut best: BTreeMap<&str, f64> = BTreeMap::new();
        for _ in 0..3 {
            for name in ["farebox", "async-openai"] {
                let told = Command::new(&this).args(["measure", name, api, &url]).output();
                let told = String::from_utf8(told.expect("a measurement").stdout).expect("text");
                let figure: f64 = told.trim().parse().expect("a number");
                let known = best.entry(name).or_insert(f64::MAX);
                *known = known.min(figure);
            }
        }
        let (ours, theirs) = (best["farebox"], best["async-openai"]);
        println!("{api}: farebox {ours:.0}, async-openai {theirs:.0}, ratio {:.2}", ours / theirs);
    }
    server.kill().expect("the server to end");
}

/// Microseconds of this process per thousand events.
async fn measure(name: &str, api: &str, url: &str) -> f64 {
    let counts: Vec<usize> = recorded(api).iter().map(Vec::len).collect();
    let all: usize = counts.iter().sum();
    let rounds = ROUND_EVENTS.div_ceil(all);
    let chat = json!([{ "role": "user", "content": "hi" }]);
    let body = match api {
        "chat" => json!({ "model": "gpt-5.4-mini", "messages": chat, "stream": true }),
        _ => json!({ "model": "gpt-5.4-mini", "input": "hi", "stream": true }),
    };
    let before;
    if name == "farebox" {
        let client = farebox::Client::builder().without_environment().key("openai", "sk-bench-key");
        let client = client.base_url("openai", url).build().expect("a client");
        let call = || async {
            let mut flow = client.stream(body.clone()).expect("a stream");
            while let Some(Ok(event)) = flow.next().await {
                std::hint::black_box(event);
            }
        };
        for _ in 0..counts.len() {
            call().await;
        }
        before = processor_us();
        for _ in 0..rounds * counts.len() {
            call().await;
        }
    } else {
        // Both share one reqwest, which wants a provider of TLS; our client installs one.
        drop(farebox::Client::builder().without_environment().build());
        let config = OpenAIConfig::new().with_api_key("sk-bench-key").with_api_base(url);
        let client = async_openai::Client::with_config(config);
        let call = || async {
            if api == "chat" {
                let request: CreateChatCompletionRequest =
                    serde_json::from_value(body.clone()).expect("a request");
                let mut stream = client.chat().create_stream(request).await.expect("a stream");
                while let Some(event) = stream.next().await {
                    _ = std::hint::black_box(event);
                }
            } else {
                let request: CreateResponse =
                    serde_json::from_value(body.clone()).expect("a request");
                let mut stream = client.responses().create_stream(request).await.expect("a stream");
                while let Some(event) = stream.next().await {
                    _ = std::hint::black_box(event);
                }
            }
        };
        for _ in 0..counts.len() {
            call().await;
        }
        before = processor_us();
        for _ in 0..rounds * counts.len() {
            call().await;
        }
    }
    (processor_us() - before) as f64 * 1_000.0 / (rounds * all) as f64
}

/// Processor time of this process so far, in microseconds.
fn processor_us() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("the system's word");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<u64>().expect("a number");
    (ticks(11) + ticks(12)) * 10_000
}

/// The recorded streams of OpenAI's own that are long enough to tell, as lists of events.
fn recorded(api: &str) -> Vec<Vec<String>> {
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
        if body.contains("\"error\":{") || body.contains('\r') {
            continue;
        }
        found.push(body.split_inclusive("\n\n").map(String::from).collect());
    }
    found
}

/// Serves the streams in turn, each event a write of its own; prints its port.
async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    let streams = Arc::new((recorded("chat"), recorded("responses")));
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(answer(socket, Arc::clone(&streams)));
    }
}

/// Streams of either format, as lists of events.
type Streams = (Vec<Vec<String>>, Vec<Vec<String>>);

static TURN: AtomicUsize = AtomicUsize::new(0);

/// Answers what one connection asks.
async fn answer(mut socket: TcpStream, streams: Arc<Streams>) {
    socket.set_nodelay(true).expect("an option");
    loop {
        let mut head = Vec::new();
        let mut byte = [0; 4096];
        let (path_end, length) = loop {
            let Ok(read @ 1..) = socket.read(&mut byte).await else { break (0, 0) };
            head.extend_from_slice(&byte[..read]);
            let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(&head[..end]).to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap_or(0));
            if head.len() >= end + 4 + length {
                break (text.lines().next().map_or(0, str::len), length);
            }
        };
        if path_end == 0 && length == 0 {
            break;
        }
        let is_chat = String::from_utf8_lossy(&head[..path_end]).contains("chat");
        let streams = if is_chat { &streams.0 } else { &streams.1 };
        let events = &streams[TURN.fetch_add(1, Ordering::Relaxed) % streams.len()];
        let size: usize = events.iter().map(String::len).sum();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {size}\r\n\r\n"
        );
        if socket.write_all(head.as_bytes()).await.is_err() {
            break;
        }
        for event in events {
            if socket.write_all(event.as_bytes()).await.is_err() {
                break;
            }
        }
    }
}
