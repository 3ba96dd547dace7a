//! How often models may be asked: requests and tokens a minute, first come, first served.
//!
//! Each model has two buckets that fill up evenly within a minute. A call takes a ticket, and asks
//! whose turn it is until it is its own; what providers say is left makes buckets emptier, never
//! fuller. The host waits: nothing here knows a clock or a thread.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::provider::{Left, RateLimit};
use crate::request::ModelId;
use crate::sorted::SortedMap;
use crate::time::Timestamp;

/// How much of one model a minute allows; absent is as much as its provider says.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PerMinute {
    /// Requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// Tokens of prompts and of the answers they ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
}

/// Rate limits by model, and who waits for them.
///
/// # Examples
///
/// ```
/// use farebox_core::call::{PerMinute, RateLimits, Turn};
/// use farebox_core::request::ModelId;
/// use farebox_core::time::Timestamp;
///
/// let model = ModelId::new("gpt-5.4-mini");
/// let one = PerMinute { requests: Some(1), ..PerMinute::default() };
/// let mut limits = RateLimits::new([(model.clone(), one)]);
/// let now = Timestamp::from_ms(1_795_305_600_000);
/// let (first, second) = (limits.join(&model, 100), limits.join(&model, 100));
/// assert_eq!(limits.turn(first, now), Turn::Go);
/// assert_eq!(limits.turn(second, now), Turn::Wait { until: now.after_ms(60_000) });
/// assert_eq!(limits.turn(second, now.after_ms(60_000)), Turn::Go);
/// ```
#[derive(Clone, Debug, Default)]
pub struct RateLimits {
    limits: SortedMap<ModelId, PerMinute>,
    models: SortedMap<ModelId, Buckets>,
    /// Who waits, in the order they came.
    queue: Vec<Waiting>,
    next_ticket: u64,
}

/// A place in the queue for one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Turn {
    /// The ticket's own: it is used up, and its attempt is to be sent now.
    Go,
    /// Another's, or the limits have no room.
    Wait {
        /// When to ask again.
        until: Timestamp,
    },
}

#[derive(Clone, Debug)]
struct Waiting {
    ticket: Ticket,
    model: ModelId,
    tokens: u64,
    /// When it was told to ask again.
    until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Buckets {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    per_minute: u64,
    /// In parts of a minute's milliseconds, so that it fills up evenly in integers.
    level: u128,
    at: Timestamp,
}

impl RateLimits {
    /// Limits of these models; others are bound by what their providers say of them.
    pub fn new(limits: impl IntoIterator<Item = (ModelId, PerMinute)>) -> Self {
        Self { limits: limits.into_iter().collect(), ..Self::default() }
    }

    /// Takes a place in the queue of a model, for a request of about this many tokens.
    pub fn join(&mut self, model: &ModelId, tokens: u64) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.queue.push(Waiting { ticket, model: model.clone(), tokens, until: None });
        ticket
    }

    /// Gives a place up. A ticket that was used up, or never was, is none.
    pub fn leave(&mut self, ticket: Ticket) {
        self.queue.retain(|waiting| waiting.ticket != ticket);
    }

    /// Whether it is a ticket's turn. One that was used up, or never was, may go.
    pub fn turn(&mut self, ticket: Ticket, now: Timestamp) -> Turn {
        let Some(place) = self.queue.iter().position(|waiting| waiting.ticket == ticket) else {
            return Turn::Go;
        };
        let (model, own_tokens) = (self.queue[place].model.clone(), self.queue[place].tokens);
        // Who does not come when called holds up nobody.
        let is_there = |waiting: &&Waiting| {
            waiting.until.is_none_or(|until| now.ms_since(until) < PATIENCE_MS)
        };
        let ahead = self.queue[..place].iter().filter(|waiting| waiting.model == model);
        let (mut requests, mut tokens, mut next_check) = (0, 0_u64, None);
        for waiting in ahead.filter(is_there) {
            requests += 1;
            tokens = tokens.saturating_add(waiting.tokens);
            let given_up_at = waiting.until.map(|until| until.after_ms(PATIENCE_MS));
            next_check = [next_check, given_up_at].into_iter().flatten().min();
        }
        let limit = self.limits.get(&model).copied().unwrap_or_default();
        let buckets = self.models.or_default(model);
        let fresh = |per_minute: Option<u64>| Some(Bucket::full(per_minute?, now));
        buckets.requests = buckets.requests.or_else(|| fresh(limit.requests));
        buckets.tokens = buckets.tokens.or_else(|| fresh(limit.tokens));
        let wait = |bucket: &mut Option<Bucket>, ahead: u64, own: u64| {
            bucket.as_mut().map_or(0, |bucket| {
                bucket.fill(now);
                bucket.wait_ms(ahead, own)
            })
        };
        let wait_ms = wait(&mut buckets.requests, requests, 1).max(wait(
            &mut buckets.tokens,
            tokens,
            own_tokens,
        ));
        if wait_ms == 0 && requests == 0 {
            if let Some(bucket) = &mut buckets.requests {
                bucket.take(1);
            }
            if let Some(bucket) = &mut buckets.tokens {
                bucket.take(own_tokens);
            }
            self.queue.remove(place);
            return Turn::Go;
        }
        let until = now.after_ms(wait_ms);
        let until = next_check.map_or(until, |check| until.min(check));
        let until = until.max(now.after_ms(SHORTEST_WAIT_MS));
        self.queue[place].until = Some(until);
        Turn::Wait { until }
    }

