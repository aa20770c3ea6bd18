//! What the OP says of itself: the discovery document (`OpenID` Connect Discovery §3, §4.2). Pure.

use serde_json::{Map, Value};
use url::Url;

use super::error::Error;
use super::log_text::for_log;
use super::misconfiguration::Misconfiguration;
use super::settings::{Settings, TokenAuthMethod, WELL_KNOWN};

/// The parts of the discovery document that are used, checked.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The issuer identifier, compared exactly from now on.
    pub issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: Url,
    /// Where authorization requests are pushed (RFC 9126 §5), if the OP requires that.
    pub pushed_request_endpoint: Option<Url>,
    /// Where codes are redeemed.
    pub token_endpoint: Url,
    /// Where the keys are.
    pub jwks_uri: Url,
    /// Where claims are that the ID token lacks.
    pub userinfo_endpoint: Option<Url>,
    /// Where browsers log out (RP-Initiated Logout §2.1).
    pub end_session_endpoint: Option<Url>,
    /// The algorithms that ID tokens may be signed with: what both the OP and we allow.
    pub id_token_algs: Vec<String>,
    /// How the client authenticates at the token endpoint.
    pub token_auth_method: TokenAuthMethod,
    /// RFC 9207: every answer carries `iss`.
    pub iss_parameter_supported: bool,
}

/// The asymmetric algorithms we can check, the usual ones first (RFC 7518 §3.1, RFC 8037,
/// RFC 9864).
pub const ASYMMETRIC: [&str; 11] = [
    "RS256", "ES256", "EdDSA", "Ed25519", "PS256", "RS384", "ES384", "PS384", "RS512", "ES512",
    "PS512",
];

/// Parses and checks the discovery document.
///
/// # Errors
/// `OpMisconfigured`, saying which member is missing or wrong.
pub fn parse(document: &Map<String, Value>, settings: &Settings) -> Result<Metadata, Error> {
    let issuer = text(document, "issuer")
        .ok_or_else(|| misconfigured(Misconfiguration::Other, "discovery has no `issuer`"))?;
    check_issuer(issuer, settings)?;
    let endpoint = |name| endpoint(document, name, issuer);
    let required = |name: &'static str| {
        endpoint(name)?.ok_or_else(|| {
            misconfigured(
                Misconfiguration::Other,
                format!("discovery has no `{name}`"),
            )
        })
    };
    Ok(Metadata {
        issuer: issuer.to_owned(),
        authorization_endpoint: required("authorization_endpoint")?,
        pushed_request_endpoint: if is_true(document, "require_pushed_authorization_requests") {
            Some(required("pushed_authorization_request_endpoint")?)
        } else {
            None
        },
        token_endpoint: required("token_endpoint")?,
        jwks_uri: required("jwks_uri")?,
        userinfo_endpoint: endpoint("userinfo_endpoint")?,
        end_session_endpoint: match &settings.end_session_endpoint {
            Some(url) => Some(url.clone()),
            None => endpoint("end_session_endpoint")?,
        },
        id_token_algs: id_token_algs(document, settings)?,
        token_auth_method: token_auth_method(document, settings)?,
        iss_parameter_supported: is_true(
            document,
            "authorization_response_iss_parameter_supported",
        ),
    })
}

/// The issuer must be the application's URL, but for one slash at the end (Discovery §4.3): else
/// this is another OP's document. With `OIDC_SERVER_METADATA_URL` the document may also name the
/// place where it lies.
pub fn check_issuer(issuer: &str, settings: &Settings) -> Result<(), Error> {
    let same = |url: &str| issuer.trim_end_matches('/') == url.trim_end_matches('/');
    let application = settings.application_url.as_str();
    let is_at_metadata_url = settings
        .metadata_url
        .as_ref()
        .is_some_and(|url| url.as_str().strip_suffix(WELL_KNOWN).is_some_and(same));
    if same(application) || is_at_metadata_url {
        return Ok(());
    }
    Err(misconfigured(
        Misconfiguration::Issuer,
        format!(
            "the issuer in discovery is {:?}, but OIDC_SERVER_APPLICATION_URL is {:?}: both must name the \
         OP in the same way (scheme, host, port, path)",
            for_log(issuer),
            application
        ),
    ))
}

