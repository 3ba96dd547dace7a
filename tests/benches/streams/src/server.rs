//! A server of the recorded streams, for a process of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Serves the streams in turn, each event a write of its own; prints its port.
pub(crate) async fn serve(without: [&[usize]; 2], pause_us: u64) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    let streams =
        Arc::new((super::recorded("chat", without[0]), super::recorded("responses", without[1])));
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(answer(socket, Arc::clone(&streams), Duration::from_micros(pause_us)));
    }
}

/// Streams of either format, as lists of events.
type Streams = (Vec<Vec<String>>, Vec<Vec<String>>);

static CHAT_TURN: AtomicUsize = AtomicUsize::new(0);
static RESPONSES_TURN: AtomicUsize = AtomicUsize::new(0);

/// Answers what one connection asks.
async fn answer(mut socket: TcpStream, streams: Arc<Streams>, pause: Duration) {
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
        let (streams, turn) =
            if is_chat { (&streams.0, &CHAT_TURN) } else { (&streams.1, &RESPONSES_TURN) };
        let events = &streams[turn.fetch_add(1, Ordering::Relaxed) % streams.len()];
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
            if !pause.is_zero() {
                // Timers of the runtime know milliseconds only, and nobody else is served meanwhile.
                std::thread::sleep(pause);
            }
        }
    }
}
