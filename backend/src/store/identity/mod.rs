//! Identities: the pairs of issuer and subject, and whose they are.

pub(crate) mod identities;
pub(crate) mod remap;
