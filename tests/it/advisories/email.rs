//! What an email address of the OP is worth: little. Of the demo OP's users alice's email is not
//! verified, bob's is.

use backend::account::NewAccount;
use backend::store::NewIdentity;
use serde_json::{Value, json};
use shared::routes::{API_PROFILE, API_SESSION};
use tests::site::{PASSWORD, Site, admin, email, user};

use crate::linking::{account_of, identities, outcome};

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

#[tokio::test]
async fn cve_2026_55076_only_true_is_verified() {
    let check = async |verified: Value, expected: &str| {
        let settings = [(BY_EMAIL, "verified")];
        let account = user("self").await;
        let came = outcome(&settings, verified.clone(), account).await;
        assert_eq!(came, expected, "{verified}");
    };

    check(json!(true), "/").await;
    check(json!("true"), "/").await;
    for verified in not_verified() {
        check(verified, "email_unverified").await;
    }
}

#[tokio::test]
async fn cve_2026_47164_existing_account_is_bound_by_the_same_rule_as_a_new_one_is_made() {
    for verified in not_verified() {
        // An account that an admin vouches for: only the OP's word is missing.
        let bound = outcome(&[], verified.clone(), admin("root").await).await;
        assert_eq!(bound, "/link", "{verified}");

        let site = Site::start().await;
        site.op.set_email_verified("bob", verified.clone());
        let browser = site.browser();
        browser.log_in_as("bob").await;
        let found = site.app.store.account_by_username("bob").await.unwrap();
        let made = found.unwrap();
        assert_eq!(
            account_of(&browser).await,
            made.id.to_string(),
            "{verified}"
        );
        assert!(!made.email_is_vouched_for(), "{verified}");
    }
}

#[tokio::test]
async fn cve_2026_55075_linked_account_is_never_bound_anew_by_email() {
    for policy in ["confirm", "verified", "never"] {
        let site = Site::with(&[(BY_EMAIL, policy)]).await;
        let id = site.add(admin("root").await).await;
        site.op.set_email("bob", Some("root@example.com"));
        let identity = NewIdentity {
            issuer: site.op.issuer(),
            subject: "another",
            username: None,
            email: None,
        };
        let linked = site.app.store.link_identity(id, identity, site.now()).await;
        linked.unwrap().unwrap();
        let browser = site.browser();

        let callback = browser.log_in_as("bob").await.callback;

        assert_eq!(callback.code(), "link_conflict", "{policy}");
        assert_eq!(
            (identities(&site, id).await, browser.who().await),
            (1, None)
        );
    }
}

#[tokio::test]
async fn cve_2026_55075_account_that_was_linked_in_the_meantime_is_not_bound() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    let browser = site.browser();
    let waits = browser.log_in_as("alice").await.callback;
    let identity = NewIdentity {
        issuer: site.op.issuer(),
        subject: "another",
        username: None,
        email: None,
    };
    let linked = site.app.store.link_identity(id, identity, site.now()).await;
    linked.unwrap().unwrap();

    let agreed = browser
        .post_json("/api/link", &json!({"password": PASSWORD}))
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
    for provider in presets {
        let settings = [(BY_EMAIL, "verified"), ("OIDC_PROVIDER", provider)];
        for verified in [Value::Null, json!(false)] {
            let came = outcome(&settings, verified, user("self").await).await;
            assert_eq!(came, "email_unverified", "{provider}");
        }
    }
}

/// Bob's email at the OP is this; returns whether he got at the account of `root@example.com`.
async fn reaches_root(address: &str) -> bool {
    let site = Site::with(&[(BY_EMAIL, "verified")]).await;
    let id = site.add(admin("root").await).await;
    site.op.set_email("bob", Some(address));
    let browser = site.browser();
    browser.log_in_as("bob").await;
    let is_root = account_of(&browser).await == id.to_string();
    is_root || identities(&site, id).await > 0
}

/// Nobody may have such an address, here or from the OP.
async fn assert_refused(addresses: &[&str]) {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    for address in addresses {
        let answer = browser.patch(API_PROFILE, &json!({"email": address})).await;
        assert_eq!(answer.code(), "email_invalid", "{address:?}");
        assert!(!reaches_root(address).await, "{address:?}");
    }
    assert!(
        reaches_root("ROOT@Example.com").await,
        "the comparison works"
    );
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

    // The page asks for the attacker's password, which the victim does not have.
    assert_eq!((callback.location(), victim.who().await), ("/link", None));
    assert_eq!(identities(&site, id).await, 0);
}

#[tokio::test]
async fn address_claimed_beforehand_at_the_op_waits_in_vain_too() {
    let site = Site::with(&[(BY_EMAIL, "verified")]).await;
    site.op.set_email("alice", Some("bob@example.com"));
    let attacker = site.browser();
    attacker.log_in_as("alice").await;
    let victim = site.browser();

    let callback = victim.log_in_as("bob").await.callback;

    assert_eq!(callback.code(), "link_conflict");
    assert_eq!(victim.who().await, None);
}
