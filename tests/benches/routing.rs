//! How long a decision takes: a prompt of 1.5 kB, eight tools, a catalogue of sixty models; tokens
//! are counted already. Cold, and with outcomes and hashed words.
//!
//! `cargo bench -p farebox-conformance --bench routing`; `decision` measures the same in Node.

// A bench that cannot be set up has nothing to measure.
#![allow(clippy::expect_used)]

#[path = "scene.rs"]
mod scene;

use std::hint::black_box;
use std::time::Instant;

use scene::{Known, Scene};

fn main() {
    let states =
        [("cold", Known::Cold), ("taught", Known::Taught), ("taught, with words", Known::Worded)];
    for rungs in [3, 60] {
        for (state, known) in states {
            let scene = Scene::new(rungs, known);
            let mut times: Vec<u128> = (0..5_000)
                .map(|_| {
                    let started = Instant::now();
                    black_box(black_box(&scene).decide());
                    started.elapsed().as_nanos()
                })
                .collect();
            times.sort_unstable();
            let at = |share: usize| times.get(times.len() * share / 1_000).copied().unwrap_or(0);
            println!(
                "{rungs} rungs, {state}: p50 {:.1} us, p99 {:.1} us, p99.9 {:.1} us",
                at(500) as f64 / 1e3,
                at(990) as f64 / 1e3,
                at(999) as f64 / 1e3
            );
        }
    }
}
