//! The applications behind the door, and the rules of who may open which (contract, section 7).
//! Nothing here knows HTTP servers, settings or the store.
//!
//! `registry.rs` finds the application of a request; `allow.rs` and `public_path.rs` decide.

pub mod allow;
pub mod public_path;
pub mod registry;
pub mod told;
pub mod upstream;
