//! Builds the page into `frontend/dist`, which the server embeds.
//!
//! The page is three modules: the pages before the login, those behind it, and those of admins. Cargo
//! builds them, wasm-bindgen (as a library) makes their JavaScript, wasm-opt and esbuild shrink both if
//! they can be had; then every file gets the hash of its content into its name, and its compressed
//! forms beside it. Nothing is built if nothing that the page depends on has changed.

mod assets;
mod build;
mod css;
mod index;
mod inputs;
mod shrink;
mod sizes;

pub(crate) use build::{Spa, build, cargo_variables};
pub(crate) use inputs::{dist_hash, hex};
