//! What an email address of the OP is worth: little. Of the demo OP's users alice's email is not
//! verified, bob's is.

use demo_op::User;
use postern::account::NewAccount;
use serde_json::{Value, json};
use shared::routes::{API_PROFILE, API_SESSION};
use tests::site::{PASSWORD, Site, admin, email, user, vouched};

use crate::login::decide::identities;
use tests::logins::account_of;

/// The setting of the identity policy.
const BY_EMAIL: &str = "OIDC_LINK_BY_EMAIL";

/// Every type of JSON and every spelling that somebody took for true; none of them is.
fn not_verified() -> Vec<Value> {
    let mut values: Vec<Value> = [
        "false", "True", "TRUE", "yes", "1", "", " true", "true ", "t",
    ]
    .map(|text| json!(text))
    .to_vec();
    values.extend([
        json!(false),
        json!(1),
        json!(0),
        json!(-1),
        json!(1.0),
        json!([]),
        json!([true]),
        json!({}),
        json!({"value": true}),
        Value::Null,
    ]);
    values
}

/// A new user of the OP with this email, of which the OP says this; returns the name.
fn op_user(site: &Site, number: usize, address: &str, verified: &Value) -> String {
    let name = format!("user-{number}");
    site.op.add_user(User {
        email: Some(address.to_owned()),
        email_verified: verified.clone(),
        ..User::new(&name, &format!("{name}-demo"))
    });
    name
}

/// An account of that name has that user's email; returns where the login led, or its code.
async fn comes_to(site: &Site, account: NewAccount, verified: &Value, number: usize) -> String {
    let address = format!("owner-{number}@example.com");
    let username = format!("owner-{number}");
    let account = NewAccount {
        username,
        email: Some(email(&address)),
        ..account
    };
    let id = site.add(account).await;
    let name = op_user(site, number, &address, verified);
    let browser = site.browser();
    let callback = browser.log_in_as(&name).await.callback;
    let code = callback.code();
    let came = if code.is_empty() {
        callback.location().to_owned()
    } else {
        code
    };
    let is_in = account_of(&browser).await == id.to_string();
    assert_eq!(
        (is_in, identities(site, id).await == 1),
        (came == "/", came == "/")
    );
    came
}

#[tokio::test]
async fn cve_2026_55076_only_true_is_verified() {
    let site = Site::with(&[(BY_EMAIL, "verified")]).await;
    let account = vouched("made").await;

    for (number, verified) in [json!(true), json!("true")].iter().enumerate() {
        let came = comes_to(&site, account.clone(), verified, number).await;
        assert_eq!(came, "/", "{verified}");
    }
    for (number, verified) in not_verified().iter().enumerate() {
        let came = comes_to(&site, account.clone(), verified, 100 + number).await;
        assert_eq!(came, "email_unverified", "{verified}");
    }
}

#[tokio::test]
async fn cve_2026_47164_existing_account_is_bound_by_the_same_rule_as_a_new_one_is_made() {
    let site = Site::start().await;
    // An account that an admin vouches for: only the OP's word is missing.
    let account = admin("root").await;

    for (number, verified) in not_verified().iter().enumerate() {
        let bound = comes_to(&site, account.clone(), verified, number).await;
        assert_eq!(bound, "/link", "{verified}");

        let address = format!("stranger-{number}@example.com");
        let name = op_user(&site, 100 + number, &address, verified);
        let browser = site.browser();
        browser.log_in_as(&name).await;
        let made = site.app.store.account_by_username(&name).await.unwrap();
        let made = made.unwrap_or_else(|| panic!("{verified} makes nobody"));
        assert_eq!(account_of(&browser).await, made.id.to_string());
        assert!(!made.email_is_vouched_for(), "{verified}");
    }
}

#[tokio::test]
async fn cve_2026_55075_linked_account_is_never_bound_anew_by_email() {
    for policy in ["confirm", "verified", "never"] {
        let site = Site::with(&[(BY_EMAIL, policy)]).await;
        let id = site.add(admin("root").await).await;
        site.op.set_email("bob", Some("root@example.com"));
        site.link_another(id).await;
        let browser = site.browser();

        let callback = browser.log_in_as("bob").await.callback;

        // The address may be somebody else's by now: an account of their own, which only claims it.
        assert_eq!(callback.location(), "/", "{policy}");
        assert_eq!(browser.who().await.as_deref(), Some("bob"));
        let bob = site.app.store.account_by_username("bob").await.unwrap();
        assert!(!bob.unwrap().email_is_vouched_for());
        assert_eq!(identities(&site, id).await, 1);
    }
}

#[tokio::test]
async fn cve_2026_55075_account_that_was_linked_in_the_meantime_is_not_bound() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    let browser = site.browser();
    let waits = browser.log_in_as("alice").await.callback;
    site.link_another(id).await;

    let agreed = browser
        .post_json(
            "/api/link",
            &json!({"username": "alice", "password": PASSWORD}),
        )
        .await;

    assert_eq!(waits.location(), "/link");
    assert_eq!(agreed.code(), "link_conflict");
    assert_eq!(
        (identities(&site, id).await, browser.who().await),
        (1, None)
    );
}

#[tokio::test]
async fn cve_2023_3128_identity_is_issuer_and_subject_whatever_its_email_says() {
    let site = Site::with(&[(BY_EMAIL, "verified")]).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    let first = account_of(&browser).await;
    site.add(admin("other").await).await;
    site.op.set_email("bob", Some("other@example.com"));

    browser.log_in_as("bob").await;

    assert_eq!(account_of(&browser).await, first);
    let profile = browser.get(API_PROFILE).await.json();
    assert_eq!(profile["user"]["email"], "bob@example.com");
    assert_eq!(profile["identities"][0]["email"], "other@example.com");
}

