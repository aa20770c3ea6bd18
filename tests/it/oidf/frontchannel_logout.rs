//! Front-Channel Logout: `oidcc-client-front-channel-logout-rp-basic` and, with it, session
//! management. Decided against: the OP's iframe is another site's, so that the session's cookie
//! (`SameSite=Lax`) does not come along, and what ended a session without it could be written into
//! any page by anybody. Back-channel logout does what this was for.

use reqwest::Method;
use shared::routes::API_LOGOUT;
use tests::answer::encode;
use tests::http_browser::HttpBrowser;
use tests::site::Site;
use tests::trial::Trial;

/// Where somebody might think that the address for it is.
const GUESSES: [&str; 4] = [
    "/api/oauth/frontchannel-logout",
    "/api/oauth/openid",
    "/api/logout",
    "/logout",
];

/// Loads every address that it might be, as an iframe of the OP's page does: without cookies, and
/// once as if the browser had sent those.
async fn load_in_an_iframe(site: &Site, browser: &HttpBrowser, sid: &str) {
    let query = encode(&[("iss", site.op.issuer()), ("sid", sid)]);
    for path in GUESSES {
        for browser in [browser, &site.browser()] {
            let request = browser.call(Method::GET, &format!("{path}?{query}"));
            let request = request
                .header("sec-fetch-site", "cross-site")
                .header("sec-fetch-dest", "iframe");
            browser.send(request).await;
        }
    }
}

/// The browser logs out, and the OP's page loads the RP in an iframe: the session has ended
/// before, and no other ends by the iframe.
#[tokio::test]
async fn oidcc_client_test_rp_frontchannel_rpinitlogout() {
    let site = Site::with(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    let (browser, other) = (site.browser(), site.browser());
    browser.log_in_as("bob").await;
    let sid = site.op.sids("bob").remove(0);
    other.log_in_as("bob").await;

    browser.post_form(API_LOGOUT, &[]).await;
    assert_eq!(browser.who().await, None, "ended before the OP knows");
    load_in_an_iframe(&site, &other, &sid).await;

    assert_eq!(other.who().await.as_deref(), Some("bob"));
}

/// The OP ends its session, and its page loads the RP in an iframe: nothing ends by that.
#[tokio::test]
async fn oidcc_client_test_rp_frontchannel_opinitlogout() {
    let trial = Trial::under(&[]).await.assert_accepted().await;
    let sid = trial.site.op.sids("bob").remove(0);
    trial.site.op.forget_sessions();

    load_in_an_iframe(&trial.site, &trial.browser, &sid).await;

    assert_eq!(trial.browser.who().await.as_deref(), Some("bob"));
}

/// The RP watches the OP's session by two iframes: none are loaded, and `session_state` is ignored.
#[tokio::test]
async fn oidcc_client_test_session_management() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;

    let callback = browser
        .get(&format!("{callback_url}&session_state=x.y"))
        .await;
    let page = browser.get("/").await;

    assert_eq!(callback.location(), "/");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("frame-src"), "{policy}");
}
