//! The end-to-end tests, in folders that mirror the server's. Those that need more than a fresh clone
//! has are ignored, with the reason; `cargo xtask test` runs them.

mod login;
mod account;
mod admin;
mod page;
mod ops;
#[expect(
    clippy::unwrap_used,
    reason = "what fails in the kit of these tests fails the test"
)]
mod door;
mod store;
mod command_line;
mod doctor;
mod authentik;
mod misbehaving_op;
mod oidf;
mod advisories;
mod resilience;
mod replicas;
mod secrets;
mod packaging;
mod corpora;
mod documents;
mod applications_document;
mod browser;
