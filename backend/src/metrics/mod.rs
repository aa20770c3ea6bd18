//! The metrics for `/metrics`. Every label comes from a closed set, so that no client can create
//! another series.
//!
//! Each part of the server counts its own work, in the types of `prometheus-client`, and has a
//! method `register` that adds its metrics to a registry. The route `/metrics` creates and writes
//! the registry. Metrics of no other part are in [`Metrics`].

pub mod duration;
pub mod process;
mod server;
mod totals;

pub use server::{Metrics, OK, Series};
