use super::{RoleAnswer, VerifiedIdentity, add_userinfo, claim_at, is_true, role};
use crate::config::{Config, OidcConfig, RoleClaims};
use crate::oidc::id_token::Claims;
use serde_json::{Value, json};
use shared::session::Role;

fn claims(value: Value) -> Claims {
    let Value::Object(claims) = value else {
        panic!("{value} is no object")
    };
    claims
}

fn config(extra: &[(&str, &str)]) -> OidcConfig {
    let vars = [
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "authentik"),
        ("OIDC_CLIENT_ID", "postern"),
        ("OIDC_CLIENT_SECRET", "secret"),
        (
            "OIDC_REDIRECT_URI",
            "http://127.0.0.1:8080/api/oauth/openid",
        ),
        (
            "OIDC_SERVER_APPLICATION_URL",
            "http://127.0.0.1:9000/application/o/postern",
        ),
    ];
    let vars = vars
        .iter()
        .chain(extra)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (config, _) = Config::from_vars(vars).expect("settings without a fault");
    config.oidc.expect("the OP is configured")
}

/// Advisory CVE-2026-55076: a string, a number or nothing was taken for verified.
#[test]
fn only_true_is_verified() {
    for (value, expected) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!("True"), false),
        (json!("TRUE"), false),
        (json!("yes"), false),
        (json!(""), false),
        (json!(1), false),
        (json!(0), false),
        (json!(1.0), false),
        (json!(null), false),
        (json!([true]), false),
        (json!({"value": true}), false),
    ] {
        assert_eq!(is_true(Some(&value)), expected, "{value}");
    }
    assert!(!is_true(None));
}

#[test]
fn what_is_no_address_is_no_email() {
    for email in [
        "",
        "alice",
        "a@b@example.com",
        "a@example.com,b@example.com",
    ] {
        let claims = claims(json!({"sub": "1", "email": email, "email_verified": true}));
        let identity = VerifiedIdentity::from_claims("iss", &claims, &config(&[]));
        assert_eq!(
            (identity.email, identity.is_email_verified),
            (None, false),
            "{email:?}"
        );
    }
}

#[test]
fn trust_makes_every_email_verified_but_invents_none() {
    let trusting = config(&[("OIDC_TRUST_UNVERIFIED_EMAIL", "true")]);
    let with = claims(json!({"sub": "1", "email": "a@example.com", "email_verified": false}));
    assert!(VerifiedIdentity::from_claims("iss", &with, &trusting).is_email_verified);
    let without = claims(json!({"sub": "1"}));
    assert!(!VerifiedIdentity::from_claims("iss", &without, &trusting).is_email_verified);
}

#[test]
fn email_and_its_verification_are_never_mixed() {
    let check = |token: Value, userinfo: Value, expected: Value| {
        let mut merged = claims(token);
        add_userinfo(&mut merged, claims(userinfo));
        assert_eq!(Value::Object(merged), expected);
    };
    check(
        json!({"sub": "1", "email": "a@example.com"}),
        json!({"sub": "1", "email": "b@example.com", "email_verified": true, "name": "A"}),
        json!({"sub": "1", "email": "a@example.com", "name": "A"}),
    );
    check(
        json!({"sub": "1", "email_verified": true}),
        json!({"sub": "1", "email": "b@example.com"}),
        json!({"sub": "1", "email": "b@example.com"}),
    );
    check(
        json!({"sub": "1"}),
        json!({"sub": "1", "email": "b@example.com", "email_verified": true}),
        json!({"sub": "1", "email": "b@example.com", "email_verified": true}),
    );
}

#[test]
fn roles_by_whole_values_alone() {
    let roles = RoleClaims {
        claim: "realm_access.roles".to_owned(),
        admin: vec!["admins".to_owned(), "root".to_owned()],
        user: vec!["users".to_owned()],
    };
    let check = |value: Value, expected: RoleAnswer| {
        let claims = claims(json!({"realm_access": {"roles": value.clone()}}));
        assert_eq!(role(&claims, Some(&roles)), expected, "{value}");
    };
    check(json!(["users", "root"]), RoleAnswer::Role(Role::Admin));
    check(json!("admins"), RoleAnswer::Role(Role::Admin));
    check(json!(["users"]), RoleAnswer::Role(Role::User));
    check(json!("not-admins"), RoleAnswer::None);
    check(json!("admins,users"), RoleAnswer::None);
    check(json!(["Admins"]), RoleAnswer::None);
    check(json!({"admins": true}), RoleAnswer::None);
    check(json!({"admins": {}, "users": ["a"]}), RoleAnswer::None);
    let zitadel = json!({"admins": {"163840776835432705": "example.org"}});
    check(zitadel, RoleAnswer::Role(Role::Admin));
    check(json!(null), RoleAnswer::None);
    check(json!([1, true]), RoleAnswer::None);
    assert_eq!(role(&claims(json!({})), Some(&roles)), RoleAnswer::None);
    assert_eq!(
        role(&claims(json!({"realm_access": {"roles": ["root"]}})), None),
        RoleAnswer::NotAsked
    );
    let anyone = RoleClaims {
        user: vec!["*".to_owned()],
        ..roles
    };
    assert_eq!(
        role(&claims(json!({})), Some(&anyone)),
        RoleAnswer::Role(Role::User)
    );
}

#[test]
fn a_claim_with_dots_in_its_name_is_found() {
    let claims = claims(json!({"https://example.com/roles": ["a"], "a": {"b": 1}}));
    assert_eq!(
        claim_at(&claims, "https://example.com/roles"),
        Some(&json!(["a"]))
    );
    assert_eq!(claim_at(&claims, "a.b"), Some(&json!(1)));
    assert_eq!(claim_at(&claims, "a.c"), None);
    assert_eq!(claim_at(&claims, "a.b.c"), None);
}

#[test]
fn sid_that_no_database_takes_is_left_out() {
    let sid = |sid: Value| {
        let claims = claims(json!({"sub": "s", "sid": sid}));
        VerifiedIdentity::from_claims("https://op.example", &claims, &config(&[])).sid
    };
    assert_eq!(sid(json!("a-session")).as_deref(), Some("a-session"));
    for unfit in [json!("a\0"), json!("s".repeat(256)), json!(" "), json!(7)] {
        assert_eq!(sid(unfit.clone()), None, "{unfit}");
    }
}
