//! Cookies of other programs, and browsers that keep none.

use reqwest::Method;
use reqwest::header::{COOKIE, HeaderValue};
use secrecy::ExposeSecret;
use shared::routes::{API_LOGIN, API_LOGIN_CHECK, API_SESSION, API_SETUP, API_WELCOME};
use tests::answer::{Answer, encode};
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::site::{PASSWORD, Site, user};

use crate::admin::users::{administered, make};

/// Cookies that another program on the same host may have set.
const FOREIGN: [&[u8]; 5] = [
    "who=J\u{fc}rgen".as_bytes(),
    b"who=J\xfcrgen",
    b"J\xfcrgen=1",
    b"\xff",
    b"=\x80;;=",
];

#[tokio::test]
async fn foreign_cookie_hides_no_session() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in("alice", PASSWORD).await;
    let session = browser.cookie("postern_session").expect("a session");
    let own = format!("{}={session}", browser.full_name("postern_session"));

    for foreign in FOREIGN {
        for (first, second) in [(foreign, own.as_bytes()), (own.as_bytes(), foreign)] {
            let line = HeaderValue::from_bytes(&[first, b"; ", second].concat());
            let stranger = site.browser();
            let request = stranger.call(Method::GET, API_SESSION);
            let answer = stranger.send(request.header(COOKIE, line.unwrap())).await;
            assert_eq!(answer.status, 200, "{first:?} {second:?}");
        }
    }
}

#[tokio::test]
async fn foreign_cookie_hides_no_login_attempt() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.set_cookie("who", "J\u{fc}rgen");

    let login = browser.log_in_as("bob").await;

    assert_eq!(login.callback.location(), "/");
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn session_cookie_beside_one_of_other_bytes_is_doubled() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in("alice", PASSWORD).await;
    let session = browser.cookie("postern_session").expect("a session");
    let name = browser.full_name("postern_session");
    let line = format!("{name}={session}; {name}=");

    let line = HeaderValue::from_bytes(&[line.as_bytes(), b"\xff"].concat()).unwrap();
    let stranger = site.browser();
    let request = stranger.call(Method::GET, API_SESSION).header(COOKIE, line);

    assert_eq!(stranger.send(request).await.status, 401);
}

/// Fails unless the answer of a form leads a browser that keeps the cookie to `there`, and any
/// other to the page that says so.
async fn assert_cookie_is_checked(browser: &HttpBrowser, answer: &Answer, there: &str) {
    assert_eq!(answer.status, 303, "{}", answer.summary());
    let kept = browser.get(answer.location()).await;
    assert_eq!((kept.status.as_u16(), kept.location()), (303, there));

    browser.forget_cookies();
    Log::begin_as_by_default();
    let lost = browser.get(answer.location()).await;

    let expected = "303 See Other, location: /login?error=cookies_blocked&ref=…";
    assert_eq!(lost.summary(), expected);
    let reference = lost.param("ref").unwrap_or_default();
    let line = Log::failed_login(&reference).expect("a line of the log");
    assert!(line.contains("code=\"cookies_blocked\""), "{line}");
    let page = browser.get(lost.location()).await.body;
    assert!(page.contains("data-code=\"cookies_blocked\""), "{page}");
    assert!(
        page.contains(&format!("data-ref=\"{reference}\"")),
        "{page}"
    );
}

#[tokio::test]
async fn browser_that_keeps_no_cookie_is_told_after_a_login() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    let form = [
        ("username", "alice"),
        ("password", PASSWORD),
        ("next", "/profile?tab=1"),
    ];

    let answer = browser.post_form(API_LOGIN, &form).await;

    assert_cookie_is_checked(&browser, &answer, "/profile?tab=1").await;
}

#[tokio::test]
async fn browser_that_keeps_no_cookie_is_told_after_the_setup() {
    let site = Site::start().await;
    let browser = site.browser();
    let token = site.app.keys().setup_token().expose_secret().to_owned();
    let form = [
        ("token", token.as_str()),
        ("username", "root"),
        ("password", PASSWORD),
    ];

    let answer = browser.post_form(API_SETUP, &form).await;

    assert_cookie_is_checked(&browser, &answer, "/").await;
}

#[tokio::test]
async fn browser_that_keeps_no_cookie_is_told_after_a_welcome_link() {
    let (site, root) = administered(&[]).await;
    let made = make(&root, "alice").await;
    let token = made["welcome"]["url"].as_str().expect("a link");
    let (_, token) = token.split_once('#').expect("a fragment");
    let browser = site.browser();
    let form = [("token", token), ("password", "a password by link")];

    let answer = browser.post_form(API_WELCOME, &form).await;

    assert_cookie_is_checked(&browser, &answer, "/").await;
}

#[tokio::test]
async fn cookie_check_leads_nowhere_else() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in("alice", PASSWORD).await;

    for next in [
        "//evil.example",
        "https://evil.example",
        "/api/login",
        "/\\a",
    ] {
        let target = format!("{API_LOGIN_CHECK}?{}", encode(&[("next", next)]));
        assert_eq!(browser.get(&target).await.location(), "/", "{next}");
    }
}
