//! Postern's server: the relying party of an OpenID Provider, with its own accounts and sessions.
//! Read the modules in order: settings, shared state, the rules (pure), the OP, the database, HTTP.

pub mod public_url;
pub mod base_path;
pub mod config;
pub mod cli;
pub mod app;
pub mod telemetry;
pub mod metrics;
mod private_file;
pub mod keys;
mod rights;
pub mod sealed;
pub mod limits;
pub mod password;
pub mod account;
pub mod session;
pub mod one_time_link;
pub mod failure;
pub mod audit;
pub mod return_to;
pub mod user_agent;
pub mod brand;
pub mod presets;
pub mod login;
pub mod application;
pub mod assertion;
pub mod op;
pub mod authentik;
pub mod store;
mod present;
pub mod http;
pub mod doctor;
mod serve;
pub mod reload;

pub use serve::{listen, serve, serve_ops};
