//! Settings about the OP.

use std::time::Duration;

use super::super::{Config, LinkByEmail, RoleValues, VARIABLES, Weight};
use super::{check, config, said};
use oidc::settings::TokenAuthMethod;

#[test]
fn a_good_setup_has_the_defaults() {
    let oidc = config(&[]).oidc.unwrap();

    assert_eq!(oidc.provider.as_str(), "authentik");
    assert_eq!(
        oidc.rp.redirect_uri,
        "https://app.example.com/api/oauth/openid"
    );
    assert_eq!(oidc.rp.scopes, ["openid", "profile", "email"]);
    assert_eq!(oidc.rp.username_claim, "preferred_username");
    assert!(oidc.allow_registration);
    assert_eq!(oidc.link_by_email, LinkByEmail::Confirm);
    assert_eq!(oidc.link_by_email, LinkByEmail::default());
    assert!(!oidc.rp.trust_unverified_email && !oidc.autologin && !oidc.rp_initiated_logout);
    assert_eq!(oidc.roles, None);
    assert_eq!(
        (oidc.rp.token_auth_method, oidc.rp.id_token_algs),
        (None, None)
    );
    assert_eq!(oidc.rp.clock_skew, Duration::from_mins(1));
}

#[test]
fn every_required_variable_is_asked_for() {
    let required = VARIABLES
        .iter()
        .filter(|v| v.default_text() == "required when enabled");
    let names: Vec<_> = required.map(|variable| variable.name).collect();
    assert_eq!(names.len(), 5);
    for name in names {
        let said = said(&[(name, "")]);

        let start = format!("{name} is not set, and OIDC_ENABLED=true needs it. Fix: ");
        assert!(said.starts_with(&start), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn settings_of_a_disabled_op_are_ignored_aloud() {
    let bad = ("OIDC_LINK_BY_EMAIL".to_owned(), "nonsense".to_owned());
    let off = ("OIDC_ENABLED".to_owned(), "false".to_owned());

    let (config, notices) = Config::from_vars([bad.clone(), off]).unwrap();
    assert!(config.oidc.is_none());
    assert_eq!(notices[0].weight, Weight::Info);
    assert_eq!(
        notices[0].to_string(),
        "OIDC_ENABLED is false, so these are ignored: OIDC_LINK_BY_EMAIL"
    );

    let (_, notices) = Config::from_vars([bad]).unwrap();
    assert_eq!(notices[0].weight, Weight::Warning);
    assert_eq!(
        notices[0].to_string(),
        "OIDC_ENABLED is not set to true, so these are ignored: OIDC_LINK_BY_EMAIL"
    );
}

#[test]
fn a_mistyped_switch_is_not_off() {
    let said = said(&[("OIDC_ENABLED", "enable"), ("OIDC_AUTOLOGIN", "maybe")]);

    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(
        said.starts_with("OIDC_ENABLED=\"enable\" is neither true nor false."),
        "{said}"
    );
}

#[test]
fn provider_names() {
    for (text, expected) in [("Authentik", "authentik"), ("My  Login", "my-login")] {
        assert_eq!(
            config(&[("OIDC_PROVIDER", text)])
                .oidc
                .unwrap()
                .provider
                .as_str(),
            expected
        );
    }
    check(
        "OIDC_PROVIDER",
        &[(
            "https://auth.example.com",
            "OIDC_PROVIDER=\"https://auth.example.com\" is not a name for a provider. Fix: write \
             a short name such as authentik: letters a-z, digits, dots and dashes, at most 40 \
             characters.",
        )],
    );
}

#[test]
fn scopes() {
    let oidc = config(&[("OIDC_SCOPES", "email,openid  email groups")])
        .oidc
        .unwrap();

    assert_eq!(oidc.rp.scopes, ["email", "openid", "groups"]);
    check(
        "OIDC_SCOPES",
        &[
            (
                "profile email",
                "- OIDC_SCOPES lacks openid, without which there is no OpenID Connect; it is \
                 asked for too",
            ),
            (
                "openid \"email",
                "OIDC_SCOPES=\"openid \\\"email\" holds something that is no scope. Fix: write \
                 scopes such as openid profile email, separated by spaces.",
            ),
        ],
    );
    assert_eq!(
        config(&[("OIDC_SCOPES", "email")]).oidc.unwrap().rp.scopes,
        ["openid", "email"]
    );
}

#[test]
fn roles() {
    let given = [
        ("OIDC_CLAIM_ROLES", "realm_access.roles"),
        ("OIDC_ROLE_ADMIN", "admins, Site Owners,"),
        ("OIDC_ROLE_USER", "*"),
    ];
    let expected = RoleValues {
        admin: vec!["admins".to_owned(), "Site Owners".to_owned()],
        user: vec!["*".to_owned()],
    };
    let oidc = config(&given).oidc.unwrap();
    assert_eq!(oidc.rp.role_claim.as_deref(), Some("realm_access.roles"));
    assert_eq!(oidc.roles, Some(expected));
    // Alone, it tells applications of groups.
    let oidc = config(&given[..1]).oidc.unwrap();
    assert_eq!(oidc.rp.role_claim.as_deref(), Some("realm_access.roles"));
    assert_eq!(oidc.roles, None);
    check(
        "OIDC_ROLE_ADMIN",
        &[
            (
                "admins",
                "OIDC_ROLE_ADMIN=\"admins\" means nothing while OIDC_CLAIM_ROLES is not set. \
                 Fix: name the claim in OIDC_CLAIM_ROLES, often groups, or take this away.",
            ),
            ("", ""),
        ],
    );
    let everybody = said(&[
        ("OIDC_CLAIM_ROLES", "groups"),
        ("OIDC_ROLE_ADMIN", "admins,*"),
    ]);
    assert!(
        everybody.contains("would make everybody an admin"),
        "{everybody}"
    );
}

#[test]
fn methods_algorithms_and_skew() {
    let oidc = config(&[
        ("OIDC_TOKEN_AUTH_METHOD", "client_secret_post"),
        ("OIDC_ID_TOKEN_ALGS", "rs256, EDDSA RS256"),
        ("OIDC_CLOCK_SKEW_SECONDS", "0"),
    ]);
    let oidc = oidc.oidc.unwrap();

    assert_eq!(
        oidc.rp.token_auth_method,
        Some(TokenAuthMethod::ClientSecretPost)
    );
    assert_eq!(oidc.rp.id_token_algs.unwrap(), ["RS256", "EdDSA"]);
    assert_eq!(oidc.rp.clock_skew, Duration::ZERO);
    check(
        "OIDC_ID_TOKEN_ALGS",
        &[
            (
                "RS256,none",
                "OIDC_ID_TOKEN_ALGS=\"RS256,none\" names none, with which anybody could write a login \
             for anybody. Fix: leave it out; it is never accepted.",
            ),
            (
                "ES256K",
                "OIDC_ID_TOKEN_ALGS=\"ES256K\" names \"ES256K\", which is not an algorithm known here. \
             Fix: choose from RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, \
             Ed25519, HS256.",
            ),
        ],
    );
    for (name, bad) in [
        ("OIDC_ID_TOKEN_ALGS", "RS257"),
        ("OIDC_ID_TOKEN_ALGS", ","),
        ("OIDC_TOKEN_AUTH_METHOD", "private_key_jwt"),
        ("OIDC_CLOCK_SKEW_SECONDS", "601"),
        ("OIDC_CLOCK_SKEW_SECONDS", "-1"),
        ("OIDC_LINK_BY_EMAIL", "true"),
        ("OIDC_USERNAME_ATTRIBUTE", "preferred username"),
        ("OIDC_CLAIM_ROLES", "realm_access..roles"),
        ("OIDC_CLIENT_ID", "two words"),
        ("OIDC_END_SESSION_ENDPOINT", "auth.example.com/logout"),
    ] {
        assert!(
            said(&[(name, bad)]).starts_with(&format!("{name}=\"{bad}\" ")),
            "{name} {bad}"
        );
    }
}

#[test]
fn authentik_and_verified_emails_are_noticed() {
    let verified = ("OIDC_LINK_BY_EMAIL", "verified");

    assert!(said(&[verified]).contains("- OIDC_LINK_BY_EMAIL is verified, but Authentik"));
    assert_eq!(
        said(&[verified, ("OIDC_TRUST_UNVERIFIED_EMAIL", "true")]),
        ""
    );
}

#[test]
fn name_of_a_group_in_a_directory_is_never_cut_at_its_commas() {
    let group = "cn=admins,ou=groups,dc=x";
    let advice = "Fix: write a JSON list, in which each value keeps its commas, such as \
                  [\"cn=admins,ou=groups,dc=example\"].";
    for name in ["OIDC_ROLE_ADMIN", "OIDC_ROLE_USER"] {
        let said = said(&[("OIDC_CLAIM_ROLES", "groups"), (name, group)]);

        assert_eq!(
            said,
            format!(
                "{name}={group:?} looks like the name of one group in a directory, cut at its \
                 commas into 3 values. {advice}"
            )
        );
    }
    let read = |text: &str| {
        let roles = config(&[("OIDC_CLAIM_ROLES", "groups"), ("OIDC_ROLE_ADMIN", text)]);
        roles.oidc.unwrap().roles.unwrap().admin
    };
    assert_eq!(
        read("[\"cn=admins,ou=groups,dc=x\", \"staff\"]"),
        [group, "staff"]
    );
    assert_eq!(read("cn=admins"), ["cn=admins"]);
    assert_eq!(read("staff, kind=admin"), ["staff", "kind=admin"]);
    for bad in ["[admins]", "[1]", "[\"*\"]", "[]", "[\" \"]"] {
        let said = said(&[("OIDC_CLAIM_ROLES", "groups"), ("OIDC_ROLE_ADMIN", bad)]);
        assert!(said.contains("Fix: "), "{bad}: {said}");
    }
}
