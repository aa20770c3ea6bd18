//! What holds behind every reverse proxy.

use postern_assertion::Verifier;
use reqwest::{Method, RequestBuilder};
use tests::proxy_program::ProxyKind;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::super::visitor::{LOGIN, Visitor};
use super::behind::Behind;

/// Makes tests of the claims for one reverse proxy.
macro_rules! tests_of {
    ($kind:expr, $reason:literal) => {
        crate::door::proxies::claims::tests_of!(
            $kind,
            $reason,
            page_load_leads_to_the_login_at_the_op_and_back_to_the_page,
            fetch_is_told_where_to_log_in,
            application_is_told_who_it_is_and_nothing_of_the_clients_own,
            stranger_is_named_to_nobody_on_a_public_path,
            public_path_opens_in_one_spelling_alone,
            lies_of_the_client_about_its_request_open_nothing,
            who_is_not_allowed_is_told_so,
            logout_closes_the_application_at_once,
            bodies_pass_whole,
            websocket_opens_for_the_application_s_own_page_alone,
        );
    };
    ($kind:expr, $reason:literal, $($claim:ident,)+) => {
        $(
            #[tokio::test]
            #[ignore = $reason]
            async fn $claim() {
                crate::door::proxies::claims::$claim($kind).await;
            }
        )+
    };
}
pub(super) use tests_of;

/// What a client says of itself, in spellings that one program or another takes for ours.
const FORGED: [(&str, &str); 12] = [
    ("Remote-User", "admin"),
    ("REMOTE-USER", "root"),
    ("remote_user", "admin"),
    ("Remote.User", "admin"),
    ("Remote-Name", "Admin"),
    ("Remote-Email", "admin@example.com"),
    ("Remote_Email", "admin@example.com"),
    ("Remote-Groups", "admins"),
    ("remote_groups", "admins"),
    ("Postern-Assertion", "forged"),
    ("Postern-Assertion", "forged twice"),
    ("Postern_Assertion", "forged"),
];

/// Names that an application may read as one that Postern sends.
fn tells_who_asks(name: &str) -> bool {
    let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    name.starts_with("remote-") || name.starts_with("postern-")
}

pub(super) async fn page_load_leads_to_the_login_at_the_op_and_back_to_the_page(kind: ProxyKind) {
    let behind = Behind::start(kind, &[]).await;
    let mut alice = behind.visitor();
    let page = behind.url("/pages/1?x=1&y=%2F&z=a+b");
    let shown = alice.navigate(&page).await;
    assert_eq!(shown.status, 303, "{}", shown.body);
    let start = behind.url("/_postern/start?next=");
    assert!(shown.header("location").starts_with(&start), "{shown:?}");

    let (url, shown) = alice.log_in_at_op(&page, "alice").await;
    assert_eq!(url, page);
    assert_eq!(shown.sent()["uri"], "/pages/1?x=1&y=%2F&z=a+b");
    assert_eq!(shown.sent_header("remote-user"), "alice");
}

pub(super) async fn fetch_is_told_where_to_log_in(kind: ProxyKind) {
    let behind = Behind::start(kind, &[]).await;
    let mut nobody = behind.visitor();
    let shown = behind.fetch(&mut nobody, "/data?x=1", &[]).await;
    let told = (shown.status, shown.code());
    assert_eq!(told, (401, "unauthenticated".to_owned()), "{shown:?}");
    let link = shown.header("link");
    assert!(
        link.contains("/_postern/start?next=%2Fdata%3Fx%3D1"),
        "{link}"
    );

    let posted = nobody.call(Method::POST, &behind.url("/data")).body("x=1");
    assert_eq!(nobody.send(posted).await.status, 401);
}

