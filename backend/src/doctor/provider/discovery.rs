//! Reads the discovery document, and searches for it if it is not where the settings say.

use std::time::Duration;

use serde_json::{Map, Value};
use shared::text::Text;
use tokio::time::timeout;
use url::Url;

use crate::config::OidcConfig;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::{ProbeClient, no_answer};
use crate::doctor::probe::page::outline;
use crate::doctor::subject::DISCOVERY;
use crate::failure::{explanation, remedy};
use crate::message::{Message, say};
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
) -> (Finding, Option<Map<String, Value>>) {
    let url = config.rp.discovery_url();
    let answer = match probe.ask(get(probe, &url), NAME).await {
        Ok(answer) => answer,
        Err(failure) => {
            let hint = presets::advice(config.provider.as_str(), Advice::OpUnreachable);
            return (DISCOVERY.fail(no_answer(failure), hint), None);
        }
    };
    let status = answer.status;
    if status.is_redirection() {
        return (redirected(&answer, &url, config), None);
    }
    let of_url = |text| say(text).with("url", &url);
    let fault = || of_url(Text::FOUND_ANSWERS).with("answer", outline(&answer));
    let found = if status.is_success() {
        match answer.json_object() {
            Ok(document) if metadata::text(&document, "issuer").is_some() => {
                return (
                    DISCOVERY.pass(of_url(Text::FOUND_DISCOVERY)),
                    Some(document),
                );
            }
            Ok(_) => of_url(Text::FOUND_DISCOVERY_NO_ISSUER),
            Err(_) => fault(),
        }
    } else {
        fault()
    };
    let remedy = match status.as_u16() {
        _ if let Some(by) = interception::recognize(&answer) => {
            let detail = interception::detail(&answer, NAME);
            let found = explanation(by.into()).details(format_args!("{url}: {detail}"));
            let provider = config.provider.as_str();
            return (DISCOVERY.fail(found, remedy(by.into(), provider)), None);
        }
        401 | 403 => Text::FIX_DISCOVERY_LOGIN.into(),
        500..=599 => {
            let hint = presets::advice(config.provider.as_str(), Advice::OpUnreachable);
            say(Text::FIX_DISCOVERY_ERROR).and(hint)
        }
        _ => elsewhere(probe, config, &url).await,
    };
    (DISCOVERY.fail(found, remedy), None)
}

fn get(probe: &ProbeClient<'_>, url: &Url) -> oidc::client::Request {
    let request = probe.http.get(url.as_str());
    request.header("accept", "application/json")
}

/// Says where a redirect leads, and which setting leads there directly.
fn redirected(answer: &Answer, url: &Url, config: &OidcConfig) -> Finding {
    let location = answer.header("location");
    let Ok(target) = url.join(location) else {
        let found = say(Text::FOUND_REDIRECT_NOWHERE).with("url", url);
        return DISCOVERY.fail(found, application_url(config));
    };
    let found = say(Text::FOUND_REDIRECT)
        .with("url", url)
        .with("target", for_log(target.as_str()));
    let base = target.as_str().trim_end_matches('/');
    let remedy = match base.strip_suffix(WELL_KNOWN) {
        Some(base) => say(Text::FOUND_REDIRECT_NOT_FOLLOWED)
            .and(say(Text::FIX_SET).with("setting", setting(base, config))),
        None => say(Text::FIX_REDIRECT_PAGE).and(application_url(config)),
    };
    DISCOVERY.fail(found, remedy)
}

fn application_url(config: &OidcConfig) -> Message {
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
async fn elsewhere(probe: &ProbeClient<'_>, config: &OidcConfig, document: &Url) -> Message {
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
            say(Text::FIX_DISCOVERY_ELSEWHERE)
                .with("url", url)
                .with("issuer", issuer)
                .with("setting", variable)
                .and(general)
        }
        _ if config.rp.metadata_url.is_some() => say(Text::FIX_METADATA_URL).and(general),
        _ => general,
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
