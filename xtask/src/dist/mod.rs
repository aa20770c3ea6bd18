//! `cargo xtask dist`: everything that somebody installs, in `target/dist`.

mod binaries;
mod contents;
mod debian;
mod image;
mod pgo;
mod platform;
mod red_hat;
mod run;
mod sbom;
mod source;
mod stage;
mod sums;
mod tar;
#[cfg(test)]
mod tests;

pub(crate) use binaries::path as program;
pub(crate) use pgo::keep_counts;
pub(crate) use platform::Platform;
pub(crate) use run::{build, build_counting, packages, run};
