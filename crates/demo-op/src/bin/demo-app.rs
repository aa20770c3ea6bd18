//! `demo-app`: a small application behind Postern's door, which greets whoever opens it.

use std::io::{self, Write};
use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, OriginalUri};
use axum::http::Request;
use axum::response::Html;
use clap::Parser;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use postern_assertion::{AssertionLayer, Identity, Verifier};
use tokio::net::TcpListener;

/// The style of the demo OP's pages.
const STYLE: &str = include_str!("../page.css");

/// The most bytes of Postern's keys.
const MOST_KEYS: usize = 64 * 1024;

/// An application for demos. It believes nobody but Postern, and has no login of its own.
#[derive(Parser)]
#[command(name = "demo-app")]
struct Command {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// The public origin of this application, for which assertions must be.
    #[arg(long)]
    origin: String,
    /// Where Postern's keys are; plain http only.
    #[arg(
        long,
        default_value = "http://127.0.0.1:8080/.well-known/postern/jwks.json"
    )]
    keys: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Command {
        listen,
        origin,
        keys,
    } = Command::parse();
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    let verifier = Verifier::new(&origin, move || fetch(keys.clone()));
    let app = Router::new()
        .fallback(greet)
        .layer(AssertionLayer::new(verifier));
    // The process that started this one waits for the line, so it must not stay in a buffer.
    let mut stdout = io::stdout();
    let address = listener.local_addr().context("asking for the address")?;
    writeln!(stdout, "demo application ready: {address}").context("telling that all is ready")?;
    stdout.flush().context("telling that all is ready")?;
    axum::serve(listener, app)
        .await
        .context("serving the application")
}

/// Greets whom the assertion names, and shows what else it says.
async fn greet(
    Extension(user): Extension<Identity>,
    OriginalUri(asked): OriginalUri,
) -> Html<String> {
    let name = escape(user.name.as_deref().unwrap_or(&user.username));
    let asked = escape(asked.path_and_query().map_or("/", |asked| asked.as_str()));
    let told = serde_json::to_string_pretty(&user).unwrap_or_default();
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Demo application</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Hello {name}</h1>\n<p>You asked the application “{app}” for <code>{asked}</code>. \
         It has no login: this is what Postern says of you.</p>\n<pre>{told}</pre>\n\
         <p><a href=\"/deep/link?from=home&amp;page=2\">A deep link</a> · \
         <a href=\"/_postern/logout\">Log out</a></p>\n\
         </main>\n</body>\n</html>\n",
        app = escape(&user.app),
        told = escape(&told),
    ))
}

/// Fetches Postern's keys.
async fn fetch(url: String) -> anyhow::Result<String> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let request = Request::get(&url).body(Body::empty())?;
    let answer = client.request(request).await?;
    anyhow::ensure!(answer.status().is_success(), "{url}: {}", answer.status());
    let keys = to_bytes(Body::new(answer.into_body()), MOST_KEYS).await?;
    Ok(String::from_utf8(keys.to_vec())?)
}

/// Escapes text for HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
