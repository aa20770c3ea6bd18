//! The test login: shows an admin what came and what a login would come to, and changes nothing.

use std::time::Duration;

use demo_op::Lie;
use insta::assert_snapshot;
use serde_json::{Value, json};
use shared::routes::{API_TEST_LOGIN, API_USERS, DOCTOR};
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::site::{Site, admin, email, user};

/// Begins a test; returns the answer.
async fn begin(browser: &HttpBrowser) -> Answer {
    browser.post_json(API_TEST_LOGIN, &json!({})).await
}

/// Returns the last test's report.
async fn report(browser: &HttpBrowser) -> Value {
    browser.get(API_TEST_LOGIN).await.json()
}

/// Runs a test as that user of the OP; returns its report.
async fn test_as(browser: &HttpBrowser, op_user: &str) -> Value {
    let begun = begin(browser).await.json();
    let url = begun["redirect"].as_str().expect("the OP's URL");
    let callback = browser.get(&browser.at_op(url, op_user).await).await;
    assert_eq!(callback.location(), DOCTOR, "{}", callback.summary());
    report(browser).await
}

/// Returns a site whose admin is logged in.
async fn site_with(settings: &[(&str, &str)]) -> (Site, HttpBrowser) {
    let site = Site::with(settings).await;
    site.add(admin("root").await).await;
    let browser = site.logged_in("root").await;
    (site, browser)
}

