//! Whose an address is (contract, sections 4 and 5): one that is vouched for is one account's alone,
//! one that is only claimed excludes nobody. Of the demo OP's users alice's email is not verified,
//! bob's is.

use postern::account::NewAccount;
use serde_json::{Value, json};
use shared::routes::{API_AUDIT, API_LINK, API_PROFILE, LINK};
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::site::{PASSWORD, Site, admin, email, user};

use crate::login::decide::identities;
use tests::logins::account_of;

/// Returns the email of whoever is logged in, and the one that was lost.
async fn emails(browser: &HttpBrowser) -> (Value, Value) {
    let profile = browser.get(API_PROFILE).await.json();
    (
        profile["user"]["email"].clone(),
        profile["lost_email"].clone(),
    )
}

/// Is the email of the account of that name vouched for?
async fn is_vouched_for(site: &Site, username: &str) -> bool {
    let account = site.app.store.account_by_username(username).await;
    let account = account.expect("the store answers").expect("an account");
    account.email_is_vouched_for()
}

/// Logs in as that user of the OP, of whom it says this email; returns the browser and where the
/// callback led, or its code.
async fn comes(site: &Site, user: &str, address: &str, verified: bool) -> (HttpBrowser, String) {
    site.op.set_email(user, Some(address));
    site.op.set_email_verified(user, json!(verified));
    let browser = site.browser();
    let callback = browser.log_in_as(user).await.callback;
    let code = callback.code();
    let came = if code.is_empty() {
        callback.location().to_owned()
    } else {
        code
    };
    (browser, came)
}

/// An account whose owner typed that address.
async fn claimant(username: &str, address: &str) -> NewAccount {
    NewAccount {
        email: Some(email(address)),
        ..user(username).await
    }
}

#[tokio::test]
async fn claim_gives_way_to_the_verified_owner_and_its_holder_is_told() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let (first, came) = comes(&site, "alice", "v@example.com", false).await;
    assert_eq!(came, "/");
    assert_eq!(emails(&first).await, (json!("v@example.com"), Value::Null));

    let (owner, came) = comes(&site, "bob", "V@Example.com", true).await;

    assert_eq!(
        (came.as_str(), owner.who().await.as_deref()),
        ("/", Some("bob"))
    );
    assert_eq!(emails(&owner).await, (json!("V@Example.com"), Value::Null));
    assert_eq!(emails(&first).await, (Value::Null, json!("v@example.com")));
    assert_eq!(
        (
            is_vouched_for(&site, "alice").await,
            is_vouched_for(&site, "bob").await
        ),
        (false, true)
    );
    let root = site.logged_in("root").await;
    let trail = root
        .get(&format!("{API_AUDIT}?kind=email_gave_way"))
        .await
        .json();
    let entry = &trail["entries"][0];
    assert_eq!(
        (
            &entry["account"]["username"],
            &entry["actor"]["username"],
            &entry["detail"]
        ),
        (&json!("alice"), &json!("bob"), &json!("v@example.com"))
    );
    // The notice ends where its reader saves an address, or none.
    first.patch(API_PROFILE, &json!({"email": ""})).await;
    assert_eq!(emails(&first).await, (Value::Null, Value::Null));
}

#[tokio::test]
async fn verified_address_of_another_account_is_only_claimed_by_a_new_one() {
    let site = Site::start().await;
    comes(&site, "bob", "v@example.com", true).await;
    Log::begin();

    let (other, came) = comes(&site, "alice", "v@example.com", true).await;

    assert_eq!(came, "/");
    assert_eq!(emails(&other).await, (json!("v@example.com"), Value::Null));
    assert_eq!(
        (
            is_vouched_for(&site, "alice").await,
            is_vouched_for(&site, "bob").await
        ),
        (false, true)
    );
    let subject = site.op.subject("alice").unwrap();
    let log = Log::text();
    let said =
        format!("the account alice only claims its email: v@example.com of subject {subject}");
    assert!(log.contains(&said), "{log}");
}

#[tokio::test]
async fn admin_whose_address_another_has_gets_none_and_the_log_says_so() {
    let site = Site::with(&[
        ("OIDC_CLAIM_ROLES", "groups"),
        ("OIDC_ROLE_ADMIN", "the-admins"),
        ("OIDC_ROLE_USER", "*"),
    ])
    .await;
    comes(&site, "bob", "v@example.com", true).await;
    site.op.set_claim("alice", "groups", json!(["the-admins"]));
    Log::begin();

    let (other, came) = comes(&site, "alice", "v@example.com", true).await;

    assert_eq!(came, "/");
    assert_eq!(emails(&other).await, (Value::Null, Value::Null));
    let log = Log::text();
    assert!(
        log.contains("the account alice has no email: v@example.com of subject"),
        "{log}"
    );
}

#[tokio::test]
async fn two_who_only_claim_an_address_both_get_an_account() {
    let site = Site::start().await;
    let (first, _) = comes(&site, "alice", "v@example.com", false).await;

    let (second, came) = comes(&site, "bob", "v@example.com", false).await;

    assert_eq!(came, "/");
    assert_ne!(account_of(&first).await, account_of(&second).await);
    for browser in [first, second] {
        assert_eq!(
            emails(&browser).await,
            (json!("v@example.com"), Value::Null)
        );
    }
}

