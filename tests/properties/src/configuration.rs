//! The settings: with any values, faults are reported, and secrets are not.

use postern::config::{Config, VARIABLES};

/// A setup that is good.
const SETUP: [(&str, &str); 6] = [
    ("OIDC_ENABLED", "true"),
    ("OIDC_PROVIDER", "authentik"),
    ("OIDC_CLIENT_ID", "postern"),
    ("OIDC_CLIENT_SECRET", "correct-horse-battery-staple"),
    ("OIDC_REDIRECT_URI", "https://app.example/api/oauth/openid"),
    (
        "OIDC_SERVER_APPLICATION_URL",
        "https://op.example/application/o/postern",
    ),
];

/// A secret, long and mixed enough to pass for a key.
const CANARY: &str = "Q7wZ2kLm9PxT4vRb8NcY1sHd6JfGa3Eu5KoWiXt0UyBqMzSp";

/// The input is lines `NAME=value`; a first line `+` puts a good setup before them. `$` is a secret
/// where secrets belong: in secret variables, in those that nobody knows, and in URLs as a
/// password. See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let lines = text.strip_prefix("+\n");
    let mut vars = Vec::new();
    if lines.is_some() {
        let good = SETUP.iter();
        vars.extend(good.map(|&(name, value)| (name.to_owned(), value.to_owned())));
    }
    let lines = lines.unwrap_or(&text).split('\n').take(64);
    vars.extend(lines.filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), with_secrets(name, value)))
    }));
    let (said, taken) = match Config::from_vars(vars) {
        Ok((config, notices)) => {
            assert_agrees(&config);
            let notices: String = notices.iter().map(ToString::to_string).collect();
            (format!("{config:?}{notices}"), true)
        }
        Err(faults) => {
            assert!(!faults.faults.is_empty());
            (format!("{faults}{faults:?}"), false)
        }
    };
    assert!(!said.contains(CANARY), "a secret is told: {said}");
    taken
}

/// Returns the value with the secret in place, and never the path of a file that is there.
fn with_secrets(name: &str, value: &str) -> String {
    let is_file = ["FILE", "_BRAND_LOGO", "_BRAND_BACKGROUND"]
        .iter()
        .any(|end| name.ends_with(end));
    if is_file && value.contains('/') {
        return format!("/nowhere{}", value.replace('/', "_"));
    }
    let own_name = name.strip_suffix("_FILE").unwrap_or(name);
    let is_secret = VARIABLES
        .iter()
        .find(|row| row.name == own_name)
        .is_none_or(|row| row.secret);
    let is_url = ["_URL", "_URI", "_ENDPOINT"]
        .iter()
        .any(|end| name.ends_with(end));
    // Paths are shown: that of a file, and that of a SQLite database.
    let is_path = if name == own_name {
        value.to_ascii_lowercase().contains("sqlite")
    } else {
        value.contains('.')
    };
    match (is_secret, is_url) {
        (true, _) if !is_path => value.replace('$', CANARY),
        (false, true) => value.replace(":$@", &format!(":{CANARY}@")),
        _ => value.to_owned(),
    }
}

/// Fails if settings contradict each other.
fn assert_agrees(config: &Config) {
    assert!(config.sessions.idle <= config.sessions.max_age);
    assert!(config.password_login || config.oidc.is_some());
    let Some(oidc) = &config.oidc else { return };
    let public = config.public_url.as_ref().expect("an origin");
    assert_eq!(public, &oidc.origin);
    assert!(oidc.rp.scopes.iter().any(|scope| scope == "openid"));
    let algs = oidc.rp.id_token_algs.iter().flatten();
    assert!(algs.into_iter().all(|alg| alg != "none"));
    let url = oidc.rp.discovery_url();
    assert!(url.has_host() && url.username().is_empty() && url.password().is_none());
}
