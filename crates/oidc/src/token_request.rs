//! Redeems an authorization code at the token endpoint (Core §3.1.3.1, RFC 6749 §4.1.3).
//!
//! Our own, not `openidconnect`'s: the ID token must not be parsed before its signature is checked,
//! and each refusal must keep its own code.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::answer::Answer;
use super::attempt::Checks;
use super::client::Client;
use super::client_request;
use super::endpoint::Endpoint;
use super::error::Error;
use super::log_text::for_log;
use super::metadata::Metadata;
use super::settings::Settings;

/// What the token endpoint gives for a code. Has no `Debug`.
#[expect(clippy::struct_field_names, reason = "the names of RFC 6749")]
pub(super) struct Tokens {
    /// The ID token, unchecked.
    pub id_token: SecretString,
    /// The access token, for userinfo.
    pub access_token: SecretString,
    /// What asks for more of them later; `None` if the OP gives none.
    pub refresh_token: Option<SecretString>,
}

/// What it gives for a refresh token. Has no `Debug`.
#[expect(clippy::struct_field_names, reason = "the names of RFC 6749")]
pub(super) struct RefreshedTokens {
    /// The ID token, unchecked; the OP need not send one (Core §12.2).
    pub id_token: Option<SecretString>,
    /// The access token, for userinfo.
    pub access_token: SecretString,
    /// What replaces the token that was sent; `None` if that is still valid.
    pub refresh_token: Option<SecretString>,
}

/// Sends the code, with the verifier and the client's credentials.
///
/// # Errors
/// `OpUnreachable`, `ClientRejected`, `CodeRejected`, `OpError`, `OpMisconfigured`, and
/// `TokenInvalid` if there is no ID token in the answer.
pub(super) async fn redeem(
    client: &Client,
    metadata: &Metadata,
    settings: &Settings,
    code: &str,
    checks: &Checks,
) -> Result<Tokens, Error> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &settings.redirect_uri),
        ("code_verifier", checks.code_verifier.secret()),
    ];
    parse(&ask(client, metadata, settings, &form).await?)
}

/// Sends a refresh token (Core §12.1, RFC 6749 §6).
///
/// # Errors
/// Those of [`redeem`]; `CodeRejected` if the token is not valid any more.
pub(super) async fn refresh(
    client: &Client,
    metadata: &Metadata,
    settings: &Settings,
    refresh_token: &SecretString,
) -> Result<RefreshedTokens, Error> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose_secret()),
    ];
    parse_refreshed(&ask(client, metadata, settings, &form).await?)
}

async fn ask(
    client: &Client,
    metadata: &Metadata,
    settings: &Settings,
    form: &[(&str, &str)],
) -> Result<Answer, Error> {
    let (endpoint, method) = (&metadata.token_endpoint, metadata.token_auth_method);
    let request = client_request::post(client, endpoint, form, method, settings);
    Ok(client.send(request, Endpoint::Token).await?)
}

fn parse(answer: &Answer) -> Result<Tokens, Error> {
    let tokens = parse_refreshed(answer)?;
    let Some(id_token) = tokens.id_token else {
        return Err(Error::TokenInvalid(
            "no id_token in the token endpoint's answer: is the scope `openid` granted?".to_owned(),
        ));
    };
    Ok(Tokens {
        id_token,
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
    })
}

fn parse_refreshed(answer: &Answer) -> Result<RefreshedTokens, Error> {
    let object = client_request::granted(answer, Endpoint::Token.name())?;
    let text = |name: &str| {
        object
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    // RFC 6749 §5.1: the type's case does not matter.
    match text("token_type") {
        Some(kind) if kind.eq_ignore_ascii_case("bearer") => {}
        kind => {
            let kind = for_log(kind.unwrap_or("missing"));
            return Err(Error::TokenInvalid(format!(
                "token_type is {kind}, not Bearer"
            )));
        }
    }
    let Some(access_token) = text("access_token") else {
        return Err(Error::TokenInvalid(
            "no access_token in the token endpoint's answer".to_owned(),
        ));
    };
    Ok(RefreshedTokens {
        id_token: text("id_token").map(SecretString::from),
        access_token: access_token.into(),
        refresh_token: text("refresh_token").map(SecretString::from),
    })
}

#[cfg(test)]
mod tests {
    use super::{Answer, Error, parse};
    use crate::misconfiguration::Misconfiguration;
    use std::mem::discriminant;

    #[test]
    fn answers_are_told_apart() {
        let check = |status: u16, body: &str, expected: Option<fn(String) -> Error>| {
            let answer = Answer {
                status: reqwest::StatusCode::from_u16(status).expect("a status"),
                media_type: "application/json".to_owned(),
                headers: reqwest::header::HeaderMap::new(),
                body: body.as_bytes().to_vec(),
            };
            let expected = expected.map(|kind| discriminant(&kind(String::new())));
            let found = parse(&answer).err().map(|error| discriminant(&error));
            assert_eq!(found, expected, "{status} {body}");
        };
        let good =
            r#"{"access_token":"a","token_type":"bEaReR","id_token":"i","scope":"x","more":{}}"#;
        check(200, good, None);
        check(
            400,
            r#"{"error":"invalid_client","request_id":"1"}"#,
            Some(Error::ClientRejected),
        );
        check(
            401,
            r#"{"error":"invalid_client"}"#,
            Some(Error::ClientRejected),
        );
        check(401, "", Some(Error::ClientRejected));
        check(
            400,
            r#"{"error":"invalid_grant"}"#,
            Some(Error::CodeRejected),
        );
        check(
            200,
            r#"{"error":"invalid_grant"}"#,
            Some(Error::CodeRejected),
        );
        check(403, r#"{"error":"home_made"}"#, Some(Error::OpError));
        check(400, "<html>", Some(Error::OpError));
        check(404, "{}", Some(Error::OpError));
        check(
            200,
            "<html>",
            Some(|detail| Error::OpMisconfigured(Misconfiguration::Other, detail)),
        );
        check(
            200,
            "[]",
            Some(|detail| Error::OpMisconfigured(Misconfiguration::Other, detail)),
        );
        check(
            200,
            r#"{"access_token":"a","token_type":"Bearer"}"#,
            Some(Error::TokenInvalid),
        );
        check(
            200,
            r#"{"access_token":"a","id_token":"i"}"#,
            Some(Error::TokenInvalid),
        );
        check(
            200,
            r#"{"token_type":"Bearer","id_token":"i"}"#,
            Some(Error::TokenInvalid),
        );
        check(
            200,
            r#"{"access_token":1,"token_type":"Bearer","id_token":[]}"#,
            Some(Error::TokenInvalid),
        );
    }
}
