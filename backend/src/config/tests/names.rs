//! Variable names that are almost ours.

use super::super::VARIABLES;
use super::super::misspelled::{Name, judge};
use super::said;

/// Checks the verdict on a variable's name.
fn check_name(name: &str, expected: &Name) {
    assert_eq!(judge(name, "value"), *expected, "{name}");
}

#[test]
fn near_names() {
    for (name, near) in [
        ("OICD_PROVIDER", "OIDC_PROVIDER"),
        ("ODIC_CLIENT_SECRET", "OIDC_CLIENT_SECRET"),
        ("OIDC_CLIENTID", "OIDC_CLIENT_ID"),
        ("OIDC_CLIENT_SECERT_FILE", "OIDC_CLIENT_SECRET_FILE"),
        ("OICD_CLIENT_SECRET_FILE", "OIDC_CLIENT_SECRET_FILE"),
        ("OIDC_REDIRECT_URL", "OIDC_REDIRECT_URI"),
        ("OIDC_TLS_CACERT_FILE", "OIDC_TLS_CACERTFILE"),
        ("OIDC_USERNAME_ATTR", "OIDC_USERNAME_ATTRIBUTE"),
        ("oidc_provider", "OIDC_PROVIDER"),
        ("OIDC_ISSUER_URL", "OIDC_SERVER_APPLICATION_URL"),
        ("OICD_ISSUER", "OIDC_SERVER_APPLICATION_URL"),
        ("POSTREN_LISTEN", "POSTERN_LISTEN"),
        ("POSTERN_TRUSTED_PROXY", "POSTERN_TRUSTED_PROXIES"),
        ("POSTERN_DATA_DIR", "DATA_DIR"),
        ("POSTERN_DATABASE_URL_FILE", "DATABASE_URL_FILE"),
        ("DISABLE_USERPAS_LOGIN", "DISABLE_USERPASS_LOGIN"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("SESSION_MAX_AGE_SECOND", "SESSION_MAX_AGE_SECONDS"),
    ] {
        check_name(name, &Name::Near(near.to_owned()));
    }
}

#[test]
fn names_of_others_are_left_alone() {
    for name in [
        "PATH",
        "HOME",
        "DATABASE_SSL",
        "DATABASE_USER",
        "XDG_DATA_DIRS",
        "SESSION_MANAGER",
        "POSTERN_SERVICE_HOST",
        "POSTERN_PORT_8080_TCP_ADDR",
        "",
        "_",
        "_FILE",
        "é_ü",
    ] {
        check_name(name, &Name::Fine);
    }
    assert_eq!(judge("POSTERN_PORT", "tcp://10.0.0.1:8080"), Name::Fine);
    assert_eq!(
        judge("POSTERN_PORT", "8080"),
        Name::Near("POSTERN_LISTEN".to_owned())
    );
}

#[test]
fn our_own_names_are_fine() {
    for variable in VARIABLES {
        check_name(variable.name, &Name::Fine);
        check_name(&format!("{}_FILE", variable.name), &Name::Fine);
    }
}

#[test]
fn unknown_names_of_ours_are_noticed() {
    for name in ["OIDC_FAVOURITE_COLOR", "POSTERN_X", "OICD_WHATEVER_ELSE"] {
        check_name(name, &Name::Unknown);
    }
    assert_eq!(
        said(&[("POSTERN_X", "1")]),
        "- POSTERN_X is not a setting, and is ignored; `postern --help` lists all"
    );
}

#[test]
fn what_is_promised_for_later_is_refused() {
    for name in [
        "POSTERN_COOKIE_DOMAIN",
        "POSTERN_ALLOWED_HOSTS",
        "POSTERN_COOKIE_DOMAIN_FILE",
    ] {
        let expected = format!("{name} is not supported by this version. Fix: take it away.");
        assert_eq!(said(&[(name, "127.0.0.1:9100")]), expected);
        assert_eq!(said(&[(name, " ")]), "", "an empty value is not set");
    }
}
