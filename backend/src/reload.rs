//! Reads secrets, certificates and the log's filter again on SIGHUP, while the server runs.
//!
//! A process keeps its environment, so only files can change: those that `NAME_FILE` names, and
//! those that a setting itself names. Everything is prepared before anything takes effect; if there
//! is a fault, nothing changes.

use anyhow::Context as _;
use secrecy::ExposeSecret;
use url::Url;

use crate::app::{AppState, load_keys};
use crate::config::{Config, Database, Faults, Notice, OidcConfig};
use crate::keys::Keys;
use crate::op::Op;
use crate::serve;
use crate::store::Credentials;
use crate::telemetry::{Log, chain};
use oidc::Settings;

const CLIENT_SECRET: &str = "OIDC_CLIENT_SECRET";
const CERTIFICATES: &str = "OIDC_TLS_CACERTFILE";
const SECRET_KEY: &str = "POSTERN_SECRET_KEY";
const DATABASE: &str = "DATABASE_URL";
const FILTER: &str = "POSTERN_LOG";

/// What replaces the current values.
#[derive(Default)]
struct New {
    names: Vec<&'static str>,
    provider: Option<Op>,
    keys: Option<Keys>,
    credentials: Option<(Credentials, Database)>,
    filter: Option<String>,
}

/// Applies the changed settings, and logs their names, never their values.
pub async fn reload(app: &AppState, log: &Log, read: Result<(Config, Vec<Notice>), Faults>) {
    // One reload at a time.
    let mut given = app.given.lock().await;
    let (config, notices) = match read {
        Ok(read) => read,
        Err(Faults { faults, .. }) => {
            let faults = faults.iter().map(|fault| {
                format!(
                    "{} {} (fix: {})",
                    fault.variable, fault.problem, fault.remedy
                )
            });
            let faults: Vec<String> = faults.collect();
            tracing::error!("reload refused, nothing has changed: {}", faults.join("; "));
            return;
        }
    };
    let differences = given.differences(&config.given);
    let new = match prepare(app, &config, &differences).await {
        Ok(new) => new,
        Err(error) => {
            tracing::error!(
                "reload refused, nothing has changed: {} (fix: put right what the file holds, and \
                 send SIGHUP again)",
                chain(error.as_ref())
            );
            return;
        }
    };
    let names = new.names.clone();
    for notice in notices {
        let variable = notice.variable.trim_end_matches("_FILE");
        if names.contains(&variable) {
            tracing::info!("{notice}");
        }
    }
    apply(app, log, new);
    given.take(&names, &config.given);
    let left: Vec<&str> = differences
        .into_iter()
        .filter(|name| !names.contains(name))
        .collect();
    if names.is_empty() {
        tracing::info!("reloaded: nothing to take over has changed");
    } else {
        tracing::info!("reloaded: {}", names.join(", "));
    }
    if !left.is_empty() {
        tracing::warn!(
            "changed, but only a restart takes it over: {}",
            left.join(", ")
        );
    }
}

/// Prepares replacements for what has changed.
async fn prepare(
    app: &AppState,
    config: &Config,
    differences: &[&'static str],
) -> anyhow::Result<New> {
    let mut new = New::default();
    let differs = |name| differences.contains(&name);
    if let (Some(provider), Some(oidc)) = (app.provider(), &config.oidc) {
        let names = [CLIENT_SECRET, CERTIFICATES];
        let names = names.into_iter().filter(|name| differs(name));
        new.names.extend(names);
        if !new.names.is_empty() {
            let rp = Settings {
                client_secret: oidc.rp.client_secret.clone(),
                ca_certificates: oidc.rp.ca_certificates.clone(),
                ..provider.config.rp.clone()
            };
            let renewed = provider.renewed(OidcConfig {
                rp,
                ..provider.config.clone()
            });
            new.provider = Some(renewed.context(CERTIFICATES)?);
        }
    }
    // If the key is not set, it is in the data folder, whose path has not changed.
    let place = Config {
        secret_key: config.secret_key.clone(),
        ..app.config.clone()
    };
    let keys = load_keys(&place).context(SECRET_KEY)?;
    let current = app.keys();
    if !keys.is_same(&current) {
        new.names.push(SECRET_KEY);
        new.keys = Some(keys.rotate_from(&current, app.clock.now()));
    }
    if differs(DATABASE)
        && let Database::Postgres(url) = &config.database
        && is_same_but_for_password(&app.config.database, url.expose_secret())
    {
        let checked = app.store.check_credentials(url).await;
        new.credentials = Some((checked.context(DATABASE)?, config.database.clone()));
        new.names.push(DATABASE);
    }
    if differs(FILTER) {
        new.names.push(FILTER);
        new.filter = Some(config.log.filter.clone());
    }
    Ok(new)
}

/// Puts the replacements into effect.
fn apply(app: &AppState, log: &Log, new: New) {
    if let Some(filter) = new.filter {
        log.set_filter(&filter);
    }
    if let Some((credentials, database)) = new.credentials {
        app.store.use_credentials(credentials);
        app.replace_database(database);
    }
    if let Some(provider) = new.provider {
        app.replace_provider(provider);
    }
    if let Some(keys) = new.keys {
        app.replace_keys(keys);
        // The setup token is derived from the key.
        tokio::spawn(serve::announce_setup(app.clone()));
    }
}

/// Returns true if it is the same database with the same user.
fn is_same_but_for_password(before: &Database, now: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_password(None).ok()?;
        Some(url)
    };
    match before {
        Database::Postgres(url) => {
            let before = bare(url.expose_secret());
            before.is_some() && before == bare(now)
        }
        Database::Sqlite(_) => false,
    }
}
