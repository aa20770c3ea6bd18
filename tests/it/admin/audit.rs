//! The audit trail: every login, failure and change is in it, and no secret.

use postern::audit::Actor;
use postern::failure::{Cause, explanation, remedy};
use reqwest::Method;
use serde_json::{Value, json};
use shared::audit::AuditKind;
use shared::routes::{
    API_AUDIT, API_BACKCHANNEL_LOGOUT, API_LOGOUT, API_PROFILE, API_PROFILE_PASSWORD,
    API_PROFILE_SESSIONS, API_SESSION_CONFIRM, API_SETUP,
};
use shared::session::Role;
use shared::text::Language;
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::logins::{set_disabled, set_role};
use tests::site::{CLIENT_ID, CLIENT_SECRET, PASSWORD, Site, admin, user};

/// Returns the entries, the oldest first.
async fn trail(root: &HttpBrowser, query: &str) -> Vec<Value> {
    let answer = root.get(&format!("{API_AUDIT}{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut entries = answer.json()["entries"].as_array().expect("a list").clone();
    entries.reverse();
    entries
}

/// Returns kind, code, actor, account and detail of each on a line.
fn lines(entries: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |entry: &Value| {
        [
            text(&entry["kind"]),
            text(&entry["code"]),
            text(&entry["actor"]["username"]),
            text(&entry["account"]["username"]),
            text(&entry["detail"]),
        ]
        .join(" | ")
    };
    entries.iter().map(line).collect()
}

#[tokio::test]
async fn logins_failures_and_changes_are_written_down() {
    let site = Site::start().await;
    let root_id = site.add(admin("root").await).await;
    let alice_id = site.add(user("alice").await).await;
    let root = site.logged_in("root").await;
    let alice = site.browser();
    alice.log_in("alice", "wrong password").await;
    alice.log_in("nobody-by-this-name", "x").await;
    alice.log_in("alice", PASSWORD).await;
    alice
        .patch(API_PROFILE, &json!({"email": "al@example.org"}))
        .await;
    alice
        .post_json(API_SESSION_CONFIRM, &json!({"password": "no"}))
        .await;
    let body = json!({"current": PASSWORD, "new": "another password"});
    alice.post_json(API_PROFILE_PASSWORD, &body).await;
    alice.delete(API_PROFILE_SESSIONS).await;
    alice.post_json(API_LOGOUT, &json!({})).await;
    set_role(
        &site.app.store,
        alice_id,
        Role::Admin,
        Actor::server(site.now()),
    )
    .await;
    let by = Actor::server(site.now()).account(root_id);
    set_disabled(&site.app.store, alice_id, true, by).await;
    alice.log_in("alice", "another password").await;

    let seen = lines(&trail(&root, "").await);

    assert_eq!(
        seen,
        [
            "account_made | - | - | root | admin",
            "account_made | - | - | alice | user",
            "login | - | root | root | password",
            "login_failed | invalid_credentials | - | alice | password",
            "login_failed | invalid_credentials | - | - | password",
            "login | - | alice | alice | password",
            "email_changed | - | alice | alice | alice@example.com -> al@example.org",
            "login_failed | password_wrong | - | alice | password",
            "password_changed | - | alice | alice | -",
            "logout | - | alice | alice | -",
            "role_changed | - | - | alice | admin",
            "account_disabled | - | root | alice | -",
            "login_failed | account_disabled | - | alice | password",
        ]
    );
}

#[tokio::test]
async fn logins_through_the_op_are_written_down() {
    let site = Site::start().await;
    let root_id = site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    let issuer = format!("{}/", site.op.application_url());
    let bob = site.browser();
    bob.log_in_as("bob").await;
    let canceled = site.browser();
    let start = canceled.get(shared::routes::API_LOGIN_OPENID).await;
    let back = canceled.cancel_at_op(start.location()).await;
    let failed = canceled.get(&back).await;
    let claims = site
        .op
        .logout_claims(CLIENT_ID, &site.op.subject("bob").unwrap(), "x");
    let mut claims = claims;
    claims.as_object_mut().unwrap().remove("sid");
    let token = site.op.sign(&site.op.logout_header(), &claims);
    bob.post_form(API_BACKCHANNEL_LOGOUT, &[("logout_token", &token)])
        .await;

    let entries = trail(&root, "").await;

    assert_eq!(
        lines(&entries[2..]),
        [
            "account_made | - | bob | bob | user".to_owned(),
            format!("identity_linked | - | bob | bob | {issuer}"),
            format!("login | - | bob | bob | {issuer}"),
            "login_failed | access_denied | - | - | the OP answered access_denied: access_denied (the user cancelled the login)"
                .to_owned(),
            "session_ended_by_op | - | - | bob | -".to_owned(),
        ]
    );
    // The reference of the error page finds the cause.
    let reference = failed.param("ref").unwrap();
    let found = trail(&root, &format!("?ref={reference}")).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["code"], &found[0]["address"]),
        (&json!("access_denied"), &json!("127.0.0.1"))
    );
    let roots = trail(&root, &format!("?account={root_id}")).await;
    assert_eq!(roots.len(), 2);
    assert_eq!(trail(&root, "?kind=identity_linked").await.len(), 1);
}

