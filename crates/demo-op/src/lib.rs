//! A small OpenID Provider that behaves as Authentik does on the wire, and lies on demand.
//!
//! Used by `cargo xtask demo` (as the binary `demo-op`) and by the tests (as a library): start an
//! [`Op`], register a [`Client`], and tell it a [`Lie`] to see whether the RP believes it. It keeps
//! everything in memory, speaks plain HTTP on loopback, and is no place for a real password.
//!
//! A login passes through the modules in this order: `discovery`, `authorize`, `login`, `token`
//! (with `id_token`), `userinfo`, and at last `end_session`.

mod settings;
mod lie;
mod op;
mod request;
mod world;
mod routes;
mod record;
mod fault;
mod discovery;
mod authorize;
mod login;
mod token;
mod id_token;
mod keys;
mod encrypt;
mod userinfo;
mod end_session;
mod backchannel;
mod page;
mod demo;

pub use lie::{Fault, Lie};
pub use op::Op;
pub use request::Request;
pub use settings::{
    Algorithm, Client, Invalidation, Settings, TokenAuth, User, Version, demo_accounts,
};
