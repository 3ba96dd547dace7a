//! Whatever sends: calls, the budget and the rate limits they are held to, and runs of many calls.

mod call;
mod rate;
mod run;
mod told;

pub use call::{Call, CallInput};
pub use rate::RateLimits;
pub use run::{GoalInput, Run};

pub(crate) use call::Purse;

use farebox_core::time::Timestamp;

fn at(now_ms: f64) -> Timestamp {
    Timestamp::from_ms(now_ms as i64)
}