#[tokio::test]
async fn pages_are_of_a_hundred() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    for n in 0..150 {
        let by = Actor::server(site.now());
        let detail = n.to_string();
        let event = postern::audit::Event {
            kind: AuditKind::LoginFailed,
            account: None,
            failure: Some(Cause::OpError),
            detail: Some(&detail),
        };
        site.app.store.record(&by, event).await.unwrap();
    }

    let first = root.get(API_AUDIT).await.json();
    let next = first["next"].as_str().expect("more");
    let second = root.get(&format!("{API_AUDIT}?before={next}")).await.json();

    let details = |page: &Value| -> Vec<String> {
        let entries = page["entries"].as_array().unwrap();
        entries
            .iter()
            .map(|entry| entry["detail"].as_str().unwrap_or("-").to_owned())
            .collect()
    };
    let all = [details(&first), details(&second)].concat();
    let expected: Vec<String> = (0..150).rev().map(|n| n.to_string()).collect();
    assert_eq!(all[..150], expected);
    assert_eq!((details(&first).len(), all.len()), (100, 152));
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn only_admins_read_it() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    assert_eq!(
        site.browser().get(API_AUDIT).await.code(),
        "unauthenticated"
    );
    assert_eq!(
        site.logged_in("alice").await.get(API_AUDIT).await.code(),
        "forbidden"
    );
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    for query in ["before=x", "kind=%00", "ref=%00"] {
        let answer = root.get(&format!("{API_AUDIT}?{query}")).await;
        assert_eq!(answer.code(), "bad_request", "{query}");
    }
}

#[tokio::test]
async fn no_secret_is_in_it() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    site.add(user("alice").await).await;
    let root = site.logged_in("root").await;
    let alice = site.browser();
    // People type their password into the wrong field.
    alice.log_in("my secret passphrase", "x").await;
    alice.log_in("alice", "my wrong passphrase").await;
    alice.log_in("alice", PASSWORD).await;
    let setup =
        json!({"token": "a-guessed-setup-token", "username": "x", "password": "0123456789"});
    alice.post_json(API_SETUP, &setup).await;
    let token = alice.cookie("postern_session").unwrap();
    let bob = site.browser();
    let login = bob.log_in_as("bob").await;
    let code = tests::answer::param(&login.callback_url, "code").unwrap();

    let trail = root.get(API_AUDIT).await.body;

    for secret in [
        "my secret passphrase",
        "my wrong passphrase",
        PASSWORD,
        "a-guessed-setup-token",
        CLIENT_SECRET,
        &token,
        &code,
    ] {
        assert!(!trail.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn failures_of_one_network_do_not_fill_the_database() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    let stranger = site.browser();
    for _ in 0..100 {
        stranger.get("/api/oauth/openid?state=x&error=y").await;
    }

    stranger.log_in("root", "a guess").await;

    let failures = lines(&trail(&root, "?kind=login_failed").await);

    assert!((2..80).contains(&failures.len()), "{}", failures.len());
    assert_eq!(
        failures.last().map(String::as_str),
        Some("login_failed | invalid_credentials | - | root | password"),
        "a guess is not lost in the noise"
    );
}

#[tokio::test]
async fn failed_login_says_the_remedy_at_the_op_that_is_configured() {
    let site = Site::with(&[("OIDC_CLIENT_SECRET", "not the secret")]).await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    let failed = site.browser().log_in_as("bob").await.callback;
    site.browser().log_in("root", "a wrong password").await;

    let entries = trail(&root, "?kind=login_failed").await;

    let of = |cause| remedy(cause, "authentik").english();
    assert_eq!(entries[0]["remedy"], of(Cause::ClientRejected));
    let cause = entries[0]["detail"].as_str().unwrap();
    assert!(cause.contains("invalid_client"), "{cause}");
    assert_eq!(entries[0]["ref"], failed.param("ref").unwrap());
    assert_eq!(entries[1]["remedy"], of(Cause::InvalidCredentials));
}

#[tokio::test]
async fn failed_login_is_told_in_the_language_of_the_admin_and_logged_in_english() {
    let site = Site::with(&[("OIDC_CLIENT_SECRET", "not the secret")]).await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    Log::begin();
    site.browser().log_in_as("bob").await;
    let log = Log::text();

    let get = root.call(Method::GET, &format!("{API_AUDIT}?kind=login_failed"));
    let answer = root.send(get.header("accept-language", "de")).await.json();

    let (entry, german) = (&answer["entries"][0], Language::parse("de").unwrap());
    let (cause, remedy) = (
        explanation(Cause::ClientRejected),
        remedy(Cause::ClientRejected, "authentik"),
    );
    assert_eq!(entry["cause"], cause.translated(german));
    assert_eq!(entry["remedy"], remedy.translated(german));
    assert_ne!(entry["remedy"], remedy.english());
    // Labels of the provider's page and settings are as they are there.
    let told = entry["remedy"].as_str().unwrap();
    assert!(
        told.contains("„Client Secret“") && told.contains("OIDC_REDIRECT_URI"),
        "{told}"
    );
    assert!(entry["detail"].as_str().unwrap().contains("invalid_client"));
    assert!(
        log.contains(&format!("remedy={:?}", remedy.english())),
        "{log}"
    );
}

#[tokio::test]
async fn account_whose_name_looks_like_an_id_is_found() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let name = "0197aaaa-0000-7000-8000-00000000abcd";
    site.add(user(name).await).await;
    let root = site.logged_in("root").await;

    let found = trail(&root, &format!("?account={}", name.to_uppercase())).await;

    assert_eq!(
        lines(&found),
        [format!("account_made | - | - | {name} | user")]
    );
    assert_eq!(
        root.get(&format!("{API_AUDIT}?account=%00")).await.code(),
        "bad_request"
    );
}
