//! `postern healthcheck`: asks the server beside it whether it answers, for containers, which have no
//! other program.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use shared::api::ShowHealth;
use shared::endpoint::Endpoint;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::settings::settings;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the server that has these settings. It is healthy also while its database is down: a restart
/// would not help.
///
/// # Errors
/// It cannot be reached, or does not say that it is well.
pub(super) async fn run() -> anyhow::Result<ExitCode> {
    let config = match settings()? {
        Ok((config, _)) => config,
        Err(code) => return Ok(code),
    };
    let address = config.local_address();
    let answer = timeout(PATIENCE, ask(address)).await;
    let status = answer
        .context("the server does not answer")?
        .with_context(|| format!("the server at {address} cannot be asked"))?;
    anyhow::ensure!(status == StatusCode::OK, "the server answers {status}");
    Ok(ExitCode::SUCCESS)
}

async fn ask(address: SocketAddr) -> anyhow::Result<StatusCode> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(ShowHealth::PATH)
        .header(header::HOST, address.to_string())
        .body(Body::empty())?;
    let answer = sender.send_request(request);
    let status = async { anyhow::Ok(answer.await?.status()) };
    tokio::select! {
        status = status => status,
        ended = connection => {
            ended?;
            anyhow::bail!("it closes the connection")
        }
    }
}
