//! The OP: from its name to the redirect URI that is registered there.

use serde_json::{Map, Value};
use shared::doctor::Outcome;
use shared::text::Text;

use super::redirect_uri::About;
use super::{client_check, discovery, keys, metadata, network, redirect_uri};
use crate::config::{Config, Fault, OidcConfig};
use crate::doctor::context::Depth;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::subject::{
    CERTIFICATE, CLIENT, CONNECTION, DISCOVERY, DNS, OF_DISCOVERY, REDIRECT_URI, Subject,
};
use crate::message::{Message, say};
use clock::Clock;
use oidc::Settings;
use oidc::metadata::Metadata;

/// What was found of the OP.
#[derive(Default)]
pub(crate) struct Found {
    /// The steps.
    pub(crate) steps: Vec<Finding>,
    /// The discovery document; `None` if it could not be read.
    pub(crate) document: Option<Map<String, Value>>,
    /// Names of people and machines that came up.
    pub(crate) names: Vec<String>,
}

/// Every step about the OP.
pub(crate) fn all() -> impl Iterator<Item = Subject> {
    [DNS, CONNECTION, CERTIFICATE, DISCOVERY]
        .into_iter()
        .chain(OF_DISCOVERY)
}

/// Returns what to say of an OP that took longer than the timeout of all its steps.
pub(crate) fn too_slow(seconds: u64, late: &Message) -> Found {
    let found = say(Text::FOUND_SLOW).with("seconds", seconds);
    let mut steps = vec![DISCOVERY.fail(found, Text::FIX_SLOW)];
    skip(&mut steps, late);
    Found {
        steps,
        ..Found::default()
    }
}

/// Examines the OP. Skips each step that needs something that is missing.
pub(crate) async fn examine(
    config: &Config,
    faults: &[Fault],
    clock: &Clock,
    depth: Depth,
) -> Found {
    let skipped = |why: Message| Found {
        steps: all().map(|subject| subject.skip(why.clone())).collect(),
        ..Found::default()
    };
    let Some(oidc) = &config.oidc else {
        let is_at_fault = faults
            .iter()
            .any(|fault| fault.variable.starts_with("OIDC_"));
        let why = if is_at_fault {
            Text::SKIP_PROVIDER_FAULTS
        } else {
            Text::SKIP_PROVIDER_OFF
        };
        return skipped(why.into());
    };
    let probe = match ProbeClient::new(Some(oidc), clock) {
        Ok(probe) => probe,
        Err(error) => {
            let error = format_args!("{error:#}");
            return skipped(say(Text::SKIP_NO_CLIENT).with("error", error));
        }
    };
    let way = network::examine(oidc).await;
    let mut found = Found {
        steps: way.steps,
        names: way.names,
        document: None,
    };
    if !way.is_open {
        skip(&mut found.steps, &Text::SKIP_PROVIDER_UNREACHABLE.into());
        return found;
    }
    let (step, document) = discovery::examine(&probe, oidc).await;
    found.steps.push(step);
    let Some(document) = document else {
        skip(&mut found.steps, &Text::SKIP_DISCOVERY.into());
        return found;
    };
    let config = (config, oidc);
    found
        .steps
        .extend(read(probe, &document, config, faults, depth).await);
    found.document = Some(document);
    found
}

/// Skips all steps about the OP that were not taken yet.
fn skip(steps: &mut Vec<Finding>, why: &Message) {
    for subject in all() {
        let step = subject.skip(why.clone());
        if steps.iter().all(|taken| taken.name != step.name) {
            steps.push(step);
        }
    }
}

/// Checks the document, and sends requests to the endpoints that it names.
async fn read(
    probe: ProbeClient<'_>,
    document: &Map<String, Value>,
    (config, oidc): (&Config, &OidcConfig),
    faults: &[Fault],
    depth: Depth,
) -> Vec<Finding> {
    let ([keys, encryption], [client, redirect]) = tokio::join!(
        keys::examine(&probe, document, oidc),
        registration(&probe, document, oidc, faults, depth),
    );
    vec![
        metadata::issuer(document, oidc),
        metadata::endpoints(document, oidc, config.public_url.as_ref()),
        keys,
        metadata::algorithms(document, oidc),
        encryption,
        metadata::pkce(document),
        metadata::response_iss(document),
        metadata::pushed(document),
        metadata::logout(document, oidc),
        metadata::backchannel(document, oidc),
        metadata::client_auth(document, oidc),
        metadata::scopes(document, oidc),
        metadata::claims(document, oidc),
        probe.dates().judge(oidc.rp.clock_skew),
        client,
        redirect,
    ]
}

/// Checks how this client is registered. The secret goes only to endpoints that the server would
/// send it to; the algorithms of ID tokens do not matter for that.
async fn registration(
    probe: &ProbeClient<'_>,
    document: &Map<String, Value>,
    oidc: &OidcConfig,
    faults: &[Fault],
    depth: Depth,
) -> [Finding; 2] {
    let both = |why: Message| [CLIENT.skip(why.clone()), REDIRECT_URI.skip(why)];
    let is_registration = |fault: &&Fault| {
        ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]
            .iter()
            .any(|name| fault.variable.starts_with(name))
    };
    if let Some(fault) = faults.iter().find(is_registration) {
        return both(say(Text::SKIP_FAULT).with("setting", &fault.variable));
    }
    let any_algorithm = Settings {
        id_token_algs: Some(vec!["RS256".to_owned()]),
        ..oidc.rp.clone()
    };
    let metadata: Metadata = match oidc::metadata::parse(document, &any_algorithm) {
        Ok(metadata) => metadata,
        Err(_) => return both(Text::SKIP_METADATA.into()),
    };
    let ((mut client, is_refused), (mut redirect, about)) = tokio::join!(
        client_check::examine(probe, &metadata, oidc, depth),
        redirect_uri::examine(probe, &metadata, oidc),
    );
    if !is_refused {
        return [client, redirect];
    }
    // One endpoint refuses both faults alike; the answer of the other tells which it is.
    match about {
        None if redirect.outcome == Outcome::Pass => {
            client.add(Text::FOUND_CLIENT_SECRET);
        }
        // Authentik's token endpoint refuses a client whose redirect URI is not registered.
        Some(About::RedirectUri) if oidc.provider.as_str() == "authentik" => {
            client = CLIENT.skip(Text::SKIP_CLIENT);
        }
        Some(About::Unknown) => {
            let first = say(Text::FIX_CLIENT_FIRST);
            redirect.remedy = redirect.remedy.take().map(|remedy| first.and(remedy));
        }
        _ => {}
    }
    [client, redirect]
}
