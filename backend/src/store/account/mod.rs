//! Accounts.

pub(crate) mod accounts;
pub(crate) mod users;
pub(crate) mod user_list;
