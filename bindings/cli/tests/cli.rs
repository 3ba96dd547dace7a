//! The command line, through its binary.
// What sets a test up may fail it as the test itself may.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod program;

use std::process::{Command, Output, Stdio};

use farebox_emulator::{Emulator, Fault, Options, Scripted};
use serde_json::Value;

use program::farebox;

fn send(options: Options, args: &[&str]) -> Output {
    let emulator = Emulator::start(options).unwrap();
    let url = format!("{}/v1", emulator.base_url());
    let args = [&["send", "--base-url", &url], args].concat();
    farebox(&args, "Name the capital of France.")
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn paris() -> Options {
    let answer = Scripted { text: Some("Paris.".into()), ..Scripted::default() };
    Options { answers: vec![answer], ..Options::default() }
}

#[test]
fn plain_text_is_quoted_without_a_flag() {
    let output = farebox(&["quote"], "Name the capital of France.");
    assert!(output.status.success(), "{}", err(&output));
    assert!(out(&output).contains("gpt-5.4-mini") && out(&output).contains('$'));
    let output = farebox(&["--json", "quote", "-"], "Name the capital of France.");
    let quote: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(quote["estimates"].as_array().unwrap().len(), 3, "{quote}");
}

#[test]
fn text_is_counted_as_a_number_alone() {
    let output = farebox(&["count"], "hello world");
    assert_eq!(out(&output), "2\n");
}

#[test]
fn an_answer_goes_out_and_its_receipt_beside() {
    for stream in [&["--stream"][..], &[]] {
        let output = send(paris(), stream);
        assert!(output.status.success(), "{}", err(&output));
        assert_eq!(out(&output), "Paris.\n");
        assert!(err(&output).contains("estimated $"), "{}", err(&output));
    }
    let output = send(paris(), &["--api", "chat", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["answer"]["text"], "Paris.");
    assert!(answer["receipt"]["cost"].is_string());
}

#[test]
fn exit_codes_say_how_it_ended() {
    let code = |output: Output| (output.status.code(), err(&output).to_owned());
    let refusal = Scripted { refusal: Some("No.".into()), ..Scripted::default() };
    let refused = Options { answers: vec![refusal], ..Options::default() };
    let broken =
        Options { faults: vec![Fault::parse("invalid_api_key").unwrap()], ..Options::default() };
    let ends = [
        (3, code(send(refused, &[]))),
        (4, code(send(paris(), &["--max-cost", "0.0000001"]))),
        (5, code(send(broken, &[]))),
        (6, code(farebox(&["send", "--base-url", "http://127.0.0.1:9/v1", "-"], "hi"))),
        (1, code(farebox(&["quote", "/no/such/file"], ""))),
        (1, code(farebox(&["quote", "--model", "no-such-model"], "hi"))),
        (2, code(farebox(&["quote", "--no-such-flag"], ""))),
    ];
    for (expected, (code, error)) in ends {
        assert_eq!(code, Some(expected), "{error}");
        if ![2, 3].contains(&expected) {
            assert!(error.lines().last().unwrap().starts_with("error: "), "{error}");
        }
    }
}

#[test]
fn errors_are_json_where_results_are() {
    let output = farebox(&["--json", "quote", "--model", "no-such-model"], "hi");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "unknown_model");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_is_configured_holds_until_a_flag_says_otherwise() {
    let folder = std::env::temp_dir().join(format!("farebox-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.toml");
    std::fs::write(&path, "[policy]\npreset = \"risk\"\n").unwrap();
    let config = path.to_str().unwrap();
    let chosen = |args: &[&str]| {
        let output = farebox(&[&["--json", "--config", config, "route"], args].concat(), "hi");
        let decision: Value = serde_json::from_slice(&output.stdout).unwrap();
        decision["chosen"]["model"].as_str().unwrap().to_owned()
    };
    assert_eq!(chosen(&[]), "gpt-5.4");
    assert_eq!(chosen(&["--policy", "bulk"]), "gpt-5.4-nano");
    std::fs::write(&path, "polcy = 1\n").unwrap();
    let output = farebox(&["--config", config, "quote"], "hi");
    assert!(err(&output).contains("config.toml:1: "), "{}", err(&output));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_file_is_quoted_line_by_line_on_every_core() {
    let body = r#"{"custom_id":"a","body":{"model":"gpt-5.4","input":"Name a city."}}"#;
    let jobs = format!("{}not json\n{body}", format!("{body}\n").repeat(20_000));
    let output = farebox(&["--json", "bulk", "quote", "-"], &jobs);
    assert_eq!(output.status.code(), Some(7), "{}", err(&output));
    let whole: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(whole["quote"]["requests"], 20_001);
    assert_eq!(whole["quote"]["problems"][0]["line"], 20_001);
    assert_eq!(whole["cheapest"]["serviceTier"], "batch");
    let output = farebox(&["--json", "bulk", "quote", "-", "--within", "2"], body);
    let one: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(one["cheapest"]["serviceTier"], "flex");
    let tokens = |quote: &Value| quote["quote"]["models"]["gpt-5.4"]["inputTokens"].as_u64();
    assert_eq!(tokens(&whole), tokens(&one).map(|tokens| tokens * 20_001));
}

#[test]
fn a_key_comes_from_the_environment_else_a_file_else_a_command() {
    let folder = std::env::temp_dir().join(format!("farebox-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("key"), "sk-from-file\n").unwrap();
    let send = |key: &str, from: &str, environment: Option<&str>| {
        let options = Options { keys: vec![key.into()], ..paris() };
        let emulator = Emulator::start(options).unwrap();
        let url = format!("{}/v1", emulator.base_url());
        let config = format!("[providers.openai]\nbase-url = \"{url}\"\n{from}\n");
        std::fs::write(folder.join("config.toml"), config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_farebox"));
        command.env_clear().current_dir(&folder).stdin(Stdio::null());
        command.args(["--config", "config.toml", "send", "prompt.md"]);
        command.envs(environment.map(|key| ("OPENAI_API_KEY", key)));
        command.output().unwrap()
    };
    std::fs::write(folder.join("prompt.md"), "Name the capital of France.").unwrap();
    let file = "key-file = \"key\"";
    let command = "key-command = [\"/bin/echo\", \"sk-from-command\"]";
    let both = format!("{file}\n{command}");
    for (key, from, environment) in [
        ("sk-from-environment", both.as_str(), Some("sk-from-environment")),
        ("sk-from-file", both.as_str(), None),
        ("sk-from-command", command, None),
    ] {
        let output = send(key, from, environment);
        assert_eq!(out(&output), "Paris.\n", "{key}: {}", err(&output));
    }
    let failing = "key-command = [\"/bin/sh\", \"-c\", \"echo sk-secret; exit 3\"]";
    let output = send("sk-secret", failing, None);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("it gave no key") && !err(&output).contains("sk-secret"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_calibrated_count_is_made_with_the_vocabulary_it_was_fitted_in() {
    let args = ["--json", "count", "--model", "claude-haiku-4-5", "-"];
    let output = farebox(&args, "Say in one word where the train goes.");
    let told = out(&output);
    assert!(!told.contains("the vocabulary is not at hand"), "{told}");
}
