//! What `cargo xtask bench` measures the server with and against, each on one core:
//!
//! - `bench-peers upstream ADDRESS`: an application that answers with a kilobyte;
//! - `bench-peers handler ADDRESS`: a handler of axum, with as many bytes as a session check has;
//! - `bench-peers proxy ADDRESS UPSTREAM`: hyper's server and client with nothing between;
//! - `bench-peers load ADDRESS PATH CONNECTIONS SECONDS RATE UPSTREAM HEADER…`: asks, and prints how
//!   many answers there were and how long they took. A rate of 0 is as fast as the answers come. It is
//!   also the application, at the address UPSTREAM;
//! - `bench-peers each ADDRESS PATH FILE CONNECTIONS HEADER…`: asks once with each line of the file as
//!   one more header, and prints the same.

mod each;
mod load;

use std::convert::Infallible;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["handler", address] => handler(address.parse()?).await,
        ["upstream", address] => upstream(address.parse()?).await,
        ["proxy", address, upstream] => proxy(address.parse()?, upstream.parse()?).await,
        [
            "load",
            address,
            path,
            connections,
            seconds,
            rate,
            application,
            ref headers @ ..,
        ] => {
            tokio::spawn(upstream(application.parse()?));
            let plan = load::Plan {
                address: address.parse()?,
                connections: connections.parse()?,
                seconds: seconds.parse()?,
                rate: rate.parse()?,
            };
            load::run(plan, path, headers).await
        }
        ["each", address, path, file, connections, ref headers @ ..] => {
            let connections = connections.parse()?;
            each::run(address.parse()?, path, file, connections, headers).await
        }
        _ => bail!("handler, upstream, proxy, load or each"),
    }
}

/// A body that is there at once.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

async fn accept(listener: &TcpListener) -> Result<TcpStream> {
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn upstream(address: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    let body = Bytes::from(vec![b'x'; 1024]);
    loop {
        let stream = accept(&listener).await?;
        let body = body.clone();
        let answer = service_fn(move |_: Request<Incoming>| {
            let body = Whole(Some(body.clone()));
            async { Ok::<_, Infallible>(Response::new(body)) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

async fn handler(address: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    let listener = listener.tap_io(|stream| {
        // An error means that answers wait for each other.
        let _ = stream.set_nodelay(true);
    });
    let answer = || async { ([(CONTENT_TYPE, "application/json")], [b'x'; 420]) };
    let router = Router::new().route("/", get(answer));
    Ok(axum::serve(listener, router).await?)
}

async fn proxy(address: SocketAddr, upstream: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    let client: Client<_, Incoming> = Client::builder(TokioExecutor::new()).build_http();
    loop {
        let stream = accept(&listener).await?;
        let client = client.clone();
        let pass_on = service_fn(move |mut request: Request<Incoming>| {
            let client = client.clone();
            async move {
                let path = request.uri().path_and_query().context("no path")?;
                *request.uri_mut() = Uri::builder()
                    .scheme("http")
                    .authority(upstream.to_string())
                    .path_and_query(path.clone())
                    .build()?;
                let answer = client.request(request).await;
                answer.context(StatusCode::BAD_GATEWAY)
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), pass_on));
    }
}
