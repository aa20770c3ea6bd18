//! Sessions: their token, their ends, logout, and who may write.

use std::time::Duration;

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};
use shared::routes::{
    API_LOGIN, API_LOGOUT, API_PROFILE, API_PROFILE_PASSWORD, API_SESSION, API_SESSION_CONFIRM,
};
use tests::answer::{Answer, param};
use tests::http_browser::HttpBrowser;
use tests::site::{CLIENT_ID, PASSWORD, Site, user};

const COOKIE: &str = "postern_session";

fn token(browser: &HttpBrowser) -> String {
    browser.cookie(COOKIE).expect("a session")
}

/// Returns true if that token's session is live.
async fn is_live(site: &Site, token: &str) -> bool {
    let browser = site.browser();
    browser.set_cookie(COOKIE, token);
    browser.who().await.is_some()
}

#[tokio::test]
async fn session_shows_its_account_and_its_ends() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;

    let mut session = browser.get(API_SESSION).await.json();

    assert_eq!(session["user"]["id"], id.to_string());
    let now = site.now().unix();
    assert_eq!(session["session"]["started_at"], now);
    assert_eq!(session["session"]["expires_at"], now + 604_800);
    assert_eq!(session["session"]["confirmed_until"], now + 600);
    assert_ne!(session["session"]["id"].as_str().unwrap(), token(&browser));
    session["user"]["id"] = json!("");
    let expected = json!({
        "id": "", "username": "alice", "display_name": null, "email": "alice@example.com",
        "role": "user", "has_password": true,
    });
    assert_eq!(session["user"], expected);
}

#[tokio::test]
async fn nobody_is_told_so() {
    let site = Site::start().await;

    let answer = site.browser().get(API_SESSION).await;

    assert_snapshot!(answer.summary(), @"401 Unauthorized, code: unauthenticated");
}

#[tokio::test]
async fn password_change_gives_a_new_token_and_ends_the_other_sessions() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let (browser, other) = (site.logged_in("alice").await, site.logged_in("alice").await);
    let old = token(&browser);

    let body = json!({"current": PASSWORD, "new": "another password"});
    let answer = browser.post_json(API_PROFILE_PASSWORD, &body).await;

    assert_snapshot!(answer.summary(), @"204 No Content, sets: postern_session");
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
    assert_eq!(
        (is_live(&site, &old).await, other.who().await),
        (false, None)
    );
}

#[tokio::test]
async fn session_ends_when_it_is_not_used() {
    let site = Site::with(&[("SESSION_IDLE_SECONDS", "1000")]).await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    for _ in 0..3 {
        site.pass(Duration::from_secs(999));
        assert!(browser.who().await.is_some(), "used again in time");
    }

    site.pass(Duration::from_secs(1000));

    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn session_ends_for_good_however_much_it_is_used() {
    let site = Site::with(&[
        ("SESSION_MAX_AGE_SECONDS", "1000"),
        ("SESSION_IDLE_SECONDS", "600"),
    ])
    .await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    site.pass(Duration::from_secs(500));
    assert!(browser.who().await.is_some());
    site.pass(Duration::from_secs(499));
    assert!(browser.who().await.is_some());

    site.pass(Duration::from_secs(1));

    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn cookies_that_are_no_token_are_no_session_and_no_error() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let good = token(&browser);
    let doubled = format!("{good}; {}={good}", browser.full_name(COOKIE));

    for value in [
        "",
        "x",
        "\"",
        "é",
        "=",
        &good[1..],
        &format!("{good}A"),
        &doubled,
        &"A".repeat(5000),
    ] {
        browser.set_cookie(COOKIE, value);
        assert_eq!(
            browser.get(API_SESSION).await.code(),
            "unauthenticated",
            "{value:?}"
        );
        assert_eq!(browser.get("/login?local=1").await.status, 200, "{value:?}");
    }
    browser.set_cookie(COOKIE, &good);
    assert!(browser.who().await.is_some());
}

#[tokio::test]
async fn logout_ends_the_session_on_the_server() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let old = token(&browser);

    let answer = browser.post_json(API_LOGOUT, &json!({})).await;

    assert_snapshot!(
        answer.summary(),
        @"200 OK, redirect: /login?logged_out=1, clears: postern_session"
    );
    assert!(!is_live(&site, &old).await);
}

