//! The page: its files, its words, and the part that works without wasm.

pub(crate) mod config;
mod encoding;
pub(crate) mod assets;
pub(crate) mod texts;
mod ahead;
pub(crate) mod static_page;
pub(crate) mod document;
pub(crate) mod refusal;
pub(crate) mod spa;
