//! RP-Initiated Logout: `oidcc-client-rp-initiated-logout-rp-basic`, where the page would go to the
//! OP by itself if it did not know better.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo_op::{Client, Invalidation, Settings, Version};
use serde_json::{Value, json};
use shared::routes::{API_LOGOUT, API_OAUTH_OPENID};
use tests::answer::{param, with_param};
use tests::http_browser::HttpBrowser;
use tests::site::{CLIENT_ID, CLIENT_SECRET, Site};

const END_SESSION: &str = "/application/o/postern/end-session/";

/// Bob has logged out, and the OP is about to send his browser back.
struct LoggedOut {
    site: Site,
    browser: HttpBrowser,
    /// Where the browser went to log out at the OP.
    to_op: String,
    /// Where the OP sends it.
    back: String,
}

async fn logged_out() -> LoggedOut {
    let op = Settings {
        version: Version::Main,
        invalidation: Invalidation::Session,
        ..Settings::default()
    };
    let settings = [
        ("OIDC_RP_INITIATED_LOGOUT", "true"),
        ("OIDC_AUTOLOGIN", "true"),
    ];
    let site = Site::with_op(&settings, op).await;
    let redirect_uri = format!("{}{API_OAUTH_OPENID}", site.origin());
    let mut client = Client::new(CLIENT_ID, CLIENT_SECRET, &redirect_uri);
    client.post_logout_uris = vec![format!("{}/login?logged_out=1", site.origin())];
    site.op.register(client);
    let browser = site.browser();
    browser.log_in_as("bob").await;

    let logout = browser.post_json(API_LOGOUT, &json!({})).await.json();
    let to_op = logout["redirect"].as_str().unwrap_or_default().to_owned();
    assert_eq!(browser.who().await, None, "ended before the OP is asked");
    let at_op = browser.get(&to_op).await;

    let expected = format!("{}/login?logged_out=1&state=", site.origin());
    assert!(
        at_op.location().starts_with(&expected),
        "{}",
        at_op.summary()
    );
    LoggedOut {
        back: at_op.location().to_owned(),
        site,
        browser,
        to_op,
    }
}

/// The page says so, and stays.
async fn assert_stays_logged_out(browser: &HttpBrowser, url: &str) {
    let page = browser.get(url).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("You are logged out."), "{}", page.body);
    assert_eq!(browser.who().await, None);
}

/// The browser logs out, at the OP as well, and comes back: it goes there with the ID token, the
/// client, where to come back to and a `state`; and stays logged out.
#[tokio::test]
async fn oidcc_client_test_rp_init_logout() {
    let bob = logged_out().await;

    assert_stays_logged_out(&bob.browser, &bob.back).await;

    let op = &bob.site.op;
    let request = op.requests_to(END_SESSION).remove(0);
    let hint = request.param("id_token_hint").unwrap();
    let payload = URL_SAFE_NO_PAD.decode(hint.split('.').nth(1).unwrap());
    let claims: Value = serde_json::from_slice(&payload.unwrap()).unwrap();
    assert_eq!(claims["sub"].as_str(), op.subject("bob").as_deref());
    assert_eq!(request.param("client_id"), Some(CLIENT_ID));
    let state = param(&bob.to_op, "state").unwrap();
    assert_eq!(state.len(), 43, "256 bits");
    assert_eq!(param(&bob.back, "state"), Some(state));
    assert_eq!(op.sids("bob"), [""; 0]);
}

/// Another `state` comes back: nothing depends on it, the browser stays logged out.
#[tokio::test]
async fn oidcc_client_test_rp_init_logout_other_state() {
    let bob = logged_out().await;

    let other = with_param(&bob.back, "state", Some("a-state-nobody-sent"));

    assert_stays_logged_out(&bob.browser, &other).await;
}

/// No `state` comes back: the same.
#[tokio::test]
async fn oidcc_client_test_rp_init_logout_no_state() {
    let bob = logged_out().await;

    let without = with_param(&bob.back, "state", None);

    assert_stays_logged_out(&bob.browser, &without).await;
}
