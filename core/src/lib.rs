//! The kernel of Farebox: it knows the fare of a prompt before the prompt is sent.
//!
//! Pure functions and one state machine. Nothing here opens a socket, reads a clock, draws a
//! random number or holds a key: a host hands those in, and does what the kernel says.
//!
//! The words, each with one meaning: a *tier* is a class of models; an *estimate* stands before a
//! call, a *usage* is what the provider reports, a *receipt* holds one against the other; a *call*
//! is one logical request, a *plan* its attempts in order, an *attempt* one HTTP exchange; a
//! *decision* is a choice with its reasons; an *event* is what the user sees, an *action* what the
//! host does.
#![no_std]
// One file, `count/split/lanes.rs`, calls the instructions that compare sixteen bytes at once.
#![deny(unsafe_code)]

extern crate alloc;
// What is derived names its traits as they are named from outside.
extern crate self as farebox_core;
#[cfg(feature = "std")]
extern crate std;

pub mod budget;
pub mod call;
pub mod catalog;
pub mod count;
pub mod error;
pub mod estimate;
pub mod json;
pub mod money;
pub mod orchestrate;
mod order;
pub mod plan;
pub mod provider;
pub mod quote;
pub mod receipt;
pub mod request;
pub mod route;
pub mod savings;
mod seek;
pub mod sorted;
pub mod time;
pub mod usage;