    /// Learns what a model's provider says is left, from the headers of a response.
    pub fn learn(&mut self, model: &ModelId, headers: &[(String, String)], now: Timestamp) {
        let left = RateLimit::read(headers, now);
        let limit = self.limits.get(model).copied().unwrap_or_default();
        let buckets = self.models.or_default(model.clone());
        learn(&mut buckets.requests, left.requests, limit.requests, now);
        learn(&mut buckets.tokens, left.tokens, limit.tokens, now);
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }
}

fn learn(bucket: &mut Option<Bucket>, left: Option<Left>, own: Option<u64>, now: Timestamp) {
    let Some(left) = left else { return };
    let Some(per_minute) = [own, left.limit].into_iter().flatten().min().filter(|it| *it > 0)
    else {
        return;
    };
    let bucket = bucket.get_or_insert_with(|| Bucket::full(per_minute, now));
    bucket.fill(now);
    bucket.per_minute = per_minute;
    let most = u128::from(left.remaining) * MINUTE_MS;
    bucket.level = bucket.level.min(most).min(bucket.capacity());
}

impl Bucket {
    fn full(per_minute: u64, now: Timestamp) -> Self {
        let mut bucket = Self { per_minute: per_minute.max(1), level: 0, at: now };
        bucket.level = bucket.capacity();
        bucket
    }

    fn capacity(&self) -> u128 {
        u128::from(self.per_minute) * MINUTE_MS
    }

    fn fill(&mut self, now: Timestamp) {
        let more = u128::from(now.ms_since(self.at)) * u128::from(self.per_minute);
        self.level = self.level.saturating_add(more).min(self.capacity());
        self.at = self.at.max(now);
    }

    /// How long until it holds what others ahead and the own request take. One request larger than
    /// the whole bucket waits until it is full, and the provider has the last word.
    fn wait_ms(&self, ahead: u64, own: u64) -> u64 {
        let own = u128::from(own.min(self.per_minute)) * MINUTE_MS;
        let needed = own.saturating_add(u128::from(ahead) * MINUTE_MS);
        let missing = needed.saturating_sub(self.level);
        u64::try_from(missing.div_ceil(u128::from(self.per_minute))).unwrap_or(u64::MAX)
    }

    fn take(&mut self, amount: u64) {
        self.level = self.level.saturating_sub(u128::from(amount) * MINUTE_MS);
    }
}

