//! Postern's server: the relying party of an OpenID Provider, with its own accounts and sessions.
//! Read the modules in order: settings, shared state, the rules (pure), the OP, the database, HTTP.
//!
//! Another axum application can have it inside: [`Postern`] gives it the routes, [`CurrentUser`],
//! [`RequireRole`] and [`RequireGroup`] guard its own. That is all that this crate promises; its
//! modules are for the program `postern` and for the tests, and change without notice.

#[doc(hidden)]
pub mod public_url;
#[doc(hidden)]
pub mod base_path;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod app;
#[doc(hidden)]
pub mod telemetry;
#[doc(hidden)]
pub mod metrics;
mod private_file;
mod keep_alive;
#[doc(hidden)]
pub mod keys;
mod rights;
#[doc(hidden)]
pub mod sealed;
#[doc(hidden)]
pub mod limits;
#[doc(hidden)]
pub mod password;
#[doc(hidden)]
pub mod account;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod one_time_link;
#[doc(hidden)]
pub mod failure;
/// Sentences for administrators, in any language.
pub mod message;
#[doc(hidden)]
pub mod audit;
#[doc(hidden)]
pub mod return_to;
#[doc(hidden)]
pub mod user_agent;
#[doc(hidden)]
pub mod brand;
#[doc(hidden)]
pub mod presets;
#[doc(hidden)]
pub mod login;
#[doc(hidden)]
pub mod application;
#[doc(hidden)]
pub mod assertion;
#[doc(hidden)]
pub mod op;
#[doc(hidden)]
pub mod authentik;
#[doc(hidden)]
pub mod store;
mod present;
#[doc(hidden)]
pub mod http;
#[doc(hidden)]
pub mod doctor;
mod serve;
#[doc(hidden)]
pub mod supervisor;
mod embed;
#[doc(hidden)]
pub mod reload;

pub use embed::current_user::CurrentUser;
pub use embed::guard::{Guarded, RequireGroup, RequireRole};
pub use embed::start::{Postern, StartError};
pub use postern_assertion::{Identity, Role};
#[doc(hidden)]
pub use serve::{listen, serve, serve_ops};
