//! What people see, in Chromium.

pub(crate) mod story;
pub(crate) mod link;
pub(crate) mod browser_errors;
pub(crate) mod cookies_blocked;
pub(crate) mod without_scripts;
pub(crate) mod access;
pub(crate) mod profile;
pub(crate) mod unsaved_input;
pub(crate) mod users;
pub(crate) mod login_link;
pub(crate) mod activity;
mod back_after_logout;
mod own_host;
pub(crate) mod ended_by_op;
mod recheck;
mod repeated;
mod both_pages;
pub(crate) mod autologin;
pub(crate) mod trunk_serve;
pub(crate) mod screenshots;
pub(crate) mod layout_shift;
mod login_page;
mod theme_color;
mod scroll;
mod without_a_provider;
pub(crate) mod doctor;
mod forward_auth;
