//! The doctor: looks at everything that a login needs, one step after the other, and says what to
//! do. It changes nothing: it makes no file, no table and no session, and works before the first
//! start of the server.
//!
//! [`mod@examine`] has the order. [`environment`] looks at this machine and the database, [`provider`]
//! at the OP, [`ingress`] at the public address and the reverse proxy; all of them send requests
//! through [`probe`]. [`report`] writes down what was found: for admins, and without names and
//! secrets for strangers.

mod words;
mod finding;
mod subject;
mod context;
pub(crate) mod probe;
mod environment;
mod provider;
mod ingress;
mod examine;
pub mod report;
mod start;

pub use context::{Depth, RunContext};
pub use examine::{examine, reading_of};
pub use probe::reflection::Reflection;
pub use report::examination::Examination;
pub use report::text::{Style, write};
pub use start::log_at_start;
