//! Connections that switch to another protocol, and end with their login.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use postern::audit::Actor;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async, client_async};

use super::lying::{Lie, Lying};
use super::raw::Raw;
use super::visitor::{Visitor, WIKI, with_alice};

/// An application that repeats what it hears, and keeps the headers that opened each socket.
pub(super) struct Echo {
    pub(super) url: String,
    opened: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let opened = Arc::<Mutex<Vec<String>>>::default();
        let all = Arc::clone(&opened);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(repeat(stream, Arc::clone(&all)));
            }
        });
        Self { url, opened }
    }

    fn opened(&self) -> Vec<String> {
        self.opened.lock().unwrap().clone()
    }
}

#[expect(clippy::result_large_err, reason = "the library's own type")]
async fn repeat(stream: TcpStream, opened: Arc<Mutex<Vec<String>>>) {
    let note = |request: &Request, response: Response| {
        opened
            .lock()
            .unwrap()
            .push(format!("{:?}", request.headers()));
        Ok(response)
    };
    let Ok(mut socket) = accept_hdr_async(stream, note).await else {
        return;
    };
    while let Some(Ok(message)) = socket.next().await {
        if !message.is_close() && socket.send(message).await.is_err() {
            return;
        }
    }
}

/// What opens a WebSocket, as it was or was not.
type Opened = Result<WebSocketStream<TcpStream>, Error>;

/// Opens a WebSocket with these headers, as whoever has the cookie.
async fn open(
    server: &str,
    visitor: Option<&Visitor>,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Opened {
    let mut request = format!("ws://wiki.example.test{path}")
        .into_client_request()
        .unwrap();
    if let Some(visitor) = visitor {
        let token = visitor.cookie(WIKI, "postern_app").unwrap();
        let cookie = format!("postern_app={token}").parse().unwrap();
        request.headers_mut().insert("cookie", cookie);
    }
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    let address = server.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await.unwrap();
    Ok(client_async(request, stream).await?.0)
}

/// Opens a WebSocket as the application's own page does.
pub(super) async fn open_as(server: &str, alice: &Visitor) -> WebSocketStream<TcpStream> {
    let opened = open(server, Some(alice), "/ws", &[("origin", WIKI)]).await;
    opened.expect("it opens")
}

/// Returns with which status a WebSocket is refused.
fn refusal(opened: Opened) -> u16 {
    match opened {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it opens"),
    }
}

/// Checks that a socket which has just worked closes within a second.
pub(super) async fn check_closes(mut socket: WebSocketStream<TcpStream>) {
    let next = timeout(Duration::from_secs(1), socket.next()).await;
    let next = next.expect("it closes within a second");
    assert!(!matches!(next, Some(Ok(_))), "{next:?}");
}

/// Says something, and hears it.
pub(super) async fn speak(socket: &mut WebSocketStream<TcpStream>, message: Message) {
    socket.send(message.clone()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), message);
}

#[tokio::test]
async fn websocket_speaks_both_ways_as_its_user() {
    let echo = Echo::start().await;
    let (site, alice) = with_alice(&echo.url, &[]).await;
    let mut socket = open_as(site.origin(), &alice).await;
    speak(&mut socket, Message::text("hello")).await;
    speak(&mut socket, Message::binary(vec![7; 1 << 20])).await;
    let opened = echo.opened().concat();
    assert!(opened.contains("\"remote-user\": \"alice\""), "{opened}");
    assert!(opened.contains("postern-assertion"), "{opened}");
    assert!(!opened.contains("postern_app"), "{opened}");
    socket.close(None).await.unwrap();
}

#[tokio::test]
async fn websocket_may_say_more_than_a_request_may_hold() {
    let echo = Echo::start().await;
    let (site, alice) = with_alice(&echo.url, &[]).await;
    let mut socket = open_as(site.origin(), &alice).await;
    for _ in 0..10 {
        speak(&mut socket, Message::binary(vec![7; 1 << 20])).await;
    }
}

#[tokio::test]
async fn websocket_closes_when_its_user_logs_out() {
    let echo = Echo::start().await;
    let (site, mut alice) = with_alice(&echo.url, &[]).await;
    let mut socket = open_as(site.origin(), &alice).await;
    speak(&mut socket, Message::text("hello")).await;
    alice.log_out().await;
    check_closes(socket).await;
}

#[tokio::test]
async fn websocket_closes_when_another_process_ends_its_login() {
    let echo = Echo::start().await;
    let (site, alice) = with_alice(&echo.url, &[]).await;
    let replica = site.replica().await;
    let mut socket = open_as(site.origin(), &alice).await;
    speak(&mut socket, Message::text("hello")).await;
    let (config, by) = (&site.app.config.sessions, Actor::server(site.now()));
    let open = replica.store.open_sessions(None, config, site.now()).await;
    let session = &open.unwrap()[0].session;
    let ended = replica
        .store
        .end_session(session.account_id, session.id, by);
    assert!(ended.await.unwrap());
    check_closes(socket).await;
}

#[tokio::test]
async fn websocket_closes_when_its_login_expires() {
    let echo = Echo::start().await;
    let (site, alice) = with_alice(&echo.url, &[]).await;
    let mut socket = open_as(site.origin(), &alice).await;
    speak(&mut socket, Message::text("hello")).await;
    site.pass(Duration::from_secs(1_209_601));
    check_closes(socket).await;
}