pub(super) async fn application_is_told_who_it_is_and_nothing_of_the_clients_own(kind: ProxyKind) {
    let behind = Behind::start(kind, &[]).await;
    let mut alice = behind.visitor_as("alice").await;
    let hops = [("Connection", "Remote-User, Postern-Assertion, close")];
    for more in [&[][..], &hops] {
        let headers = [&FORGED[..], more].concat();
        let shown = behind.fetch(&mut alice, "/x", &headers).await;
        let mut told: Vec<(String, String)> = shown.sent()["headers"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| tells_who_asks(name))
            // A list is no text: what comes twice is seen.
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            // Caddy before 2.9 says so what Postern does not.
            .filter(|(_, value)| !value.trim().is_empty())
            .collect();
        told.sort();
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "postern-assertion",
            "remote-groups",
            "remote-name",
            "remote-user",
        ];
        assert_eq!(names, expected, "{told:?}");
        let values: Vec<&str> = told[1..].iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["admins,users", "Alice", "alice"]);
        assert_is_alice(&behind, &mut alice, &told[0].1).await;
    }
}

/// Fails if the assertion is not what an application at this origin is told of alice.
async fn assert_is_alice(behind: &Behind, visitor: &mut Visitor, assertion: &str) {
    let keys = format!("{LOGIN}/.well-known/postern/jwks.json");
    let jwks = visitor.fetch(&keys).await.body;
    let fetch = move || std::future::ready(Ok::<_, std::io::Error>(jwks.clone()));
    let verifier = Verifier::new(&behind.origin, fetch);
    let identity = verifier
        .verify_at(assertion, behind.site.now().unix())
        .await;
    let identity = identity.unwrap();
    assert_eq!(
        (identity.username, identity.app),
        ("alice".to_owned(), "wiki".to_owned())
    );
}

pub(super) async fn stranger_is_named_to_nobody_on_a_public_path(kind: ProxyKind) {
    let public = [("POSTERN_APP_WIKI_PUBLIC", "/public/*")];
    let behind = Behind::start(kind, &public).await;
    let mut nobody = behind.visitor();
    let shown = behind.fetch(&mut nobody, "/public/x", &FORGED).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let sent = shown.sent();
    for (name, value) in sent["headers"].as_object().unwrap() {
        let says = value.as_str().is_none_or(|value| !value.trim().is_empty());
        assert!(!(tells_who_asks(name) && says), "{name}: {value}");
    }
}

pub(super) async fn public_path_opens_in_one_spelling_alone(kind: ProxyKind) {
    let public = [("POSTERN_APP_WIKI_PUBLIC", "/public/*")];
    let behind = Behind::start(kind, &public).await;
    let mut nobody = behind.visitor();
    for path in [
        "/admin",
        "/public/..%2fadmin",
        "/public/..;/admin",
        "/public/%252e%252e/admin",
        "/public%2fx",
        "/PUBLIC/x",
        "/admin?/public/x",
        "/admin;/public/x",
        "/admin%23/public/x",
        "/public/%5c..%5cadmin",
    ] {
        let shown = behind.fetch(&mut nobody, path, &[]).await;
        // Some refuse a path themselves, or redirect to the one that they would rather have.
        let is_shut = matches!(shown.status, 301 | 307 | 308 | 400 | 401);
        assert!(is_shut, "{path}: {} {}", shown.status, shown.body);
    }
}

pub(super) async fn lies_of_the_client_about_its_request_open_nothing(kind: ProxyKind) {
    let public = [("POSTERN_APP_WIKI_PUBLIC", "/public/*")];
    let behind = Behind::start(kind, &public).await;
    let mut nobody = behind.visitor();
    for lie in [
        ("X-Forwarded-Uri", "/public/x"),
        ("X_Forwarded_Uri", "/public/x"),
        ("X-Forwarded-Method", "OPTIONS"),
        ("X-Forwarded-Host", "chat.example.test"),
        ("X-Original-URL", "/public/x"),
        ("X-Original-URI", "/public/x"),
        ("X-Rewrite-URL", "/public/x"),
        ("X-Envoy-Original-Path", "/public/x"),
        ("Forwarded", "host=chat.example.test"),
        (
            "Connection",
            "X-Forwarded-Uri, X-Forwarded-Host, X-Forwarded-Method",
        ),
        ("User-Agent", "GoogleHC/1.0"),
        ("User-Agent", "kube-probe/1.30"),
    ] {
        let shown = behind.fetch(&mut nobody, "/admin", &[lie]).await;
        // Envoy takes no such `Connection`.
        let is_shut = matches!(shown.status, 400 | 401);
        assert!(is_shut, "{lie:?}: {} {}", shown.status, shown.body);
    }
}

