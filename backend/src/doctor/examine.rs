//! The order of the steps.

use std::time::Duration;

use shared::doctor::Report;
use shared::text::{Language, Text};
use tokio::time::timeout;

use super::context::{Depth, RunContext};
use super::environment::{database, files, identities, secret_key, settings};
use super::finding::Finding;
use super::ingress::examine as ingress;
use super::provider::examine as provider;
use super::report::examination::Examination;
use super::subject;
use crate::app::AppState;
use crate::config::{Fault, Reading};
use crate::message::{Message, say};
use crate::store::engine::inspect::Connections;
use clock::Clock;

/// How long all requests to the OP, or all to the public address, may take together. Each request
/// also has a timeout of its own.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Returns the settings of a running server, as the last reload left them.
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

/// Examines everything. A setting with a fault does not stop the steps that can do without it.
pub async fn examine(reading: &Reading, clock: &Clock, context: &RunContext<'_>) -> Examination {
    let Reading { config, faults, .. } = reading;
    let (key_step, own_keys) = secret_key::secret_key(config, faults);
    let (keys, depth) = match context {
        RunContext::Cli => (own_keys.as_ref(), Depth::Full),
        RunContext::Server { keys, depth, .. } => (Some(*keys), *depth),
    };
    let (op, proxy) = tokio::join!(
        timeout(TIMEOUT, provider::examine(config, faults, clock, depth)),
        timeout(TIMEOUT, ingress::examine(config, keys, clock, context)),
    );
    let op = op.unwrap_or_else(|_| provider::too_slow(TIMEOUT.as_secs(), &late()));
    let issuer = op.document.as_ref();
    let issuer = issuer.and_then(|document| oidc::metadata::text(document, "issuer"));
    let (database, connections) = database(reading, issuer).await;
    let mut findings = vec![
        settings::settings(config, faults),
        files::data_folder(config),
        files::disk(config),
        key_step,
    ];
    findings.extend(database);
    let (found, oidc) = (connections.as_ref(), config.oidc.as_ref());
    let after = [
        identities::application(found, issuer, oidc),
        identities::identities(found, issuer),
    ];
    findings.extend(op.steps);
    findings.extend(after);
    findings.extend(proxy.unwrap_or_else(|_| vec![subject::PUBLIC.skip(late())]));
    let steps = findings
        .iter()
        .map(|finding| finding.step(Language::ENGLISH));
    Examination {
        report: Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: clock.now().unix(),
            steps: steps.collect(),
        },
        findings,
        document: op.document,
        names: op.names,
    }
}

fn late() -> Message {
    say(Text::SKIP_LATE).with("seconds", TIMEOUT.as_secs())
}

/// Examines the database, unless the settings that name it have faults. `issuer` is the OP's, if it
/// is known.
async fn database(reading: &Reading, issuer: Option<&str>) -> (Vec<Finding>, Option<Connections>) {
    let is_about = |fault: &Fault, name: &str| fault.variable.starts_with(name);
    let faults = &reading.faults;
    for name in ["DATABASE_URL", "DATA_DIR"] {
        if faults.iter().any(|fault| is_about(fault, name)) {
            let all = [subject::DATABASE, subject::TABLES, subject::ADMINS];
            let why = say(Text::SKIP_FAULT).with("setting", name);
            let steps = all.map(|subject| subject.skip(why.clone()));
            return (steps.to_vec(), None);
        }
    }
    database::examine(&reading.config, issuer).await
}
