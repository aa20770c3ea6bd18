//! The OP and the client of all properties, and a time that stands.

use std::time::Duration;

use backend::config::{Config, OidcConfig};
use clock::Timestamp;

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

/// A setup that is good.
pub(crate) const SETUP: [(&str, &str); 6] = [
    ("OIDC_ENABLED", "true"),
    ("OIDC_PROVIDER", "authentik"),
    ("OIDC_CLIENT_ID", CLIENT_ID),
    ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
    ("OIDC_REDIRECT_URI", "https://app.example/api/oauth/openid"),
    (
        "OIDC_SERVER_APPLICATION_URL",
        "https://op.example/application/o/postern",
    ),
];

/// Returns the good setup's part about the OP, with some variables changed.
pub(crate) fn config(changes: &[(&str, &str)]) -> OidcConfig {
    let vars = SETUP.iter().chain(changes);
    let vars = vars.map(|&(name, text)| (name.to_owned(), text.to_owned()));
    let (config, _) = Config::from_vars(vars).expect("the setup is good");
    config.oidc.expect("the OP is enabled")
}
