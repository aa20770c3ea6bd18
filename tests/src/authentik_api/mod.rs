//! A stand-in for Authentik's API in this process: it holds objects, lists them page by page, wants
//! the token, and refuses whatever the published description of the API does not allow.

mod schema;
mod request;
mod world;
mod server;

pub use request::{ApiFault, Request};
pub use server::{AuthentikApi, TOKEN};