#[tokio::test]
async fn who_is_new_says_so_where_somebody_typed_the_address() {
    for verified in [true, false] {
        let site = Site::start().await;
        let typed = site.add(claimant("typed", "v@example.com").await).await;
        let (browser, came) = comes(&site, "bob", "v@example.com", verified).await;
        assert_eq!(came, LINK);
        let page = browser.get(API_LINK).await;
        assert!(!page.body.contains("typed"), "{}", page.body);

        let new = browser.post_json(API_LINK, &json!({"way": "new"})).await;

        assert_eq!(
            (new.status.as_u16(), browser.who().await.as_deref()),
            (200, Some("bob"))
        );
        assert_eq!(identities(&site, typed).await, 0);
        assert_eq!(is_vouched_for(&site, "bob").await, verified);
        let again = comes(&site, "bob", "v@example.com", verified).await;
        assert_eq!(
            (again.1.as_str(), again.0.who().await.as_deref()),
            ("/", Some("bob"))
        );
    }
}

#[tokio::test]
async fn recycled_address_is_no_way_into_the_account_that_had_it() {
    let site = Site::start().await;
    let (first, _) = comes(&site, "bob", "v@example.com", true).await;

    let (second, came) = comes(&site, "alice", "v@example.com", true).await;

    assert_eq!(came, "/");
    assert_ne!(account_of(&first).await, account_of(&second).await);
}

#[tokio::test]
async fn any_account_of_the_persons_own_is_linked_by_its_username_and_password() {
    let site = Site::start().await;
    site.add(claimant("typed", "v@example.com").await).await;
    let own = site.add(user("own").await).await;
    let (browser, came) = comes(&site, "bob", "v@example.com", true).await;
    assert_eq!(came, LINK);

    let body = json!({"username": "own", "password": PASSWORD});
    let linked = browser.post_json(API_LINK, &body).await;

    assert_eq!(
        (linked.status.as_u16(), browser.who().await.as_deref()),
        (200, Some("own"))
    );
    assert_eq!(identities(&site, own).await, 1);
}

#[tokio::test]
async fn own_address_is_vouched_for_once_the_op_said_so() {
    let site = Site::start().await;
    site.add(claimant("own", "v@example.com").await).await;
    let (browser, _) = comes(&site, "bob", "v@example.com", true).await;

    let body = json!({"username": "own", "password": PASSWORD});
    browser.post_json(API_LINK, &body).await;

    assert_eq!(browser.who().await.as_deref(), Some("own"));
    assert!(is_vouched_for(&site, "own").await);
}

