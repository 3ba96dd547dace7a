//! Answers that a fault puts in the place of the real one; they cost nothing.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use flate2::{Compression, FlushCompress};

use crate::delivery;
use crate::exchange::set_header;
use crate::fault::Fault;
use crate::reply::Reply;
use crate::socket::Connection;
use crate::state::Shared;
use crate::wire::problem::Problem;

/// The answer the fault wants instead of the real one, if it wants one.
pub(crate) fn replaced(
    reply: &Reply,
    shared: &Shared,
    model: &str,
    path: &str,
    connection: &Connection,
) -> Option<Response> {
    let fault = &reply.fault;
    if !fault.replaces_answer() {
        return None;
    }
    let status = |usual: u16| fault.status.unwrap_or(usual);
    if let Some(location) = &fault.redirect {
        let location = match location.as_str() {
            "other-origin" => format!("http://localhost:{}{path}", shared.port),
            given => given.to_owned(),
        };
        let mut response = reply.with_body(status(307), "", Body::empty());
        set_header(&mut response, "location", &location);
        return Some(response);
    }
    if fault.empty {
        return Some(reply.with_body(status(200), "application/json", Body::empty()));
    }
    if fault.html {
        let body = Bytes::from_static(PAGE.as_bytes());
        return Some(reply.with_body(status(502), "text/html", steps(body, fault, connection)));
    }
    if let Some(size_mib) = fault.gzip_bomb_mib {
        let mut response = reply.with_body(status(200), "application/json", bomb(size_mib));
        set_header(&mut response, "content-encoding", "gzip");
        return Some(response);
    }
    if let Some(size_mib) = fault.huge_event_mib {
        let kind = "text/event-stream; charset=utf-8";
        return Some(reply.with_body(status(200), kind, huge_event(size_mib)));
    }
    let mut problem = match (&fault.error, fault.status) {
        (Some(name), _) => Problem::named(reply.api, name, model),
        (None, Some(status)) => Some(Problem::for_status(reply.api, status, model)),
        (None, None) => None,
    };
    if problem.is_none() && fault.error.is_some() {
        let names = crate::fault::ERROR_NAMES.join(", ");
        problem = Some(Problem::invalid(format!("no such error; there are {names}")));
    }
    let mut problem = problem.unwrap_or_else(|| Problem { status: 200, ..Problem::invalid("") });
    if let Some(status) = fault.status {
        problem.status = status;
    }
    if fault.error_in_200 {
        problem.status = 200;
    }
    if has_wait(fault) {
        problem.headers.retain(|(name, _)| !name.starts_with("retry-after"));
    }
    let text = match &fault.body {
        Some(body) => body.clone(),
        None => problem.body(reply.api, &reply.request_id).to_string(),
    };
    let body = steps(Bytes::from(text), fault, connection);
    let mut response = reply.with_body(problem.status, "application/json", body);
    for (name, value) in &problem.headers {
        set_header(&mut response, name, value);
    }
    Some(response)
}

fn has_wait(fault: &Fault) -> bool {
    fault.retry_after.is_some()
        || fault.retry_after_ms.is_some()
        || fault.retry_after_date_s.is_some()
}

fn steps(body: Bytes, fault: &Fault, connection: &Connection) -> Body {
    if fault.delay_content_ms == 0 && fault.chunk_bytes.is_none() {
        return Body::from(body);
    }
    delivery::body(delivery::whole_steps(&body, fault, 0), None, connection.clone())
}

/// White space in gzip, made as it is sent: one packed MiB over and over.
fn bomb(size_mib: u64) -> Body {
    let plain = vec![b' '; 1 << 20];
    let packed = packed_block(&plain);
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&plain);
    let mut whole = crc32fast::Hasher::new();
    for _ in 0..size_mib {
        whole.combine(&checksum);
    }
    let header = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    // An empty final block of fixed codes, the checksum and the size modulo 2^32.
    let mut trailer = vec![0x03, 0x00];
    trailer.extend(whole.finalize().to_le_bytes());
    let size_bytes = (size_mib << 20) & 0xffff_ffff;
    trailer.extend(size_bytes.to_le_bytes().iter().take(4));
    let blocks = (0..size_mib).map(move |_| packed.clone());
    let chunks = std::iter::once(header).chain(blocks).chain([Bytes::from(trailer)]);
    Body::from_stream(futures_util::stream::iter(chunks.map(Ok::<_, std::io::Error>)))
}

/// Deflate blocks that end on a byte and refer to nothing before them.
fn packed_block(plain: &[u8]) -> Bytes {
    let mut raw = flate2::Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(plain.len() / 100 + 1_024);
    // The room is ample, so the packing cannot stop short.
    let _ = raw.compress_vec(plain, &mut block, FlushCompress::Full);
    Bytes::from(block)
}

fn huge_event(size_mib: u64) -> Body {
    let head = Bytes::from_static(
        b"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\
          \"item_id\":\"msg_0\",\"output_index\":0,\"content_index\":0,\"delta\":\"",
    );
    let block = Bytes::from(vec![b'a'; 1 << 20]);
    let blocks = (0..size_mib).map(move |_| block.clone());
    let chunks = std::iter::once(head).chain(blocks).chain([Bytes::from_static(b"\"}\n\n")]);
    Body::from_stream(futures_util::stream::iter(chunks.map(Ok::<_, std::io::Error>)))
}

const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n\
    </body>\r\n</html>\r\n";
