//! The sixteen faults that today's clients trip over, each with what a caller sees.

use std::time::{Duration, Instant};

use farebox::kernel::call::Billing;
use farebox::{CallLimits, Client, ErrorKind, EventKind, Failure, Reply, Restart};
use farebox_emulator::Emulator;

use crate::{KEY, builder, client, emulator, request, suffer};

/// Patience short enough for a test.
fn impatient(emulator: &Emulator) -> Client {
    let limits = CallLimits {
        first_content_timeout_ms: 8_000,
        idle_timeout_ms: 1_500,
        connect_timeout_ms: 5_000,
        ..CallLimits::default()
    };
    builder(emulator).limits(limits).build().unwrap()
}

async fn streamed(client: &Client) -> Result<Reply, Box<Failure>> {
    client.stream(request()).unwrap().finish().await
}

/// Suffers faults one after another, then answers; both ways of answering.
async fn survives(faults: &[&str], attempts: usize) -> Duration {
    let mut longest = Duration::ZERO;
    for stream in [false, true] {
        let emulator = emulator();
        for fault in faults {
            suffer(&emulator, fault);
        }
        let client = client(&emulator);
        let start = Instant::now();
        let reply = match stream {
            true => streamed(&client).await.unwrap(),
            false => client.send(request()).await.unwrap(),
        };
        longest = longest.max(start.elapsed());
        assert!(!reply.answer.text.is_empty());
        assert_eq!(reply.receipt.attempts.len(), attempts);
        assert_eq!(emulator.requests().len(), attempts);
        let failed = &reply.receipt.attempts[..attempts - 1];
        assert!(failed.iter().all(|it| it.billing == Billing::Free && it.error.is_some()));
        assert!(reply.receipt.unsettled.is_zero());
        let paid: u64 = emulator.bill().lines.iter().map(|line| line.input_tokens).sum();
        assert_eq!(reply.receipt.usage.input_tokens(), paid);
    }
    longest
}

/// Suffers a fault and gives up at once; both ways of answering.
async fn gives_up(fault: &str, kind: ErrorKind) -> Failure {
    let mut last = None;
    for stream in [false, true] {
        let emulator = emulator();
        for _ in 0..3 {
            suffer(&emulator, fault);
        }
        let client = client(&emulator);
        let start = Instant::now();
        let failure = match stream {
            true => streamed(&client).await.unwrap_err(),
            false => client.send(request()).await.unwrap_err(),
        };
        assert_eq!(failure.error.kind, kind, "{failure}");
        assert_eq!(emulator.requests().len(), 1, "{fault}");
        assert!(start.elapsed() < Duration::from_secs(1));
        let receipt = failure.receipt.as_ref().unwrap();
        assert!(receipt.cost.is_zero() && receipt.unsettled.is_zero());
        last = Some(*failure);
    }
    last.unwrap()
}

