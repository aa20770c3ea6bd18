//! What whoever runs the server relies on.

mod metrics;
mod reload;
mod upgrade;
