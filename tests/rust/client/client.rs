//! The main job end to end: quote, send, stream, cancel, settle.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use farebox::kernel::call::Billing;
use farebox::kernel::request::Api;
use farebox::{Budget, ErrorKind, EventKind, Finish, Limit, Policy, Pusd, Request, Window};
use serde_json::json;

use crate::{builder, client, emulator, request};

#[tokio::test]
async fn an_answer_comes_whole_with_its_receipt() {
    let emulator = emulator();
    let client = client(&emulator);
    let reply = client.send(request()).await.unwrap();
    assert!(!reply.answer.text.is_empty());
    assert_eq!(reply.answer.finish, Some(Finish::Stop));

    let bill = emulator.bill();
    assert_eq!(bill.lines.len(), 1);
    assert_eq!(reply.receipt.usage.input_tokens(), bill.lines[0].input_tokens);
    assert_eq!(reply.receipt.attempts.len(), 1);
    assert!(!reply.receipt.cost.is_zero());
    assert!(reply.receipt.unsettled.is_zero());
    let saving = reply.receipt.baseline.as_ref().unwrap().saving;
    assert!(!saving.is_negative() && saving.as_pusd() > 0);
    assert_eq!(reply.receipt.input_error_tokens, Some(0));
}

#[tokio::test]
async fn a_streamed_answer_is_the_sum_of_its_pieces() {
    let emulator = emulator();
    let client = client(&emulator);
    let mut flow = client.stream(request()).unwrap();
    let (mut text, mut started) = (String::new(), 0);
    while let Some(event) = flow.next().await {
        match event.unwrap().kind {
            EventKind::TextDelta { text: more } => text += &more,
            EventKind::Started { .. } => started += 1,
            _ => {}
        }
    }
    assert_eq!(started, 1);
    let receipt = flow.receipt().unwrap();
    let reply = flow.finish().await.unwrap();
    assert_eq!(reply.answer.text, text);
    assert_eq!(reply.receipt, receipt);
    assert!(!receipt.cost.is_zero());
}

#[tokio::test]
async fn bodies_in_a_providers_own_shape_are_requests() {
    let emulator = emulator();
    let client = client(&emulator);
    let responses = json!({ "model": "gpt-5.4-nano", "input": "Say hello.", "user": "u-1" });
    let reply = client.send(responses).await.unwrap();
    assert_eq!(reply.receipt.model.unwrap().as_str(), "gpt-5.4-nano");
    let chat = json!({
        "model": "gpt-5.4-mini",
        "messages": [{ "role": "user", "content": "Say hello." }],
        "logit_bias": {},
    });
    assert!(client.quote(&chat).unwrap().chosen().is_some());
    client.send(chat).await.unwrap();
    let seen = emulator.requests();
    assert_eq!(seen[0].path, "/v1/responses");
    assert_eq!(seen[0].body["user"], "u-1");
    assert_eq!(seen[1].path, "/v1/chat/completions");
    assert_eq!(seen[1].body["logit_bias"], json!({}));
}

