//! Client id and secret, proven by a code that nobody made: the OP refuses the code where it knows
//! the client, and the client where it does not.

use secrecy::{ExposeSecret as _, SecretString};
use shared::doctor::Step;

use super::asker::Asker;
use super::metadata::method_name;
use super::subject::CLIENT;
use super::{Depth, random_text};
use crate::config::OidcConfig;
use crate::presets::{self, Advice};
use oidc::client_request;
use oidc::metadata::Metadata;
use oidc::settings::{Settings, TokenAuthMethod};

/// What the client calls it.
const NAME: &str = "token endpoint";

/// What the OP makes of it.
enum Verdict {
    /// It refuses the code: it knows the client.
    Known(String),
    /// It refuses the client.
    Refused(String),
    /// It knows the client, which may not do this.
    Forbidden(String),
    /// It says something else.
    Other(String),
    /// It says nothing.
    Silent(String),
}

/// Redeems a code that nobody made; says also whether the client is refused, by whatever it proves
/// itself.
pub(super) async fn examine(
    asker: &Asker<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
    depth: Depth,
) -> (Step, bool) {
    let method = metadata.token_auth_method;
    let hint = |about| presets::advice(config.provider.as_str(), about);
    let step = match redeem(asker, metadata, &config.rp, method).await {
        Verdict::Known(detail) => match control(asker, metadata, &config.rp, depth).await {
            Some(Verdict::Known(_)) => CLIENT.warn(
                "cannot be told: the provider refuses the code before it looks at the secret",
                "compare OIDC_CLIENT_ID and OIDC_CLIENT_SECRET with the provider's by eye, or log in",
            ),
            _ => CLIENT.pass(proof(&detail, method, config)),
        },
        Verdict::Refused(detail) => {
            if let Some(step) = refused(asker, metadata, config, &detail).await {
                return (step, false);
            }
            let remark = remark(config.rp.client_secret.expose_secret(), method);
            let hint = hint(Advice::ClientRejected);
            let step = CLIENT.fail(
                format!("the provider refuses the client: {detail}"),
                format!("{}{remark}{hint}", which_of_them(config)),
            );
            return (step, true);
        }
        Verdict::Forbidden(detail) => CLIENT.fail(
            format!("the client may not redeem codes: {detail}"),
            "allow it the authorization code flow at the provider",
        ),
        Verdict::Other(detail) => CLIENT.warn(
            format!("cannot be told: to a code that nobody made the provider answers {detail}"),
            hint(Advice::OpError),
        ),
        Verdict::Silent(cause) => CLIENT.fail(cause, hint(Advice::OpUnreachable)),
    };
    (step, false)
}

/// Says what was proven.
fn proof(detail: &str, method: TokenAuthMethod, config: &OidcConfig) -> String {
    let method = method_name(method);
    let more = if config.provider.as_str() == "authentik" {
        ", and the redirect URI"
    } else {
        ""
    };
    let error = detail.split(' ').next().unwrap_or_default();
    format!("accepted ({method}){more}: to a code that nobody made the answer is {error}")
}

/// Says which of several things are refused alike.
fn which_of_them(config: &OidcConfig) -> &'static str {
    match config.provider.as_str() {
        "authentik" => {
            "Authentik refuses alike a client id that it does not know, a wrong secret, and a \
             redirect URI that is not registered. "
        }
        _ => "",
    }
}

/// Names characters of the secret that get lost on the way at some OPs.
fn remark(secret: &str, method: TokenAuthMethod) -> &'static str {
    let is_plain = secret
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c));
    match method {
        _ if is_plain => "",
        TokenAuthMethod::ClientSecretBasic => {
            "The secret has special characters, which some providers do not decode in a header. "
        }
        TokenAuthMethod::ClientSecretPost => {
            "The secret has special characters: see that none was lost when it was copied. "
        }
    }
}

/// Tries the other way of sending the secret; a step where that one is right.
async fn refused(
    asker: &Asker<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
    detail: &str,
) -> Option<Step> {
    let method = metadata.token_auth_method;
    let other = match method {
        TokenAuthMethod::ClientSecretBasic => TokenAuthMethod::ClientSecretPost,
        TokenAuthMethod::ClientSecretPost => TokenAuthMethod::ClientSecretBasic,
    };
    let Verdict::Known(_) = redeem(asker, metadata, &config.rp, other).await else {
        return None;
    };
    let remark = remark(config.rp.client_secret.expose_secret(), method);
    let name = method_name(other);
    Some(CLIENT.fail(
        format!(
            "id and secret are right, but the provider refuses {}: {detail}. It takes {name}",
            method_name(method)
        ),
        format!("{remark}Set OIDC_TOKEN_AUTH_METHOD={name}"),
    ))
}

/// Holds the answer against that to a surely wrong secret: some OPs look at the code first, and
/// their answer proves nothing. Not at each start of a server: the OP logs what it refuses.
async fn control(
    asker: &Asker<'_>,
    metadata: &Metadata,
    settings: &Settings,
    depth: Depth,
) -> Option<Verdict> {
    if depth == Depth::Start {
        return None;
    }
    let wrong = Settings {
        client_secret: SecretString::from(format!("wrong-{}", random_text())),
        ..settings.clone()
    };
    Some(redeem(asker, metadata, &wrong, metadata.token_auth_method).await)
}

async fn redeem(
    asker: &Asker<'_>,
    metadata: &Metadata,
    settings: &Settings,
    method: TokenAuthMethod,
) -> Verdict {
    let (code, verifier) = (format!("doctor-{}", random_text()), random_text());
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &settings.redirect_uri),
        ("code_verifier", &verifier),
    ];
    let endpoint = &metadata.token_endpoint;
    let request = client_request::post(&asker.client, endpoint, &form, method, settings);
    let answer = match asker.ask(request, NAME).await {
        Ok(answer) => answer,
        Err(cause) => return Verdict::Silent(cause),
    };
    if answer.status.is_server_error() {
        return Verdict::Other(answer.status.to_string());
    }
    match client_request::granted(&answer, NAME) {
        Err(oidc::Error::CodeRejected(detail)) => Verdict::Known(detail),
        Err(oidc::Error::ClientRejected(detail)) if detail.starts_with("unauthorized_client") => {
            Verdict::Forbidden(detail)
        }
        Err(oidc::Error::ClientRejected(detail)) => Verdict::Refused(detail),
        Err(oidc::Error::OpError(detail) | oidc::Error::OpMisconfigured(_, detail)) => {
            Verdict::Other(detail)
        }
        Err(error) => Verdict::Other(error.to_string()),
        Ok(_) => Verdict::Other("as if it were a good one".to_owned()),
    }
}
