//! What the page and the server share: serde types, paths, rules and words. No framework, no I/O,
//! no clock.

pub mod endpoint;
pub mod api;
pub mod section;
pub mod routes;
pub mod next;
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
pub mod field;
pub mod text;
pub mod pages;
pub mod error;
pub mod failure;
