//! What the applications behind the door are told of who asks (contract, section 7): the identity
//! document, the headers made of it, and its signature.

pub mod identity;
pub mod identity_headers;
pub mod signing_key;
pub mod recent;
pub mod key_ring;
