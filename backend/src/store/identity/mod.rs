//! Identities: the pairs of issuer and subject, and the accounts they belong to.

pub(crate) mod identities;
pub(crate) mod remap;
