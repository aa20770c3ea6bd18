//! Why logins and other actions fail, and what an admin should do about it: the same for the log,
//! the audit trail, the page and the command line. Pure.

pub mod cause;
pub mod remedy;
mod explanation;
mod of_oidc;

pub use cause::Cause;
pub use explanation::explanation;
pub use of_oidc::cause_of;
pub use remedy::remedy;
