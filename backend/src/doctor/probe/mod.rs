//! How the doctor asks: its HTTP client, what the answers say of the time, and how it finds out what
//! of a request arrives at a server.

pub(crate) mod dates;
pub(crate) mod client;
pub(crate) mod page;
pub(crate) mod random;
pub(crate) mod reflection;
