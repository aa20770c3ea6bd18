//! Pushes an authorization request to the OP (RFC 9126), where the OP requires that: the browser
//! then carries a reference to it, and nothing of it.

use serde_json::Value;
use url::Url;

use super::answer::Answer;
use super::client::Client;
use super::client_request;
use super::endpoint::Endpoint;
use super::error::Error;
use super::log_text::for_log;
use super::metadata::Metadata;
use super::misconfiguration::Misconfiguration;
use super::settings::Settings;

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
    settings: &Settings,
    fields: &[(&str, &str)],
) -> Result<String, Error> {
    let method = metadata.token_auth_method;
    let request = client_request::post(client, endpoint, fields, method, settings);
    parse(&client.send(request, Endpoint::PushedRequest).await?)
}

fn parse(answer: &Answer) -> Result<String, Error> {
    let name = Endpoint::PushedRequest.name();
    // The place is not the one, whatever it answers.
    if matches!(answer.status.as_u16(), 404 | 405) {
        return Err(Error::OpMisconfigured(
            Misconfiguration::Other,
            format!("the {name} answers {}", answer.status),
        ));
    }
    let object = client_request::granted(answer, name)?;
    match object.get("request_uri").and_then(Value::as_str) {
        Some(uri)
            if !uri.is_empty() && uri.len() <= MAX_BYTES && !uri.contains(char::is_control) =>
        {
            Ok(uri.to_owned())
        }
        Some(uri) => Err(Error::OpMisconfigured(
            Misconfiguration::Other,
            format!("the {name} gives an unfit request_uri: {:?}", for_log(uri)),
        )),
        None => Err(Error::OpMisconfigured(
            Misconfiguration::Other,
            format!("the {name} gives no request_uri"),
        )),
    }
}
