//! A text to paste into an issue: version, platform, settings, report and discovery document,
//! without secrets, host names, ids, emails and addresses.

use std::fmt::Write as _;

use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use super::examination::Examination;
use super::redaction::Redactor;
use super::text::{self, Style};
use crate::config::{Config, Database, Reading};
use crate::doctor::environment::container::is_container;

/// Settings with words of the owner.
const OWN_WORDS: &str = "POSTERN_BRAND_";
/// How many bytes of the discovery document are shown.
const MAX_DOCUMENT: usize = 16 * 1024;

/// Returns the text.
#[must_use]
pub fn write(reading: &Reading, examination: &Examination) -> String {
    let mut redactor = redactor(reading, examination);
    let mut out = format!(
        "Postern {}\nPlatform: {} {}{}, database: {}\n\nSettings\n",
        examination.report.version,
        std::env::consts::OS,
        std::env::consts::ARCH,
        if is_container() {
            " in a container"
        } else {
            ""
        },
        match &reading.config.database {
            Database::Sqlite(_) => "SQLite",
            Database::Postgres(_) => "PostgreSQL",
        }
    );
    for (variable, value) in &reading.given {
        let shown = match value {
            None => "(set, not shown)".to_owned(),
            Some(_) if variable.starts_with(OWN_WORDS) => "(set, not shown)".to_owned(),
            Some(_) if has_fault(reading, variable) && is_place(variable) => {
                "(set, has a fault, not shown)".to_owned()
            }
            Some(value) => redactor.redact(&setting(variable, value)),
        };
        let _ = writeln!(out, "{variable}={shown}");
    }
    let mut report = Vec::new();
    // Writing into memory does not fail.
    let _ = text::write(&examination.report, Style::Plain, &mut report);
    let report = String::from_utf8_lossy(&report);
    let _ = write!(out, "\nReport\n{}", redactor.redact(&report));
    if let Some(document) = &examination.document {
        let document = serde_json::to_string_pretty(document).unwrap_or_default();
        let end = document.floor_char_boundary(MAX_DOCUMENT);
        let document = redactor.redact(&document[..end]);
        let _ = writeln!(out, "\nDiscovery document\n{document}");
    }
    out
}

fn has_fault(reading: &Reading, variable: &str) -> bool {
    let mut faults = reading.faults.iter();
    faults.any(|fault| fault.variable == variable)
}

/// Returns whether the setting names a machine or this client.
fn is_place(variable: &str) -> bool {
    let words = [
        "URL", "URI", "LISTEN", "ENDPOINT", "HOSTS", "DOMAIN", "CLIENT", "PROXIES",
    ];
    words.iter().any(|word| variable.contains(word))
}

/// Returns the value of a setting, without the user in a path below `/home`.
fn setting(variable: &str, value: &str) -> String {
    if variable.ends_with("_FILE") || variable == "DATA_DIR" {
        return match value
            .strip_prefix("/home/")
            .and_then(|rest| rest.split_once('/'))
        {
            Some((_, rest)) => format!("/home/USER/{rest}"),
            None => value.to_owned(),
        };
    }
    value.to_owned()
}

/// Makes a redactor that knows all names and secrets of this server.
fn redactor(reading: &Reading, examination: &Examination) -> Redactor {
    let config = &reading.config;
    let mut redactor = Redactor::default();
    know_hosts(&mut redactor, config);
    for fault in reading
        .faults
        .iter()
        .filter(|fault| is_place(&fault.variable))
    {
        redactor.know(fault.value.as_deref().unwrap_or_default(), "VALUE");
    }
    if let Some(oidc) = &config.oidc {
        redactor.know_secret(oidc.rp.client_secret.expose_secret());
        redactor.know(&oidc.rp.client_id, "CLIENT-ID");
    }
    if let Some(secret) = &config.secret_key {
        redactor.know_secret(&String::from_utf8_lossy(secret.expose_secret()));
    }
    if let Some(home) = config.data_dir.to_str().and_then(home_of) {
        redactor.know(&home, "/home/USER");
    }
    if let Some(document) = &examination.document {
        know_urls(&mut redactor, &Value::Object(document.clone()));
    }
    for name in &examination.names {
        redactor.know(name, "NAME");
        redactor.know(&format!("{name:?}"), "NAME");
    }
    redactor
}

/// Returns the home folder that a path leads through.
fn home_of(path: &str) -> Option<String> {
    let user = path.strip_prefix("/home/")?.split('/').next()?;
    Some(format!("/home/{user}"))
}

/// Replaces the hosts of the settings.
fn know_hosts(redactor: &mut Redactor, config: &Config) {
    if let Some(public) = &config.public_url {
        redactor.know_host(&public.host(), "POSTERN-HOST");
    }
    if let Some(oidc) = &config.oidc {
        know_host(redactor, Some(&oidc.rp.application_url), "PROVIDER-HOST");
        know_host(redactor, oidc.rp.metadata_url.as_ref(), "METADATA-HOST");
        know_host(
            redactor,
            oidc.rp.end_session_endpoint.as_ref(),
            "LOGOUT-HOST",
        );
    }
    if let Database::Postgres(url) = &config.database {
        let url = Url::parse(url.expose_secret()).ok();
        know_host(redactor, url.as_ref(), "DATABASE-HOST");
        let Some(url) = url else { return };
        redactor.know_secret(url.password().unwrap_or_default());
        redactor.know(url.username(), "DATABASE-USER");
        redactor.know(url.path().trim_matches('/'), "DATABASE-NAME");
    }
}

fn know_host(redactor: &mut Redactor, url: Option<&Url>, word: &str) {
    if let Some(host) = url.and_then(Url::host_str) {
        redactor.know_host(host, word);
    }
}

/// Replaces every host in the discovery document, also names without a dot.
fn know_urls(redactor: &mut Redactor, value: &Value) {
    match value {
        Value::String(text) => {
            let url = Url::parse(text).ok();
            let host = url.as_ref().and_then(Url::host_str);
            if let Some(host) = host.filter(|host| !host.contains('.')) {
                redactor.know_host(host, "OTHER-HOST");
            }
        }
        Value::Array(values) => values.iter().for_each(|value| know_urls(redactor, value)),
        Value::Object(members) => members
            .values()
            .for_each(|value| know_urls(redactor, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
