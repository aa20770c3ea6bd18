//! What operators rely on.

mod metrics;
mod openapi;
mod reload;
mod upgrade;
mod beginnings;
mod clock;
mod supervisor;
