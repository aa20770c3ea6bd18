//! `DISABLE_USERPASS_LOGIN` must not lock the administrators out.

use postern::account::AccountId;
use postern::audit::Actor;
use postern::store::NewIdentity;
use tests::logins::{self, set_disabled};
use tests::site::{Site, admin, user};

const OFF: (&str, &str) = ("DISABLE_USERPASS_LOGIN", "true");

/// Links a subject at that issuer to an account.
async fn link(site: &Site, id: AccountId, issuer: &str, subject: &str) {
    let identity = NewIdentity {
        issuer,
        subject,
        username: None,
        email: None,
        is_email_verified: false,
        groups: None,
    };
    let by = Actor::server(site.now());
    logins::link(&site.app.store, id, identity, by).await;
}

#[tokio::test]
async fn server_refuses_to_start_while_no_admin_could_log_in() {
    let site = Site::with(&[OFF]).await;
    let store = &site.app.store;
    let refusal = async || {
        site.app
            .refuse_lockout()
            .await
            .map_err(|error| error.to_string())
    };
    assert!(
        refusal()
            .await
            .unwrap_err()
            .contains("POSTERN_BREAK_GLASS=true")
    );
    let user_id = site.add(user("alice").await).await;
    link(&site, user_id, site.op.issuer(), "a").await;
    let admin_id = site.add(admin("root").await).await;
    assert!(
        refusal().await.is_err(),
        "an admin without an identity, a user with one"
    );

    link(&site, admin_id, "https://moved.example.com/", "r").await;
    assert!(
        refusal().await.is_err(),
        "nobody logs in at an issuer that is not configured"
    );
    link(&site, admin_id, site.op.issuer(), "r").await;

    assert_eq!(refusal().await, Ok(()));
    site.add(admin("other").await).await;
    set_disabled(store, admin_id, true, Actor::server(site.now())).await;
    assert!(refusal().await.is_err(), "a disabled admin");
}

#[tokio::test]
async fn the_flag_breaks_the_glass() {
    let site = Site::with(&[OFF, ("POSTERN_BREAK_GLASS", "true")]).await;

    assert!(site.app.refuse_lockout().await.is_ok());
}

#[tokio::test]
async fn with_passwords_on_nothing_is_refused() {
    let site = Site::start().await;

    assert!(site.app.refuse_lockout().await.is_ok());
}
