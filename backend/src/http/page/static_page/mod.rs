//! The page that works without wasm: it is in `index.html` until the app is there, and stays if the
//! app cannot start. Pure; every value is escaped.
//!
//! The elements and classes are those of the app's components (`frontend/src/components`), so that
//! nothing moves when the app takes over.

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
