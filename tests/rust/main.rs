//! Everything that holds of the crates, asserted through what they make public.
// What sets a test up may fail it as the test itself may.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod call;
mod cost;
mod count_request;
mod json;
mod layout;
mod orchestrate;
mod plan;
mod route;
mod route_cascade;
mod route_choice;
mod route_laws;
mod route_replay;
mod route_state;
mod route_world;
mod streams;
mod streams_mutated;
mod usage;
mod vectors;