#[tokio::test]
async fn a_quote_sends_nothing() {
    let emulator = emulator();
    let quote = client(&emulator).quote(&request()).unwrap();
    assert_eq!(quote.plan.rungs[0].api, Api::Responses);
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn a_dropped_stream_closes_its_connection() {
    let emulator = emulator();
    let slow = farebox_emulator::Scripted {
        text: Some("word ".repeat(400)),
        tokens_per_second: Some(40),
        ..Default::default()
    };
    emulator.script(vec![slow], Vec::new());
    let client = client(&emulator);
    let mut flow = client.stream(request()).unwrap();
    while let Some(event) = flow.next().await {
        if matches!(event.unwrap().kind, EventKind::TextDelta { .. }) {
            break;
        }
    }
    drop(flow);
    tokio::time::sleep(Duration::from_millis(700)).await;
    let line = &emulator.bill().lines[0];
    assert!(!line.is_complete && line.output_tokens < 200, "{line:?}");
}

#[tokio::test]
async fn a_cancelled_stream_says_what_it_may_have_cost() {
    let emulator = emulator();
    let slow = farebox_emulator::Scripted {
        text: Some("word ".repeat(400)),
        tokens_per_second: Some(40),
        ..Default::default()
    };
    emulator.script(vec![slow], Vec::new());
    let mut flow = client(&emulator).stream(request()).unwrap();
    while let Some(event) = flow.next().await {
        if matches!(event.unwrap().kind, EventKind::TextDelta { .. }) {
            break;
        }
    }
    let receipt = flow.cancel();
    assert!(matches!(receipt.attempts[0].billing, Billing::Unknown { worst_case: Some(_) }));
    assert!(!receipt.unsettled.is_zero());
    let error = receipt.attempts[0].error.as_ref().unwrap();
    assert_eq!(error.kind, ErrorKind::Cancelled);
}

#[tokio::test]
async fn tools_and_their_results_go_round() {
    let emulator = emulator();
    let client = client(&emulator);
    let body = json!({
        "model": "gpt-5.4-mini",
        "input": "What is the weather in Paris?",
        "tools": [{
            "type": "function",
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": { "city": { "type": "string" } },
                "required": ["city"],
            },
        }],
        "tool_choice": "required",
    });
    let reply = client.send(body).await.unwrap();
    assert_eq!(reply.answer.finish, Some(Finish::ToolCalls));
    let call = &reply.answer.tool_calls[0];
    assert_eq!(call.name, "get_weather");
    let arguments: serde_json::Value = serde_json::from_str(&call.arguments).unwrap();
    assert!(arguments["city"].is_string());
}

#[tokio::test]
async fn calls_share_connections_and_keep_apart() {
    let emulator = emulator();
    let client = builder(&emulator).policy(Policy::default()).build().unwrap();
    let calls = (0..40).map(|number| {
        let client = client.clone();
        tokio::spawn(async move {
            let request = Request::new().user(format!("Say the number {number}."));
            client.send(request).await.unwrap().receipt.cost
        })
    });
    let mut paid = 0;
    for call in calls.collect::<Vec<_>>() {
        paid += call.await.unwrap().as_pusd();
    }
    assert_eq!(emulator.bill().lines.len(), 40);
    assert!(paid > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_budget_is_never_overspent_by_calls_at_once() {
    let emulator = emulator();
    let allowed = Pusd::parse("0.2").unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&seen);
    let client = builder(&emulator)
        .budget(Budget::new(vec![Limit::hard(Window::Session, allowed)]))
        .on_budget(move |budget| store.lock().unwrap().push(budget.clone()))
        .build()
        .unwrap();
    let calls = (0..120).map(|number| {
        let client = client.clone();
        let request = Request::new()
            .model("gpt-5.4-mini")
            .max_output_tokens(400)
            .user(format!("Say the number {number}."));
        tokio::spawn(async move { client.send(request).await })
    });
    let (mut paid, mut refused) = (0, 0);
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(reply) => paid += reply.receipt.cost.as_pusd(),
            Err(failure) => {
                assert_eq!(failure.error.kind, ErrorKind::OverBudget, "{failure}");
                assert!(failure.receipt.is_none());
                refused += 1;
            }
        }
    }
    let budget = client.budget().unwrap();
    assert_eq!(budget.spent().as_pusd(), paid);
    assert!(budget.holds().is_empty());
    assert_eq!(emulator.bill().lines.len(), 120 - refused);
    let nothing_over = |it: &Budget| {
        let held = it.holds().iter().fold(it.spent(), |sum, hold| sum.saturating_add(hold.amount));
        held <= allowed
    };
    assert!(seen.lock().unwrap().iter().all(nothing_over));
}

#[tokio::test]
async fn a_dropped_stream_settles_its_hold_at_the_worst() {
    let emulator = emulator();
    let allowed = Pusd::parse("1").unwrap();
    let limits = vec![Limit::hard(Window::Day, allowed)];
    let client = builder(&emulator).budget(Budget::new(limits)).build().unwrap();
    let mut flow = client.stream(request().max_output_tokens(500)).unwrap();
    let worst = flow.quote().plan.rungs[0].worst_case.unwrap();
    assert_eq!(client.budget().unwrap().holds().len(), 1);
    while let Some(event) = flow.next().await {
        if matches!(event.unwrap().kind, EventKind::TextDelta { .. }) {
            break;
        }
    }
    drop(flow);
    let budget = client.budget().unwrap();
    assert!(budget.holds().is_empty());
    assert_eq!(budget.spent(), worst);
}
