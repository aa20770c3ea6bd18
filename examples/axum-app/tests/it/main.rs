//! The example, logged in to.

mod place;

mod login;
mod page;
