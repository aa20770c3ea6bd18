//! Redeems an authorization code at the token endpoint (Core §3.1.3.1, RFC 6749 §4.1.3).
//!
//! Our own, not `openidconnect`'s: the ID token must not be parsed before its signature is checked,
//! and each refusal must keep its own code.

use secrecy::SecretString;
use serde_json::Value;

use super::attempt::Checks;
use super::client::{Answer, Client};
use super::metadata::Metadata;
use super::{LoginError, client_request, for_log};
use crate::config::OidcConfig;

/// What the token endpoint gives for a code. Has no `Debug`.
pub struct Tokens {
    /// The ID token, unchecked.
    pub id_token: SecretString,
    /// The access token, for userinfo.
    pub access_token: SecretString,
}

/// Sends the code, with the verifier and the client's credentials.
///
/// # Errors
/// `OpUnreachable`, `ClientRejected`, `CodeRejected`, `OpError`, `OpMisconfigured`, and
/// `TokenInvalid` where there is no ID token in the answer.
pub async fn redeem(
    client: &Client,
    metadata: &Metadata,
    config: &OidcConfig,
    code: &str,
    checks: &Checks,
) -> Result<Tokens, LoginError> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &config.redirect_uri.verbatim),
        ("code_verifier", checks.code_verifier.secret()),
    ];
    let endpoint = &metadata.token_endpoint;
    let request = client_request::post(client, endpoint, &form, metadata.token_auth_method, config);
    parse(&client.send(request, "token endpoint").await?)
}

fn parse(answer: &Answer) -> Result<Tokens, LoginError> {
    let object = client_request::granted(answer, "token endpoint")?;
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
            return Err(LoginError::TokenInvalid(format!(
                "token_type is {kind}, not Bearer"
            )));
        }
    }
    let Some(access_token) = text("access_token") else {
        return Err(LoginError::TokenInvalid(
            "no access_token in the token endpoint's answer".to_owned(),
        ));
    };
    let Some(id_token) = text("id_token") else {
        return Err(LoginError::TokenInvalid(
            "no id_token in the token endpoint's answer: is the scope `openid` granted?".to_owned(),
        ));
    };
    Ok(Tokens {
        id_token: id_token.into(),
        access_token: access_token.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::oidc::client::Answer;
    use shared::login_error::LoginErrorCode::{
        self, ClientRejected, CodeRejected, OpError, OpMisconfigured, TokenInvalid,
    };

    #[test]
    fn answers_are_told_apart() {
        let check = |status: u16, body: &str, expected: Option<LoginErrorCode>| {
            let answer = Answer {
                status: reqwest::StatusCode::from_u16(status).expect("a status"),
                media_type: "application/json".to_owned(),
                headers: reqwest::header::HeaderMap::new(),
                body: body.as_bytes().to_vec(),
            };
            assert_eq!(
                parse(&answer).err().map(|error| error.code()),
                expected,
                "{status} {body}"
            );
        };
        let good =
            r#"{"access_token":"a","token_type":"bEaReR","id_token":"i","scope":"x","more":{}}"#;
        check(200, good, None);
        check(
            400,
            r#"{"error":"invalid_client","request_id":"1"}"#,
            Some(ClientRejected),
        );
        check(401, r#"{"error":"invalid_client"}"#, Some(ClientRejected));
        check(401, "", Some(ClientRejected));
        check(400, r#"{"error":"invalid_grant"}"#, Some(CodeRejected));
        check(200, r#"{"error":"invalid_grant"}"#, Some(CodeRejected));
        check(403, r#"{"error":"home_made"}"#, Some(OpError));
        check(400, "<html>", Some(OpError));
        check(404, "{}", Some(OpError));
        check(200, "<html>", Some(OpMisconfigured));
        check(200, "[]", Some(OpMisconfigured));
        check(
            200,
            r#"{"access_token":"a","token_type":"Bearer"}"#,
            Some(TokenInvalid),
        );
        check(
            200,
            r#"{"access_token":"a","id_token":"i"}"#,
            Some(TokenInvalid),
        );
        check(
            200,
            r#"{"token_type":"Bearer","id_token":"i"}"#,
            Some(TokenInvalid),
        );
        check(
            200,
            r#"{"access_token":1,"token_type":"Bearer","id_token":[]}"#,
            Some(TokenInvalid),
        );
    }
}