/// Returns the report's reasons, a line each.
fn reasons(report: &Value) -> String {
    let reasons = report["reasons"].as_array().expect("reasons");
    let lines = reasons.iter().filter_map(Value::as_str).skip(1);
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns verdict, account and code.
fn verdict(report: &Value) -> String {
    let text = |name: &str| report[name].as_str().unwrap_or("-").to_owned();
    [text("verdict"), text("account"), text("code")].join(" ")
}

#[tokio::test]
async fn claims_and_decision_are_shown_and_nothing_changes() {
    let (site, browser) = site_with(&[]).await;
    site.op.set_email_verified("bob", false);
    let session = browser.cookie("postern_session");

    let report = test_as(&browser, "bob").await;

    assert_eq!(verdict(&report), "register bob -");
    assert_snapshot!(reasons(&report), @"
    No account is connected to this subject
    The email bob@example.com is not verified by the provider (email_verified is not true)
    No account has this email
    Unknown people get an account (OIDC_ALLOW_REGISTRATION=true)
    ");
    let claims = report["claims"].as_array().unwrap();
    let claim = |name: &str| claims.iter().find(|claim| claim["name"] == name).unwrap();
    assert_eq!(claim("email")["value"], "\"bob@example.com\"");
    assert_eq!(claim("email_verified")["value"], "false");
    assert_eq!(claim("email")["source"], "both");
    assert_eq!(claim("aud")["source"], "id_token");
    let decided = claims.iter().filter(|claim| claim["decided"] == true);
    let decided: Vec<&str> = decided.filter_map(|claim| claim["name"].as_str()).collect();
    assert_eq!(
        decided,
        [
            "email",
            "email_verified",
            "iss",
            "preferred_username",
            "sub"
        ]
    );
    assert_eq!(browser.cookie("postern_session"), session);
    assert_eq!(browser.who().await.as_deref(), Some("root"));
    let users = browser.get(API_USERS).await.json();
    assert_eq!(users["total"], 1, "{users}");
    assert_eq!(
        site.browser().log_in_as("bob").await.callback.location(),
        "/",
        "a login of the same person is none the wiser"
    );
}

#[tokio::test]
async fn op_is_had_ask_who_it_is_if_that_is_wanted() {
    let (_site, browser) = site_with(&[]).await;
    let begin = async |query: &str| {
        let path = [API_TEST_LOGIN, query].concat();
        browser.post_json(&path, &json!({})).await
    };
    let asks = |answer: Answer| {
        let redirect = &answer.json()["redirect"];
        redirect
            .as_str()
            .is_some_and(|url| url.contains("prompt=login"))
    };

    assert!(!asks(begin("").await));
    assert!(asks(begin("?prompt=login").await));
    assert_eq!(begin("?prompt=none").await.code(), "bad_request");
}

#[tokio::test]
async fn decision_is_that_of_the_policy_and_has_its_reasons() {
    let (site, browser) = site_with(&[]).await;
    let mut owner = user("owner").await;
    owner.email = Some(email("bob@example.com"));
    site.add(owner).await;

    let report = test_as(&browser, "bob").await;

    assert_eq!(verdict(&report), "ask_for_password - -");
    assert_snapshot!(reasons(&report), @"
    No account is connected to this subject
    The email bob@example.com is verified by the provider
    The account owner claims the email, but nobody vouches for it
    OIDC_LINK_BY_EMAIL=confirm
    So the person is asked for the password of an account, or says that they are new
    ");
}

#[tokio::test]
async fn linked_identity_logs_in_whatever_its_email() {
    let (site, browser) = site_with(&[]).await;
    site.browser().log_in_as("bob").await;

    let report = test_as(&browser, "bob").await;

    assert_eq!(verdict(&report), "log_in bob -");
    assert_snapshot!(reasons(&report), @"The subject is connected to the account bob, so the email does not matter");
}

#[tokio::test]
async fn verified_email_links_to_an_admin_at_once() {
    let (site, browser) = site_with(&[]).await;
    let mut owner = admin("owner").await;
    owner.email = Some(email("bob@example.com"));
    site.add(owner).await;
    site.op.set_email_verified("bob", true);

    let report = test_as(&browser, "bob").await;

    assert_eq!(verdict(&report), "link owner -");
    let said = "The email is vouched for as that of the account owner\nOIDC_LINK_BY_EMAIL=confirm";
    assert!(reasons(&report).ends_with(said), "{}", reasons(&report));
}

#[tokio::test]
async fn refusal_has_its_code_and_what_to_do() {
    let (_site, browser) = site_with(&[("OIDC_ALLOW_REGISTRATION", "false")]).await;
    let closed = test_as(&browser, "bob").await;
    let (site, browser) = site_with(&[
        ("OIDC_CLAIM_ROLES", "groups"),
        ("OIDC_ROLE_ADMIN", "admins-of-postern"),
    ])
    .await;
    let without_role = test_as(&browser, "bob").await;
    site.op.set_groups("bob", &["admins-of-postern"]);
    let with_role = test_as(&browser, "bob").await;

    assert_eq!(verdict(&closed), "refuse - registration_closed");
    assert!(reasons(&closed).ends_with("get no account (OIDC_ALLOW_REGISTRATION=false)"));
    assert!(closed["remedy"].is_string());
    assert_eq!(verdict(&without_role), "refuse - role_missing");
    assert_snapshot!(
        reasons(&without_role),
        @r#"The claim groups (OIDC_CLAIM_ROLES) has no value that OIDC_ROLE_ADMIN or OIDC_ROLE_USER names: the claim groups is a list: "users"; OIDC_ROLE_ADMIN wants "admins-of-postern""#
    );
    assert_eq!(verdict(&with_role), "register bob -");
    assert!(
        reasons(&with_role).starts_with("The claim groups (OIDC_CLAIM_ROLES) gives the role admin")
    );
}

#[tokio::test]
async fn failure_is_told_with_its_cause_and_what_came_before_it() {
    let (site, browser) = site_with(&[]).await;
    site.op.lies(Lie::ClaimsOnlyAtUserinfo);
    site.op.lies(Lie::UserinfoSubWrong);

    let report = test_as(&browser, "bob").await;

    assert_eq!(verdict(&report), "fail - userinfo_invalid");
    assert_eq!(
        report["reasons"],
        json!([
            "The answer of the userinfo endpoint cannot be used.",
            "userinfo rejected: sub differs from the ID token's"
        ])
    );
    let claims = report["claims"].as_array().unwrap();
    assert!(claims.iter().any(|claim| claim["name"] == "sub"));
    assert!(report["remedy"].is_string());
}

#[tokio::test]
async fn failures_on_the_way_are_reports_too() {
    for (lie, code) in [
        (Lie::NonceWrong, "token_invalid"),
        (
            Lie::TokenError(400, "invalid_client".to_owned()),
            "client_rejected",
        ),
        (Lie::JwksEmpty, "op_misconfigured"),
        (Lie::AuthorizeError("server_error".to_owned()), "op_error"),
    ] {
        let (site, browser) = site_with(&[]).await;
        site.op.lies(lie.clone());
        site.forget_metadata();

        let report = test_as(&browser, "bob").await;

        assert_eq!(verdict(&report), format!("fail - {code}"), "{lie:?}");
    }
}

#[tokio::test]
async fn userinfo_that_no_login_needs_is_a_remark_alone() {
    let (site, browser) = site_with(&[]).await;
    site.op.lies(Lie::UserinfoSubWrong);

    let report = test_as(&browser, "bob").await;

    assert_eq!(verdict(&report), "register bob -");
    assert!(reasons(&report).ends_with("because the ID token has everything"));
}

#[tokio::test]
async fn dead_op_is_reported_without_leaving() {
    let (site, browser) = site_with(&[]).await;
    site.op.pause().await;
    site.forget_metadata();

    let begun = begin(&browser).await.json();

    assert_eq!(begun["redirect"], DOCTOR);
    let report = report(&browser).await;
    assert_eq!(verdict(&report), "fail - op_unreachable");
}

#[tokio::test]
async fn test_is_for_admins_and_each_has_their_own() {
    let (site, browser) = site_with(&[]).await;
    site.add(admin("other").await).await;
    site.add(user("owner").await).await;
    test_as(&browser, "bob").await;

    assert_eq!(report(&site.logged_in("other").await).await, Value::Null);
    let owner = site.logged_in("owner").await;
    assert_eq!(begin(&owner).await.code(), "forbidden");
    assert_eq!(owner.get(API_TEST_LOGIN).await.code(), "forbidden");
    assert_eq!(begin(&site.browser()).await.code(), "unauthenticated");
}

#[tokio::test]
async fn nobody_else_can_finish_a_test() {
    let (site, browser) = site_with(&[]).await;
    let begun = begin(&browser).await.json();
    let url = begun["redirect"].as_str().unwrap();
    let callback_url = browser.at_op(url, "bob").await;
    browser.post_json("/api/logout", &json!({})).await;

    let callback = browser.get(&callback_url).await;

    assert_eq!(callback.code(), "state_mismatch");
    assert_eq!(report(&site.logged_in("root").await).await, Value::Null);
}

#[tokio::test]
async fn report_is_forgotten_after_an_hour() {
    let (site, browser) = site_with(&[]).await;
    test_as(&browser, "bob").await;
    site.pass(Duration::from_secs(3599));
    assert!(report(&browser).await.is_object());

    site.pass(Duration::from_secs(1));

    assert_eq!(report(&browser).await, Value::Null);
}
