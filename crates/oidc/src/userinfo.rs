//! Asks the userinfo endpoint, and checks what it says (Core §5.3).

use reqwest::header::{ACCEPT, AUTHORIZATION};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::answer::Answer;
use super::client::Client;
use super::endpoint::Endpoint;
use super::error::Error;
use super::id_token::{check_audience, check_issuer};
use super::jws::{Claims, TokenFault};
use super::log_text::for_log;

/// Asks for the claims of the user whose access token it is.
///
/// # Errors
/// `OpUnreachable`, `OpMisconfigured`; `UserinfoInvalid` if the endpoint refuses.
pub(super) async fn fetch(
    client: &Client,
    endpoint: &Url,
    access_token: &SecretString,
) -> Result<Answer, Error> {
    let bearer = format!("Bearer {}", access_token.expose_secret());
    let request = client
        .get(endpoint.as_str())
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/json, application/jwt");
    let answer = client.send(request, Endpoint::Userinfo).await?;
    if answer.status.is_success() {
        return Ok(answer);
    }
    Err(Error::UserinfoInvalid(format!(
        "{} {}",
        answer.status,
        for_log(answer.header("www-authenticate"))
    )))
}

/// Returns the token that a signed answer is (§5.3.2).
pub(super) fn token(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).trim().to_owned()
}

/// Checks a signed answer whose signature is right: if it names an issuer or an audience, they
/// must be the right ones (§5.3.2).
///
/// # Errors
/// See [`TokenFault`].
pub(super) fn check(claims: Claims, issuer: &str, client_id: &str) -> Result<Claims, TokenFault> {
    if claims.contains_key("iss") {
        check_issuer(&claims, issuer)?;
    }
    if claims.contains_key("aud") {
        check_audience(&claims, client_id)?;
    }
    Ok(claims)
}

/// Checks that the answer is about the user of the ID token (§5.3.2).
///
/// # Errors
/// `UserinfoInvalid`.
pub(super) fn check_subject(userinfo: &Claims, id_token: &Claims) -> Result<(), Error> {
    let detail = match (userinfo.get("sub"), id_token.get("sub")) {
        (Some(theirs), Some(ours)) if theirs == ours => return Ok(()),
        (Some(_), _) => "sub differs from the ID token's",
        (None, _) => "sub is missing",
    };
    Err(Error::UserinfoInvalid(detail.to_owned()))
}
