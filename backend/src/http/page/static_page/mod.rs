//! The page that works without wasm: it is in `index.html` until the app is there, and stays if the
//! app cannot start. Pure.
//!
//! The elements are those of the app's views (`frontend/src/pages`); a test in
//! `tests/it/browser/both_pages.rs` holds the two together.

pub(crate) mod page;
mod elements;
mod provider;
pub(crate) mod brand;
mod login;
mod setup;
mod welcome;
mod link;
pub(crate) mod refusal;
mod skeleton;
pub(crate) mod render;

#[cfg(test)]
mod tests;
