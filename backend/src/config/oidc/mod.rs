//! The settings about the OP.

mod policy;
mod parse;
mod read;

pub use policy::{LinkByEmail, OidcConfig, ProviderName, RoleValues};
pub(super) use read::read;
