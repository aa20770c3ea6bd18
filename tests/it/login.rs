//! Login by password, and the first half of a login through the OP.

use std::time::Duration;

use backend::account::NewAccount;
use insta::assert_snapshot;
use serde_json::json;
use shared::routes::{
    API_CONFIG, API_LOGIN, API_LOGIN_OPENID, API_OAUTH_OPENID, API_PROFILE_PASSWORD,
    API_SESSION_CONFIRM, API_SETUP,
};
use tests::site::{CLIENT_ID, PASSWORD, Site, user};

const HTTPS: &str = "https://app.example.com/api/oauth/openid";

#[tokio::test]
async fn right_password_logs_in() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();

    let answer = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(answer.summary(), @"200 OK, redirect: /, sets: postern_session");
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn username_is_taken_without_regard_to_case_and_white_space() {
    let site = Site::start().await;
    site.add(user("Alice").await).await;
    let browser = site.browser();

    browser.log_in(" aLICE ", PASSWORD).await;

    assert_eq!(browser.who().await.as_deref(), Some("Alice"));
}

#[tokio::test]
async fn wrong_password_and_unknown_user_get_the_same_answer() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();

    let wrong = browser.log_in("alice", "not the password").await;
    let unknown = browser.log_in("nobody", "not the password").await;

    assert_snapshot!(wrong.summary(), @"401 Unauthorized, code: invalid_credentials");
    let but_for_the_reference = |answer: &tests::http_browser::Answer| {
        let mut body = answer.json();
        body["ref"] = json!("");
        (answer.status, body, answer.set_cookies().len())
    };
    assert_eq!(but_for_the_reference(&wrong), but_for_the_reference(&unknown));
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn no_password_fits_an_account_without_one() {
    let site = Site::start().await;
    site.add(NewAccount { password_hash: None, ..user("alice").await }).await;
    let browser = site.browser();

    for password in ["", "null", "a password that nobody has", PASSWORD] {
        let answer = browser.log_in("alice", password).await;
        assert_eq!(answer.code(), "invalid_credentials", "{password:?}");
    }
}

#[tokio::test]
async fn that_an_account_is_disabled_is_told_only_to_who_knows_its_password() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    site.app.store.set_disabled(id, true, site.now()).await.unwrap();
    let browser = site.browser();

    let guess = browser.log_in("alice", "not the password").await;
    let owner = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(guess.summary(), @"401 Unauthorized, code: invalid_credentials");
    assert_snapshot!(owner.summary(), @"403 Forbidden, code: account_disabled");
}

#[tokio::test]
async fn guessing_is_limited_by_account_whether_it_exists_or_not() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    for _ in 0..10 {
        assert_eq!(browser.log_in("nobody", "guess").await.code(), "invalid_credentials");
    }

    let limited = browser.log_in("NOBODY", "guess").await;
    let another = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(limited.summary(), @"429 Too Many Requests, code: rate_limited");
    let wait: u64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&wait), "{wait}");
    assert_eq!(limited.json()["retry_after"], wait);
    assert_eq!(another.status, 200);
}

#[tokio::test]
async fn limited_form_ends_on_the_error_page() {
    let site = Site::start().await;
    let browser = site.browser();
    for _ in 0..10 {
        browser.log_in("nobody", "guess").await;
    }

    let form = [("username", "nobody"), ("password", "guess")];
    let answer = browser.post_form(API_LOGIN, &form).await;

    assert_snapshot!(
        answer.summary(),
        @"303 See Other, location: /login?error=rate_limited&ref=…"
    );
}

#[tokio::test]
async fn plain_form_logs_in_and_goes_on() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let form = [("username", "alice"), ("password", PASSWORD), ("next", "/profile?tab=1")];

    let answer = site.browser().post_form(API_LOGIN, &form).await;

    assert_snapshot!(
        answer.summary(),
        @"303 See Other, location: /profile?tab=1, sets: postern_session"
    );
}

#[tokio::test]
async fn plain_form_with_a_wrong_password_ends_on_the_error_page() {
    let site = Site::start().await;
    let form = [("username", "alice"), ("password", "wrong"), ("next", "/profile")];

    let answer = site.browser().post_form(API_LOGIN, &form).await;

    assert_snapshot!(
        answer.summary(),
        @"303 See Other, location: /login?error=invalid_credentials&ref=…"
    );
}