pub(super) async fn who_is_not_allowed_is_told_so(kind: ProxyKind) {
    let allow = [("POSTERN_APP_WIKI_ALLOW", "role:admin,user:bob")];
    let behind = Behind::start(kind, &allow).await;
    // Somebody who may not open it gets no session there.
    for (name, page, script) in [("alice", 403, 401), ("bob", 200, 200)] {
        let mut visitor = behind.visitor();
        let (_, shown) = visitor.log_in_at_op(&behind.url("/"), name).await;
        assert_eq!(shown.status, page, "{name}: {}", shown.body);
        let shown = behind.fetch(&mut visitor, "/x", &[]).await;
        assert_eq!(shown.status, script, "{name}: {}", shown.body);
    }
}

pub(super) async fn logout_closes_the_application_at_once(kind: ProxyKind) {
    let behind = Behind::start(kind, &[]).await;
    let mut alice = behind.visitor_as("alice").await;
    assert_eq!(behind.fetch(&mut alice, "/x", &[]).await.status, 200);
    alice.log_out().await;
    assert_eq!(behind.fetch(&mut alice, "/x", &[]).await.status, 401);
}

pub(super) async fn bodies_pass_whole(kind: ProxyKind) {
    let behind = Behind::start(kind, &[]).await;
    let mut alice = behind.visitor_as("alice").await;
    let body = "x".repeat(3_000_000);
    for method in [Method::POST, Method::PUT] {
        let request = alice.call(method.clone(), &behind.url("/file"));
        let shown = alice.send(request.body(body.clone())).await;
        assert_eq!(shown.sent()["method"], method.as_str());
        let sent = shown.sent();
        assert_eq!(sent["body"].as_str().map(str::len), Some(body.len()));
        assert_eq!(sent["headers"]["remote-user"], "alice");
    }
}

pub(super) async fn websocket_opens_for_the_application_s_own_page_alone(kind: ProxyKind) {
    let behind = Behind::start(kind, &[]).await;
    let mut nobody = behind.visitor();
    let request = websocket(&behind, &nobody, &behind.origin);
    let shown = nobody.send(request).await;
    assert_eq!(shown.status, 401, "{}", shown.body);

    let mut alice = behind.visitor_as("alice").await;
    for origin in ["https://evil.example", "null"] {
        let request = websocket(&behind, &alice, origin);
        let shown = alice.send(request).await;
        let told = (shown.status, shown.code());
        assert_eq!(told, (403, "cross_site".to_owned()), "{origin}: {shown:?}");
    }
    let request = websocket(&behind, &alice, &behind.origin);
    let (response, _) = alice.open(request).await;
    assert_eq!(response.status(), 101);
    let mut stream = BufReader::new(response.upgrade().await.unwrap());
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    assert_eq!(line, "alice\n");
    stream.write_all(b"to and fro\n").await.unwrap();
    line.clear();
    stream.read_line(&mut line).await.unwrap();
    assert_eq!(line, "to and fro\n");
}

/// Begins to open a WebSocket, as a page of that origin does.
fn websocket(behind: &Behind, visitor: &Visitor, origin: &str) -> RequestBuilder {
    visitor
        .call(Method::GET, &behind.url("/socket"))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
        .header("sec-fetch-mode", "websocket")
        .header("origin", origin)
}
