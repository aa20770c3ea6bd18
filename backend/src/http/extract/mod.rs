//! What handlers read from a request: who asks, from where, and with which body.

pub(crate) mod client;
pub(crate) mod language;
pub(crate) mod address;
pub(crate) mod parse;
pub(crate) mod body;
pub(crate) mod page_load;
pub(crate) mod principal;
