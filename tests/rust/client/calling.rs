//! What a call does beside answering: checks, rate limits, and going on from broken words.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use farebox::kernel::route::Verifier;
use farebox::{ErrorKind, EventKind, PerMinute, Policy, Pusd, Release, Request, Restart};
use farebox_emulator::Fault;

use crate::{builder, emulator, request, suffer};

/// A policy by which the caller's own check lets a cheaper model try first.
fn checked() -> Policy {
    let mut policy = Policy { preset: farebox::kernel::route::Preset::Bulk, ..Policy::default() };
    policy.failure_cost = Some(Pusd::parse("5").unwrap());
    policy.checks.caller =
        Some(Verifier { accepts_good_ppm: 990_000, accepts_bad_ppm: 20_000, cost: Pusd::ZERO });
    policy
}

fn plain() -> Request {
    Request::new().user("Write a haiku about a ferry that leaves on time.")
}

#[tokio::test]
async fn a_refused_answer_gives_way_to_the_stronger_models() {
    for release in [Release::AtOnce, Release::Accepted] {
        let emulator = emulator();
        let judged = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&judged);
        let client = builder(&emulator)
            .policy(checked())
            .release(release)
            .verifier(move |answer| {
                let mut seen = seen.lock().unwrap();
                seen.push(answer.text);
                let verdict = if seen.len() == 1 { Err("no season".to_owned()) } else { Ok(()) };
                async move {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    verdict
                }
            })
            .build()
            .unwrap();
        let mut flow = client.stream(plain()).unwrap();
        let (mut text, mut superseded, mut refused) = (String::new(), 0, 0);
        while let Some(event) = flow.next().await {
            match event.unwrap().kind {
                EventKind::TextDelta { text: more } => text += &more,
                EventKind::Superseded { .. } => {
                    superseded += 1;
                    text.clear();
                }
                EventKind::Refused { .. } => refused += 1,
                _ => {}
            }
        }
        let reply = flow.finish().await.unwrap();
        assert_eq!(reply.answer.text, text);
        assert_eq!((superseded, refused), (usize::from(release == Release::AtOnce), 1));
        assert_eq!(reply.receipt.attempts.len(), 2);
        assert_eq!(reply.receipt.attempts[0].refused.as_deref(), Some("no season"));
        let verify = reply.quote.plan.verify.unwrap();
        assert_eq!(reply.receipt.model.unwrap(), verify.escalate_to.model);
        assert_eq!(judged.lock().unwrap().len(), 1, "the stronger model's answer is not judged");
        assert_eq!(emulator.bill().lines.len(), 2);
    }
}

#[tokio::test]
async fn an_accepted_answer_is_the_only_one() {
    let emulator = emulator();
    let client =
        builder(&emulator).policy(checked()).verifier(|_| async { Ok(()) }).build().unwrap();
    let reply = client.send(plain()).await.unwrap();
    assert_eq!(reply.receipt.attempts.len(), 1);
}

#[tokio::test]
async fn a_check_without_its_function_is_found_out_before_sending() {
    let emulator = emulator();
    let client = builder(&emulator).policy(checked()).build().unwrap();
    let failure = client.send(plain()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::InvalidPolicy);
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn broken_words_are_gone_on_from_where_the_caller_wants_it() {
    let emulator = emulator();
    suffer(&emulator, "cut; cut_after_events=9");
    let client = builder(&emulator).restart(Restart::Continue).build().unwrap();
    let mut flow = client.stream(request()).unwrap();
    let (mut text, mut continued) = (String::new(), 0);
    while let Some(event) = flow.next().await {
        match event.unwrap().kind {
            EventKind::TextDelta { text: more } => text += &more,
            EventKind::Continued { .. } => continued += 1,
            EventKind::Superseded { .. } => panic!("nothing is taken back"),
            _ => {}
        }
    }
    let reply = flow.finish().await.unwrap();
    assert_eq!((continued, &reply.answer.text), (1, &text));
    assert_eq!(reply.receipt.attempts.len(), 2);
    let second = &emulator.requests()[1].body["input"];
    let turns = second.as_array().unwrap();
    let said = turns[turns.len() - 2]["content"].as_str().unwrap();
    assert!(!said.is_empty() && text.starts_with(said));
}

#[tokio::test]
async fn calls_wait_for_the_callers_own_rate_limit_in_turn() {
    let emulator = emulator();
    let limit = PerMinute { requests: Some(120), tokens: None };
    let client = builder(&emulator).rate_limits([("gpt-5.4-mini".into(), limit)]).build().unwrap();
    // What the provider says is left empties the bucket, which fills by two a second.
    emulator.script(
        Vec::new(),
        vec![Fault::parse(
            r#"{"headers":{"x-ratelimit-limit-requests":"120","x-ratelimit-remaining-requests":"0"}}"#,
        )
        .unwrap()],
    );
    client.send(request()).await.unwrap();
    let start = Instant::now();
    let mut calls = Vec::new();
    for _ in 0..3 {
        let client = client.clone();
        calls.push(tokio::spawn(async move {
            let mut flow = client.stream(request()).unwrap();
            let mut waited = 0;
            while let Some(event) = flow.next().await {
                waited += u32::from(matches!(event.unwrap().kind, EventKind::Waiting { .. }));
            }
            (waited, start.elapsed())
        }));
    }
    let mut times = Vec::new();
    for call in calls {
        let (waited, took) = call.await.unwrap();
        assert!(waited > 0);
        times.push(took);
    }
    assert!(times.iter().max().unwrap() >= &Duration::from_millis(1_400), "{times:?}");
    assert_eq!(emulator.requests().len(), 4);
    // Who gives up leaves the queue, and was never sent.
    let flow = client.stream(request()).unwrap();
    assert!(flow.cancel().attempts.is_empty());
}

#[tokio::test]
async fn a_wait_longer_than_the_call_may_take_ends_it_at_once() {
    let emulator = emulator();
    let limit = PerMinute { requests: Some(1), tokens: None };
    let limits = farebox::CallLimits { total_timeout_ms: 5_000, ..Default::default() };
    let client = builder(&emulator)
        .limits(limits)
        .rate_limits([("gpt-5.4-mini".into(), limit)])
        .build()
        .unwrap();
    client.send(request()).await.unwrap();
    let start = Instant::now();
    let failure = client.send(request()).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::RateLimited, "{failure}");
    assert!(failure.error.details["waitMs"].as_u64().unwrap() > 50_000);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(emulator.requests().len(), 1);
}
