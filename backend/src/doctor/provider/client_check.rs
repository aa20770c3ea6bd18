//! Tests client id and secret by redeeming a made-up code. If the OP knows the client, it refuses
//! the code; if not, it refuses the client.

use secrecy::{ExposeSecret as _, SecretString};
use shared::doctor::Step;

use super::metadata::method_name;
use crate::config::OidcConfig;
use crate::doctor::context::Depth;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::random::random_text;
use crate::doctor::subject::CLIENT;
use crate::presets::{self, Advice};
use oidc::client_request;
use oidc::metadata::Metadata;
use oidc::settings::{Settings, TokenAuthMethod};

/// The name of the endpoint in errors.
const NAME: &str = "token endpoint";

/// What the OP says.
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

/// Redeems a made-up code. Also returns whether the OP refuses the client with both ways to
/// authenticate.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
    depth: Depth,
) -> (Step, bool) {
    let method = metadata.token_auth_method;
    let hint = |about| presets::advice(config.provider.as_str(), about);
    let step = match redeem(probe, metadata, &config.rp, method).await {
        Verdict::Known(detail) => match control(probe, metadata, &config.rp, depth).await {
            Some(Verdict::Known(_)) if config.provider.as_str() == "authentik" => CLIENT.warn(
                "the provider does not look at the secret: its Client type is Public",
                "in Authentik, open the provider, set Client type to Confidential, and copy the Client \
                 Secret",
            ),
            Some(Verdict::Known(_)) => CLIENT.warn(
                "not clear: the provider refuses the code before it looks at the secret (is it a \
                 public client there?)",
                "make it a confidential client at the provider; or compare OIDC_CLIENT_ID and \
                 OIDC_CLIENT_SECRET with the provider's by eye",
            ),
            _ => CLIENT.pass(proof(&detail, method, config)),
        },
        Verdict::Refused(detail) => {
            if let Some(step) = refused(probe, metadata, config, &detail).await {
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
            format!("not clear: the answer to a made-up code is {detail}"),
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
    format!("accepted ({method}){more}: the answer to a made-up code is {error}")
}

/// Names the faults that this OP does not tell apart.
fn which_of_them(config: &OidcConfig) -> &'static str {
    match config.provider.as_str() {
        "authentik" => {
            "Authentik refuses alike a client id that it does not know, a wrong secret, and a \
             redirect URI that is not registered. "
        }
        _ => "",
    }
}

/// Warns of characters in the secret that some OPs garble.
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

/// Tries the other way to send the secret. Returns a step if that one works.
async fn refused(
    probe: &ProbeClient<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
    detail: &str,
) -> Option<Step> {
    let method = metadata.token_auth_method;
    let other = match method {
        TokenAuthMethod::ClientSecretBasic => TokenAuthMethod::ClientSecretPost,
        TokenAuthMethod::ClientSecretPost => TokenAuthMethod::ClientSecretBasic,
    };
    let Verdict::Known(_) = redeem(probe, metadata, &config.rp, other).await else {
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

/// Sends a wrong secret for comparison: some OPs check the code first, so that their answer proves
/// nothing. Not done at the start of a server: the OP logs each refusal.
async fn control(
    probe: &ProbeClient<'_>,
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
    Some(redeem(probe, metadata, &wrong, metadata.token_auth_method).await)
}

async fn redeem(
    probe: &ProbeClient<'_>,
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
    let request = client_request::post(&probe.http, endpoint, &form, method, settings);
    let answer = match probe.ask(request, NAME).await {
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
