//! The URLs of the OP, and the redirect URI.

use super::{check, config, said};

#[test]
fn redirect_uris() {
    const REMEDY: &str = "Fix: write https://app.example.com/api/oauth/openid, here and at the OP.";
    for (bad, problem) in [
        (
            "https://app.example.com",
            "has another path than /api/oauth/openid",
        ),
        (
            "https://app.example.com/api/oauth/openid/",
            "has another path than /api/oauth/openid",
        ),
        (
            "https://app.example.com/a/../api/oauth/openid",
            "has another path than",
        ),
        (
            "https://app.example.com/oauth/callback",
            "has another path than /api/oauth/openid",
        ),
        (
            "https://app.example.com/api/oauth/openid?a=b",
            "has something after its path",
        ),
        (
            "https://app.example.com/api/oauth/openid#a",
            "has something after its path",
        ),
    ] {
        let said = said(&[("OIDC_REDIRECT_URI", bad)]);

        assert!(
            said.contains(problem) && said.ends_with(REMEDY),
            "{bad}: {said}"
        );
    }
    for (bad, problem) in [
        ("/api/oauth/openid", "does not begin with https://"),
        (
            "https:app.example.com/api/oauth/openid",
            "does not begin with https://",
        ),
        (
            "ftp://app.example.com/api/oauth/openid",
            "is not a URL of https or http",
        ),
        (
            "https:///app.example.com/api/oauth/openid",
            "has no host name",
        ),
        (
            "https://app.example.com\\api\\oauth\\openid",
            "holds a character that no URL has",
        ),
        (
            "https://u:p@app.example.com/api/oauth/openid",
            "holds a user name or a password",
        ),
        (
            "https://@app.example.com/api/oauth/openid",
            "holds a user name or a password",
        ),
        (
            "https://u:/p@app.example.com/api/oauth/openid",
            "holds a user name or a password",
        ),
        (
            "https://app.example.com:99999/api/oauth/openid",
            "is not a URL (invalid port number)",
        ),
        (
            "https://bücher.example/api/oauth/openid",
            "has letters outside ASCII",
        ),
        (
            "http://0.0.0.0:8080/api/oauth/openid",
            "names no host that a browser can visit",
        ),
    ] {
        assert!(
            said(&[("OIDC_REDIRECT_URI", bad)]).contains(problem),
            "{bad}"
        );
    }
}

#[test]
fn the_redirect_uri_is_kept_as_written() {
    let oidc = config(&[(
        "OIDC_REDIRECT_URI",
        "https://App.Example.com:443/api/oauth/openid",
    )]);
    let oidc = oidc.oidc.unwrap();

    assert_eq!(
        oidc.rp.redirect_uri,
        "https://App.Example.com:443/api/oauth/openid"
    );
    assert_eq!(oidc.origin.origin(), "https://app.example.com");
}

#[test]
fn questionable_redirect_uris_are_noticed() {
    check(
        "OIDC_REDIRECT_URI",
        &[
            ("http://127.0.0.1:8080/api/oauth/openid", ""),
            (
                "http://192.168.1.5:8080/api/oauth/openid",
                "- OIDC_REDIRECT_URI is http and not on this machine: cookies cannot be marked \
                 Secure, and passwords travel in the clear; use https",
            ),
            (
                "https://auth.example.com/api/oauth/openid",
                "- OIDC_REDIRECT_URI has the origin of OIDC_SERVER_APPLICATION_URL; it is where \
                 the OP sends people back to, so at Postern's own host",
            ),
        ],
    );
}

#[test]
fn application_urls_are_forgiven_what_people_paste() {
    const DOCUMENT: &str =
        "https://auth.example.com/application/o/postern/.well-known/openid-configuration";
    for (text, notices) in [
        ("https://auth.example.com/application/o/postern", ""),
        (
            "https://auth.example.com/application/o/postern/",
            "- OIDC_SERVER_APPLICATION_URL ends in a slash, which was left out",
        ),
        (
            DOCUMENT,
            "- OIDC_SERVER_APPLICATION_URL ends in /.well-known/openid-configuration, which was \
             left out",
        ),
    ] {
        let changes = [("OIDC_SERVER_APPLICATION_URL", text)];
        let oidc = config(&changes).oidc.unwrap();

        assert_eq!(
            oidc.rp.application_url.as_str(),
            "https://auth.example.com/application/o/postern"
        );
        assert_eq!(oidc.rp.discovery_url().as_str(), DOCUMENT);
        assert_eq!(said(&changes), notices);
    }
}

#[test]
fn discovery_of_a_bare_host_and_elsewhere() {
    let root = config(&[
        ("OIDC_PROVIDER", "keycloak"),
        ("OIDC_SERVER_APPLICATION_URL", "https://auth.example.com"),
    ]);
    let elsewhere = config(&[(
        "OIDC_SERVER_METADATA_URL",
        "https://x.example.com/meta?app=1",
    )]);

    let url = root.oidc.unwrap().rp.discovery_url();
    assert_eq!(
        url.as_str(),
        "https://auth.example.com/.well-known/openid-configuration"
    );
    let url = elsewhere.oidc.unwrap().rp.discovery_url();
    assert_eq!(url.as_str(), "https://x.example.com/meta?app=1");
}

#[test]
fn endpoints_and_pages_are_no_application_urls() {
    for (bad, remedy) in [
        (
            "https://a.example/application/o/authorize/",
            "https://a.example/application/o/SLUG",
        ),
        (
            "https://a.example/application/o/postern/jwks/",
            "https://a.example/application/o/SLUG",
        ),
        (
            "https://a.example/if/admin/",
            "write https://a.example/application/o/SLUG",
        ),
        (
            "https://a.example/realms/home/protocol/openid-connect/auth",
            "Fix: write https://a.example/realms/home.",
        ),
        (
            "https://a.example/application/o/x?next=/",
            "leave out the ? and what follows",
        ),
    ] {
        let said = said(&[("OIDC_SERVER_APPLICATION_URL", bad)]);

        assert!(
            said.contains("Fix:") && said.contains(remedy),
            "{bad}: {said}"
        );
    }
}

#[test]
fn questionable_application_urls_are_noticed() {
    check(
        "OIDC_SERVER_APPLICATION_URL",
        &[
            (
                "https://auth.example.com",
                "- OIDC_SERVER_APPLICATION_URL has no /application/o/ in its path; Authentik's \
                 discovery document is at https://HOST/application/o/SLUG, SLUG being the \
                 application's",
            ),
            (
                "http://auth.example.com/application/o/postern",
                "- OIDC_SERVER_APPLICATION_URL is http and not on this machine: whoever is on the \
                 network between can read the client secret and pose as the OP",
            ),
            ("http://127.0.0.1:9000/application/o/postern", ""),
        ],
    );
}
