//! Requests that this client makes to the OP under its own name: at the token endpoint (RFC 6749
//! §3.2.1) and at the one for pushed authorization requests (RFC 9126 §2).
//!
//! Our own, not `openidconnect`'s: Basic credentials need the encoding of RFC 6749 §2.3.1 in a form
//! that every OP decodes (`%20`, not `+`), and each refusal must keep its own code.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use url::Url;

use super::answer::Answer;
use super::client::Client;
use super::error::Error;
use super::log_text::for_log;
use super::misconfiguration::Misconfiguration;
use super::settings::{Settings, TokenAuthMethod};

/// Builds the request: a form, with the client's credentials in a header or in the form.
pub fn post(
    client: &Client,
    endpoint: &Url,
    fields: &[(&str, &str)],
    method: TokenAuthMethod,
    settings: &Settings,
) -> RequestBuilder {
    let secret = settings.client_secret.expose_secret();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let mut request = client
        .post(endpoint.as_str())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    match method {
        TokenAuthMethod::ClientSecretBasic => {
            request = request.header(AUTHORIZATION, basic(&settings.client_id, secret));
        }
        TokenAuthMethod::ClientSecretPost => {
            if fields.iter().all(|(name, _)| *name != "client_id") {
                form.append_pair("client_id", &settings.client_id);
            }
            form.append_pair("client_secret", secret);
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

/// Returns what the OP grants; `endpoint` names it for the log.
///
/// # Errors
/// `ClientRejected`, `CodeRejected`, `OpError` where the OP refuses, `OpMisconfigured` where its
/// consent is no JSON object.
pub fn granted(answer: &Answer, endpoint: &'static str) -> Result<Map<String, Value>, Error> {
    let status = answer.status;
    let object = match answer.json_object() {
        Ok(object) => object,
        // Some OPs answer a wrong secret with an empty 401, or a page.
        Err(detail) if status.as_u16() == 401 => return Err(Error::ClientRejected(detail)),
        Err(detail) if status.is_success() => {
            return Err(Error::OpMisconfigured(
                Misconfiguration::Other,
                format!("{endpoint}: {detail}"),
            ));
        }
        Err(detail) => return Err(Error::OpError(format!("{endpoint}: {detail}"))),
    };
    // An error is one whatever the status is: some OPs send it with 200.
    if let Some(error) = object.get("error").and_then(Value::as_str) {
        return Err(refusal(error, &object, status.as_u16()));
    }
    if !status.is_success() {
        return Err(Error::OpError(format!(
            "{endpoint}: status {status} without `error`"
        )));
    }
    Ok(object)
}

/// The errors of RFC 6749 §5.2, with the OP's own request id where it sends one (Authentik does).
fn refusal(error: &str, object: &Map<String, Value>, status: u16) -> Error {
    let mut detail = format!("{} (status {status}", for_log(error));
    for name in ["error_description", "request_id"] {
        if let Some(text) = object.get(name).and_then(Value::as_str) {
            let _ = write!(detail, ", {name} {:?}", for_log(text));
        }
    }
    detail.push(')');
    match error {
        "invalid_client" | "unauthorized_client" => Error::ClientRejected(detail),
        "invalid_grant" => Error::CodeRejected(detail),
        _ => Error::OpError(detail),
    }
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn credentials_are_encoded_first() {
        let encoded = basic("id", "p+d/with:colon&amp=x y-\u{e4}");
        // base64 of `id:p%2Bd%2Fwith%3Acolon%26amp%3Dx%20y-%C3%A4`
        assert_eq!(
            encoded,
            "Basic aWQ6cCUyQmQlMkZ3aXRoJTNBY29sb24lMjZhbXAlM0R4JTIweS0lQzMlQTQ="
        );
    }
}
