//! The doctor: looks at everything that a login needs, one step after the other, and says what to
//! do. It changes nothing: it makes no file, no table and no session, and may come before the
//! server's first start.
//!
//! [`examine`] has the order. What is on this machine is in [`local`] and [`mod@database`]; the OP in
//! [`op`], which goes from its name ([`network`], [`tls`]) over its [`discovery`] document
//! ([`metadata`], [`keys`]) to how we are registered there ([`client_check`], [`redirect`]); the way
//! in, through the reverse proxy, in [`proxy`] and [`reflection`]. [`bundle`] makes of it what can be
//! shown to strangers, by [`redact`].

mod subject;
mod asker;
mod time;
mod local;
mod database;
mod network;
mod tls;
mod discovery;
mod metadata;
mod keys;
mod client_check;
mod redirect;
mod op;
pub(crate) mod reflection;
mod proxy;
mod redact;
pub mod bundle;
mod text;
mod start;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use shared::doctor::{Report, Step};
use tokio::time::timeout;

use crate::app::AppState;
use crate::config::{Fault, Reading};
use crate::keys::Keys;
use crate::session::random_bytes;
use clock::Clock;

pub use reflection::Reflection;
pub use start::log_at_start;
pub use text::{Style, write};

/// The longest that the doctor waits for the OP, and for the way in: each of its requests has a
/// bound of its own, and this one is for all of them.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where the doctor stands.
pub enum Stand<'a> {
    /// On the command line, perhaps beside a running server.
    Beside,
    /// In the running server.
    Inside {
        /// Its keys.
        keys: &'a Keys,
        /// The request of the admin who asks, where one does.
        request: Option<Reflection>,
        /// How much is asked of the OP.
        depth: Depth,
    },
}

/// How much is asked of the OP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All, since somebody wants to know.
    Full,
    /// Nothing that the OP writes down as an attack: a server that starts again and again.
    Start,
}

/// What the doctor found.
pub struct Examination {
    /// The steps.
    pub report: Report,
    /// The discovery document, where there is one.
    pub document: Option<Map<String, Value>>,
    /// Names that came up, of persons and machines: not for strangers.
    pub names: Vec<String>,
}

/// Returns the settings of a running server, with what a reload changed of them.
#[must_use]
pub fn reading_of(app: &AppState) -> Reading {
    let mut config = app.config.clone();
    config.database = app.database();
    if let Some(provider) = app.provider() {
        config.oidc = Some(provider.config.clone());
    }
    Reading {
        config,
        faults: Vec::new(),
        given: Vec::new(),
    }
}

/// Looks at everything. What has faults is looked at as far as it goes.
pub async fn examine(reading: &Reading, clock: &Clock, stand: &Stand<'_>) -> Examination {
    let Reading { config, faults, .. } = reading;
    let (key_step, own_keys) = local::secret_key(config, faults);
    let (keys, depth) = match stand {
        Stand::Beside => (own_keys.as_ref(), Depth::Full),
        Stand::Inside { keys, depth, .. } => (Some(*keys), *depth),
    };
    let (database, op, proxy) = tokio::join!(
        database(reading),
        timeout(PATIENCE, op::examine(config, faults, clock, depth)),
        timeout(PATIENCE, proxy::examine(config, keys, clock, stand)),
    );
    let op = op.unwrap_or_else(|_| op::too_slow(&late()));
    let mut steps = vec![
        local::settings(config, faults),
        local::data_folder(config),
        local::disk(config),
        key_step,
    ];
    steps.extend(database);
    steps.extend(op.steps);
    steps.extend(proxy.unwrap_or_else(|_| vec![subject::PUBLIC.skip(late())]));
    Examination {
        report: Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: clock.now().unix(),
            steps,
        },
        document: op.document,
        names: op.names,
    }
}

fn late() -> String {
    format!("given up after {} s", PATIENCE.as_secs())
}

/// Looks at the database, unless nobody knows which one.
async fn database(reading: &Reading) -> Vec<Step> {
    let is_about = |fault: &Fault, name: &str| fault.variable.starts_with(name);
    let faults = &reading.faults;
    for name in ["DATABASE_URL", "DATA_DIR"] {
        if faults.iter().any(|fault| is_about(fault, name)) {
            let all = [subject::DATABASE, subject::TABLES, subject::ADMINS];
            return all
                .map(|subject| subject.skip(format!("{name} has a fault")))
                .to_vec();
        }
    }
    database::examine(&reading.config).await
}

/// Returns a text that nobody can guess, of letters, digits, `-` and `_`.
fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes())
}
