//! Sets Authentik up for Postern: a provider, an application and, if wanted, a scope mapping for
//! emails. As a blueprint (`blueprint.rs`) for whoever keeps Authentik's state in files, or over
//! its API (`connect.rs`), which also writes the settings of Postern (`env_file.rs`).
//!
//! `wanted.rs` says what should exist, `present.rs` what exists, `plan.rs` what to do about it:
//! all three pure. `lifetime.rs` reads and writes durations. `api.rs` asks Authentik, through the client for OPs. `trouble.rs` has what can
//! go wrong, each with what to do.

pub mod version;
pub mod lifetime;
pub mod wanted;
pub mod blueprint;
pub mod trouble;
pub mod api;
pub mod present;
pub mod plan;
pub mod show;
pub mod env_file;
pub mod connect;
