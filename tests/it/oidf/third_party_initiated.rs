//! Third-party-initiated login: `oidcc-client-test-3rd-party-init-login-test-plan`. More of it is in
//! `third_party`.

use shared::routes::API_LOGIN_OPENID;
use tests::answer::encode;
use tests::site::Site;

/// The OP sends a browser here that should log in, with its issuer alone: the login begins, and
/// succeeds.
#[tokio::test]
async fn oidcc_client_test_3rd_party_init_login() {
    let site = Site::start().await;
    let browser = site.browser();
    let initiate_login_uri = format!(
        "{API_LOGIN_OPENID}?{}",
        encode(&[("iss", site.op.issuer())])
    );

    let login = browser.log_in_at(&initiate_login_uri, "bob").await;

    assert!(login.start.location().starts_with(site.op.origin()));
    assert_eq!(login.callback.location(), "/");
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
}
