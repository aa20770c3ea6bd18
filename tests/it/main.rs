//! The end-to-end tests. Those in a browser run where `SLOW_TESTS=1`.

mod story;
mod link;
mod misfortune;
mod without_scripts;
mod access;
mod trunk_serve;
mod screenshots;
mod store;
mod login;
