//! `postern user`: accounts, with the same rules as for admins on the page Users.

pub(super) mod arguments;
mod answer;
mod add;
mod change;
mod password;
mod show;
mod unlink;
mod command;

pub(super) use command::{Args, run};
