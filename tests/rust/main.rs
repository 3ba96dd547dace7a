//! Everything that holds of the crates, asserted through what they make public.

mod call;
mod cost;
mod count_request;
mod layout;
mod orchestrate;
mod plan;
mod route;
mod route_cascade;
mod route_world;
mod streams;
mod vectors;
