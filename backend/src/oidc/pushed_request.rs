//! Pushes an authorization request to the OP (RFC 9126), where the OP requires that: the browser
//! then carries a reference to it, and nothing of it.

use serde_json::Value;
use url::Url;

use super::client::{Answer, Client};
use super::metadata::Metadata;
use super::{LoginError, client_request, for_log};
use crate::config::OidcConfig;

/// What the log calls the endpoint.
pub(super) const NAME: &str = "endpoint for pushed authorization requests";
/// A longer reference is none.
const MAX_BYTES: usize = 2048;

/// Sends the request's parameters and returns its `request_uri`.
///
/// # Errors
/// `OpUnreachable`, `ClientRejected`, `OpError`, `OpMisconfigured`.
pub async fn push(
    client: &Client,
    endpoint: &Url,
    metadata: &Metadata,
    config: &OidcConfig,
    fields: &[(&str, &str)],
) -> Result<String, LoginError> {
    let method = metadata.token_auth_method;
    let request = client_request::post(client, endpoint, fields, method, config);
    parse(&client.send(request, NAME).await?)
}

fn parse(answer: &Answer) -> Result<String, LoginError> {
    // The place is not the one, whatever it answers.
    if matches!(answer.status.as_u16(), 404 | 405) {
        return Err(LoginError::OpMisconfigured(format!(
            "the {NAME} answers {}",
            answer.status
        )));
    }
    let object = client_request::granted(answer, NAME)?;
    match object.get("request_uri").and_then(Value::as_str) {
        Some(uri)
            if !uri.is_empty() && uri.len() <= MAX_BYTES && !uri.contains(char::is_control) =>
        {
            Ok(uri.to_owned())
        }
        Some(uri) => Err(LoginError::OpMisconfigured(format!(
            "the {NAME} gives an unfit request_uri: {:?}",
            for_log(uri)
        ))),
        None => Err(LoginError::OpMisconfigured(format!(
            "the {NAME} gives no request_uri"
        ))),
    }
}
