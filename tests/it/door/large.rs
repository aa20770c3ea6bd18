//! Much at once: bodies that fit in no memory, and a thousand open sockets.

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{accept_async, client_async};

use super::program::{memory, with_alice};
use super::raw::Raw;
use super::visitor::WIKI;

/// Bytes of each body.
const LARGE: u64 = 2 << 30;
/// How much memory they may cost, in kB.
const COST: u64 = 16 * 1024;
/// How many sockets are open.
const SOCKETS: usize = 1000;
/// How much memory the server may hold with all of them, in kB.
const MOST: u64 = 40 * 1024;

/// An application that reads whatever it is sent, and answers with as much. A connection may end
/// without a request: the server may have opened one too many.
async fn large(listener: TcpListener) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(stream));
    }
}

async fn answer(mut stream: TcpStream) -> Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|at| at == b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let is_upload = head.starts_with(b"PUT ");
    if is_upload {
        let mut body = (&mut stream).take(LARGE);
        let read = tokio::io::copy(&mut body, &mut tokio::io::sink()).await?;
        ensure!(read == LARGE, "{read}");
    }
    let length = if is_upload { 0 } else { LARGE };
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut body = tokio::io::repeat(b'x').take(length);
    tokio::io::copy(&mut body, &mut stream).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the release binary; cargo xtask test runs it"]
async fn two_gibibytes_each_way_cost_no_memory() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let upstream = format!("http://{}", listener.local_addr()?);
    tokio::spawn(large(listener));
    let (mut server, alice) = with_alice(&[("POSTERN_APP_WIKI_UPSTREAM", &upstream)]).await?;
    let cookie = alice.cookie_line(WIKI);
    let before = memory(server.id()?, "VmHWM")?;

    let mut client = Raw::connect(server.origin()).await;
    let ours = format!("Host: wiki.example.test\r\n{cookie}");
    client
        .send(format!(
            "PUT /a HTTP/1.1\r\n{ours}Content-Length: {LARGE}\r\n\r\n"
        ))
        .await;
    let mut body = tokio::io::repeat(b'x').take(LARGE);
    tokio::io::copy(&mut body, &mut client.stream).await?;
    let head = client.head().await;
    ensure!(head.starts_with("http/1.1 200 "), "{head}");
    let after_upload = memory(server.id()?, "VmHWM")?;

    let mut client = Raw::connect(server.origin()).await;
    client.send(format!("GET /a HTTP/1.1\r\n{ours}\r\n")).await;
    let head = client.head().await;
    ensure!(head.starts_with("http/1.1 200 "), "{head}");
    let rest = LARGE - client.arrived.len() as u64;
    let mut body = (&mut client.stream).take(rest);
    let read = tokio::io::copy(&mut body, &mut tokio::io::sink()).await?;
    ensure!(read == rest, "{read}");
    let after = memory(server.id()?, "VmHWM")?;

    eprintln!("{before} kB before, {after_upload} kB after the upload, {after} kB after both");
    ensure!(
        after < before + COST,
        "{before} kB before, {after} kB after"
    );
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the release binary; cargo xtask test runs it"]
async fn thousand_open_websockets_leave_the_server_small() -> Result<()> {
    let limits = getrlimit(Resource::Nofile);
    let asked = Rlimit {
        current: limits.maximum,
        ..limits
    };
    setrlimit(Resource::Nofile, asked)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let upstream = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut socket = accept_async(stream).await?;
                while let Some(message) = socket.next().await {
                    socket.send(message?).await?;
                }
                Ok::<_, anyhow::Error>(())
            });
        }
    });
    let (mut server, alice) = with_alice(&[("POSTERN_APP_WIKI_UPSTREAM", &upstream)]).await?;
    let before = memory(server.id()?, "VmRSS")?;

    let address = server.origin().trim_start_matches("http://").to_owned();
    let token = alice.cookie(WIKI, "postern_app").context("a session")?;
    let mut open = Vec::new();
    for _ in 0..SOCKETS {
        let mut request = "ws://wiki.example.test/ws".into_client_request()?;
        let cookie = format!("postern_app={token}").parse()?;
        request.headers_mut().insert("cookie", cookie);
        request.headers_mut().insert("origin", WIKI.parse()?);
        let stream = TcpStream::connect(&address).await?;
        let (mut socket, _) = client_async(request, stream).await?;
        socket.send(Message::text("hello")).await?;
        socket.next().await.context("an echo")??;
        open.push(socket);
    }
    let after = memory(server.id()?, "VmRSS")?;

    eprintln!("{before} kB before, {after} kB with {SOCKETS} WebSockets");
    ensure!(after < MOST, "{before} kB before, {after} kB with all");
    for socket in &mut open {
        socket.send(Message::text("still there")).await?;
        socket.next().await.context("an echo")??;
    }
    server.stop().await
}
