//! The userinfo endpoint.

use demo_op::{Fault, Lie, Settings};
use serde_json::json;
use shared::routes::API_PROFILE;
use tests::log::Log;
use tests::trial::Trial;

use crate::misbehaving_op::{claim, was_led_astray};

const USERINFO: &str = "/application/o/userinfo/";

/// Each lie ends on the error page with this code where userinfo is needed.
async fn each_is_refused(lies: &[Lie], code: &str) {
    for lie in lies {
        let trial = Trial::under(&[Lie::ClaimsOnlyAtUserinfo, lie.clone()]).await;
        let trial = trial.assert_refused(code).await;
        assert_eq!(trial.site.op.requests_to(USERINFO).len(), 1);
    }
}

#[tokio::test]
async fn userinfo_is_asked_only_where_the_id_token_lacks_something() {
    let trial = Trial::under(&[Lie::Userinfo(Fault::Html)]).await;

    let trial = trial.assert_accepted().await;
    assert_eq!(trial.site.op.requests_to(USERINFO).len(), 0);
}

#[tokio::test]
async fn sub_that_is_missing_or_another_than_in_the_id_token_is_refused() {
    let lies = [
        Lie::SubWrong,
        Lie::UserinfoSubMissing,
        Lie::UserinfoMember("sub".to_owned(), json!(42)),
        Lie::UserinfoMember("sub".to_owned(), json!(null)),
    ];
    each_is_refused(&lies, "userinfo_invalid").await;
}

#[tokio::test]
async fn access_token_that_userinfo_refuses_is_no_login() {
    let faults = [Fault::Status(401), Fault::Status(403)];
    each_is_refused(&faults.map(Lie::Userinfo), "userinfo_invalid").await;
}

#[tokio::test]
async fn userinfo_that_fails_is_unreachable() {
    let faults = [Fault::Status(500), Fault::Cut];
    each_is_refused(&faults.map(Lie::Userinfo), "op_unreachable").await;
}

#[tokio::test]
async fn userinfo_that_is_html_or_broken_is_refused() {
    let faults = [Fault::Html, Fault::Empty, Fault::Truncated];
    each_is_refused(&faults.map(Lie::Userinfo), "userinfo_invalid").await;
}

#[tokio::test]
async fn userinfo_that_is_json_but_no_object_is_refused() {
    let values = [json!([]), json!("bob"), json!(42), json!(null), json!(true)];
    each_is_refused(&values.map(Lie::UserinfoJson), "userinfo_invalid").await;
}

#[tokio::test]
async fn redirect_and_10_mb_of_userinfo_are_misconfigured() {
    let faults = [Fault::Redirect, Fault::Huge];
    each_is_refused(&faults.map(Lie::Userinfo), "op_misconfigured").await;
}

#[tokio::test]
async fn redirect_of_userinfo_is_not_followed() {
    let lies = [Lie::ClaimsOnlyAtUserinfo, Lie::Userinfo(Fault::Redirect)];

    let trial = Trial::under(&lies).await;

    assert!(!was_led_astray(&trial.site));
}

/// What hides userinfo's value in the ID token of a careless mapping.
#[tokio::test]
async fn claim_that_cannot_be_used_hides_nothing_that_userinfo_has() {
    let settings = [("OIDC_CLAIM_ROLES", "groups"), ("OIDC_ROLE_USER", "users")];
    for (name, value) in [
        ("groups", json!(null)),
        ("groups", json!([])),
        ("groups", json!("")),
        ("groups", json!({})),
        ("groups", json!([null])),
        ("groups", json!(0)),
        ("preferred_username", json!(null)),
        ("preferred_username", json!("")),
        ("preferred_username", json!(" ")),
        ("preferred_username", json!(42)),
        ("name", json!(null)),
        ("name", json!([])),
        ("email", json!(null)),
        ("email", json!("")),
        ("email", json!("no address")),
    ] {
        let lie = claim(name, value.clone());
        let trial = Trial::with(&settings, Settings::default(), &[lie]).await;

        let trial = trial.assert_accepted().await;
        assert_eq!(
            trial.site.op.requests_to(USERINFO).len(),
            1,
            "{name}: {value}"
        );
        let profile = trial.browser.get(API_PROFILE).await.json();
        let user = &profile["user"];
        let told = [&user["username"], &user["display_name"], &user["email"]];
        assert_eq!(
            told,
            ["bob", "Bob", "bob@example.com"],
            "{name}: {value}: {profile}"
        );
    }
}

#[tokio::test]
async fn role_path_that_leads_nowhere_hides_nothing_that_userinfo_has() {
    let settings = [
        ("OIDC_CLAIM_ROLES", "realm_access.roles"),
        ("OIDC_ROLE_USER", "users"),
    ];
    for value in [json!(null), json!({}), json!({"roles": []})] {
        let lies = [
            claim("realm_access", value),
            Lie::UserinfoMember("realm_access".to_owned(), json!({"roles": ["users"]})),
        ];
        let trial = Trial::with(&settings, Settings::default(), &lies).await;
        trial.assert_accepted().await;
    }
}

#[tokio::test]
async fn role_that_is_missing_is_told_with_what_came_and_what_was_wanted() {
    let settings = [("OIDC_CLAIM_ROLES", "groups"), ("OIDC_ROLE_ADMIN", "Users")];
    for (value, words) in [
        (json!(["users"]), "is a list: \"users\""),
        (json!("users"), "is one text: \"users\""),
        (json!(["users"]), "differs from \"Users\" by case"),
        (json!(["users"]), "OIDC_ROLE_ADMIN wants \"Users\""),
        (json!(7), "is a number"),
        (json!([]), "is an empty list"),
    ] {
        let lies = [
            claim("groups", value.clone()),
            Lie::UserinfoMember("groups".to_owned(), value),
        ];
        let trial = Trial::with(&settings, Settings::default(), &lies).await;

        let trial = trial.assert_refused("role_missing").await;
        let reference = trial.login.callback.param("ref").unwrap();
        let line = Log::failed_login(&reference).unwrap();
        assert!(line.contains(words), "{words}: {line}");
    }
}

#[tokio::test]
async fn nothing_of_the_op_is_to_come_compressed() {
    let trial = Trial::under(&[Lie::ClaimsOnlyAtUserinfo]).await;

    let trial = trial.assert_accepted().await;
    let requests = trial.site.op.requests();
    let of_server = requests.iter().filter(|request| {
        request
            .header("user-agent")
            .is_some_and(|it| it.starts_with("postern/"))
    });
    let codings: Vec<_> = of_server
        .map(|request| request.header("accept-encoding"))
        .collect();
    assert!(codings.len() >= 4, "{codings:?}");
    assert!(
        codings.iter().all(|coding| *coding == Some("identity")),
        "{codings:?}"
    );
}
