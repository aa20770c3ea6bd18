//! What is counted, for `/metrics`. Every label comes from a closed set: nothing that a client sends
//! can make another series.
//!
//! Each part of the server counts what it does, in the types of `prometheus-client`, and has a
//! method `register` that adds its metrics to a registry. The route `/metrics` makes the registry,
//! and writes it. What belongs to no other part is in [`Metrics`].

pub mod duration;
pub mod process;
mod server;
mod totals;

pub use server::{Metrics, OK};
