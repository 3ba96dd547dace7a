//! What the emulated models say: the first review of the store is too vague, and one step is
//! refused by every model it is given to.

use farebox_emulator::{Matcher, Scripted};
use serde_json::{Value, json};

pub(crate) fn answers() -> Vec<Scripted> {
    let last = |text: &str| Matcher { last_contains: Some(text.into()), ..Matcher::default() };
    let says = |when: &str, text: &str| Scripted {
        when: last(when),
        text: Some(text.into()),
        ..Scripted::default()
    };
    let gives = |when: &str, value: Value| Scripted {
        when: last(when),
        json: Some(value),
        ..Scripted::default()
    };
    vec![
        // The planner: the later plan first, for it is the more particular.
        gives(
            "The plan before this one did not do",
            json!({
                "steps": [
                    step("entropy", "hard_reasoning", ENTROPY, &["src/cache/session_store.rs"], None),
                    step("order", "worker_step", ORDER, &["store", "login", "entropy"], None),
                ],
                "answer": null,
            }),
        ),
        gives(
            "Do not do the work yet",
            json!({
                "steps": [
                    step("store", "code_review", STORE, &["src/cache/session_store.rs"], Some(FOUND)),
                    step("login", "code_review", LOGIN, &["src/http/login.rs"], Some(FOUND)),
                    step("attack", "hard_reasoning", ATTACK, &["src/cache/session_store.rs"], None),
                    step("rank", "worker_step", ORDER, &["store", "login", "attack"], None),
                ],
                "answer": null,
            }),
        ),
        says("has been done in steps", ANSWER),
        // The verifier.
        gives(
            VAGUE,
            json!({
                "reason": "No sequence of events shows the deadlock.",
                "accepted": false,
            }),
        ),
        gives(FOUND, json!({ "reason": "Each defect has its events.", "accepted": true }))
            .heard("You check the result"),
        // The workers.
        Scripted { refusal: Some(REFUSAL.into()), ..says(ATTACK, "") }.without_text(),
        Scripted {
            when: Matcher { model: Some("gpt-5.4".into()), ..last(STORE) },
            ..says("", FULL)
        },
        says(STORE, VAGUE),
        says(LOGIN, SEEN),
        says(ENTROPY, TOKENS),
        says(ORDER, "1. deadlock; 2. login never succeeds; 3. guessable and logged tokens"),
    ]
}

/// Narrows an answer to requests that say something elsewhere.
trait Narrowed {
    fn heard(self, text: &str) -> Self;
    fn without_text(self) -> Self;
}

impl Narrowed for Scripted {
    fn heard(mut self, text: &str) -> Self {
        self.when.contains = Some(text.into());
        self
    }

    fn without_text(mut self) -> Self {
        self.text = None;
        self
    }
}

fn step(id: &str, kind: &str, instruction: &str, inputs: &[&str], check: Option<&str>) -> Value {
    json!({
        "id": id, "kind": kind, "instruction": instruction, "inputs": inputs, "after": [],
        "acceptance": check,
    })
}

const STORE: &str = "Find what can go wrong in the session store.";
const LOGIN: &str = "Find what can go wrong in the login handler.";
const ATTACK: &str = "Show how somebody takes over a session by guessing its token.";
const ENTROPY: &str = "Say how many different tokens there are, and how many there should be.";
const ORDER: &str = "Order what was found by harm, worst first.";
const FOUND: &str = "Every defect has a function and the events that lead to it.";
const VAGUE: &str = "The locking in the store looks risky.";
const REFUSAL: &str = "I can't help with taking over sessions.";
const FULL: &str = "`evict_oldest`: it holds the read lock (`oldest` borrows from it) while it \
waits for the write lock, so the first login at the limit stops every request for good; copy the \
token and drop the guard. `get`: it returns a session it has just found expired; return `None`. \
`get` takes the write lock for every read; take it only to remove.";
const SEEN: &str = "`login`: `password::hash` salts at random, so the comparison never holds and \
nobody can log in; keep `password::verify`. `login`: the token goes to the log, where it is as \
good as a password; log the user's id.";
const TOKENS: &str = "10^12 tokens, about 40 bits; at least 128 bits from the system's generator \
are usual.";
const ANSWER: &str = "Critical: `SessionStore::evict_oldest` waits for the write lock while its \
own read guard lives: the first login at the limit stops the service. Critical: `login` compares a \
freshly salted hash with the stored one, so nobody can log in. Major: `SessionStore::get` returns \
expired sessions. Major: tokens hold about 40 bits and go to the log. Minor: every read takes the \
write lock. Do not merge.";
