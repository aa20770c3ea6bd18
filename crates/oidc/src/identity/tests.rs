use super::{Claims, Settings, VerifiedIdentity, add_userinfo, claim_at, is_true, roles};
use serde_json::{Value, json};
use std::time::Duration;

fn claims(value: Value) -> Claims {
    let Value::Object(claims) = value else {
        panic!("{value} is no object")
    };
    claims
}

fn settings(trust_unverified_email: bool) -> Settings {
    let url = "http://127.0.0.1:9000/application/o/postern";
    Settings {
        client_id: "postern".to_owned(),
        client_secret: "secret".into(),
        redirect_uri: "http://127.0.0.1:8080/api/oauth/openid".to_owned(),
        application_url: url.parse().expect("a URL"),
        metadata_url: None,
        ca_certificates: None,
        scopes: vec!["openid".to_owned()],
        username_claim: "preferred_username".to_owned(),
        role_claim: None,
        trust_unverified_email,
        end_session_endpoint: None,
        token_auth_method: None,
        id_token_algs: None,
        clock_skew: Duration::ZERO,
    }
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
        let identity = VerifiedIdentity::from_claims("iss", &claims, &settings(false));
        assert_eq!(
            (identity.email, identity.is_email_verified),
            (None, false),
            "{email:?}"
        );
    }
}

#[test]
fn trust_makes_every_email_verified_but_invents_none() {
    let trusting = settings(true);
    let with = claims(json!({"sub": "1", "email": "a@example.com", "email_verified": false}));
    assert!(VerifiedIdentity::from_claims("iss", &with, &trusting).is_email_verified);
    let without = claims(json!({"sub": "1"}));
    assert!(!VerifiedIdentity::from_claims("iss", &without, &trusting).is_email_verified);
}

#[test]
fn email_and_its_verification_are_never_mixed() {
    let check = |token: Value, userinfo: Value, expected: Value| {
        let mut merged = claims(token);
        add_userinfo(&mut merged, claims(userinfo), &settings(false));
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
fn role_values_are_read_as_they_are() {
    let check = |value: Value, expected: &[&str]| {
        let claims = claims(json!({"realm_access": {"roles": value.clone()}}));
        assert_eq!(roles(&claims, "realm_access.roles"), expected, "{value}");
    };
    check(json!(["users", "root"]), &["users", "root"]);
    check(json!("admins,users"), &["admins,users"]);
    check(json!([1, "users", true]), &["users"]);
    check(json!({"admins": true}), &[]);
    check(json!({"admins": {}, "users": ["a"]}), &[]);
    let zitadel = json!({"admins": {"163840776835432705": "example.org"}});
    check(zitadel, &["admins"]);
    check(json!(null), &[]);
    assert!(roles(&claims(json!({})), "realm_access.roles").is_empty());
}

#[test]
fn roles_are_read_only_if_they_are_asked_for() {
    let claims = claims(json!({"sub": "1", "groups": ["a"]}));
    let mut settings = settings(false);
    let roles = |settings: &Settings| VerifiedIdentity::from_claims("iss", &claims, settings).roles;
    assert_eq!(roles(&settings), None);
    settings.role_claim = Some("groups".to_owned());
    assert_eq!(roles(&settings), Some(vec!["a".to_owned()]));
    settings.role_claim = Some("roles".to_owned());
    assert_eq!(roles(&settings), Some(Vec::new()));
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
        VerifiedIdentity::from_claims("https://op.example", &claims, &settings(false)).sid
    };
    assert_eq!(sid(json!("a-session")).as_deref(), Some("a-session"));
    for unfit in [json!("a\0"), json!("s".repeat(256)), json!(" "), json!(7)] {
        assert_eq!(sid(unfit.clone()), None, "{unfit}");
    }
}
