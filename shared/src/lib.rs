//! What crosses the wire between the page and the server: serde types, the paths both sides
//! name, and the rule and the words they must agree on. No framework, no I/O, no clock.

pub mod endpoint;
pub mod api;
pub mod section;
pub mod routes;
pub mod config;
pub mod session;
pub mod audit;
pub mod doctor;
pub mod test_login;
pub mod profile;
pub mod users;
pub mod link;
pub mod email;
pub mod name;
pub mod text;
pub mod error;
pub mod failure;
