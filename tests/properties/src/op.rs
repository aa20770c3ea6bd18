//! The OP and the client of all properties, and a fixed time.

use std::time::Duration;

use clock::Timestamp;
use oidc::Settings;

/// The OP's issuer identifier.
pub(crate) const ISSUER: &str = "https://op.example/application/o/postern/";
/// Our client id there.
pub(crate) const CLIENT_ID: &str = "postern";
/// Our client secret there.
pub(crate) const CLIENT_SECRET: &str = "correct-horse-battery-staple";
/// The time.
pub(crate) const NOW: Timestamp = Timestamp::from_unix(1_750_000_000);
/// The leeway on times.
pub(crate) const SKEW: Duration = Duration::from_secs(60);

/// Returns settings that are good.
pub(crate) fn settings() -> Settings {
    Settings {
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.into(),
        redirect_uri: "https://app.example/api/oauth/openid".to_owned(),
        application_url: ISSUER.trim_end_matches('/').parse().expect("a URL"),
        metadata_url: None,
        ca_certificates: None,
        scopes: vec!["openid".to_owned()],
        username_claim: "preferred_username".to_owned(),
        role_claim: None,
        trust_unverified_email: false,
        end_session_endpoint: None,
        token_auth_method: None,
        id_token_algs: None,
        clock_skew: SKEW,
    }
}
