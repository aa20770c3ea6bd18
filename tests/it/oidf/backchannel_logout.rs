//! Back-Channel Logout: `oidcc-client-back-channel-logout-rp-basic`, with logout tokens that the OP
//! posts itself.

use std::time::Duration;

use demo_op::{Invalidation, Lie, Settings};
use serde_json::{Value, json};
use shared::routes::{API_BACKCHANNEL_LOGOUT, API_LOGIN_OPENID, API_LOGOUT};
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::poll::{PATIENCE, until};
use tests::site::{CLIENT_ID, Site};

use super::JWKS;

/// The log line of an accepted logout token.
const ENDED: &str = "the OP ended sessions";

/// A site whose OP tells it of logouts, at which Bob is logged in.
async fn logged_in_where_the_op_tells(settings: &[(&str, &str)]) -> (Site, HttpBrowser) {
    Log::begin_as_by_default();
    let op = Settings {
        invalidation: Invalidation::Session,
        ..Settings::default()
    };
    let site = Site::with_op(settings, op).await;
    let uri = format!("{}{API_BACKCHANNEL_LOGOUT}", site.origin());
    site.op.configure(|settings| {
        for client in &mut settings.clients {
            client.backchannel_logout_uri = Some(uri.clone());
        }
    });
    let bob = site.browser();
    bob.log_in_as("bob").await;
    assert_eq!(bob.who().await.as_deref(), Some("bob"));
    (site, bob)
}

/// Waits until the server has taken so many logout tokens.
async fn wait_for_tokens(count: usize) {
    let heard = async || Ok((Log::text().matches(ENDED).count() >= count).then_some(()));
    let waited = until("the OP's logout tokens", PATIENCE, heard).await;
    waited.expect("the OP posts them");
}

/// An admin ends Bob's session at the OP, which lies: refused, and he stays logged in.
async fn refused(lie: Lie) {
    let (site, browser) = logged_in_where_the_op_tells(&[]).await;
    site.op.lies(lie);

    let statuses = site.op.end_sessions("bob").await;

    assert_eq!(statuses, [Some(400)]);
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
    let log = Log::text();
    let is_told = log.lines().any(|line| {
        line.contains("logout token refused") && line.contains("code=\"logout_token_invalid\"")
    });
    assert!(is_told, "{log}");
}

fn claim(name: &str, value: Value) -> Lie {
    Lie::LogoutClaim(name.to_owned(), value)
}

/// The browser logs out, here and then at the OP, which posts its logout token: accepted, though
/// nothing is left to end.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout() {
    let (site, bob) = logged_in_where_the_op_tells(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;

    let logout = bob.post_form(API_LOGOUT, &[]).await;
    assert_eq!(bob.who().await, None);
    bob.get(logout.location()).await;

    wait_for_tokens(1).await;
    assert!(Log::text().contains("ended=0"), "{}", Log::text());
    assert_eq!(site.op.sids("bob"), [""; 0], "ended at the OP as well");
}

/// The logout token's `alg` is `none`: refused.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_alg_none() {
    refused(Lie::LogoutAlgNone).await;
}

/// The logout token has no `events`: refused.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_no_event() {
    refused(Lie::LogoutWithout("events".to_owned())).await;
}

/// The logout token has a `nonce`, as ID tokens have: refused.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_with_nonce() {
    refused(claim("nonce", json!("n"))).await;
}

/// The logout token is signed by another algorithm than ID tokens are: refused.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_alg() {
    refused(Lie::LogoutHmac).await;
}

/// The logout token is for another client: refused.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_aud() {
    refused(claim("aud", json!("another-client"))).await;
}

/// The logout token is of another event: refused.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_event() {
    let other = json!({"http://schemas.openid.net/event/other": {}});
    refused(claim("events", other)).await;
}

/// The logout token is of another issuer: refused.
#[tokio::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_iss() {
    refused(claim("iss", json!("https://op.example.org/"))).await;
}

#[tokio::test]
async fn bad_signature_and_critical_extension_are_refused() {
    refused(Lie::LogoutBadSignature).await;
    refused(Lie::LogoutHeader("crit".to_owned(), json!(["x"]))).await;
}

/// Authentik ends the old session then, and may say so more than once.
#[tokio::test]
async fn authenticating_anew_at_the_op_keeps_the_new_session() {
    let (site, bob) = logged_in_where_the_op_tells(&[]).await;
    site.op.lies(Lie::LogoutRepeated);
    let before = site.op.sids("bob");

    // In the browser that is logged in at the OP.
    let start = bob.get(API_LOGIN_OPENID).await;
    let page = bob.get(&format!("{}&prompt=login", start.location())).await;
    let form = format!("{}{}", site.op.origin(), page.location());
    let fields = [
        ("username", "bob"),
        ("password", "bob-demo"),
        ("action", "login"),
    ];
    let back = bob.post_form(&form, &fields).await;
    let callback = bob.get(back.location()).await;

    assert_eq!(callback.location(), "/");
    wait_for_tokens(2).await;
    assert_ne!(site.op.sids("bob"), before, "the OP has a new session");
    assert_eq!(bob.who().await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn logout_token_by_a_new_key_is_taken() {
    let (site, bob) = logged_in_where_the_op_tells(&[]).await;
    site.op.rotate_keys();

    assert_eq!(site.op.end_sessions("bob").await, [Some(200)]);

    assert_eq!(bob.who().await, None);
}

/// Anybody may post here, and a key that is not known costs a fetch.
#[tokio::test]
async fn storm_of_logout_tokens_leads_to_one_fetch_of_keys_in_ten_seconds() {
    let (site, _bob) = logged_in_where_the_op_tells(&[]).await;
    let fetched = site.op.requests_to(JWKS).len();
    let mut header = site.op.logout_header();
    let claims = site.op.logout_claims(CLIENT_ID, "somebody", "something");

    for round in 1..=2 {
        for number in 0..5 {
            header["kid"] = json!(format!("kid-{number}"));
            let token = site.op.sign(&header, &claims);
            let answer = site
                .browser()
                .post_form(API_BACKCHANNEL_LOGOUT, &[("logout_token", &token)])
                .await;
            assert_eq!(answer.code(), "logout_token_invalid");
        }
        assert_eq!(site.op.requests_to(JWKS).len(), fetched + round);
        site.pass(Duration::from_secs(11));
    }
}
