//! How requests come in: the server here, the public address, and the reverse proxy in front.

mod question;
mod server;
mod proxy;
mod public_address;
mod upstream;
mod application;
pub(crate) mod examine;
