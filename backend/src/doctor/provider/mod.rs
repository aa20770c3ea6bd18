//! The OP, from its name to how this client is registered there.

pub(crate) mod examine;
mod network;
mod tls;
mod discovery;
mod metadata;
mod keys;
mod client_check;
mod redirect_uri;
