//! Accounts for identities that nobody knows (contract, section 5, step 4).

use postern::account::NewAccount;
use serde_json::{Value, json};
use shared::routes::{API_LOGIN, API_SESSION};
use tests::site::{PASSWORD, Site, admin, user};

use crate::login::decide::outcome;
use tests::logins::account_of;

async fn has(site: &Site, username: &str) -> bool {
    site.app
        .store
        .account_by_username(username)
        .await
        .expect("the store answers")
        .is_some()
}

#[tokio::test]
async fn stranger_gets_an_ordinary_account_without_a_password() {
    let site = Site::start().await;
    let browser = site.browser();

    browser.log_in_as("alice").await;

    let user = &browser.get(API_SESSION).await.json()["user"];
    assert_eq!(
        (&user["username"], &user["role"]),
        (&json!("alice"), &json!("user"))
    );
    assert_eq!(
        (&user["email"], &user["has_password"]),
        (&json!("alice@example.com"), &json!(false))
    );
    assert_eq!(user["display_name"], "Alice");
    for password in ["", "alice-demo", PASSWORD] {
        let form = [("username", "alice"), ("password", password)];
        let answer = site.browser().post_form(API_LOGIN, &form).await;
        assert_eq!(answer.code(), "invalid_credentials");
    }
    assert!(
        site.app.store.is_setup_open().await.unwrap(),
        "the first admin is still to come"
    );
}

#[tokio::test]
async fn stranger_without_an_email_gets_an_account_without_one() {
    let site = Site::start().await;
    let browser = site.browser();

    browser.log_in_as("carol").await;

    assert!(browser.get(API_SESSION).await.json()["user"]["email"].is_null());
}

#[tokio::test]
async fn email_that_is_none_is_taken_for_none() {
    for text in [
        "",
        " ",
        "alice",
        "a@b, c@d",
        "Alice <a@example.com>",
        "a@example.com\n",
    ] {
        let site = Site::start().await;
        site.op.set_email("bob", Some(text));
        let browser = site.browser();

        browser.log_in_as("bob").await;

        let user = &browser.get(API_SESSION).await.json()["user"];
        assert!(user["email"].is_null(), "{text:?}: {user}");
        assert_eq!(user["username"], "bob");
    }
}

#[tokio::test]
async fn username_is_the_configured_claim_made_fit_and_free() {
    let check = async |attribute: &str, claim: Value, expected: &str| {
        let site = Site::with(&[("OIDC_USERNAME_ATTRIBUTE", attribute)]).await;
        site.add(NewAccount {
            email: None,
            ..user("taken").await
        })
        .await;
        site.op.set_claim("bob", attribute, claim.clone());
        let browser = site.browser();
        browser.log_in_as("bob").await;
        assert_eq!(
            browser.who().await.as_deref(),
            Some(expected),
            "{attribute} {claim}"
        );
    };

    check("preferred_username", json!("robert"), "robert").await;
    check("nickname", json!("Bob the Builder!"), "Bob-the-Builder").await;
    check("upn", json!("bob@corp.example"), "bob").await;
    check("preferred_username", json!("TAKEN"), "TAKEN-2").await;
    check("preferred_username", json!("<script>"), "script").await;
    // Nothing usable: the email's local part.
    check("preferred_username", json!("日本"), "bob").await;
    check("preferred_username", json!(["bob"]), "bob").await;
}

#[tokio::test]
async fn closed_registration_refuses_strangers() {
    let site = Site::with(&[("OIDC_ALLOW_REGISTRATION", "false")]).await;

    let with_email = site.browser().log_in_as("alice").await.callback;
    let without = site.browser().log_in_as("carol").await.callback;

    assert_eq!(with_email.code(), "registration_closed");
    assert_eq!(without.code(), "email_missing");
    assert!(!has(&site, "alice").await && !has(&site, "carol").await);
}

#[tokio::test]
async fn closed_registration_still_finds_accounts_by_email() {
    let settings = [("OIDC_ALLOW_REGISTRATION", "false")];

    assert_eq!(
        outcome(&settings, json!(true), admin("admin").await).await,
        "/"
    );
}

#[tokio::test]
async fn two_first_logins_at_once_make_one_account() {
    let site = Site::start().await;
    let (one, other) = (site.browser(), site.browser());
    let (first, second) = (
        one.callback_for("bob").await,
        other.callback_for("bob").await,
    );

    let (first, second) = tokio::join!(one.get(&first), other.get(&second));

    assert_eq!((first.location(), second.location()), ("/", "/"));
    assert_eq!(account_of(&one).await, account_of(&other).await);
}
