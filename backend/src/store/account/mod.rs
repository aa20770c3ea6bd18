//! Accounts.

pub(crate) mod claims;
pub(crate) mod accounts;
pub(crate) mod emails;
pub(crate) mod ways_in;
pub(crate) mod pending;
pub(crate) mod claimed_role;
pub(crate) mod users;
mod user_search;
mod search_index;
pub(crate) mod user_list;
