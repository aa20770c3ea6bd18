//! What operators rely on.

mod metrics;
mod reload;
mod upgrade;
mod beginnings;
mod clock;