#[tokio::test]
async fn static_page_links_and_registers_without_wasm() {
    for (form, expected) in [
        (vec![("username", "typed"), ("password", PASSWORD)], "typed"),
        (vec![("way", "new")], "bob"),
    ] {
        let site = Site::start().await;
        site.add(claimant("typed", "v@example.com").await).await;
        let (browser, _) = comes(&site, "bob", "v@example.com", true).await;
        let page = browser.get(LINK).await.body;
        for part in [
            "name=\"username\"",
            "name=\"password\"",
            "name=\"way\" value=\"new\"",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("typed"), "{page}");

        let wrong = [("username", "typed"), ("password", "wrong")];
        let wrong = browser.post_form(API_LINK, &wrong).await;
        let done = browser.post_form(API_LINK, &form).await;

        assert!(
            wrong
                .location()
                .starts_with("/link?error=invalid_credentials&ref=")
        );
        let told = browser.get(wrong.location()).await.body;
        assert!(told.contains("data-code=\"invalid_credentials\""), "{told}");
        assert_eq!((done.status.as_u16(), done.location()), (303, "/"));
        assert_eq!(browser.who().await.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn closed_registration_offers_no_new_account_and_names_in_the_log_whom_it_refuses() {
    let closed = [("OIDC_ALLOW_REGISTRATION", "false")];
    let site = Site::with(&closed).await;
    site.add(claimant("typed", "v@example.com").await).await;
    let (browser, came) = comes(&site, "bob", "v@example.com", true).await;
    assert_eq!(came, LINK);
    let page = browser.get(API_LINK).await.json();
    assert_eq!(page["may_register"], false);
    let new = browser.post_json(API_LINK, &json!({"way": "new"})).await;
    assert_eq!(new.code(), "link_expired");
    let body = json!({"username": "typed", "password": PASSWORD});
    browser.post_json(API_LINK, &body).await;
    Log::begin();

    let (_, refused) = comes(&site, "alice", "v@example.com", false).await;

    assert_eq!(refused, "registration_closed");
    let log = Log::text();
    let subject = site.op.subject("alice").unwrap();
    for part in [&subject, "email v@example.com", "accounts typed"] {
        assert!(log.contains(part), "{part}: {log}");
    }
}

#[tokio::test]
async fn verified_links_at_an_address_that_is_vouched_for_alone() {
    let site = Site::with(&[("OIDC_LINK_BY_EMAIL", "verified")]).await;
    let mallory = site.add(claimant("mallory", "ceo@example.com").await).await;

    let (ceo, came) = comes(&site, "bob", "ceo@example.com", true).await;

    assert_eq!((came.as_str(), ceo.who().await), ("link_first", None));
    assert_eq!(identities(&site, mallory).await, 0);
}

#[tokio::test]
async fn address_that_an_admin_typed_as_their_own_is_vouched_for_while_they_are_one() {
    for by_users_page in [false, true] {
        let site = Site::start().await;
        site.add(admin("root").await).await;
        let id = site.add(admin("former").await).await;
        let former = site.logged_in("former").await;
        let path = if by_users_page {
            format!("/api/users/{id}")
        } else {
            API_PROFILE.to_owned()
        };
        let typed = former
            .patch(&path, &json!({"email": "bob@example.com"}))
            .await;
        assert_eq!(typed.status, 200);
        assert!(is_vouched_for(&site, "former").await);

        let root = site.logged_in("root").await;
        root.patch(&format!("/api/users/{id}"), &json!({"role": "user"}))
            .await;

        assert!(!is_vouched_for(&site, "former").await);
        let (_, came) = comes(&site, "bob", "bob@example.com", true).await;
        assert_eq!((came.as_str(), identities(&site, id).await), (LINK, 0));
    }
}

#[tokio::test]
async fn vouched_address_is_taken_and_a_claimed_one_is_not() {
    let site = Site::start().await;
    let root = site.add(admin("root").await).await;
    site.add(user("alice").await).await;
    site.add(user("mallory").await).await;
    let mallory = site.logged_in("mallory").await;
    let types = async |text: &str| mallory.patch(API_PROFILE, &json!({"email": text})).await;

    assert_eq!(types("ROOT@example.com").await.code(), "email_taken");
    assert_eq!(types("alice@example.com").await.status, 200);
    let root_in = site.logged_in("root").await;
    let own = root_in
        .patch(API_PROFILE, &json!({"email": "alice@example.com"}))
        .await;
    assert_eq!(own.status, 200);
    assert_eq!(
        emails(&mallory).await,
        (Value::Null, json!("alice@example.com"))
    );
    let alice = site
        .app
        .store
        .account_by_username("alice")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(alice.lost_email.as_deref(), Some("alice@example.com"));
    assert_eq!(
        site.app
            .store
            .account(root)
            .await
            .unwrap()
            .unwrap()
            .email
            .as_deref(),
        Some("alice@example.com")
    );
}

#[tokio::test]
async fn promoted_account_keeps_no_address_that_is_another_ones() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    comes(&site, "bob", "v@example.com", true).await;
    let (claims, _) = comes(&site, "alice", "v@example.com", false).await;
    let alice = account_of(&claims).await;
    let root = site.logged_in("root").await;

    let promoted = root
        .patch(&format!("/api/users/{alice}"), &json!({"role": "admin"}))
        .await;

    assert_eq!(
        (promoted.status.as_u16(), &promoted.json()["email"]),
        (200, &Value::Null)
    );
    let (claims, _) = comes(&site, "alice", "v@example.com", false).await;
    assert_eq!(emails(&claims).await, (Value::Null, json!("v@example.com")));
}

#[tokio::test]
async fn of_two_first_logins_with_one_verified_address_one_has_it() {
    let site = Site::start().await;
    for user in ["alice", "bob"] {
        site.op.set_email(user, Some("v@example.com"));
        site.op.set_email_verified(user, json!(true));
    }
    let (one, other) = (site.browser(), site.browser());
    let (first, second) = (
        one.callback_for("alice").await,
        other.callback_for("bob").await,
    );

    let (first, second) = tokio::join!(one.get(&first), other.get(&second));

    assert_eq!((first.location(), second.location()), ("/", "/"));
    assert_ne!(account_of(&one).await, account_of(&other).await);
    assert!(is_vouched_for(&site, "alice").await != is_vouched_for(&site, "bob").await);
}

#[tokio::test]
async fn one_address_in_every_form_of_unicode_and_of_its_domain() {
    let site = Site::start().await;
    let mut owner = admin("owner").await;
    owner.email = Some(email("k\u{e4}the@b\u{fc}cher.example"));
    let id = site.add(owner).await;

    let (browser, came) = comes(&site, "bob", "KA\u{308}the@xn--bcher-kva.example", true).await;

    assert_eq!((came.as_str(), identities(&site, id).await), ("/", 1));
    assert_eq!(browser.who().await.as_deref(), Some("owner"));
}

#[tokio::test]
async fn address_of_the_op_with_a_hidden_character_is_none() {
    let site = Site::start().await;
    let id = site.add(admin("root").await).await;

    let (browser, came) = comes(&site, "bob", "root@example.com\u{2028}", true).await;

    assert_eq!((came.as_str(), identities(&site, id).await), ("/", 0));
    assert_eq!(emails(&browser).await, (Value::Null, Value::Null));
}