#[tokio::test]
async fn logout_by_a_plain_form_is_a_redirect_and_works_without_a_session() {
    let site = Site::start().await;

    let answer = site.browser().post_form(API_LOGOUT, &[]).await;

    assert_snapshot!(
        answer.summary(),
        @"303 See Other, location: /login?logged_out=1, clears: postern_session"
    );
}

#[tokio::test]
async fn logout_is_no_link() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;

    let answer = browser.get(API_LOGOUT).await;

    assert_snapshot!(answer.summary(), @"405 Method Not Allowed, code: method_not_allowed");
    assert!(browser.who().await.is_some());
}

#[tokio::test]
async fn logout_leads_on_to_the_op_where_the_settings_say_so() {
    let site = Site::with(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    site.add(user("alice").await).await;
    let (by_op, by_password) = (site.browser(), site.logged_in("alice").await);
    by_op.log_in_as("bob").await;

    let from_op = by_op.post_json(API_LOGOUT, &json!({})).await;
    let from_password = by_password.post_json(API_LOGOUT, &json!({})).await;

    assert_snapshot!(from_op.summary(), @"200 OK, redirect: OP/application/o/postern/end-session/?id_token_hint=…&client_id=postern&post_logout_redirect_uri=POSTERN%2Flogin%3Flogged_out%3D1&state=…, clears: postern_session");
    assert_snapshot!(
        from_password.summary(),
        @"200 OK, redirect: /login?logged_out=1, clears: postern_session"
    );
}

#[tokio::test]
async fn logout_stays_here_while_the_op_is_down() {
    let site = Site::with(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    site.op.pause().await;
    site.pass(Duration::from_secs(60));

    let logout = browser.post_json(API_LOGOUT, &json!({})).await;

    assert_snapshot!(
        logout.summary(),
        @"200 OK, redirect: /login?logged_out=1, clears: postern_session"
    );
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn hint_that_makes_the_logout_url_too_long_is_left_out() {
    let site = Site::with(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    let logout_url = async |groups: usize| {
        let groups: Vec<String> = (0..groups).map(|at| format!("a-group-{at:04}")).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        site.op.set_groups("bob", &groups);
        let browser = site.browser();
        let callback = browser.log_in_as("bob").await.callback;
        assert_eq!(callback.location(), "/", "{}", callback.summary());
        let logout = browser.post_form(API_LOGOUT, &[]).await;
        logout.location().to_owned()
    };

    let hinted = logout_url(3).await;
    assert!(hinted.contains("id_token_hint="), "{hinted}");
    for groups in [60, 200, 10_000] {
        let url = logout_url(groups).await;
        assert!(
            url.starts_with(site.op.origin()) && url.len() < 2000,
            "{url}"
        );
        assert!(url.contains("/end-session/?client_id=postern&"), "{url}");
    }
}

#[tokio::test]
async fn end_session_endpoint_of_the_settings_is_used() {
    let endpoint = "https://op.example.com/bye?x=1";
    let settings = [
        ("OIDC_RP_INITIATED_LOGOUT", "true"),
        ("OIDC_END_SESSION_ENDPOINT", endpoint),
    ];
    let site = Site::with(&settings).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    let logout = browser.post_form(API_LOGOUT, &[]).await;

    assert!(
        logout
            .location()
            .starts_with("https://op.example.com/bye?x=1&id_token_hint=")
    );
    assert_eq!(
        param(logout.location(), "client_id").as_deref(),
        Some(CLIENT_ID)
    );
    assert!(
        logout
            .header("content-security-policy")
            .contains("form-action 'self' https://op.example.com;")
    );
}

#[tokio::test]
async fn writes_of_another_site_are_refused_and_do_nothing() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let check = async |header: (&str, &str), expected: u16| {
        let request = browser
            .call(Method::PATCH, API_PROFILE)
            .header(header.0, header.1);
        let request = request
            .header("content-type", "application/json")
            .body("{}");
        let answer = browser.send(request).await;
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{header:?}: {}",
            answer.body
        );
        assert_eq!(answer.code() == "cross_site", expected == 403);
    };

    check(("sec-fetch-site", "same-origin"), 200).await;
    check(("sec-fetch-site", "none"), 200).await;
    check(("sec-fetch-site", "same-site"), 403).await;
    check(("sec-fetch-site", "cross-site"), 403).await;
    check(("origin", site.origin()), 200).await;
    check(("origin", site.op.origin()), 403).await;
    check(("origin", "https://evil.example"), 403).await;
    check(("origin", "null"), 403).await;
    check(("accept", "*/*"), 200).await;
}

#[tokio::test]
async fn every_write_is_refused_to_another_site() {
    let site = Site::start().await;
    let browser = site.browser();
    let routes = [
        (Method::POST, API_LOGIN),
        (Method::POST, API_LOGOUT),
        (Method::POST, "/api/setup"),
        (Method::POST, API_SESSION_CONFIRM),
        (Method::PATCH, API_PROFILE),
        (Method::POST, API_PROFILE_PASSWORD),
        (Method::POST, "/api/profile/identities/openid"),
        (Method::DELETE, "/api/profile/identities/1"),
        (Method::POST, "/api/link"),
        (Method::DELETE, "/api/link"),
        (Method::POST, "/api/nothing"),
    ];

    for (method, path) in routes {
        let request = browser
            .call(method, path)
            .header("sec-fetch-site", "cross-site");
        assert_eq!(browser.send(request).await.code(), "cross_site", "{path}");
    }
}

#[tokio::test]
async fn writes_of_the_page_are_json() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let writes = [
        (Method::POST, API_SESSION_CONFIRM),
        (Method::PATCH, API_PROFILE),
        (Method::POST, API_PROFILE_PASSWORD),
    ];

    for (method, path) in writes {
        for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
            let request = browser
                .call(method.clone(), path)
                .header("content-type", media_type);
            let answer = browser.send(request.body("{}")).await;
            assert_eq!(answer.code(), "json_required", "{path} {media_type}");
        }
    }
}

