//! Tests client id and secret by redeeming a made-up code. If the OP knows the client, it refuses
//! the code; if not, it refuses the client.

use secrecy::{ExposeSecret as _, SecretString};
use shared::text::Text;

use super::metadata::method_name;
use crate::config::OidcConfig;
use crate::doctor::context::Depth;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::{ProbeClient, no_answer};
use crate::doctor::probe::random::random_text;
use crate::doctor::subject::CLIENT;
use crate::message::{Message, say};
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
    /// It takes anything for a code.
    Granted,
    /// It says nothing.
    Silent(Message),
}

/// Redeems a made-up code. Also returns whether the OP refuses the client with both ways to
/// authenticate.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
    depth: Depth,
) -> (Finding, bool) {
    let method = metadata.token_auth_method;
    let hint = |about| presets::advice(config.provider.as_str(), about);
    let step = match redeem(probe, metadata, &config.rp, method).await {
        Verdict::Known(detail) => match control(probe, metadata, &config.rp, depth).await {
            Some(Verdict::Known(_)) if config.provider.as_str() == "authentik" => {
                CLIENT.warn(Text::FOUND_CLIENT_PUBLIC, Text::FIX_CLIENT_PUBLIC)
            }
            Some(Verdict::Known(_)) => {
                CLIENT.warn(Text::FOUND_CLIENT_ORDER, Text::FIX_CLIENT_ORDER)
            }
            _ => CLIENT.pass(proof(&detail, method, config)),
        },
        Verdict::Refused(detail) => {
            if let Some(step) = refused(probe, metadata, config, &detail).await {
                return (step, false);
            }
            let remedy = which_of_them(config)
                .and(remark(config.rp.client_secret.expose_secret(), method))
                .and(hint(Advice::ClientRejected));
            let found = say(Text::FOUND_CLIENT_REFUSED).with("detail", detail);
            let step = CLIENT.fail(found, remedy);
            return (step, true);
        }
        Verdict::Forbidden(detail) => CLIENT.fail(
            say(Text::FOUND_CLIENT_FORBIDDEN).with("detail", detail),
            Text::FIX_CLIENT_FORBIDDEN,
        ),
        Verdict::Other(detail) => CLIENT.warn(
            say(Text::FOUND_CLIENT_UNCLEAR).with("answer", detail),
            hint(Advice::OpError),
        ),
        Verdict::Granted => CLIENT.warn(Text::FOUND_CLIENT_ANYTHING, hint(Advice::OpError)),
        Verdict::Silent(cause) => CLIENT.fail(cause, hint(Advice::OpUnreachable)),
    };
    (step, false)
}

/// Says what was proven.
fn proof(detail: &str, method: TokenAuthMethod, config: &OidcConfig) -> Message {
    let text = if config.provider.as_str() == "authentik" {
        Text::FOUND_CLIENT_URI
    } else {
        Text::FOUND_CLIENT
    };
    let error = detail.split(' ').next().unwrap_or_default();
    let found = say(text).with("method", method_name(method));
    found.with("error", error)
}

/// Names the faults that this OP does not tell apart.
fn which_of_them(config: &OidcConfig) -> Message {
    match config.provider.as_str() {
        "authentik" => Text::FIX_CLIENT_ALIKE.into(),
        _ => Message::default(),
    }
}

/// Warns of characters in the secret that some OPs garble.
fn remark(secret: &str, method: TokenAuthMethod) -> Message {
    let is_plain = secret
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c));
    match method {
        _ if is_plain => Message::default(),
        TokenAuthMethod::ClientSecretBasic => Text::FIX_CLIENT_HEADER.into(),
        TokenAuthMethod::ClientSecretPost => Text::FIX_CLIENT_COPY.into(),
    }
}

/// Tries the other way to send the secret. Returns a step if that one works.
async fn refused(
    probe: &ProbeClient<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
    detail: &str,
) -> Option<Finding> {
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
    let setting = format!("OIDC_TOKEN_AUTH_METHOD={name}");
    Some(
        CLIENT.fail(
            say(Text::FOUND_CLIENT_METHOD)
                .with("method", method_name(method))
                .with("detail", detail)
                .with("other", name),
            remark.and(say(Text::FIX_SET).with("setting", setting)),
        ),
    )
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
        Err(failure) => return Verdict::Silent(no_answer(failure)),
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
        Ok(_) => Verdict::Granted,
    }
}
