//! At which issuers accounts are connected: an OP that moved, or a client of another application,
//! shows there. Pure.

use shared::text::Text;

use crate::config::OidcConfig;
use crate::doctor::finding::Finding;
use crate::doctor::subject::{APPLICATION, IDENTITIES};
use crate::failure::{Cause, remedy};
use crate::message::say;
use crate::store::engine::inspect::Connections;

/// Says whether accounts would be lost because the OP calls itself by another issuer than before.
/// `issuer` is that of the discovery document.
pub(crate) fn identities(found: Option<&Connections>, issuer: Option<&str>) -> Finding {
    let Some(found) = found else {
        return IDENTITIES.skip(Text::SKIP_DATABASE);
    };
    let Some(issuer) = issuer else {
        return IDENTITIES.skip(Text::SKIP_ISSUER);
    };
    let here = found.accounts_at(issuer);
    let mut others: Vec<(&str, i64)> = found
        .issuers()
        .filter(|other| *other != issuer)
        .map(|other| (other, found.accounts_at_first_alone(other, issuer)))
        .filter(|(_, lost)| *lost > 0)
        .collect();
    others.sort_by_key(|(_, lost)| -lost);
    let Some((other, lost)) = others.first() else {
        let found = say(Text::FOUND_IDENTITIES_GOOD).with("issuer", issuer);
        return IDENTITIES.pass(found.with("count", here));
    };
    let command = format!("postern identities remap --from {other} --to {issuer}");
    IDENTITIES.warn(
        say(Text::FOUND_IDENTITIES_OTHER)
            .with("other", other)
            .with("issuer", issuer)
            .with("lost", lost)
            .with("count", here),
        say(Text::FIX_IDENTITIES_OTHER).with("command", command),
    )
}

/// Says whether the client belongs to the application of the settings. At Authentik all
/// applications share their endpoints, so that only an ID token tells.
pub(crate) fn application(
    found: Option<&Connections>,
    issuer: Option<&str>,
    config: Option<&OidcConfig>,
) -> Finding {
    let (Some(found), Some(issuer), Some(config)) = (found, issuer, config) else {
        return APPLICATION.skip(Text::SKIP_PROVIDER_DATABASE);
    };
    let provider = config.provider.as_str();
    let last_login = found.last_login_at(issuer);
    if let Some(at) = found.foreign_token_at
        && last_login.is_none_or(|login| login < at)
    {
        return APPLICATION.fail(
            Text::FOUND_APPLICATION_FOREIGN,
            remedy(Cause::TokenForeign, provider),
        );
    }
    if last_login.is_some() {
        return APPLICATION.pass(say(Text::FOUND_APPLICATION_GOOD).with("issuer", issuer));
    }
    if provider == "authentik" {
        return APPLICATION.skip(Text::FOUND_APPLICATION_FIRST);
    }
    APPLICATION.pass(Text::FOUND_APPLICATION_NOBODY)
}
