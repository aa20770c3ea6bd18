//! Finds files and folders that use each other in a circle.
//!
//! [`check`] asks cargo for the targets. [`read`] follows `mod` from their first files and collects
//! a [`tree`] of names and paths, [`resolve`] finds the file behind each path, and [`circles`]
//! finds the circles.

pub(crate) mod check;
mod read;
mod syntax;
mod tree;
mod resolve;
mod circles;
#[cfg(test)]
mod tests;
