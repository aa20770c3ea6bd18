//! Cookies: what they serve as, who else can read or set them, and headers full of nonsense.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;
use serde_json::json;
use shared::routes::{
    API_LINK, API_LOGIN, API_LOGIN_OPENID, API_LOGOUT, API_PROFILE_PASSWORD, API_SETUP,
};
use tests::answer::Answer;
use tests::site::{PASSWORD, Site, user};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::sessions::{SESSION, is_live, token};
use crate::login::callback::redeemed;

/// The cookie of a link that waits.
const LINK: &str = "postern_link";

#[tokio::test]
async fn cve_2023_48309_cookie_of_one_kind_does_not_serve_as_another() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let waiting = site.browser();
    waiting.get(API_LOGIN_OPENID).await;
    let attempt = waiting.cookie(&waiting.cookie_names()[0]).unwrap();
    waiting.log_in_as("alice").await;
    let link = waiting.cookie(LINK).unwrap();
    let session = token(&site.logged_in("alice").await);
    let setup = site.app.keys().setup_token().expose_secret().to_owned();
    let elsewhere = Site::start().await;
    elsewhere.add(user("alice").await).await;
    let foreign = elsewhere.browser();
    foreign.log_in_as("alice").await;
    let foreign_link = foreign.cookie(LINK).unwrap();

    for value in [&attempt, &link, &setup, &foreign_link] {
        assert!(!is_live(&site, value).await, "no session: {value}");
    }
    for value in [&attempt, &session, &setup, &foreign_link] {
        let browser = site.browser();
        browser.set_cookie(LINK, value);
        let agreed = browser
            .post_json(
                API_LINK,
                &json!({"username": "alice", "password": PASSWORD}),
            )
            .await;
        assert_eq!(agreed.code(), "link_expired", "no link: {value}");
    }
    for value in [&link, &session, &setup, &attempt, &foreign_link] {
        let browser = site.browser();
        let callback_url = browser.callback_for("bob").await;
        let name = browser.cookie_names().remove(0);
        browser.set_cookie(&name, value);
        browser.get(&callback_url).await;
        assert_eq!(
            (redeemed(&site), browser.who().await),
            (1, None),
            "no attempt: {value}"
        );
    }
    for value in [&attempt, &link, &session] {
        let body = json!({"token": value, "username": "root", "password": PASSWORD});
        let answer = site.browser().post_json(API_SETUP, &body).await;
        assert_eq!(
            answer.code(),
            "setup_token_wrong",
            "no setup token: {value}"
        );
    }
}

/// Everything that sets or clears a cookie.
async fn all_cookies(site: &Site) -> Vec<String> {
    let browser = site.browser();
    let login = browser.log_in_as("bob").await;
    let linking = site.browser();
    let setup = json!({
        "token": site.app.keys().setup_token().expose_secret(), "username": "root",
        "password": PASSWORD,
    });
    let form = [("username", "alice"), ("password", PASSWORD)];
    let change = json!({"current": PASSWORD, "new": "another password"});
    let mut answers: Vec<Answer> = vec![login.start, login.callback];
    answers.push(site.browser().post_json(API_SETUP, &setup).await);
    answers.push(site.browser().post_form(API_LOGIN, &form).await);
    answers.push(linking.log_in_as("alice").await.callback);
    answers.push(
        linking
            .post_json(
                API_LINK,
                &json!({"username": "alice", "password": PASSWORD}),
            )
            .await,
    );
    answers.push(linking.post_json(API_PROFILE_PASSWORD, &change).await);
    answers.push(linking.delete(API_LINK).await);
    answers.push(browser.post_json(API_LOGOUT, &json!({})).await);
    for answer in &answers {
        assert!(!answer.set_cookies().is_empty(), "{}", answer.summary());
    }
    let lines = answers.iter().flat_map(|answer| answer.set_cookies());
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn cve_2026_48058_every_cookie_is_secure_and_bound_to_its_host() {
    let https = "https://app.example.com/api/oauth/openid";
    let site = Site::with(&[("OIDC_REDIRECT_URI", https)]).await;
    site.add(user("alice").await).await;

    let lines = all_cookies(&site).await;

    let kinds = ["postern_session", "postern_link", "postern_attempt_"];
    for kind in kinds {
        let prefix = format!("__Host-{kind}");
        assert!(lines.iter().any(|line| line.starts_with(&prefix)), "{kind}");
    }
    for line in &lines {
        assert!(line.starts_with("__Host-postern_"), "{line}");
        let attributes: BTreeSet<&str> = line.split("; ").skip(1).collect();
        for wanted in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(attributes.contains(wanted), "{line}");
        }
        assert!(!line.to_lowercase().contains("domain"), "{line}");
    }
}

