//! The HTTP client of the kit, for loopback alone.

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

/// Returns a client that follows no redirects, uses no proxy, and gives up after `timeout`.
///
/// # Errors
/// The client could not be built.
pub fn client(timeout: Duration) -> Result<reqwest::Client> {
    builder(timeout).build().context("building the HTTP client")
}

/// Returns such a client that takes any certificate, and speaks HTTP/1.1 alone.
///
/// # Errors
/// The client could not be built.
pub fn client_of_any_certificate(timeout: Duration) -> Result<reqwest::Client> {
    builder(timeout)
        .tls_danger_accept_invalid_certs(true)
        .http1_only()
        .build()
        .context("building the HTTP client")
}

fn builder(timeout: Duration) -> reqwest::ClientBuilder {
    // The workspace's client comes without a TLS provider of its own, and wants one to exist.
    static TLS: OnceLock<()> = OnceLock::new();
    TLS.get_or_init(|| {
        // An error means that another part of this process has installed one: as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .timeout(timeout)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
}

/// Returns true if `GET url` answers 200, and false for anything else, including no answer.
pub async fn answers(url: &str) -> bool {
    let Ok(client) = client(Duration::from_secs(5)) else {
        return false;
    };
    client
        .get(url)
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

/// Posts a JSON body and expects success.
///
/// # Errors
/// No answer, or one that is not a success.
pub async fn post(url: &str, body: &Value) -> Result<()> {
    let request = client(Duration::from_secs(10))?
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_string());
    let answer = request
        .send()
        .await
        .with_context(|| format!("posting to {url}"))?;
    let status = answer.status();
    if !status.is_success() {
        anyhow::bail!(
            "POST {url} answered {status}: {}",
            answer.text().await.unwrap_or_default()
        );
    }
    Ok(())
}