#[tokio::test]
async fn confirmation_takes_the_password_and_lasts_ten_minutes() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    site.pass(Duration::from_secs(3600));
    let confirm = async |password: &str| {
        browser
            .post_json(API_SESSION_CONFIRM, &json!({ "password": password }))
            .await
    };

    assert_snapshot!(confirm("wrong").await.summary(), @"403 Forbidden, code: password_wrong");
    assert_snapshot!(confirm(PASSWORD).await.summary(), @"204 No Content");
    let session: Value = browser.get(API_SESSION).await.json();
    assert_eq!(
        session["session"]["confirmed_until"],
        site.now().unix() + 600
    );
}

#[tokio::test]
async fn server_that_is_told_to_stop_ends_in_good_order() {
    let mut site = Site::start().await;
    site.browser().get("/healthz").await;

    site.stop().await;

    assert!(
        site.app.store.ping().await.is_err(),
        "the database is closed"
    );
}

/// Returns the names of the cookies that an answer sets or clears, as they are sent.
fn names(answer: &Answer) -> Vec<String> {
    let names = answer.set_cookies().into_iter();
    let names = names.map(|line| line.split('=').next().unwrap_or_default().to_owned());
    names.collect()
}

#[tokio::test]
async fn servers_on_two_ports_of_one_host_leave_each_others_sessions_alone() {
    let (here, there) = (Site::start().await, Site::start().await);
    for site in [&here, &there] {
        site.add(user("alice").await).await;
    }
    let (one, other) = (here.browser(), there.browser());
    let (first, second) = (
        one.log_in("alice", PASSWORD).await,
        other.log_in("alice", PASSWORD).await,
    );
    // A browser has one jar for the host, whatever the port.
    let jar: Vec<String> = [&first, &second]
        .iter()
        .flat_map(|login| login.set_cookies())
        .map(|line| line.split(';').next().unwrap_or_default().to_owned())
        .collect();
    let with_jar = async |browser: &HttpBrowser, method, path| {
        let request = browser.call(method, path).header("cookie", jar.join("; "));
        let request = request.header("content-type", "application/json");
        browser.send(request.body("{}")).await
    };
    let fresh = here.browser();

    let logout = with_jar(&there.browser(), Method::POST, API_LOGOUT).await;
    let session = with_jar(&fresh, Method::GET, API_SESSION).await;

    assert_eq!(
        (logout.status.as_u16(), session.status.as_u16()),
        (200, 200)
    );
    let of_here = names(&first);
    for name in names(&second).iter().chain(&names(&logout)) {
        assert!(!of_here.contains(name), "{name}");
    }
    let attempts = [&one, &other].map(|browser| browser.full_name("postern_attempt_"));
    assert_ne!(attempts[0], attempts[1]);
    let start = one.get("/api/login/openid").await;
    assert!(
        names(&start)[0].starts_with(&attempts[0]),
        "{:?}",
        names(&start)
    );
}