#[tokio::test]
async fn websocket_closes_when_the_server_stops() {
    let echo = Echo::start().await;
    let (mut site, alice) = with_alice(&echo.url, &[]).await;
    let mut socket = open_as(site.origin(), &alice).await;
    speak(&mut socket, Message::text("hello")).await;
    timeout(Duration::from_secs(9), site.stop())
        .await
        .expect("nobody waits for the end of a tunnel");
    check_closes(socket).await;
}

#[tokio::test]
async fn websocket_of_another_site_is_refused() {
    let echo = Echo::start().await;
    let (site, alice) = with_alice(&echo.url, &[]).await;
    for headers in [
        &[("origin", "http://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "http://chat.example.test")],
        &[("origin", "http://login.example.test")],
        &[("origin", "https://wiki.example.test")],
        &[("origin", "http://wiki.example.test.evil.example")],
        &[("origin", WIKI), ("origin", "http://evil.example")],
        // Every browser says where a WebSocket comes from.
        &[],
    ] {
        let status = refusal(open(site.origin(), Some(&alice), "/ws", headers).await);
        assert_eq!(status, 403, "{headers:?}");
    }
    assert_eq!(echo.opened(), [""; 0]);
}

#[tokio::test]
async fn websocket_of_nobody_is_refused() {
    let echo = Echo::start().await;
    let (site, _alice) = with_alice(&echo.url, &[]).await;
    let status = refusal(open(site.origin(), None, "/ws", &[("origin", WIKI)]).await);
    assert_eq!(status, 401);
    assert_eq!(echo.opened(), [""; 0]);
}

#[tokio::test]
async fn websocket_at_a_public_path_is_nobodys() {
    let echo = Echo::start().await;
    let settings = [("POSTERN_APP_WIKI_PUBLIC", "/live/*")];
    let (site, _alice) = with_alice(&echo.url, &settings).await;
    for headers in [&[("origin", WIKI)][..], &[]] {
        let headers = [headers, &[("remote-user", "admin")]].concat();
        let mut socket = open(site.origin(), None, "/live/ws", &headers)
            .await
            .unwrap();
        speak(&mut socket, Message::text("hello")).await;
    }
    let opened = echo.opened().concat();
    assert!(!opened.contains("remote-user"), "{opened}");
}

#[tokio::test]
async fn tunnel_carries_what_comes_after_one_side_has_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (site, alice) = with_alice(&url, &[]).await;
    let mut client = Raw::connect(site.origin()).await;
    let cookie = alice.cookie_line(WIKI);
    client
        .send(format!(
            "POST /attach HTTP/1.1\r\nHost: wiki.example.test\r\nConnection: upgrade\r\n\
             Upgrade: raw/1\r\n{cookie}\r\n"
        ))
        .await;
    let (stream, _) = listener.accept().await.unwrap();
    let mut application = Raw {
        stream,
        arrived: Vec::new(),
    };
    let head = application.head().await;
    assert!(head.contains("upgrade: raw/1\r\n"), "{head}");
    let agreed =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: raw/1\r\n\r\n";
    application.send(agreed).await;
    assert!(client.head().await.starts_with("http/1.1 101 "));

    client.send("question").await;
    client.stream.shutdown().await.unwrap();
    assert_eq!(application.rest().await, "question");
    application.send("answer").await;
    drop(application);
    assert_eq!(client.rest().await, "answer");
}

#[tokio::test]
async fn protocol_in_which_requests_could_hide_does_not_pass() {
    let upstream = Lying::start(Lie::Says(
        "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    ))
    .await;
    let (site, alice) = with_alice(&upstream.url, &[]).await;
    for upgrade in ["h2c", "websocket, h2c", "HTTP/2.0", "TLS/1.0"] {
        let mut raw = Raw::connect(site.origin()).await;
        let cookie = alice.cookie_line(WIKI);
        raw.send(format!(
            "GET / HTTP/1.1\r\nHost: wiki.example.test\r\nConnection: Upgrade, HTTP2-Settings\r\n\
             Upgrade: {upgrade}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nOrigin: {WIKI}\r\n{cookie}\r\n"
        ))
        .await;
        let answer = raw.head().await;
        assert!(answer.starts_with("http/1.1 502 "), "{upgrade}: {answer}");
        let heard = upstream.heard().concat().to_lowercase();
        assert!(!heard.contains("upgrade:"), "{heard}");
        assert!(!heard.contains("http2-settings"), "{heard}");
    }
}

#[tokio::test]
async fn websocket_that_the_application_refuses_stays_http() {
    let upstream = Lying::start(Lie::Says(
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
         Content-Length: 2\r\n\r\nno",
    ))
    .await;
    let (site, alice) = with_alice(&upstream.url, &[]).await;
    let mut raw = Raw::connect(site.origin()).await;
    let cookie = alice.cookie_line(WIKI);
    let head = format!(
        "GET /ws HTTP/1.1\r\nHost: wiki.example.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 777\r\nOrigin: {WIKI}\r\n{cookie}\r\n"
    );
    raw.send(&head).await;
    assert!(raw.head().await.starts_with("http/1.1 426 "));
    assert_eq!(raw.until("no").await, "no");
    // What a proxy would take for the socket's bytes if it believed that it is open.
    raw.send("GET /smuggled HTTP/1.1\r\nHost: wiki.example.test\r\nRemote-User: admin\r\n\r\n")
        .await;
    let answer = raw.head().await;
    assert!(answer.starts_with("http/1.1 401 "), "{answer}");
    assert_eq!(upstream.heard().len(), 1);
}
