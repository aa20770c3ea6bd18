//! Traces at a stand-in for a collector: what arrives there about a login, and what does not.
//! A program of its own: it takes the log of its whole process.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern::config::{LogConfig, LogFormat};
use postern::telemetry;
use reqwest::Method;
use shared::routes::API_SESSION;
use tests::answer::param;
use tests::site::{CLIENT_SECRET, PASSWORD, Site, user};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The bodies that the collector received; protobuf contains strings as they are.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<(Vec<String>, Vec<u8>)>>);

impl Received {
    fn has(&self, bytes: &[u8]) -> bool {
        self.count(bytes) > 0
    }

    fn count(&self, bytes: &[u8]) -> usize {
        let received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let windows = received.1.windows(bytes.len());
        windows.filter(|window| *window == bytes).count()
    }

    fn heads(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }
}

/// Accepts requests on its own port, as long as the test runs.
async fn collector() -> (Url, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let received = Received::default();
    let all = received.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream, all.clone()));
        }
    });
    (Url::parse(&url).expect("a URL"), received)
}

/// Reads the requests of one connection.
async fn take(mut stream: TcpStream, all: Received) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?.to_ascii_lowercase();
        let (_, length) = head.split_once("content-length: ")?;
        let length = length.lines().next()?.parse().ok()?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        {
            let mut received = all.0.lock().unwrap_or_else(PoisonError::into_inner);
            received.0.push(head);
            received.1.extend(body);
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.ok()?;
    }
}

/// Logs in as Carol, with a callback that a proxy made part of a trace.
async fn log_in_within(site: &Site, trace: &str) {
    let browser = site.browser();
    let callback = browser.callback_for("carol").await;
    let request = browser.call(Method::GET, &callback);
    let parent = format!("00-{trace}-00f067aa0ca902c7-01");
    let answer = browser.send(request.header("traceparent", parent)).await;
    assert_eq!(answer.location(), "/", "{}", answer.code());
}

/// Asks for something in the name of a proxy that takes traces.
async fn ask_with_traceparent(site: &Site, trace: &str) {
    let browser = site.browser();
    let request = browser.call(Method::GET, API_SESSION);
    let parent = format!("00-{trace}-00f067aa0ca902c7-01");
    browser.send(request.header("traceparent", parent)).await;
}

/// One test, since there is one log and one set of traces in a process.
#[tokio::test(flavor = "multi_thread")]
async fn trace_of_a_login_arrives_and_has_no_secret_in_it() {
    let (url, received) = collector().await;
    let config = LogConfig {
        filter: "warn".to_owned(),
        format: LogFormat::Text,
    };
    let log = telemetry::start(&config, Some(&url));
    let site = Site::with(&[("POSTERN_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let other = Site::start().await;
    site.add(user("alice").await).await;

    let login = site.browser().log_in_as("bob").await;
    site.browser().log_in("alice", "a wrong password").await;
    site.logged_in("alice").await;
    let from_trusted = "4bf92f3577b34da6a3ce929d0e0e4736";
    let from_anybody = "5cf92f3577b34da6a3ce929d0e0e4737";
    log_in_within(&site, from_trusted).await;
    ask_with_traceparent(&other, from_anybody).await;
    tokio::time::timeout(Duration::from_secs(30), log.finish())
        .await
        .expect("the traces are sent");

    let heads = received.heads();
    assert!(!heads.is_empty());
    for head in &heads {
        assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
        assert!(
            head.contains("content-type: application/x-protobuf"),
            "{head}"
        );
    }
    for text in [
        "postern",
        "GET /api/login/openid",
        "GET /api/oauth/openid",
        "POST /api/login",
        "OP token endpoint",
        "http.response.status_code",
    ] {
        assert!(received.has(text.as_bytes()), "{text}");
    }
    let id = |text: &str| -> Vec<u8> {
        let pairs = (0..text.len()).step_by(2);
        pairs
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    };
    // The callback, and what it asked of the OP.
    let spans = received.count(&id(from_trusted));
    assert!(spans >= 2, "{spans} of a trusted proxy's trace");
    assert!(!received.has(&id(from_anybody)), "of anybody");
    let of_callback = |name: &str| param(&login.callback_url, name).unwrap();
    let of_start = |name: &str| param(login.start.location(), name).unwrap();
    for secret in [
        of_callback("code"),
        of_callback("state"),
        of_start("nonce"),
        of_start("code_challenge"),
        CLIENT_SECRET.to_owned(),
        PASSWORD.to_owned(),
        "a wrong password".to_owned(),
        "alice".to_owned(),
        "bob".to_owned(),
        "example.com".to_owned(),
        "code=".to_owned(),
        "reqwest".to_owned(),
    ] {
        assert!(!received.has(secret.as_bytes()), "{secret}");
    }
    let to_op = site.op.requests();
    assert!(
        to_op
            .iter()
            .all(|request| !request.headers.contains_key("traceparent"))
    );
}
