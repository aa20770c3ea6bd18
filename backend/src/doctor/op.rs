//! The OP: from its name to the redirect URI that is registered there.

use serde_json::{Map, Value};
use shared::doctor::{Outcome, Step};

use super::asker::Asker;
use super::subject::{
    CERTIFICATE, CLIENT, CONNECTION, DISCOVERY, DNS, OF_DISCOVERY, REDIRECT_URI, Subject,
};
use super::{Depth, client_check, discovery, keys, metadata, network, redirect};
use crate::config::{Config, Fault, OidcConfig};
use clock::Clock;
use oidc::Settings;
use oidc::metadata::Metadata;

/// What was found of the OP.
#[derive(Default)]
pub(super) struct Found {
    /// The steps.
    pub(super) steps: Vec<Step>,
    /// The discovery document, where there is one.
    pub(super) document: Option<Map<String, Value>>,
    /// Names that came up, of persons and machines.
    pub(super) names: Vec<String>,
}

/// Every step about the OP.
pub(super) fn all() -> impl Iterator<Item = Subject> {
    [DNS, CONNECTION, CERTIFICATE, DISCOVERY]
        .into_iter()
        .chain(OF_DISCOVERY)
}

/// What is said of an OP that takes longer than all patience.
pub(super) fn too_slow(late: &str) -> Found {
    let remedy = "see why the provider is so slow: its load, its database, what stands before it";
    let mut steps = vec![DISCOVERY.fail(format!("the provider is too slow: {late}"), remedy)];
    skip(&mut steps, late);
    Found {
        steps,
        ..Found::default()
    }
}

/// Looks at the OP; skips all that needs what is not there.
pub(super) async fn examine(
    config: &Config,
    faults: &[Fault],
    clock: &Clock,
    depth: Depth,
) -> Found {
    let skipped = |why: &str| Found {
        steps: all().map(|subject| subject.skip(why)).collect(),
        ..Found::default()
    };
    let Some(oidc) = &config.oidc else {
        let is_at_fault = faults
            .iter()
            .any(|fault| fault.variable.starts_with("OIDC_"));
        return skipped(if is_at_fault {
            "the provider's settings have faults"
        } else {
            "login through a provider is off (OIDC_ENABLED)"
        });
    };
    let asker = match Asker::new(Some(oidc), clock) {
        Ok(asker) => asker,
        Err(error) => return skipped(&format!("no HTTP client can be made: {error:#}")),
    };
    let way = network::examine(oidc).await;
    let mut found = Found {
        steps: way.steps,
        names: way.names,
        document: None,
    };
    if !way.is_open {
        skip(&mut found.steps, "the provider cannot be reached");
        return found;
    }
    let (step, document) = discovery::examine(&asker, oidc).await;
    found.steps.push(step);
    let Some(document) = document else {
        skip(&mut found.steps, "there is no discovery document");
        return found;
    };
    let config = (config, oidc);
    found
        .steps
        .extend(read(asker, &document, config, faults, depth).await);
    found.document = Some(document);
    found
}

/// Skips all steps about the OP that were not taken yet.
fn skip(steps: &mut Vec<Step>, why: &str) {
    for subject in all() {
        let step = subject.skip(why);
        if steps.iter().all(|taken| taken.name != step.name) {
            steps.push(step);
        }
    }
}

/// Goes through the document and asks at the endpoints that it names.
async fn read(
    asker: Asker<'_>,
    document: &Map<String, Value>,
    (config, oidc): (&Config, &OidcConfig),
    faults: &[Fault],
    depth: Depth,
) -> Vec<Step> {
    let ([keys, encryption], [client, redirect]) = tokio::join!(
        keys::examine(&asker, document, oidc),
        registration(&asker, document, oidc, faults, depth),
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
        asker.dates().judge(oidc.rp.clock_skew),
        client,
        redirect,
    ]
}

/// Proves how we are registered. The secret is sent to no place that the server would not send it
/// to; only the algorithms of ID tokens do not matter for that.
async fn registration(
    asker: &Asker<'_>,
    document: &Map<String, Value>,
    oidc: &OidcConfig,
    faults: &[Fault],
    depth: Depth,
) -> [Step; 2] {
    let both = |why: &str| [CLIENT.skip(why), REDIRECT_URI.skip(why)];
    let is_registration = |fault: &&Fault| {
        ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]
            .iter()
            .any(|name| fault.variable.starts_with(name))
    };
    if let Some(fault) = faults.iter().find(is_registration) {
        return both(&format!("{} has a fault", fault.variable));
    }
    let any_algorithm = Settings {
        id_token_algs: Some(vec!["RS256".to_owned()]),
        ..oidc.rp.clone()
    };
    let metadata: Metadata = match oidc::metadata::parse(document, &any_algorithm) {
        Ok(metadata) => metadata,
        Err(_) => {
            return both(
                "the server asks nothing of a provider whose issuer or endpoints are wrong",
            );
        }
    };
    let ((mut client, is_refused), mut redirect) = tokio::join!(
        client_check::examine(asker, &metadata, oidc, depth),
        redirect::examine(asker, &metadata, oidc),
    );
    // What is refused alike at one endpoint is told apart at the other.
    if is_refused && redirect.outcome == Outcome::Pass {
        client.found += "; client id and redirect URI are right, so that it is the secret";
    }
    if is_refused
        && redirect.outcome == Outcome::Fail
        && let Some(remedy) = &mut redirect.remedy
    {
        let both = "The client is refused as well: begin with OIDC_CLIENT_ID. ";
        remedy.insert_str(0, both);
    }
    [client, redirect]
}
