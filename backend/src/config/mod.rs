//! All settings, read from the environment and from nowhere else.
//!
//! Values come as a map, so that tests can pass one, and become final types: after
//! [`Config::from_env`] has succeeded, no setting can fail. All faults are reported at once,
//! because fixing one fault per restart costs an evening.
//!
//! `table.rs` has the names, `source.rs` finds the texts, `values.rs` and `urls.rs` parse them,
//! `oidc/` reads the settings about the OP, `brand.rs` the look, and `settings.rs` reads all of
//! them and checks them against each other.

mod application_names;
mod table;
mod table_text;
mod faults;
mod misspelled;
mod secret_oddities;
mod source;
mod general;
mod values;
mod urls;
mod oidc;
mod brand;
mod applications;
mod given;
mod settings;
mod process;
#[cfg(test)]
mod tests;

pub use self::faults::{Fault, Faults, Notice, Weight};
pub use self::general::{Database, LogConfig, LogFormat, SessionConfig};
pub use self::given::Given;
pub use self::oidc::{LinkByEmail, OidcConfig, ProviderName, RoleValues};
pub use self::process::{session_max_age, variable_of_process, wants_no_color};
pub use self::settings::{Config, Reading};
pub use self::table::{Fallback, Required, VARIABLES, Variable};
pub use self::table_text::{help, markdown_table};
pub(crate) use self::urls::cookie_name;
pub(crate) use self::urls::is_clear_text;
pub use crate::public_url::PublicUrl;