#[tokio::test]
async fn no_fault_is_one_attempt() {
    survives(&[], 1).await;
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_as_long_as_the_server_says() {
    let took = survives(&["rate_limit; retry_after=2"], 2).await;
    assert!(took >= Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn a_rate_limit_without_a_wait_is_backed_off_from() {
    let took = survives(&["status=429"], 2).await;
    assert!(took >= Duration::from_millis(375), "{took:?}");
}

#[tokio::test]
async fn two_failures_of_the_server_are_survived() {
    survives(&["status=503", "status=503"], 3).await;
}

#[tokio::test]
async fn an_internal_error_is_survived() {
    survives(&["server_error"], 2).await;
}

#[tokio::test]
async fn an_overload_is_survived() {
    survives(&["status=529"], 2).await;
}

#[tokio::test]
async fn a_request_timeout_of_the_server_is_survived() {
    survives(&["request_timeout"], 2).await;
}

#[tokio::test]
async fn a_wrong_request_is_not_sent_again() {
    let failure = gives_up("invalid_request", ErrorKind::ProviderRejected).await;
    assert_eq!(failure.error.details["status"], 400);
}

#[tokio::test]
async fn a_refused_key_is_not_tried_again_nor_told() {
    let failure = gives_up("invalid_api_key", ErrorKind::Authentication).await;
    assert!(!format!("{failure:?} {failure}").contains(KEY));
}

#[tokio::test]
async fn used_up_quota_is_one_attempt() {
    for fault in ["insufficient_quota", "credit_balance_exhausted", "billing_hard_limit"] {
        gives_up(fault, ErrorKind::Permission).await;
    }
}

#[tokio::test]
async fn a_wait_over_the_cap_is_an_error_that_carries_it() {
    let failure = gives_up("rate_limit; retry_after=90", ErrorKind::RateLimited).await;
    assert_eq!(failure.error.details["waitMs"], 90_000);
    assert_eq!(failure.error.details["limitMs"], 60_000);
}

#[tokio::test]
async fn a_cut_stream_is_a_typed_error_with_all_that_came() {
    let emulator = emulator();
    suffer(&emulator, "cut; cut_after_events=9");
    let failure = streamed(&client(&emulator)).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::Connection, "{failure}");
    assert!(!failure.answer.unwrap().text.is_empty());
    assert!(!failure.receipt.unwrap().unsettled.is_zero());
    assert_eq!(emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_cut_stream_begins_anew_where_the_policy_says_so() {
    let emulator = emulator();
    suffer(&emulator, "cut; cut_after_events=9");
    let client = builder(&emulator).restart(Restart::Restart).build().unwrap();
    let mut flow = client.stream(request()).unwrap();
    let (mut text, mut superseded) = (String::new(), 0);
    while let Some(event) = flow.next().await {
        match event.unwrap().kind {
            EventKind::TextDelta { text: more } => text += &more,
            EventKind::Superseded { .. } => {
                superseded += 1;
                text.clear();
            }
            _ => {}
        }
    }
    let reply = flow.finish().await.unwrap();
    assert_eq!((superseded, reply.answer.text), (1, text));
    assert_eq!(reply.receipt.attempts.len(), 2);
    assert!(!reply.receipt.unsettled.is_zero());
}

#[tokio::test]
async fn a_cut_before_any_content_is_survived() {
    let emulator = emulator();
    suffer(&emulator, "cut; cut_after_events=2");
    let reply = streamed(&client(&emulator)).await.unwrap();
    assert_eq!(reply.receipt.attempts.len(), 2);
}

#[tokio::test]
async fn a_truncated_stream_is_no_answer() {
    let emulator = emulator();
    suffer(&emulator, "truncate; truncate_after_events=9");
    let failure = streamed(&client(&emulator)).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::MalformedResponse, "{failure}");
    assert!(!failure.answer.unwrap().text.is_empty());
}

#[tokio::test]
async fn a_malformed_event_is_a_typed_error() {
    let emulator = emulator();
    suffer(&emulator, "malformed; malformed_after_events=9");
    let failure = streamed(&client(&emulator)).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::MalformedResponse, "{failure}");
}

#[tokio::test]
async fn a_stalled_stream_is_not_sat_through() {
    for keep_alive in ["", "; keep_alive_ms=300"] {
        let emulator = emulator();
        suffer(&emulator, &format!("stall; stall_after_events=9; stall_ms=8000{keep_alive}"));
        let start = Instant::now();
        let failure = streamed(&impatient(&emulator)).await.unwrap_err();
        assert_eq!(failure.error.kind, ErrorKind::Timeout, "{failure}");
        assert_eq!(failure.error.details["phase"], "idle");
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_slow_first_token_is_waited_for() {
    let emulator = emulator();
    suffer(&emulator, "slow_first");
    let reply = streamed(&impatient(&emulator)).await.unwrap();
    assert_eq!(reply.receipt.attempts.len(), 1);
}

#[tokio::test]
async fn an_error_inside_the_stream_is_read_in_every_shape() {
    for shape in ["nested", "flat", "named", "chunk"] {
        let emulator = emulator();
        suffer(&emulator, &format!("error_after_events=9; error=overloaded; error_shape={shape}"));
        let failure = streamed(&client(&emulator)).await.unwrap_err();
        assert_eq!(failure.error.kind, ErrorKind::ProviderUnavailable, "{shape}: {failure}");
    }
}

#[tokio::test]
async fn noise_and_small_pieces_change_nothing() {
    let emulator = emulator();
    let expected = streamed(&client(&emulator)).await.unwrap().answer.text;
    for fault in ["unknown_events", "chunk_bytes=7", "duplicate_event=1", "content_type="] {
        suffer(&emulator, fault);
        let reply = streamed(&client(&emulator)).await.unwrap();
        assert_eq!(reply.answer.text, expected, "{fault}");
    }
}
