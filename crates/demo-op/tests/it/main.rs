//! Tests of the demo OP over HTTP by a minimal RP.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where what it needs is missing"
)]

mod rp;
mod flow;
mod refusals;
mod lies;
mod keys;
mod faults;
mod logout;
