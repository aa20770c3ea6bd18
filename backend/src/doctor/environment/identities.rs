//! At which issuers accounts are connected: an OP that moved, or a client of another application,
//! shows there. Pure.

use shared::doctor::Step;

use crate::config::OidcConfig;
use crate::doctor::subject::{APPLICATION, IDENTITIES};
use crate::failure::{Cause, remedy};
use crate::store::engine::inspect::Connections;

/// Says whether accounts would be lost because the OP calls itself by another issuer than before.
/// `issuer` is that of the discovery document.
pub(crate) fn identities(found: Option<&Connections>, issuer: Option<&str>) -> Step {
    let Some(found) = found else {
        return IDENTITIES.skip("the database cannot be looked into");
    };
    let Some(issuer) = issuer else {
        return IDENTITIES.skip("what the provider calls itself is not known");
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
        return IDENTITIES.pass(format!("{here} accounts are connected to {issuer}"));
    };
    IDENTITIES.warn(
        format!(
            "{lost} accounts are connected to {other} and not to {issuer}, as the provider calls \
             itself now; {here} are connected to that"
        ),
        format!(
            "where both are the same provider, which moved: `postern identities remap --from {other} \
             --to {issuer}` takes them along. Until then these people are strangers here"
        ),
    )
}

/// Says whether the client belongs to the application of the settings. At Authentik all
/// applications share their endpoints, so that only an ID token tells.
pub(crate) fn application(
    found: Option<&Connections>,
    issuer: Option<&str>,
    config: Option<&OidcConfig>,
) -> Step {
    let (Some(found), Some(issuer), Some(config)) = (found, issuer, config) else {
        return APPLICATION.skip("the provider or the database cannot be looked into");
    };
    let provider = config.provider.as_str();
    let last_login = found.last_login_at(issuer);
    if let Some(at) = found.foreign_token_at
        && last_login.is_none_or(|login| login < at)
    {
        return APPLICATION.fail(
            "the last login brought an ID token of another issuer: client id and secret are those \
             of another application than OIDC_SERVER_APPLICATION_URL names",
            remedy(Cause::TokenForeign, provider),
        );
    }
    if last_login.is_some() {
        return APPLICATION.pass(format!("people have logged in, as users of {issuer}"));
    }
    if provider == "authentik" {
        return APPLICATION.skip(
            "Authentik does not say to which application a client belongs: the first login shows \
             whether it is that of OIDC_SERVER_APPLICATION_URL (try it on this page of Postern)",
        );
    }
    APPLICATION.pass("nobody has logged in yet")
}
