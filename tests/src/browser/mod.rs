//! Chromium without a window, driven through chromedriver, in the words of a test.
//!
//! Each browser has a chromedriver and a profile of its own, and all of it ends with the value: a
//! test that fails leaves nothing behind. Nothing is downloaded.

mod chromium;
mod audit;
mod elements;
mod surroundings;

pub use audit::Rules;
pub use chromium::Browser;
pub use surroundings::{Network, Scheme, Scripts};
