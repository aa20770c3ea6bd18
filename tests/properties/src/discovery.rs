//! The discovery document: what is taken is of this OP, and leads browsers and codes nowhere else
//! than to https.

use std::sync::LazyLock;

use oidc::Settings;
use oidc::metadata::{self, Metadata};
use oidc::settings::TokenAuthMethod;
use serde_json::{Map, Value};
use url::Url;

use crate::log_line::assert_fits_the_log;
use crate::op::{ISSUER, settings};

/// The asymmetric algorithms (RFC 7518 §3.1, RFC 8037, RFC 9864).
const ASYMMETRIC: [&str; 11] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "Ed25519",
];

/// Setups that read a document in different ways.
static SETUPS: LazyLock<[Settings; 3]> = LazyLock::new(|| {
    let document = "http://op.internal/realms/x/.well-known/openid-configuration";
    [
        settings(),
        Settings {
            metadata_url: Some(document.parse().expect("a URL")),
            ..settings()
        },
        Settings {
            id_token_algs: Some(vec!["HS256".to_owned()]),
            token_auth_method: Some(TokenAuthMethod::ClientSecretPost),
            ..settings()
        },
    ]
});

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let Ok(Value::Object(document)) = serde_json::from_slice(data) else {
        return false;
    };
    let mut taken = false;
    for settings in SETUPS.iter() {
        match metadata::parse(&document, settings) {
            Ok(metadata) => {
                assert_sound(&document, &metadata, settings);
                taken = true;
            }
            Err(error) => assert_fits_the_log(&error.to_string()),
        }
    }
    taken
}

fn assert_sound(document: &Map<String, Value>, metadata: &Metadata, settings: &Settings) {
    let issuer = metadata.issuer.as_str();
    assert_eq!(document["issuer"], issuer);
    let bare = issuer.trim_end_matches('/');
    let is_beside_document =
        settings.metadata_url.is_some() && bare == "http://op.internal/realms/x";
    assert!(
        bare == ISSUER.trim_end_matches('/') || is_beside_document,
        "{issuer}"
    );

    assert_is_endpoint(issuer, Some(&metadata.authorization_endpoint));
    assert_is_endpoint(issuer, metadata.pushed_request_endpoint.as_ref());
    assert_is_endpoint(issuer, Some(&metadata.token_endpoint));
    assert_is_endpoint(issuer, Some(&metadata.jwks_uri));
    assert_is_endpoint(issuer, metadata.userinfo_endpoint.as_ref());
    assert_is_endpoint(issuer, metadata.end_session_endpoint.as_ref());

    assert!(!metadata.id_token_algs.is_empty());
    let is_named = settings.id_token_algs.as_ref() == Some(&metadata.id_token_algs);
    let are_asymmetric = metadata
        .id_token_algs
        .iter()
        .all(|alg| ASYMMETRIC.contains(&alg.as_str()));
    assert!(is_named || are_asymmetric, "{:?}", metadata.id_token_algs);
}

fn assert_is_endpoint(issuer: &str, url: Option<&Url>) {
    let Some(url) = url else { return };
    assert!(
        url.has_host() && matches!(url.scheme(), "https" | "http"),
        "{url}"
    );
    assert!(
        !issuer.starts_with("https:") || url.scheme() == "https",
        "{url}"
    );
}