const MINUTE_MS: u128 = 60_000;
/// How long somebody whose turn it is may take to come.
const PATIENCE_MS: u64 = 1_000;
/// Between two questions of one who only waits for others to go.
const SHORTEST_WAIT_MS: u64 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_305_600_000);

    fn model() -> ModelId {
        ModelId::new("m")
    }

    fn limits(requests: Option<u64>, tokens: Option<u64>) -> RateLimits {
        let limit = PerMinute { requests, tokens };
        RateLimits::new([(model(), limit)])
    }

    /// Asks until it is the ticket's turn, and says when that was.
    fn went_at(limits: &mut RateLimits, ticket: Ticket, mut now: Timestamp) -> u64 {
        while let Turn::Wait { until } = limits.turn(ticket, now) {
            assert!(until > now);
            now = until;
        }
        now.ms_since(NOW)
    }

    #[test]
    fn a_bucket_empties_at_once_and_fills_evenly() {
        let mut limits = limits(Some(60), None);
        let tickets: Vec<Ticket> = (0..63).map(|_| limits.join(&model(), 1)).collect();
        let times: Vec<u64> =
            tickets.into_iter().map(|ticket| went_at(&mut limits, ticket, NOW)).collect();
        assert_eq!(times[59..], [0, 1_000, 2_000, 3_000]);
    }

    #[test]
    fn who_came_first_goes_first_though_another_would_fit() {
        let mut limits = limits(None, Some(600));
        let (big, small) = (limits.join(&model(), 600), limits.join(&model(), 10));
        assert_eq!(limits.turn(big, NOW), Turn::Go);
        let (big, late) = (limits.join(&model(), 600), limits.join(&model(), 10));
        assert_eq!(limits.turn(small, NOW), Turn::Wait { until: NOW.after_ms(1_000) });
        assert_eq!(went_at(&mut limits, small, NOW), 1_000);
        let Turn::Wait { until } = limits.turn(late, NOW.after_ms(1_000)) else { panic!() };
        assert_eq!(until.ms_since(NOW), 1_000 + 61_000);
        assert_eq!(went_at(&mut limits, big, NOW.after_ms(1_000)), 61_000);
        assert_eq!(went_at(&mut limits, late, NOW.after_ms(61_000)), 62_000);
    }

    #[test]
    fn who_leaves_or_does_not_come_holds_up_nobody() {
        let mut limits = limits(Some(1), None);
        let tickets: Vec<Ticket> = (0..4).map(|_| limits.join(&model(), 1)).collect();
        assert_eq!(limits.turn(tickets[0], NOW), Turn::Go);
        assert!(matches!(limits.turn(tickets[1], NOW), Turn::Wait { .. }));
        limits.leave(tickets[2]);
        // The second was to come after a minute, and does not.
        assert_eq!(went_at(&mut limits, tickets[3], NOW.after_ms(60_500)), 61_000);
        assert_eq!(limits.waiting(), 1);
    }

    #[test]
    fn what_a_provider_says_is_left_is_believed() {
        let headers = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let mut limits = RateLimits::default();
        let free = limits.join(&model(), 1_000_000);
        assert_eq!(limits.turn(free, NOW), Turn::Go);
        let told = [("x-ratelimit-limit-requests", "60"), ("x-ratelimit-remaining-requests", "0")];
        limits.learn(&model(), &headers(&told), NOW);
        let ticket = limits.join(&model(), 1);
        assert_eq!(went_at(&mut limits, ticket, NOW), 1_000);
        let told = [
            ("anthropic-ratelimit-input-tokens-limit", "6000"),
            ("anthropic-ratelimit-input-tokens-remaining", "1000"),
        ];
        limits.learn(&model(), &headers(&told), NOW.after_ms(1_000));
        let ticket = limits.join(&model(), 2_000);
        assert_eq!(went_at(&mut limits, ticket, NOW.after_ms(1_000)), 11_000);
        limits.learn(&model(), &headers(&[("x-ratelimit-limit-tokens", "lots")]), NOW);
        let ticket = limits.join(&ModelId::new("another"), u64::MAX);
        assert_eq!(limits.turn(ticket, NOW), Turn::Go);
    }

    #[test]
    fn a_request_larger_than_the_limit_waits_for_a_full_bucket_and_goes() {
        let mut limits = limits(None, Some(100));
        let (first, huge) = (limits.join(&model(), 50), limits.join(&model(), 5_000));
        assert_eq!(limits.turn(first, NOW), Turn::Go);
        assert_eq!(went_at(&mut limits, huge, NOW), 30_000);
    }

    #[test]
    fn asking_often_fills_no_bucket_slower() {
        let mut limits = limits(Some(7), None);
        let tickets: Vec<Ticket> = (0..8).map(|_| limits.join(&model(), 1)).collect();
        for ticket in &tickets[..7] {
            assert_eq!(limits.turn(*ticket, NOW), Turn::Go);
        }
        let mut now = NOW;
        while limits.turn(tickets[7], now) != Turn::Go {
            now = now.after_ms(1);
        }
        assert_eq!(now.ms_since(NOW), 60_000_u64.div_ceil(7));
    }
}
