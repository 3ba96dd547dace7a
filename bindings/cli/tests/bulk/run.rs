//! `farebox bulk run`.

use std::fs;

use farebox_emulator::Options;

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
