//! The end-to-end tests. Those in a browser run where `SLOW_TESTS=1`.

mod story;
mod link;
mod misfortune;
mod without_scripts;
mod access;
mod profile_page;
mod trunk_serve;
mod screenshots;
mod store;
mod login;
mod openid_start;
mod callback;
mod attempts;
mod lies;
mod documents;
mod linking;
mod link_page;
mod registration;
mod connect;
mod session;
mod profile;
mod setup;
mod headers;
mod secrets;
mod again_on_postgres;
