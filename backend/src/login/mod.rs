//! The login without HTTP: who an identity is, what is done about it, and the outcome.
//!
//! [`complete()`] does all of it: [`facts`] asks the store, [`decide`] decides, and the store
//! records a login in one transaction ([`crate::store::Store::log_in`]). `http` turns the
//! [`outcome::Outcome`] into cookies and a redirect.

pub mod attempt;
pub mod error;
pub mod role;
pub mod outcome;
pub mod decide;
pub mod explain;
pub mod facts;
pub mod begin;
pub mod register;
pub mod by_identity;
pub mod pending_link;
pub mod complete;
pub mod once;
pub mod once_among_servers;
pub mod recheck;

pub use complete::{LoginSettings, complete};
pub use error::LoginError;
pub use outcome::Outcome;