/// Returns an endpoint's URL: absolute, and https wherever the issuer is.
pub fn endpoint(
    document: &Map<String, Value>,
    name: &str,
    issuer: &str,
) -> Result<Option<Url>, Error> {
    let Some(value) = text(document, name) else {
        return Ok(None);
    };
    let url = Url::parse(value)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
        .ok_or_else(|| {
            misconfigured(
                Misconfiguration::Other,
                format!("`{name}` in discovery is no URL: {:?}", for_log(value)),
            )
        })?;
    if issuer.starts_with("https:") && url.scheme() != "https" {
        return Err(misconfigured(
            Misconfiguration::Endpoint,
            format!(
                "`{name}` in discovery is not https although the issuer is: does the OP's reverse proxy \
             pass X-Forwarded-Proto on?"
            ),
        ));
    }
    Ok(Some(url))
}

/// Returns the algorithms that both the OP and we allow.
///
/// # Errors
/// `OpMisconfigured` where there are none.
pub fn id_token_algs(
    document: &Map<String, Value>,
    settings: &Settings,
) -> Result<Vec<String>, Error> {
    let offered = list(document, "id_token_signing_alg_values_supported");
    let allowed: Vec<String> = match &settings.id_token_algs {
        // What the administrator named is allowed; the OP need not announce it.
        Some(named) => named.clone(),
        // The member is required, but an OP that forgets it must support RS256 (Discovery §3).
        None if offered.is_empty() => vec!["RS256".to_owned()],
        None => ASYMMETRIC
            .iter()
            .filter(|alg| offered.contains(*alg))
            .map(|alg| (*alg).to_owned())
            .collect(),
    };
    if allowed.is_empty() {
        // Without a signing key OPs fall back to the client secret.
        let is_unsigned = offered
            .iter()
            .all(|alg| alg.starts_with("HS") || *alg == "none");
        let why = if is_unsigned {
            "no signing key is selected there"
        } else {
            "its signing key must be of another kind, RSA or P-256"
        };
        return Err(misconfigured(
            Misconfiguration::Algorithm,
            format!(
                "the OP signs ID tokens with {} alone: {why}",
                for_log(&offered.join(", "))
            ),
        ));
    }
    Ok(allowed)
}

/// Returns how the client proves itself.
///
/// # Errors
/// `OpMisconfigured` where the OP offers no way that we know.
pub fn token_auth_method(
    document: &Map<String, Value>,
    settings: &Settings,
) -> Result<TokenAuthMethod, Error> {
    if let Some(method) = settings.token_auth_method {
        return Ok(method);
    }
    let offered = list(document, "token_endpoint_auth_methods_supported");
    // Without the member it is client_secret_basic (Discovery §3).
    if offered.is_empty() || offered.contains(&"client_secret_basic") {
        Ok(TokenAuthMethod::ClientSecretBasic)
    } else if offered.contains(&"client_secret_post") {
        Ok(TokenAuthMethod::ClientSecretPost)
    } else {
        Err(misconfigured(
            Misconfiguration::ClientAuth,
            format!(
                "the token endpoint offers neither client_secret_basic nor client_secret_post, but {}",
                for_log(&offered.join(", "))
            ),
        ))
    }
}

/// Is the member `true`?
pub fn is_true(document: &Map<String, Value>, name: &str) -> bool {
    document.get(name) == Some(&Value::Bool(true))
}

/// Returns a member that is text, and not empty.
pub fn text<'a>(document: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    document
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// Returns a list's texts; empty also where there is no such list.
pub fn list<'a>(document: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    let values = document.get(name).and_then(Value::as_array);
    values
        .map(|values| values.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

fn misconfigured(what: Misconfiguration, detail: impl Into<String>) -> Error {
    Error::OpMisconfigured(what, detail.into())
}
