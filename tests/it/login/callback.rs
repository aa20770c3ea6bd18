//! The second half of a login through the OP: the browser comes back.

use demo_op::{Lie, Settings, TokenAuth};
use insta::assert_snapshot;
use reqwest::Method;
use shared::routes::{API_LOGIN_OPENID, API_OAUTH_OPENID, API_SESSION};
use tests::answer::param;
use tests::log::Log;
use tests::site::{CLIENT_ID, CLIENT_SECRET, Site};

const TOKEN_ENDPOINT: &str = "/application/o/token/";

/// How often was a code redeemed?
pub(crate) fn redeemed(site: &Site) -> usize {
    site.op.requests_to(TOKEN_ENDPOINT).len()
}

#[tokio::test]
async fn good_callback_begins_a_session_and_ends_the_attempt() {
    let site = Site::start().await;
    let browser = site.browser();

    let login = browser
        .log_in_at("/api/login/openid?next=/profile", "bob")
        .await;

    assert_snapshot!(
        login.callback.summary(),
        @"303 See Other, location: /profile, sets: postern_session, sets: postern_browser, clears: postern_attempt_…"
    );
    let session = browser.get(API_SESSION).await.json();
    assert_eq!(session["user"]["username"], "bob");
    assert_eq!(session["session"]["method"], "openid");
}

#[tokio::test]
async fn code_is_redeemed_with_verifier_redirect_uri_and_basic_credentials() {
    let site = Site::start().await;

    let login = site.browser().log_in_as("bob").await;

    let requests = site.op.requests_to(TOKEN_ENDPOINT);
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    let sent: Vec<&str> = request.form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        sent,
        ["grant_type", "code", "redirect_uri", "code_verifier"]
    );
    assert_eq!(
        request.param("code").map(str::to_owned),
        param(&login.callback_url, "code")
    );
    let redirect_uri = format!("{}{API_OAUTH_OPENID}", site.origin());
    assert_eq!(request.param("redirect_uri"), Some(redirect_uri.as_str()));
    assert_eq!(
        request.basic(),
        Some((CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned()))
    );
}

#[tokio::test]
async fn secret_goes_into_the_form_where_the_op_or_the_settings_say_so() {
    let check = async |settings: &[(&str, &str)], token_auth| {
        let site = Site::with_op(
            settings,
            Settings {
                token_auth,
                ..Settings::default()
            },
        )
        .await;
        assert_eq!(
            site.browser().log_in_as("bob").await.callback.location(),
            "/"
        );
        let request = site.op.requests_to(TOKEN_ENDPOINT).remove(0);
        assert_eq!(request.param("client_secret"), Some(CLIENT_SECRET));
        assert_eq!(request.basic(), None);
    };

    check(&[], TokenAuth::Post).await;
    check(
        &[("OIDC_TOKEN_AUTH_METHOD", "client_secret_post")],
        TokenAuth::Any,
    )
    .await;
}

#[tokio::test]
async fn cancelled_login_ends_on_the_error_page() {
    let site = Site::start().await;
    let browser = site.browser();
    let start = browser.get(API_LOGIN_OPENID).await;

    let callback_url = browser.cancel_at_op(start.location()).await;
    let callback = browser.get(&callback_url).await;

    assert_snapshot!(
        callback.summary(),
        @"303 See Other, location: /login?error=access_denied&ref=…, clears: postern_attempt_…"
    );
}

