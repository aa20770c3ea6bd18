//! The identity policy (contract, section 5): whose account an identity gets. Of the demo OP's
//! users alice's email is not verified, bob's is, carol has none.

use postern::account::{AccountId, NewAccount};
use postern::audit::Actor;
use serde_json::{Value, json};
use tests::logins::account_of;
use tests::logins::link;
use tests::site::{Site, admin, email, user, vouched};

const BY_EMAIL: &str = "OIDC_LINK_BY_EMAIL";

/// Returns how many identities an account has.
pub(crate) async fn identities(site: &Site, id: AccountId) -> usize {
    site.app
        .store
        .identities(id)
        .await
        .expect("identities")
        .len()
}

fn passwordless(account: NewAccount) -> NewAccount {
    NewAccount {
        password_hash: None,
        ..account
    }
}

// 1. A known identity.

#[tokio::test]
async fn known_identity_needs_no_email_and_no_open_registration() {
    let site = Site::with(&[("OIDC_ALLOW_REGISTRATION", "false")]).await;
    let id = site.add(passwordless(user("somebody").await)).await;
    let subject = site.op.subject("carol").unwrap();
    let issuer = site.op.issuer();
    let identity = postern::store::NewIdentity {
        issuer,
        subject: &subject,
        username: None,
        email: None,
        is_email_verified: false,
        groups: None,
    };
    link(&site.app.store, id, identity, Actor::server(site.now())).await;
    let browser = site.browser();

    browser.log_in_as("carol").await;

    assert_eq!(browser.who().await.as_deref(), Some("somebody"));
}

// 3. An account has the OP's email.

/// Bob logs in at a site with these settings, where an account has his email; returns where the
/// callback led, or the error's code.
pub(crate) async fn outcome(
    settings: &[(&str, &str)],
    verified: Value,
    account: NewAccount,
) -> String {
    let site = Site::with(settings).await;
    let id = site
        .add(NewAccount {
            email: Some(email("BOB@Example.com")),
            ..account
        })
        .await;
    site.op.set_email_verified("bob", verified);
    let browser = site.browser();
    let callback = browser.log_in_as("bob").await.callback;
    let outcome = if callback.code().is_empty() {
        callback.location().to_owned()
    } else {
        callback.code()
    };
    assert_eq!(identities(&site, id).await == 1, outcome == "/", "linked");
    assert_eq!(
        account_of(&browser).await == id.to_string(),
        outcome == "/",
        "logged in"
    );
    outcome
}

#[tokio::test]
async fn confirm_links_at_once_only_where_the_op_and_an_admin_vouch_for_the_email() {
    let check = async |verified: bool, account: NewAccount, expected: &str| {
        let name = account.username.clone();
        assert_eq!(
            outcome(&[], json!(verified), account).await,
            expected,
            "{name} {verified}"
        );
    };

    check(true, admin("admin").await, "/").await;
    check(true, vouched("made").await, "/").await;
    check(true, user("self").await, "/link").await;
    check(false, admin("admin").await, "/link").await;
    check(false, vouched("made").await, "/link").await;
    check(false, user("self").await, "/link").await;
    // There is no password to ask for, but an admin vouches for the address.
    check(true, passwordless(vouched("bare").await), "/").await;
    check(false, passwordless(vouched("bare").await), "/link").await;
}

#[tokio::test]
async fn confirm_asks_for_no_password_where_passwords_are_switched_off() {
    let off = ("DISABLE_USERPASS_LOGIN", "true");
    let closed = ("OIDC_ALLOW_REGISTRATION", "false");
    let account = admin("admin").await;

    for (settings, verified, expected) in [
        (vec![off], true, "/"),
        (vec![off], false, "/link"),
        (vec![off, closed], false, "link_first"),
    ] {
        let came = outcome(&settings, json!(verified), account.clone()).await;
        assert_eq!(came, expected, "{settings:?} {verified}");
    }
}

#[tokio::test]
async fn trusted_email_counts_as_verified() {
    let trusted = ("OIDC_TRUST_UNVERIFIED_EMAIL", "true");

    assert_eq!(
        outcome(&[trusted], json!(false), admin("admin").await).await,
        "/"
    );
    assert_eq!(
        outcome(&[trusted], Value::Null, user("self").await).await,
        "/link"
    );
    let settings = [trusted, (BY_EMAIL, "verified")];
    assert_eq!(
        outcome(&settings, json!(false), admin("admin").await).await,
        "/"
    );
    assert_eq!(
        outcome(&settings, json!(false), user("self").await).await,
        "link_first"
    );
}

#[tokio::test]
async fn never_sends_to_the_profile_page() {
    let settings = [(BY_EMAIL, "never")];

    assert_eq!(
        outcome(&settings, json!(true), admin("admin").await).await,
        "link_first"
    );
    assert_eq!(
        outcome(&settings, json!(false), user("self").await).await,
        "link_first"
    );
}
