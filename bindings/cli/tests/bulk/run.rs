//! `farebox bulk run`.

use std::fs;

use farebox_emulator::{Fault, Options};

use crate::world::{World, err, line, numbers, summary};

#[test]
fn it_goes_on_where_it_was() {
    let world = World::new(Options::default());
    let lines: String = (0..40).map(|at| line(at, "gpt-5.4-nano")).collect();
    world.jobs(&format!("{lines}not json\n"));
    let output = world.bulk("run", &[]);
    assert_eq!(output.status.code(), Some(7), "{}", err(&output));
    assert_eq!(world.emulator.bill().lines.len(), 40);

    // A kill takes the last results with it, one of them half written.
    let path = world.folder.join("results.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.lines().collect();
    fs::write(&path, format!("{}\n{}", kept[..30].join("\n"), &kept[30][..9])).unwrap();
    let output = world.bulk("run", &[]);
    assert_eq!(summary(&output)["done"], 41, "{}", err(&output));
    assert_eq!(numbers(&world.results()), (1..=41).collect::<Vec<u64>>());

    world.jobs(&line(7, "gpt-5.4-nano"));
    assert!(err(&world.bulk("run", &[])).contains("another input"));
}

#[test]
fn results_stand_in_order_where_that_is_asked_for() {
    // The first answers are late, so that others end before them.
    let faults = vec![Fault::parse("delay_headers_ms=400; times=3").unwrap()];
    let world = World::new(Options { faults, ..Options::default() });
    let lines: String = (0..30).map(|at| line(at, "gpt-5.4-nano")).collect();
    world.jobs(&format!("not json\n{lines}"));
    for _ in 0..2 {
        let output = world.bulk("run", &["--in-order"]);
        assert_eq!(summary(&output)["done"], 31, "{}", err(&output));
        let found = world.results();
        let order: Vec<u64> = found.iter().map(|it| it["line"].as_u64().unwrap()).collect();
        assert_eq!(order, (1..=31).collect::<Vec<u64>>());
    }
    assert_eq!(world.emulator.bill().lines.len(), 30);
}
