//! The applications behind the door.

use super::{PUBLIC_URL, UPSTREAM, WIKI_URL, said};

/// Returns what is said of a setting of each kind of application.
fn said_of(setting: &str, text: &str) -> [String; 2] {
    let own = format!("POSTERN_UPSTREAM{setting}");
    let other = format!("POSTERN_APP_WIKI{setting}");
    [
        said(&[UPSTREAM, (&own, text)]),
        // The redirect URI is on that host too.
        said(&[
            (
                "OIDC_REDIRECT_URI",
                "https://login.example.com/api/oauth/openid",
            ),
            PUBLIC_URL,
            WIKI_URL,
            (&other, text),
        ]),
    ]
}

#[test]
fn setting_that_opens_everything_is_a_warning() {
    for said in said_of("_PUBLIC", "/health,/*") {
        let warns = said.contains("_PUBLIC lets everybody in without a login");
        assert!(warns && said.starts_with("- "), "{said}");
    }
    for said in said_of("_PUBLIC", "/health,/static/*") {
        assert_eq!(said, "");
    }
}

#[test]
fn group_that_nobody_can_have_is_a_warning() {
    for said in said_of("_ALLOW", "user:alice,group:family") {
        let warns = said.contains("_ALLOW lets in a group, and nobody has one");
        assert!(warns && said.starts_with("- "), "{said}");
    }
    for said in said_of("_ALLOW", "user:alice,role:admin") {
        assert_eq!(said, "");
    }
    let claim = ("OIDC_CLAIM_ROLES", "groups");
    let said = said(&[UPSTREAM, claim, ("POSTERN_UPSTREAM_ALLOW", "group:family")]);
    assert_eq!(said, "");
}
