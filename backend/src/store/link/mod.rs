//! One-time links, which let their holder into an account.

pub(crate) mod welcome;
pub(crate) mod login_link;