#[tokio::test]
async fn bodies_that_are_no_login_are_refused() {
    let site = Site::start().await;
    let browser = site.browser();
    let check = async |media_type: &str, body: &str, expected: &str| {
        let request = browser.call(reqwest::Method::POST, API_LOGIN);
        let request = request.header("content-type", media_type).body(body.to_owned());
        assert_eq!(browser.send(request).await.code(), expected, "{media_type} {body}");
    };

    let form = "application/x-www-form-urlencoded";
    check("application/json", "{", "bad_request").await;
    check("application/json", r#"{"username":"alice"}"#, "bad_request").await;
    check("application/json", r#"{"username":1,"password":[]}"#, "bad_request").await;
    check(form, "username=alice", "bad_request").await;
    check(form, "username=a&username=b&password=c", "bad_request").await;
    check("text/plain", r#"{"username":"a","password":"b"}"#, "json_required").await;
    check("multipart/form-data", "", "json_required").await;
    check("application/json", &format!("\"{}\"", "x".repeat(40_000)), "too_large").await;
}

#[tokio::test]
async fn next_leads_to_a_path_of_this_site_and_nowhere_else() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let check = async |next: &str, expected: &str| {
        let start = format!("{API_LOGIN_OPENID}?{}", tests::http_browser::encode(&[("next", next)]));
        let login = browser.log_in_at(&start, "bob").await;
        assert_eq!(login.callback.location(), expected, "{next:?}");
    };

    check("/profile?tab=1#top", "/profile?tab=1#top").await;
    check("", "/").await;
    check("profile", "/").await;
    check("//evil.example", "/").await;
    check("/\\evil.example", "/").await;
    check("\\/evil.example", "/").await;
    check("/\t/evil.example", "/").await;
    check("/%2fevil.example", "/").await;
    check("/%5Cevil.example", "/").await;
    check("/.//evil.example", "/").await;
    check("/a/../..//evil.example", "/").await;
    check("https://evil.example/", "/").await;
    check("javascript:alert(1)", "/").await;
    check("/profile\r\nset-cookie: a=b", "/").await;
    check("/api/login/openid", "/").await;
}

#[tokio::test]
async fn switched_off_passwords_are_refused_by_the_server() {
    let site = Site::with(&[("DISABLE_USERPASS_LOGIN", "true")]).await;
    let alice = site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    let check = async |path: &str, body: serde_json::Value| {
        assert_eq!(browser.post_json(path, &body).await.code(), "password_login_disabled", "{path}");
    };

    check(API_LOGIN, json!({"username": "alice", "password": PASSWORD})).await;
    check(API_SESSION_CONFIRM, json!({"password": PASSWORD})).await;
    check(API_PROFILE_PASSWORD, json!({"new": "a new password"})).await;
    check(API_SETUP, json!({"token": "", "username": "root", "password": PASSWORD})).await;
    let form = [("username", "alice"), ("password", PASSWORD)];
    assert_eq!(browser.post_form(API_LOGIN, &form).await.code(), "password_login_disabled");
    assert!(site.app.store.account(alice).await.unwrap().unwrap().password_hash.is_some());
    let config = browser.get(API_CONFIG).await.json();
    assert_eq!((&config["password_login"], &config["setup_needed"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn login_start_asks_for_a_code_with_state_nonce_and_pkce() {
    let site = Site::start().await;

    let answer = site.browser().get(API_LOGIN_OPENID).await;

    assert_snapshot!(answer.summary(), @"303 See Other, location: OP/application/o/authorize/?response_type=code&client_id=postern&redirect_uri=POSTERN%2Fapi%2Foauth%2Fopenid&scope=openid+profile+email&state=…&nonce=…&code_challenge=…&code_challenge_method=S256, sets: postern_attempt_…");
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(answer.param(name).unwrap().len(), 43, "{name}: 256 bits");
    }
    assert_eq!(answer.param("client_id").as_deref(), Some(CLIENT_ID));
}

#[tokio::test]
async fn every_login_start_is_another() {
    let site = Site::start().await;
    let browser = site.browser();

    let (one, other) = (browser.get(API_LOGIN_OPENID).await, browser.get(API_LOGIN_OPENID).await);

    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(one.param(name), other.param(name), "{name}");
    }
    assert_eq!(browser.cookie_names().len(), 2);
}

#[tokio::test]
async fn redirect_uri_and_scopes_are_sent_as_they_are_configured() {
    let uri = "https://App.Example.com:443/api/oauth/openid";
    let site = Site::with(&[("OIDC_REDIRECT_URI", uri), ("OIDC_SCOPES", "openid groups")]).await;
    let browser = site.browser();

    let answer = browser.get(API_LOGIN_OPENID).await;

    assert_eq!(answer.param("redirect_uri").as_deref(), Some(uri));
    assert_eq!(answer.param("scope").as_deref(), Some("openid groups"));
}

#[tokio::test]
async fn browser_keeps_five_attempts_and_the_oldest_goes() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.get(API_LOGIN_OPENID).await;
    let oldest = browser.cookie_names();
    for _ in 0..5 {
        site.pass(Duration::from_secs(1));
        browser.get(API_LOGIN_OPENID).await;
    }

    let kept = browser.cookie_names();

    assert_eq!(kept.len(), 5);
    assert!(!kept.contains(&oldest[0]));
}

#[tokio::test]
async fn expired_attempts_and_foreign_cookies_make_room() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.get(API_LOGIN_OPENID).await;
    browser.set_cookie("postern_attempt_0123456789abcdef", "garbage");
    site.pass(Duration::from_secs(600));

    browser.get(API_LOGIN_OPENID).await;

    assert_eq!(browser.cookie_names().len(), 1);
}

#[tokio::test]
async fn op_that_is_down_leaves_the_login_by_password() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    site.op.pause().await;
    site.forget_metadata();

    let start = browser.get(API_LOGIN_OPENID).await;
    let config = browser.get(API_CONFIG).await.json();
    let by_password = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(
        start.summary(),
        @"303 See Other, location: /login?error=op_unreachable&ref=…"
    );
    assert_eq!(config["openid"]["unreachable_since"], site.now().unix());
    assert_eq!(by_password.status, 200);
}

#[tokio::test]
async fn op_that_comes_back_is_used_at_once() {
    let site = Site::start().await;
    let browser = site.browser();
    site.op.pause().await;
    site.forget_metadata();
    browser.get(API_LOGIN_OPENID).await;

    site.op.resume().await.unwrap();
    let login = browser.log_in_as("bob").await;

    assert_eq!(login.callback.location(), "/");
    assert!(browser.get(API_CONFIG).await.json()["openid"]["unreachable_since"].is_null());
}

#[tokio::test]
async fn openid_routes_are_closed_where_it_is_off() {
    let site = Site::with(&[("OIDC_ENABLED", "false")]).await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let none = json!({});

    for path in [API_LOGIN_OPENID, API_OAUTH_OPENID] {
        assert_eq!(browser.get(path).await.code(), "openid_disabled", "{path}");
    }
    assert_eq!(browser.post_form(API_OAUTH_OPENID, &[]).await.code(), "openid_disabled");
    let link = browser.post_json("/api/profile/identities/openid", &none).await;
    assert_eq!(link.code(), "openid_disabled");
    assert!(browser.get(API_CONFIG).await.json()["openid"].is_null());
}

#[tokio::test]
async fn cookies_are_for_scripts_and_other_sites_out_of_reach() {
    let site = Site::start().await;

    let login = site.browser().log_in_as("bob").await;

    let attempt = login.start.set_cookies()[0].split_once("; ").unwrap().1;
    assert_eq!(attempt, "HttpOnly; SameSite=Lax; Path=/; Max-Age=600");
    let session = login.callback.set_cookies()[1].split_once("; ").unwrap().1;
    assert_eq!(session, "HttpOnly; SameSite=Lax; Path=/; Max-Age=1209600");
}

#[tokio::test]
async fn cookies_are_bound_to_the_host_on_https() {
    let site = Site::with(&[("OIDC_REDIRECT_URI", HTTPS)]).await;
    let browser = site.browser();

    let login = browser.log_in_as("bob").await;

    assert_snapshot!(
        login.callback.summary(),
        @"303 See Other, location: /, clears: __Host-postern_attempt_…, sets: __Host-postern_session"
    );
    for line in [login.start.set_cookies(), login.callback.set_cookies()].concat() {
        assert!(line.contains("; HttpOnly; SameSite=Lax; Secure; Path=/; "), "{line}");
    }
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn login_page_is_told_what_there_is() {
    let site = Site::with(&[("OIDC_AUTOLOGIN", "true")]).await;

    let config = site.browser().get(API_CONFIG).await;

    assert_snapshot!(
        config.body,
        @r#"{"password_login":true,"setup_needed":true,"signed_in":false,"openid":{"provider":"authentik","label":"Authentik","autologin":true,"unreachable_since":null},"hint":null}"#
    );
}

#[tokio::test]
async fn administrator_is_told_the_mend_at_this_op() {
    let site = Site::start().await;
    let browser = site.browser();

    let known = browser.get(&format!("{API_CONFIG}?error=client_rejected")).await.json();
    let unknown = browser.get(&format!("{API_CONFIG}?error=%3Cscript%3E")).await.json();

    let hint = known["hint"].as_str().unwrap();
    assert!(hint.contains("Authentik") && hint.contains("Client Secret"), "{hint}");
    assert!(unknown["hint"].is_null());
}
