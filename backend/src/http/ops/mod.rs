//! Endpoints for monitoring: is the server alive, is it ready, what does it count.

pub(crate) mod health;
pub(crate) mod metrics;
