//! A reverse proxy that says wrong things, twice or not at all, or that nobody trusts.

use reqwest::Method;
use tests::site::user;

use super::upstream;
use super::visitor::{CHAT, LOGIN, Shown, Visitor, WIKI, site};

/// What a reverse proxy says besides the truth, or in its place.
#[derive(Debug, Clone, Copy)]
enum ProxyLie {
    /// A header is missing.
    Absent(&'static str),
    /// A header comes twice, the second time with this value.
    Doubled(&'static str, &'static str),
    /// A header has this value.
    Wrong(&'static str, &'static str),
    /// A header that is none of the usual comes too.
    Added(&'static str, &'static str),
}

/// The truth: what somebody asks for who may not have it.
const TRUTH: [(&str, &str); 5] = [
    ("x-forwarded-method", "GET"),
    ("x-forwarded-host", "wiki.example.test"),
    ("x-forwarded-uri", "/admin"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-for", "192.0.2.7"),
];

/// Asks about the request, as a proxy that lies.
async fn ask(visitor: &mut Visitor, lie: ProxyLie) -> Shown {
    let mut headers: Vec<(&str, &str)> = TRUTH.to_vec();
    match lie {
        ProxyLie::Absent(name) => headers.retain(|(said, _)| *said != name),
        ProxyLie::Doubled(name, value) | ProxyLie::Added(name, value) => {
            headers.push((name, value));
        }
        ProxyLie::Wrong(name, value) => {
            headers.retain(|(said, _)| *said != name);
            headers.push((name, value));
        }
    }
    let mut request = visitor.call(Method::GET, &format!("{LOGIN}/api/verify"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if let Some(token) = visitor.cookie(WIKI, "postern_app") {
        request = request.header("cookie", format!("postern_app={token}"));
    }
    visitor.send(request).await
}

/// Each lie, and what becomes of a stranger's request.
const LIES: [(ProxyLie, &[u16]); 22] = [
    (ProxyLie::Absent("x-forwarded-host"), &[403]),
    (ProxyLie::Absent("x-forwarded-uri"), &[400]),
    (ProxyLie::Absent("x-forwarded-method"), &[401]),
    (ProxyLie::Absent("x-forwarded-proto"), &[401]),
    (ProxyLie::Absent("x-forwarded-for"), &[401]),
    (
        ProxyLie::Doubled("x-forwarded-host", "chat.example.test"),
        &[403],
    ),
    (ProxyLie::Doubled("x-forwarded-uri", "/public/x"), &[400]),
    (ProxyLie::Doubled("x-forwarded-method", "OPTIONS"), &[400]),
    (ProxyLie::Doubled("x-forwarded-proto", "https"), &[401]),
    (ProxyLie::Wrong("x-forwarded-host", "evil.example"), &[403]),
    (
        ProxyLie::Wrong("x-forwarded-host", "wiki.example.test@evil.example"),
        &[403],
    ),
    (
        ProxyLie::Wrong("x-forwarded-host", "wiki.example.test, chat.example.test"),
        &[403],
    ),
    (
        ProxyLie::Wrong("x-forwarded-uri", "/admin, /public/x"),
        &[400, 401],
    ),
    (
        ProxyLie::Wrong("x-forwarded-uri", "http://wiki.example.test/public/x"),
        &[400],
    ),
    (
        ProxyLie::Wrong("x-forwarded-uri", "/public/../admin"),
        &[401],
    ),
    (
        ProxyLie::Wrong("x-forwarded-method", "GET, OPTIONS"),
        &[400],
    ),
    (ProxyLie::Wrong("x-forwarded-method", "OPTIONS"), &[401]),
    (ProxyLie::Added("x_forwarded_uri", "/public/x"), &[401]),
    (ProxyLie::Added("x-original-url", "/public/x"), &[401]),
    (ProxyLie::Added("x-forwarded-prefix", "/public"), &[401]),
    (ProxyLie::Added("x-forwarded-user", "admin"), &[401]),
    (
        ProxyLie::Added("forwarded", "host=chat.example.test"),
        &[401],
    ),
];

const TRUSTED: (&str, &str) = ("POSTERN_TRUSTED_PROXIES", "127.0.0.1");
const PUBLIC: (&str, &str) = ("POSTERN_APP_WIKI_PUBLIC", "/public/*");
/// An application that is open to all.
const OPEN: (&str, &str) = ("POSTERN_APP_CHAT_PUBLIC", "/*");

#[tokio::test]
async fn no_lie_of_a_proxy_lets_a_stranger_in() {
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC, OPEN]).await;
    let mut nobody = Visitor::new(&site);
    for (lie, expected) in LIES {
        let shown = ask(&mut nobody, lie).await;
        assert!(expected.contains(&shown.status), "{lie:?}: {shown:?}");
        assert_eq!(shown.header("remote-user"), "", "{lie:?}");
        assert_eq!(shown.header("postern-assertion"), "", "{lie:?}");
    }
}

#[tokio::test]
async fn no_lie_of_a_proxy_names_somebody_at_another_application() {
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let chat = CHAT.trim_start_matches("http://");
    for lie in [
        ProxyLie::Wrong("x-forwarded-host", chat),
        ProxyLie::Doubled("x-forwarded-host", chat),
    ] {
        // The cookie is of the other application.
        let shown = ask(&mut alice, lie).await;
        assert!(matches!(shown.status, 401 | 403), "{lie:?}: {shown:?}");
    }
}

#[tokio::test]
async fn nobody_but_a_trusted_proxy_is_answered() {
    let settings = [("POSTERN_TRUSTED_PROXIES", "192.0.2.0/24"), PUBLIC];
    let site = site(&upstream::start().await, &settings).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    // It says that it comes from one of them.
    for lie in [
        ProxyLie::Absent("none"),
        ProxyLie::Wrong("x-forwarded-uri", "/public/x"),
        ProxyLie::Wrong("x-forwarded-for", "192.0.2.1"),
        ProxyLie::Added("x-real-ip", "192.0.2.1"),
        ProxyLie::Added("forwarded", "for=192.0.2.1"),
    ] {
        let shown = ask(&mut alice, lie).await;
        assert_eq!(
            (shown.status, shown.code().as_str()),
            (403, "forbidden"),
            "{lie:?}"
        );
        assert_eq!(shown.header("postern-assertion"), "", "{lie:?}");
    }
}
