//! The end-to-end tests, in folders that mirror the server's. Those in a browser run where
//! `SLOW_TESTS=1`.

mod login;
mod account;
mod admin;
mod page;
mod ops;
mod store;
mod command_line;
mod doctor;
mod authentik;
mod misbehaving_op;
mod oidf;
mod advisories;
mod resilience;
mod secrets;
mod corpora;
mod documents;
mod browser;
mod again_on_postgres;
