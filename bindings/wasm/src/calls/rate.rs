//! Rate limits of the caller's own, and who waits for them.

use farebox_core::call::{PerMinute, RateLimits as Limits, Ticket, Turn};
use farebox_core::request::ModelId;
use farebox_core::sorted::SortedMap;
use farebox_core::time::Timestamp;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{from_text, thrown};

/// Requests and tokens a minute by model: a ticket is taken, asked about and used up.
#[wasm_bindgen]
pub struct RateLimits {
    limits: Limits,
}

#[wasm_bindgen]
impl RateLimits {
    /// Limits by model, as JSON text: an object of `PerMinute`.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is none.
    #[wasm_bindgen(constructor)]
    pub fn new(limits: &str) -> Result<RateLimits, String> {
        let limits: SortedMap<ModelId, PerMinute> =
            from_text("the rate limits", limits).map_err(thrown)?;
        Ok(Self { limits: Limits::new(limits) })
    }

    /// Takes a place in the queue of a model, for a request of about this many tokens.
    pub fn join(&mut self, model: &str, tokens: f64) -> f64 {
        self.limits.join(&ModelId::new(model), tokens as u64).0 as f64
    }

    /// The moment to ask again, or nothing when the ticket's attempt is to be sent now.
    pub fn turn(&mut self, ticket: f64, now_ms: f64) -> Option<f64> {
        match self.limits.turn(Ticket(ticket as u64), Timestamp::from_ms(now_ms as i64)) {
            Turn::Go => None,
            Turn::Wait { until } => Some(until.as_ms() as f64),
        }
    }

    /// Gives a place up.
    pub fn leave(&mut self, ticket: f64) {
        self.limits.leave(Ticket(ticket as u64));
    }

    /// Learns what a model's provider says is left: the headers of a response as JSON text.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no list of names and values.
    pub fn learn(&mut self, model: &str, headers: &str, now_ms: f64) -> Result<(), String> {
        let headers: Vec<(String, String)> = from_text("the headers", headers).map_err(thrown)?;
        let now = Timestamp::from_ms(now_ms as i64);
        self.limits.learn(&ModelId::new(model), &headers, now);
        Ok(())
    }
}
