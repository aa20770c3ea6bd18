//! One-time links: whoever has one gets into its account.

pub(crate) mod welcome;
pub(crate) mod login_link;
