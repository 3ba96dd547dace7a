//! Know the fare of a prompt before you send it, send it by the model that is worth it, and keep
//! the receipt.
//!
//! A [`Client`] is the kernel with a connection: [`Client::quote`] needs no network, [`Client::send`]
//! gives the answer with its receipt, [`Client::stream`] gives the pieces as they come.
//!
//! ```no_run
//! use farebox::{Client, Request};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?;
//! let request = Request::new().user("Name the capital of France in one word.");
//!
//! let quote = client.quote(&request)?;
//! println!("{} for about ${:?}", quote.decision.chosen.model, quote.chosen().map(|it| it.cost));
//!
//! let reply = client.send(request).await?;
//! println!("{} for ${}", reply.answer.text, reply.receipt.cost);
//! # Ok(())
//! # }
//! ```
//!
//! A body that was written for one provider is a request too: [`Client::send`] takes a
//! [`Request`] or a `serde_json::Value` in the shape of OpenAI, Anthropic or Gemini.
//!
//! The kernel is re-exported whole as [`kernel`]; what a program meets daily stands at the root.

mod ask;
mod batch;
mod builder;
mod client;
mod clock;
mod flow;
mod orchestrate;
mod secret;
mod structured;
mod telemetry;
mod tools;
mod transport;

pub use farebox_core as kernel;
pub use farebox_core::budget::{Budget, Limit, Window};
pub use farebox_core::call::{
    Answer, Event, EventKind, Finish, Outcome, PerMinute, Release, Restart,
};
pub use farebox_core::catalog::{Catalog, ProviderId};
pub use farebox_core::error::{Error, ErrorKind};
pub use farebox_core::money::Pusd;
pub use farebox_core::plan::CallLimits;
pub use farebox_core::quote::Quote;
pub use farebox_core::receipt::Receipt;
pub use farebox_core::request::{ModelId, Request};
pub use farebox_core::route::{Policy, Posterior};

pub use ask::Ask;
pub use batch::{BatchFailure, Batches};
pub use builder::Builder;
pub use client::{Client, Failure, Reply};
pub use flow::Flow;
pub use orchestrate::{Running, StepResult, Verdict};
pub use secret::Secret;
pub use structured::{Form, Typed};
pub use tools::{ToolEnd, ToolLimits, ToolRun, Tools};

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
