//! Builds the page into `frontend/dist`, which the server embeds.
//!
//! The page is four modules: the login page, the other pages before the login, those after it, and
//! those of admins.
//! Cargo builds them, wasm-bindgen (as a library) creates their JavaScript, and wasm-opt and
//! esbuild shrink both if they are available. Then every file gets the hash of its content in its
//! name, and compressed forms next to it. Nothing is built if nothing that the page depends on has
//! changed.

mod assets;
mod build;
pub(crate) mod example;
mod css;
mod index;
mod inputs;
mod names;
mod shrink;
mod sizes;
mod texts;

pub(crate) use assets::brotli;
pub(crate) use build::{Spa, build, cargo_variables};
pub(crate) use inputs::dist_hash;
