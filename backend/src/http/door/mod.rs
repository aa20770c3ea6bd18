//! Requests that are for the applications behind the door (contract, section 7).
//!
//! `gateway.rs` tells them from Postern's own; `serve.rs` answers one, step by step.

pub(crate) mod asked;
pub(crate) mod handover;
pub(crate) mod connector;
pub mod forwarded;
pub(crate) mod private;
pub(crate) mod streams;
pub(crate) mod expectation;
pub(crate) mod body;
pub(crate) mod upstream_pool;
pub(crate) mod answer_body;
pub(crate) mod tunnel;
pub(crate) mod proxy;
pub(crate) mod session;
pub(crate) mod challenge;
pub(crate) mod admit;
pub(crate) mod embedded;
pub(crate) mod serve;
pub(crate) mod entry;
pub(crate) mod verify;
pub(crate) mod gateway;
pub(crate) mod ticket;
pub(crate) mod keys;
