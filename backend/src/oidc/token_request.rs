//! Redeems an authorization code at the token endpoint (Core §3.1.3.1, RFC 6749 §4.1.3).
//!
//! Our own, not `openidconnect`'s: Basic credentials need the encoding of RFC 6749 §2.3.1 in a
//! form that every OP decodes (`%20`, not `+`), the ID token must not be parsed before its
//! signature is checked, and each refusal must keep its own code.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::attempt::Checks;
use super::client::{Answer, Client, send};
use super::metadata::Metadata;
use super::{LoginError, for_log};
use crate::config::{OidcConfig, TokenAuthMethod};

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
    parse(
        &send(
            request(client, metadata, config, code, checks),
            "token endpoint",
        )
        .await?,
    )
}

/// Builds the token request: the code, the verifier, and the client's credentials.
fn request(
    client: &Client,
    metadata: &Metadata,
    config: &OidcConfig,
    code: &str,
    checks: &Checks,
) -> RequestBuilder {
    let secret = config.client_secret.expose_secret();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &config.redirect_uri.verbatim)
        .append_pair("code_verifier", checks.code_verifier.secret());
    let mut request = client
        .post(metadata.token_endpoint.as_str())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    match metadata.token_auth_method {
        TokenAuthMethod::ClientSecretBasic => {
            request = request.header(AUTHORIZATION, basic(&config.client_id, secret));
        }
        TokenAuthMethod::ClientSecretPost => {
            form.append_pair("client_id", &config.client_id)
                .append_pair("client_secret", secret);
        }
    }
    request.body(form.finish())
}

/// Returns Basic credentials, each part form-encoded first (RFC 6749 §2.3.1).
fn basic(client_id: &str, secret: &str) -> String {
    let encode = |text: &str| -> String {
        form_urlencoded::byte_serialize(text.as_bytes())
            .collect::<String>()
            .replace('+', "%20")
    };
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", encode(client_id), encode(secret)))
    )
}

fn parse(answer: &Answer) -> Result<Tokens, LoginError> {
    let status = answer.status;
    let object = match answer.json_object() {
        Ok(object) => object,
        // Some OPs answer a wrong secret with an empty 401, or a page.
        Err(detail) if status.as_u16() == 401 => return Err(LoginError::ClientRejected(detail)),
        Err(detail) if status.is_success() => {
            return Err(LoginError::OpMisconfigured(format!(
                "token endpoint: {detail}"
            )));
        }
        Err(detail) => return Err(LoginError::OpError(format!("token endpoint: {detail}"))),
    };
    // An error is one whatever the status is: some OPs send it with 200.
    if let Some(error) = object.get("error").and_then(Value::as_str) {
        return Err(refusal(error, &object, status.as_u16()));
    }
    if !status.is_success() {
        return Err(LoginError::OpError(format!(
            "token endpoint: status {status} without `error`"
        )));
    }
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

/// The errors of RFC 6749 §5.2, with the OP's own request id where it sends one (Authentik does).
fn refusal(error: &str, object: &Map<String, Value>, status: u16) -> LoginError {
    let mut detail = format!("{} (status {status}", for_log(error));
    for name in ["error_description", "request_id"] {
        if let Some(text) = object.get(name).and_then(Value::as_str) {
            let _ = write!(detail, ", {name} {:?}", for_log(text));
        }
    }
    detail.push(')');
    match error {
        "invalid_client" | "unauthorized_client" => LoginError::ClientRejected(detail),
        "invalid_grant" => LoginError::CodeRejected(detail),
        _ => LoginError::OpError(detail),
    }
}

#[cfg(test)]
mod tests {
    use super::{basic, parse};
    use crate::oidc::client::Answer;
    use shared::login_error::LoginErrorCode::{
        self, ClientRejected, CodeRejected, OpError, OpMisconfigured, TokenInvalid,
    };

    #[test]
    fn credentials_are_encoded_first() {
        let encoded = basic("id", "p+d/with:colon&amp=x y-\u{e4}");
        // base64 of `id:p%2Bd%2Fwith%3Acolon%26amp%3Dx%20y-%C3%A4`
        assert_eq!(
            encoded,
            "Basic aWQ6cCUyQmQlMkZ3aXRoJTNBY29sb24lMjZhbXAlM0R4JTIweS0lQzMlQTQ="
        );
    }

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
