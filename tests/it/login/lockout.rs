//! `DISABLE_USERPASS_LOGIN` must not lock the administrators out.

use backend::audit::Actor;
use backend::store::NewIdentity;
use tests::logins::{link, set_disabled};
use tests::site::{Site, admin, user};

const OFF: (&str, &str) = ("DISABLE_USERPASS_LOGIN", "true");

fn identity(subject: &str) -> NewIdentity<'_> {
    NewIdentity {
        issuer: "https://op.example.com/",
        subject,
        username: None,
        email: None,
        is_email_verified: false,
    }
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
    link(store, user_id, identity("a"), Actor::server(site.now())).await;
    let admin_id = site.add(admin("root").await).await;
    assert!(
        refusal().await.is_err(),
        "an admin without an identity, a user with one"
    );

    link(store, admin_id, identity("r"), Actor::server(site.now())).await;

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
