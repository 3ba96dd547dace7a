//! Recorded streams that were spoilt: whatever a server sends, folding it neither panics nor hangs,
//! cuts change nothing, and what was handed on stays handed on.

use std::collections::BTreeSet;

use farebox_core::call::{EventKind, Folded, fold};
use serde_json::Value;

use crate::streams::{Recorded, recorded};

/// Numbers that look random and are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// A stream's events, each with the blank line after it.
fn events(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    text.split_inclusive("\n\n").map(String::from).collect()
}

/// Spoils a stream in one way.
fn spoil(events: &mut Vec<String>, way: usize, draw: &mut Draw) {
    let place = draw.below(events.len());
    let other = draw.below(events.len());
    match way {
        0 => drop(events.remove(place)),
        1 => events.insert(other, events[place].clone()),
        2 => events.swap(place, other),
        3 => {
            let keep = draw.below(events[place].len());
            let cut = (0..=keep).rev().find(|at| events[place].is_char_boundary(*at));
            events[place].truncate(cut.unwrap_or(0));
        }
        4 => events.truncate(place),
        5 => events[place] = events[place].trim_end().to_owned() + "\n",
        _ => {
            let Some((head, data)) = events[place].split_once("data:") else { return };
            let Ok(mut value) = serde_json::from_str::<Value>(data.trim()) else { return };
            let steps = 1 + draw.below(6);
            spoil_value(&mut value, steps, draw);
            events[place] = format!("{head}data: {value}\n\n");
        }
    }
}

/// Puts something else in one place of a value.
fn spoil_value(value: &mut Value, depth: usize, draw: &mut Draw) {
    match value {
        Value::Object(fields) if depth > 0 && !fields.is_empty() => {
            let key = fields.keys().nth(draw.below(fields.len())).cloned().unwrap();
            match draw.below(8) {
                0 => drop(fields.remove(&key)),
                1 => {
                    let inner = fields.remove(&key).unwrap();
                    fields.insert("renamed".to_owned(), inner);
                }
                _ => spoil_value(&mut fields[&key], depth - 1, draw),
            }
        }
        Value::Array(list) if depth > 0 && !list.is_empty() => {
            let place = draw.below(list.len());
            match draw.below(6) {
                0 => drop(list.remove(place)),
                1 => list.push(list[place].clone()),
                _ => spoil_value(&mut list[place], depth - 1, draw),
            }
        }
        value => {
            *value = match draw.below(8) {
                0 => Value::Null,
                1 => Value::from(-1),
                2 => Value::from(u64::MAX),
                3 => Value::from(0.5),
                4 => Value::from("zażółć 🚢 \u{fffd}"),
                5 => Value::from(vec![value.clone()]),
                6 => serde_json::json!({ "text": value.clone(), "type": "text" }),
                _ => Value::from(true),
            }
        }
    }
}

fn folded(stream: &Recorded, body: &[u8]) -> Folded {
    fold(stream.api, 200, [body])
}

/// That the pieces name each tool call once, before they add to it.
fn check_order(folded: &Folded, name: &str) {
    let mut known = BTreeSet::new();
    for event in &folded.events {
        match event {
            EventKind::ToolCallStarted { index, .. } => assert!(known.insert(*index), "{name}"),
            EventKind::ToolCallDelta { index, .. } => assert!(known.contains(index), "{name}"),
            EventKind::Superseded { .. } => known.clear(),
            _ => {}
        }
    }
}

#[test]
fn spoilt_streams_fold_alike_however_cut_and_take_nothing_back() {
    let Some(streams) = recorded() else { return };
    let mut draw = Draw(0x00fa_4eb0);
    let mut spoilt = 0;
    for stream in &streams {
        let whole = events(&stream.body);
        for way in 0..9 {
            let mut changed = whole.clone();
            for _ in 0..=draw.below(3) {
                if !changed.is_empty() {
                    spoil(&mut changed, way, &mut draw);
                }
            }
            let body = changed.concat().into_bytes();
            let expected = folded(stream, &body);
            check_order(&expected, &stream.name);
            let size = [1, 2, 3, 5, 64][draw.below(5)];
            let cut = fold(stream.api, 200, body.chunks(size));
            assert_eq!(cut, expected, "{} spoilt by way {way}, in pieces of {size}", stream.name);
            let part = changed[..draw.below(changed.len())].concat();
            let before = folded(stream, part.as_bytes()).events;
            if part.ends_with("\n\n") {
                assert!(
                    expected.events.starts_with(&before),
                    "{} spoilt by way {way} takes back what it handed on",
                    stream.name
                );
            }
            spoilt += 1;
        }
    }
    println!("{spoilt} spoilt streams");
}
