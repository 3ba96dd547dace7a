//! The decision of the bench `routing` as a module of wasm, for `decision.mjs` to time.

use std::cell::RefCell;

#[path = "../../scene.rs"]
mod scene;

use scene::{Known, Scene};

thread_local! {
    static SCENE: RefCell<Option<Scene>> = const { RefCell::new(None) };
}

/// Sets up a ladder of so many rungs: 0 for a cold start, 1 with outcomes, 2 with words as well.
#[unsafe(no_mangle)]
pub extern "C" fn set_up(rungs: u32, known: u32) {
    let known = match known {
        0 => Known::Cold,
        1 => Known::Taught,
        _ => Known::Worded,
    };
    SCENE.set(Some(Scene::new(rungs as usize, known)));
}

/// Decides, and says how many arms were ranked.
#[unsafe(no_mangle)]
pub extern "C" fn decide() -> u32 {
    SCENE.with_borrow(|scene| scene.as_ref().map_or(0, |scene| scene.decide().ranked.len() as u32))
}