#[tokio::test]
async fn cve_2022_31107_name_at_the_op_takes_over_nobody() {
    for name in ["root", "ROOT", " root ", "root@example.com"] {
        let site = Site::start().await;
        let root = NewAccount {
            email: None,
            ..admin("root").await
        };
        let id = site.add(root).await;
        site.op.set_claim("bob", "preferred_username", name);
        let browser = site.browser();

        browser.log_in_as("bob").await;

        assert_ne!(account_of(&browser).await, id.to_string(), "{name}");
        assert_eq!(identities(&site, id).await, 0, "{name}");
        let user = &browser.get(API_SESSION).await.json()["user"];
        assert_eq!(user["role"], "user", "{name}");
    }
}

#[tokio::test]
async fn cve_2026_41574_no_preset_invents_a_verification() {
    let presets = [
        "authentik",
        "authelia",
        "keycloak",
        "kanidm",
        "pocket-id",
        "zitadel",
        "google",
        "entra",
        "microsoft",
        "another",
    ];
    let account = vouched("made").await;
    for provider in presets {
        let site = Site::with(&[(BY_EMAIL, "verified"), ("OIDC_PROVIDER", provider)]).await;
        for (number, verified) in [Value::Null, json!(false)].iter().enumerate() {
            let came = comes_to(&site, account.clone(), verified, number).await;
            assert_eq!(came, "email_unverified", "{provider} {verified}");
        }
    }
}

/// Nobody may have such an address, here or from the OP: who has it there does not get at the
/// account of `root@example.com`.
async fn assert_refused(addresses: &[&str]) {
    let site = Site::with(&[(BY_EMAIL, "verified")]).await;
    let root = site.add(admin("root").await).await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let reaches_root = async |number: usize, address: &str| {
        let name = op_user(&site, number, address, &json!(true));
        let browser = site.browser();
        browser.log_in_as(&name).await;
        account_of(&browser).await == root.to_string() || identities(&site, root).await > 0
    };

    for (number, address) in addresses.iter().enumerate() {
        let answer = browser.patch(API_PROFILE, &json!({"email": address})).await;
        assert_eq!(answer.code(), "email_invalid", "{address:?}");
        assert!(!reaches_root(number, address).await, "{address:?}");
    }
    let is_compared = reaches_root(addresses.len(), "ROOT@Example.com").await;
    assert!(is_compared, "by the address itself one does");
}

#[tokio::test]
async fn cve_2026_40574_address_with_two_ats_is_none() {
    assert_refused(&[
        "root@example.com@evil.example",
        "evil@evil.example@example.com",
        "root@evil.example@example.com",
        "root@@example.com",
        "@root@example.com",
        "root@example.com@",
        "root@[evil.example]@example.com",
    ])
    .await;
}

#[tokio::test]
async fn cve_2022_35924_list_of_addresses_is_none() {
    assert_refused(&[
        "root@example.com,evil@evil.example",
        "evil@evil.example,root@example.com",
        "root@example.com, evil@evil.example",
        "root@example.com;evil@evil.example",
        "root@example.com evil@evil.example",
        "root@example.com\tevil@evil.example",
        "root@example.com\r\nevil@evil.example",
        "root@example.com\u{0}evil@evil.example",
        "Root <root@example.com>",
        "<root@example.com>",
        "root@example.com (evil@evil.example)",
        "mailto:root@example.com,evil@evil.example",
        "root@example.com>",
    ])
    .await;
}

#[tokio::test]
async fn address_claimed_beforehand_waits_in_vain_for_its_owner() {
    let site = Site::start().await;
    let account = NewAccount {
        email: Some(email("attacker@example.com")),
        ..user("attacker").await
    };
    let id = site.add(account).await;
    let attacker = site.logged_in("attacker").await;
    let claim = attacker
        .patch(API_PROFILE, &json!({"email": "bob@example.com"}))
        .await;
    assert_eq!(claim.status, 200);
    let victim = site.browser();

    let callback = victim.log_in_as("bob").await.callback;

    // The page names nobody, and the victim says to be new: the address is theirs.
    assert_eq!((callback.location(), victim.who().await), ("/link", None));
    assert!(!victim.get("/api/link").await.body.contains("attacker"));
    let new = victim.post_json("/api/link", &json!({"way": "new"})).await;
    assert_eq!(
        (new.status.as_u16(), victim.who().await.as_deref()),
        (200, Some("bob"))
    );
    assert_eq!(identities(&site, id).await, 0);
    let profile = victim.get(API_PROFILE).await.json();
    assert_eq!(profile["user"]["email"], "bob@example.com");
    let profile = attacker.get(API_PROFILE).await.json();
    assert_eq!(
        (&profile["user"]["email"], &profile["lost_email"]),
        (&Value::Null, &json!("bob@example.com"))
    );
}

#[tokio::test]
async fn address_claimed_beforehand_at_the_op_waits_in_vain_too() {
    let site = Site::with(&[(BY_EMAIL, "verified")]).await;
    site.op.set_email("alice", Some("bob@example.com"));
    let attacker = site.browser();
    attacker.log_in_as("alice").await;
    let victim = site.browser();

    let callback = victim.log_in_as("bob").await.callback;

    assert_eq!(callback.location(), "/");
    assert_eq!(victim.who().await.as_deref(), Some("bob"));
    let profile = attacker.get(API_PROFILE).await.json();
    assert_eq!(
        (&profile["user"]["email"], &profile["lost_email"]),
        (&Value::Null, &json!("bob@example.com"))
    );
}
