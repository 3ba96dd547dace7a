//! What is handed to bulk work that cannot be used: said, bounded, and nothing lost by it.

use std::fs;
use std::os::unix::fs::symlink;
use std::thread::sleep;
use std::time::Duration;

use farebox_emulator::Options;
use serde_json::Value;

use crate::world::{World, err, kill, line, numbers, summary};

const COMMANDS: [(&str, &[&str]); 2] = [("run", &[]), ("batch", &["--poll", "0.01"])];

#[test]
fn malformed_lines_get_typed_errors_and_the_rest_their_answers() {
    for (command, more) in COMMANDS {
        let world = World::new(Options::default());
        let (good, twice) = (line(1, "gpt-5.4-nano"), line(1, "gpt-5.4-mini"));
        let odd = [
            "not json\n",
            "[1]\n",
            "\n",
            "{\"custom_id\": 7, \"body\": {\"input\": \"x\"}}\n",
            "{\"body\": {\"colour\": \"red\"}}\n",
            "{\"body\": {\"model\": \"no-such-model\", \"input\": \"x\"}}\n",
            "{\"body\": {\"input\": \"\"}}\n",
            "\u{1f980}\n",
        ];
        // The last line has no end.
        let last = line(2, "gpt-5.4-nano");
        world.jobs(&format!("{good}{}{twice}{}", odd.concat(), last.trim_end()));
        let output = world.bulk(command, more);
        assert_eq!(output.status.code(), Some(7), "{}", err(&output));
        let results = world.results();
        assert_eq!(numbers(&results), [1, 2, 3, 5, 6, 7, 8, 9, 10, 11], "{command}");
        let kind = |number: u64| {
            let result = results.iter().find(|it| it["line"] == number).unwrap();
            result["error"]["kind"].as_str().unwrap_or("answered").to_owned()
        };
        for number in [2, 3, 5, 6, 8, 9, 10] {
            assert_eq!(kind(number), "invalid_request", "{command}: line {number}");
        }
        assert_eq!(
            (kind(1), kind(7), kind(11)),
            ("answered".into(), "unknown_model".into(), "answered".into())
        );
        let repeated = results.iter().find(|it| it["line"] == 10).unwrap();
        assert_eq!(repeated["error"]["details"]["firstLine"], 1);
        // Run again, nothing is left to do, and nothing is said twice.
        let output = world.bulk(command, more);
        assert_eq!(
            (summary(&output)["done"].as_u64(), summary(&output)["failed"].as_u64()),
            (Some(10), Some(8))
        );
        assert_eq!(world.results().len(), 10);
    }
}

#[test]
fn a_full_disk_and_an_output_that_is_no_file_end_it() {
    for (command, more) in COMMANDS {
        let world = World::new(Options::default());
        world.jobs(&line(1, "gpt-5.4-nano"));
        symlink("/dev/full", world.folder.join("results.jsonl")).unwrap();
        let output = world.bulk(command, more);
        assert_eq!(output.status.code(), Some(1), "{command}: {}", err(&output));
        assert!(err(&output).contains("results.jsonl: no space left"), "{}", err(&output));

        let world = World::new(Options::default());
        world.jobs(&line(1, "gpt-5.4-nano"));
        fs::create_dir(world.folder.join("results.jsonl")).unwrap();
        let output = world.bulk(command, more);
        assert_eq!(output.status.code(), Some(1), "{command}: {}", err(&output));
        assert!(world.emulator.bill().lines.is_empty());

        let world = World::new(Options::default());
        assert_eq!(world.bulk(command, more).status.code(), Some(1), "there is no input");
    }
}

#[test]
fn a_journal_of_another_kind_is_left_alone() {
    for (command, more) in COMMANDS {
        let world = World::new(Options::default());
        world.jobs(&line(1, "gpt-5.4-nano"));
        assert!(world.bulk(command, more).status.success());
        let other = if command == "run" { "batch" } else { "run" };
        let said = |output: &std::process::Output| {
            assert_eq!(output.status.code(), Some(1));
            let error: Value = serde_json::from_str(err(output)).unwrap();
            error["error"]["message"].as_str().unwrap().to_owned()
        };
        assert!(said(&world.bulk(other, &[])).contains("this command reads"));
        let journal = world.folder.join("results.jsonl.journal");
        let notes = fs::read_to_string(&journal).unwrap();
        fs::write(&journal, notes.replacen("/1\"", "/99\"", 1)).unwrap();
        assert!(said(&world.bulk(command, more)).contains("/99`"));
        fs::write(&journal, "what is this\n").unwrap();
        assert!(said(&world.bulk(command, more)).contains("no journal of bulk work"));
        fs::remove_file(&journal).unwrap();
        assert!(said(&world.bulk(command, more)).contains("results of no run known here"));
        fs::write(&journal, notes).unwrap();
        world.jobs(&line(2, "gpt-5.4-nano"));
        assert!(said(&world.bulk(command, more)).contains("another input"));
        assert_eq!(world.emulator.bill().lines.len(), 1);
    }
}

#[test]
fn two_runs_never_share_a_journal() {
    let world = World::new(Options { first_token_ms: 60_000, ..Options::default() });
    world.jobs(&line(1, "gpt-5.4-nano"));
    let first = world.command("run", &[]).spawn().unwrap();
    while world.emulator.requests().is_empty() {
        sleep(Duration::from_millis(5));
    }
    let second = world.bulk("run", &[]);
    assert_eq!(second.status.code(), Some(1));
    assert!(err(&second).contains("held by another run"), "{}", err(&second));
    kill(first);
}

#[test]
fn a_limit_of_the_provider_is_kept_to() {
    let options = Options { requests_per_minute: 1_200, ..Options::default() };
    let world = World::new(options);
    world.jobs(&(0..1_260).map(|at| line(at, "gpt-5.4-nano")).collect::<String>());
    let output = world.bulk("run", &[]);
    assert!(output.status.success(), "{}", err(&output));
    let asked = world.emulator.requests().len();
    // Beyond what the bucket held at first, few are sent in vain.
    assert!(asked < 1_260 + 60, "{asked} requests");
}