#[tokio::test]
async fn cve_2026_48058_cookie_without_the_prefix_is_none_on_https() {
    let https = "https://app.example.com/api/oauth/openid";
    let site = Site::with(&[("OIDC_REDIRECT_URI", https)]).await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let good = browser.cookie("__Host-postern_session").expect("a session");
    assert!(browser.who().await.is_some());

    // A sibling host, or plain http, can set this one for us.
    let tossed = site.browser();
    tossed.set_cookie(SESSION, &good);

    assert_eq!(tossed.who().await, None);
}

/// Sends a request as it is, and returns the answer's first line.
async fn raw(site: &Site, request: &[u8]) -> String {
    let address = site.origin().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The server may have answered before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn cve_2024_24814_crafted_cookie_header_is_no_session_and_no_fault() {
    // Without a port, so that the names of the cookies are these.
    let here = ("OIDC_REDIRECT_URI", "http://localhost/api/oauth/openid");
    let site = Site::with(&[here]).await;
    let attempt = |n: usize| format!("postern_attempt_{n:016x}=garbage");
    let many: Vec<String> = (0..500).map(attempt).collect();
    let headers: Vec<Vec<u8>> = vec![
        b"postern_session".to_vec(),
        b"postern_session=".to_vec(),
        b"=postern_session".to_vec(),
        b"postern_session=\"".to_vec(),
        b"postern_session=\"\\\"\\".to_vec(),
        b";;;;;=;=;=;".to_vec(),
        b"$Version=1; $Path=/; postern_session=x".to_vec(),
        b"postern_session=\xff\xfe\x80".to_vec(),
        b"postern_session=\xc3\x28; postern_link=\xf0\x90\x28\xbc".to_vec(),
        b"postern_session=%00%0d%0a".to_vec(),
        b"postern_session=\x01\x02".to_vec(),
        b"postern_session=\x00".to_vec(),
        b"postern_attempt_=; postern_attempt_".to_vec(),
        many.join("; ").into_bytes(),
        [b"postern_session=".as_slice(), &[b'A'; 60_000]].concat(),
        [b"postern_link=".as_slice(), &[b'%'; 20_000]].concat(),
        b"a=b; ".repeat(10_000),
        b"; ".repeat(10_000),
    ];

    for path in [
        "/api/session",
        "/api/oauth/openid?code=a&state=b",
        "/api/login/openid",
        "/login",
    ] {
        for header in &headers {
            let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: ");
            let request = [head.as_bytes(), header, b"\r\n\r\n"].concat();
            let status = raw(&site, &request).await;
            let shown = String::from_utf8_lossy(&header[..header.len().min(40)]).into_owned();
            assert!(
                status.starts_with("HTTP/1.1 "),
                "{path} {shown}: {status:?}"
            );
            assert!(
                !status.starts_with("HTTP/1.1 5"),
                "{path} {shown}: {status}"
            );
            let is_in = path == "/api/session" && status.starts_with("HTTP/1.1 200");
            assert!(!is_in, "{shown}");
        }
    }
    assert_eq!(site.browser().get("/healthz").await.status, 200);
}
