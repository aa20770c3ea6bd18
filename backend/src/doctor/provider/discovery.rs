//! Reads the discovery document, and searches for it if it is not where the settings say.

use std::time::Duration;

use serde_json::{Map, Value};
use shared::doctor::Step;
use tokio::time::timeout;
use url::Url;

use crate::config::OidcConfig;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::page::page;
use crate::doctor::subject::DISCOVERY;
use crate::failure::remedy;
use crate::presets::{self, Advice};
use oidc::answer::Answer;
use oidc::for_log;
use oidc::interception;
use oidc::metadata;
use oidc::settings::WELL_KNOWN;

/// The name of the endpoint in errors.
const NAME: &str = "discovery document";
/// How long the search for it elsewhere may take.
const SEARCH: Duration = Duration::from_secs(8);

/// Reads the document; `None` if it is missing or unusable.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    config: &OidcConfig,
) -> (Step, Option<Map<String, Value>>) {
    let url = config.rp.discovery_url();
    let answer = match probe.ask(get(probe, &url), NAME).await {
        Ok(answer) => answer,
        Err(cause) => {
            let hint = presets::advice(config.provider.as_str(), Advice::OpUnreachable);
            return (DISCOVERY.fail(cause, hint), None);
        }
    };
    let status = answer.status;
    if status.is_redirection() {
        return (redirected(&answer, &url, config), None);
    }
    let fault = if status.is_success() {
        match answer.json_object() {
            Ok(document) if metadata::text(&document, "issuer").is_some() => {
                let found = format!("{url} has it");
                return (DISCOVERY.pass(found), Some(document));
            }
            Ok(_) => "JSON without an `issuer`".to_owned(),
            Err(_) => page(&answer),
        }
    } else {
        format!("{status}, {}", page(&answer))
    };
    let remedy = match status.as_u16() {
        _ if let Some(by) = interception::recognize(&answer) => {
            let found = format!("{url}: {}", interception::detail(&answer, NAME));
            let provider = config.provider.as_str();
            return (DISCOVERY.fail(found, remedy(by.into(), provider)), None);
        }
        401 | 403 => {
            "something before the provider wants a login for this address: its reverse proxy must \
             let it through"
                .to_owned()
        }
        500..=599 => {
            let hint = presets::advice(config.provider.as_str(), Advice::OpUnreachable);
            format!(
                "the address is right as far as can be seen, but the provider has an error. {hint}"
            )
        }
        _ => elsewhere(probe, config, &url).await,
    };
    (
        DISCOVERY.fail(format!("{url} answers {fault}"), remedy),
        None,
    )
}

fn get(probe: &ProbeClient<'_>, url: &Url) -> oidc::client::Request {
    let request = probe.http.get(url.as_str());
    request.header("accept", "application/json")
}

/// Says where a redirect leads, and which setting leads there directly.
fn redirected(answer: &Answer, url: &Url, config: &OidcConfig) -> Step {
    let location = answer.header("location");
    let Ok(target) = url.join(location) else {
        let found = format!("{url} answers with a redirect to nowhere");
        return DISCOVERY.fail(found, application_url(config));
    };
    let found = format!(
        "{url} answers with a redirect to {}",
        for_log(target.as_str())
    );
    let base = target.as_str().trim_end_matches('/');
    let remedy = match base.strip_suffix(WELL_KNOWN) {
        Some(base) => format!("redirects are not followed: set {}", setting(base, config)),
        None => format!(
            "redirects are not followed, and this one leads to a page: the reverse proxy before the \
             provider sends everybody there. {}",
            application_url(config)
        ),
    };
    DISCOVERY.fail(found, remedy)
}

fn application_url(config: &OidcConfig) -> &'static str {
    presets::advice(config.provider.as_str(), Advice::ApplicationUrl)
}

/// Names the variable that says where the document is, with its value.
fn setting(base: &str, config: &OidcConfig) -> String {
    if config.rp.metadata_url.is_some() {
        format!("OIDC_SERVER_METADATA_URL={base}{WELL_KNOWN}")
    } else {
        format!("OIDC_SERVER_APPLICATION_URL={base}")
    }
}

/// Searches for the document at usual places. Returns what to do.
async fn elsewhere(probe: &ProbeClient<'_>, config: &OidcConfig, document: &Url) -> String {
    let search = timeout(SEARCH, async {
        for url in candidates(config, document) {
            let Ok(answer) = probe.ask(get(probe, &url), NAME).await else {
                continue;
            };
            let found = answer
                .json_object()
                .ok()
                .filter(|_| answer.status.is_success());
            if let Some(issuer) = found
                .as_ref()
                .and_then(|document| metadata::text(document, "issuer"))
            {
                return Some((url, for_log(issuer)));
            }
        }
        None
    });
    let general = application_url(config);
    match search.await {
        Ok(Some((url, issuer))) => {
            let variable = if config.rp.metadata_url.is_some() {
                format!("OIDC_SERVER_METADATA_URL={url}")
            } else {
                let base = url.as_str().strip_suffix(WELL_KNOWN);
                format!("OIDC_SERVER_APPLICATION_URL={}", base.unwrap_or(&issuer))
            };
            format!("there is one at {url}, of the issuer {issuer}: set {variable}. {general}")
        }
        _ if config.rp.metadata_url.is_some() => format!(
            "see OIDC_SERVER_METADATA_URL: the address is compared to the letter, and a slash at its \
             end is one too many. {general}"
        ),
        _ => general.to_owned(),
    }
}

/// Returns where else the document may be: on shorter paths, or below the old path of Keycloak.
fn candidates(config: &OidcConfig, asked: &Url) -> Vec<Url> {
    let mut bases = vec![
        config
            .rp
            .application_url
            .path()
            .trim_end_matches('/')
            .to_owned(),
    ];
    if let Some(metadata) = &config.rp.metadata_url {
        let path = metadata.path().trim_end_matches('/');
        bases.extend(path.strip_suffix(WELL_KNOWN).map(str::to_owned));
    }
    let path = bases[0].clone();
    if let Some(rest) = path.strip_prefix("/realms/") {
        bases.push(format!("/auth/realms/{rest}"));
    }
    if let Some(rest) = path.strip_prefix("/auth/realms/") {
        bases.push(format!("/realms/{rest}"));
    }
    let mut up = path.as_str();
    while let Some((parent, _)) = up.rsplit_once('/') {
        bases.push(parent.to_owned());
        up = parent;
    }
    let mut found: Vec<Url> = Vec::new();
    for base in bases {
        let mut url = config.rp.application_url.clone();
        url.set_path(&format!("{base}{WELL_KNOWN}"));
        if url != *asked && !found.contains(&url) {
            found.push(url);
        }
    }
    found
}