#[tokio::test]
async fn error_of_the_op_has_its_code_and_its_words_stay_away() {
    let site = Site::start().await;
    site.op
        .lies(Lie::AuthorizeError("temporarily_unavailable".to_owned()));
    let browser = site.browser();

    let login = browser.log_in_as("bob").await;
    let page = browser.get(login.callback.location()).await;

    assert!(login.callback_url.contains("error_description="));
    assert_eq!(login.callback.code(), "op_error");
    for text in [&login.callback.body, login.callback.location(), &page.body] {
        assert!(
            !text.contains("told to say so") && !text.contains("temporarily"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn code_that_expired_at_the_op_is_refused() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.op.expire_codes();

    let callback = browser.get(&callback_url).await;

    assert_eq!(callback.code(), "code_rejected");
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn op_that_went_away_meanwhile_ends_on_the_error_page() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.op.pause().await;

    let callback = browser.get(&callback_url).await;

    assert_eq!(callback.code(), "op_unreachable");
}

#[tokio::test]
async fn callbacks_that_no_honest_op_sends_are_refused() {
    let site = Site::start().await;
    let check = async |query: &str, expected: &str| {
        let answer = site
            .browser()
            .get(&format!("{API_OAUTH_OPENID}{query}"))
            .await;
        assert_eq!(answer.code(), expected, "{query:.60}");
        assert_eq!(redeemed(&site), 0);
    };

    check("", "state_missing").await;
    check("?code=a", "state_missing").await;
    check("?state=a", "state_missing").await;
    check("?error=access_denied&state=a", "state_missing").await;
    check("?error=access_denied", "state_missing").await;
    check("?code=a&code=b&state=c", "op_error").await;
    check("?code=a&state=c&state=c", "op_error").await;
    check("?code=a%0d%0a&state=c", "op_error").await;
    check(&format!("?code={}&state=c", "a".repeat(17_000)), "op_error").await;
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;

    let callback = browser
        .get(&format!("{callback_url}&session_state=x&session_state=y"))
        .await;

    assert_eq!(callback.location(), "/");
}

#[tokio::test]
async fn answer_as_a_form_is_taken_to_the_same_address_as_a_query() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    let (path, query) = callback_url.split_once('?').unwrap();
    // From the OP's page: cross-site, hence without cookies.
    let request = site
        .browser()
        .call(Method::POST, path)
        .header("sec-fetch-site", "cross-site");
    let request = request.header("content-type", "application/x-www-form-urlencoded");

    let posted = browser.send(request.body(query.to_owned())).await;
    let callback = browser.get(posted.location()).await;

    assert_snapshot!(
        posted.summary(),
        @"303 See Other, location: /api/oauth/openid?code=…&state=…"
    );
    assert_eq!(callback.location(), "/");
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn head_request_does_not_redeem_the_code() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;

    let head = browser
        .send(browser.call(Method::HEAD, &callback_url))
        .await;
    let callback = browser.get(&callback_url).await;

    assert_eq!(head.status, 204);
    assert_eq!(callback.location(), "/");
}

#[tokio::test]
async fn callbacks_that_came_to_the_wrong_place_have_causes_of_their_own() {
    let site = Site::start().await;
    let check = async |target: &str, code: &str, cause: &str, words: &str| {
        Log::begin_as_by_default();
        let browser = site.browser();
        let answer = browser.get(target).await;

        assert_eq!(answer.status, 303, "{target}: {}", answer.summary());
        assert_eq!(answer.code(), code, "{target}");
        let reference = answer.param("ref").unwrap_or_default();
        let line =
            Log::failed_login(&reference).unwrap_or_else(|| panic!("{target}: {}", Log::text()));
        assert!(line.contains(cause) && line.contains("remedy="), "{line}");
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains(words), "{target}: {page}");
        assert_eq!(redeemed(&site), 0);
    };

    check(
        API_OAUTH_OPENID,
        "state_missing",
        "without any parameter",
        "came back without an answer",
    )
    .await;
    for target in [
        "//api/oauth/openid?code=a&state=b",
        "/api/oauth/openid/?code=a&state=b",
        "/api//oauth/openid",
    ] {
        check(
            target,
            "op_misconfigured",
            "is not the path of the redirect URI",
            "a slash too many",
        )
        .await;
    }
}

#[tokio::test]
async fn form_of_the_op_that_came_to_the_wrong_place_ends_on_the_error_page() {
    let site = Site::start().await;
    let browser = site.browser();
    let request = browser
        .call(Method::POST, "/api/oauth/openid/")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded");

    let answer = browser.send(request.body("code=a&state=b")).await;

    assert_eq!(answer.code(), "op_misconfigured", "{}", answer.summary());
}

#[tokio::test]
async fn callback_without_parameters_leads_who_is_logged_in_to_the_app() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    assert_eq!(browser.get(API_OAUTH_OPENID).await.location(), "/");
}
