//! Bodies that are passed on while they are sent, both ways.

use std::time::Duration;

use tempfile::TempDir;
use tests::site::Site;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::time::timeout;

use super::raw::Raw;
use super::visitor::{Visitor, WIKI, with_alice};

/// An application that this test speaks for, and a site with Alice in it.
struct Scene {
    listener: TcpListener,
    site: Site,
    alice: Visitor,
}

impl Scene {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (site, alice) = with_alice(&url, &[]).await;
        Self {
            listener,
            site,
            alice,
        }
    }

    /// Sends the beginning of a request; returns both ends, and what the application was sent.
    async fn open(&self, line: &str, headers: &str) -> (Raw, Application) {
        let mut client = Raw::connect(self.site.origin()).await;
        let cookie = self.alice.cookie_line(WIKI);
        let head = format!("{line} HTTP/1.1\r\nHost: wiki.example.test\r\n{cookie}{headers}\r\n");
        client.send(head).await;
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut application = Application {
            stream,
            heard: String::new(),
        };
        application.hear("\r\n\r\n").await;
        (client, application)
    }
}

/// The application's end of a connection.
struct Application {
    stream: TcpStream,
    heard: String,
}

impl Application {
    /// Waits until it has heard this.
    async fn hear(&mut self, text: &str) {
        while !self.heard.contains(text) {
            let mut bytes = [0; 4096];
            let read = timeout(Duration::from_secs(20), self.stream.read(&mut bytes));
            let read = read.await.expect("bytes").unwrap();
            assert!(read > 0, "{text:?} never came: {}", self.heard);
            self.heard
                .push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }

    async fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn each_event_arrives_before_the_next_is_sent() {
    let scene = Scene::start().await;
    let (mut client, mut application) = scene
        .open("GET /events", "Accept: text/event-stream\r\n")
        .await;
    application
        .say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    client.head().await;
    for count in 0..5 {
        let event = format!("data: {count}\n\n");
        application
            .say(&format!("{:x}\r\n{event}\r\n", event.len()))
            .await;
        assert_eq!(
            client.until("\n\n\r\n").await,
            format!("{:X}\r\n{event}\r\n", event.len())
        );
    }
    application.say("0\r\n\r\n").await;
    assert_eq!(client.until("\r\n\r\n").await, "0\r\n\r\n");
}

#[tokio::test]
async fn each_part_of_a_request_arrives_before_the_next_is_sent() {
    let scene = Scene::start().await;
    let (mut client, mut application) = scene
        .open("POST /upload", "Transfer-Encoding: chunked\r\n")
        .await;
    application
        .say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    client.head().await;
    for part in ["one", "two", "three"] {
        client.send(format!("{:x}\r\n{part}\r\n", part.len())).await;
        application.hear(part).await;
        application
            .say(&format!("{:x}\r\n{part}\r\n", part.len()))
            .await;
        client.until(part).await;
    }
    client.send("0\r\n\r\n").await;
    application.hear("\r\n0\r\n\r\n").await;
    application.say("0\r\n\r\n").await;
    assert!(client.until("\r\n0\r\n\r\n").await.ends_with("0\r\n\r\n"));
}

#[tokio::test]
async fn upload_waits_for_an_application_that_does_not_read() {
    const WHOLE: usize = 64 << 20;
    let scene = Scene::start().await;
    let length = format!("Content-Length: {WHOLE}\r\n");
    let (mut client, mut application) = scene.open("PUT /upload", &length).await;
    let begun = application.heard.split_once("\r\n\r\n").unwrap().1.len();
    let mut sent = 0;
    let part = vec![b'x'; 1 << 16];
    while let Ok(part) = timeout(Duration::from_secs(1), client.stream.write(&part)).await {
        sent += part.unwrap();
        assert!(sent < WHOLE, "nobody has read it, and it is gone");
    }

    let (mut reader, writer) = (&mut application.stream, &mut client.stream);
    let rest = async {
        while sent < WHOLE {
            sent += writer
                .write(&part[..part.len().min(WHOLE - sent)])
                .await
                .unwrap();
        }
    };
    let read = async {
        let mut whole = (&mut reader).take((WHOLE - begun) as u64);
        tokio::io::copy(&mut whole, &mut tokio::io::sink())
            .await
            .unwrap()
    };
    let ((), read) = tokio::join!(rest, read);

    assert_eq!(usize::try_from(read).unwrap() + begun, WHOLE);
    application
        .say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .await;
    assert!(client.head().await.starts_with("http/1.1 200 "));
}

#[tokio::test]
async fn download_waits_for_a_client_that_does_not_read() {
    const WHOLE: usize = 64 << 20;
    let scene = Scene::start().await;
    let (mut client, mut application) = scene.open("GET /file", "").await;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {WHOLE}\r\n\r\n");
    application.say(&head).await;
    client.head().await;
    let mut sent = 0;
    let part = vec![b'x'; 1 << 16];
    let second = Duration::from_secs(1);
    while let Ok(part) = timeout(second, application.stream.write(&part)).await {
        sent += part.unwrap();
        assert!(sent < WHOLE, "nobody has read it, and it is gone");
    }
}

#[tokio::test]
async fn trailers_pass_both_ways_and_say_nothing_of_who_asks() {
    let scene = Scene::start().await;
    let (mut client, mut application) = scene
        .open(
            "POST /upload",
            "Transfer-Encoding: chunked\r\nTE: trailers\r\nTrailer: Checksum, Remote-User\r\n",
        )
        .await;
    client
        .send("5\r\nhello\r\n0\r\nChecksum: 1\r\nRemote-User: admin\r\n\r\n")
        .await;
    application.hear("hello\r\n0\r\n").await;
    application.hear("checksum: 1\r\n\r\n").await;
    assert!(
        !application.heard.contains("admin"),
        "{}",
        application.heard
    );
    application
        .say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Checksum, Set-Cookie\r\n\r\n")
        .await;
    application
        .say("3\r\nbye\r\n0\r\nChecksum: 2\r\nSet-Cookie: postern_app=stolen\r\n\r\n")
        .await;
    client.head().await;
    let body = client.until("\r\n\r\n").await.to_lowercase();
    assert_eq!(body, "3\r\nbye\r\n0\r\nchecksum: 2\r\n\r\n");
}

#[tokio::test]
async fn application_decides_whether_it_wants_a_body() {
    let scene = Scene::start().await;
    let headers = "Content-Length: 5\r\nExpect: 100-continue\r\n";
    let (mut client, mut application) = scene.open("PUT /upload", headers).await;
    assert!(
        application
            .heard
            .to_lowercase()
            .contains("expect: 100-continue\r\n")
    );
    application.say("HTTP/1.1 100 Continue\r\n\r\n").await;
    assert_eq!(client.head().await, "http/1.1 100 continue\r\n\r\n");
    client.send("hello").await;
    application.hear("hello").await;
    application
        .say("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        .await;
    assert!(client.head().await.starts_with("http/1.1 201 "));
}

#[tokio::test]
async fn body_that_the_application_refuses_is_never_asked_for() {
    let scene = Scene::start().await;
    let headers = "Content-Length: 5000000\r\nExpect: 100-continue\r\n";
    let (mut client, mut application) = scene.open("PUT /upload", headers).await;
    application
        .say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
        .await;
    let head = client.head().await;
    assert!(head.starts_with("http/1.1 413 "), "{head}");
    assert_eq!(client.until("big").await, "big");
    assert_eq!(client.rest().await, "", "and the connection is closed");
}

#[tokio::test]
async fn application_that_knows_no_expectations_gets_the_body() {
    let scene = Scene::start().await;
    let headers = "Content-Length: 5\r\nExpect: 100-continue\r\n";
    let (mut client, mut application) = scene.open("PUT /upload", headers).await;
    assert_eq!(client.head().await, "http/1.1 100 continue\r\n\r\n");
    client.send("hello").await;
    application.hear("hello").await;
}

#[tokio::test]
async fn early_answer_reaches_a_client_that_still_sends() {
    let scene = Scene::start().await;
    let (mut client, mut application) = scene
        .open("PUT /upload", "Content-Length: 1000000000\r\n")
        .await;
    client.send(vec![b'x'; 1 << 20]).await;
    application
        .say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
        .await;
    drop(application);
    client.send(vec![b'x'; 1 << 20]).await;
    let head = client.head().await;
    assert!(head.starts_with("http/1.1 413 "), "{head}");
    assert_eq!(client.until("big").await, "big");
}

#[tokio::test]
async fn upload_ends_with_its_login() {
    let mut scene = Scene::start().await;
    let (mut client, mut application) = scene
        .open("PUT /upload", "Content-Length: 1000000000\r\n")
        .await;
    client.send("begun").await;
    application.hear("begun").await;
    scene.alice.log_out().await;
    let answer = timeout(Duration::from_secs(1), client.head()).await;
    let answer = answer.expect("within a second");
    assert!(answer.starts_with("http/1.1 401 "), "{answer}");
    let mut rest = Vec::new();
    let _ = application.stream.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn client_that_goes_away_takes_its_request_with_it() {
    let scene = Scene::start().await;
    let (client, mut application) = scene.open("GET /long", "").await;
    drop(client);
    let mut rest = Vec::new();
    let ended = application.stream.read_to_end(&mut rest);
    let ended = timeout(Duration::from_secs(20), ended).await;
    ended
        .expect("the application's connection is closed")
        .unwrap();
}

#[tokio::test]
async fn client_that_has_shut_its_side_is_answered() {
    for (line, headers, body) in [
        ("GET /a", "", ""),
        ("POST /a", "Content-Length: 5\r\n", "hello"),
        (
            "POST /a",
            "Transfer-Encoding: chunked\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
    ] {
        let scene = Scene::start().await;
        let (mut client, mut application) = scene.open(line, headers).await;
        client.send(body).await;
        client.stream.shutdown().await.unwrap();
        application.hear(body).await;

        application
            .say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
            .await;
        client.until("\r\n\r\nfirst").await;
        application.say("later").await;

        assert_eq!(client.rest().await, "later", "{line} {headers}");
    }
}

#[tokio::test]
async fn client_that_has_shut_its_side_is_answered_by_postern_itself() {
    let scene = Scene::start().await;
    let mut client = Raw::connect(scene.site.origin()).await;
    client
        .send("GET /readyz HTTP/1.1\r\nHost: login.example.test\r\n\r\n")
        .await;
    client.stream.shutdown().await.unwrap();
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn application_behind_a_socket_file_is_reached() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("app.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let (site, alice) = with_alice(&format!("unix:{}", path.display()), &[]).await;
    let mut client = Raw::connect(site.origin()).await;
    let cookie = alice.cookie_line(WIKI);
    client
        .send(format!(
            "GET /a HTTP/1.1\r\nHost: wiki.example.test\r\n{cookie}\r\n"
        ))
        .await;
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut heard = [0; 4096];
    let read = stream.read(&mut heard).await.unwrap();
    let heard = String::from_utf8_lossy(&heard[..read]);
    assert!(heard.starts_with("GET /a HTTP/1.1\r\n"), "{heard}");
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        .await
        .unwrap();
    assert!(
        client
            .until("\r\n\r\nok")
            .await
            .starts_with("HTTP/1.1 200 OK")
    );
}
