//! OPs that this project did not write.

use anyhow::{Context as _, Result};
use postern::config::Config;
use postern::doctor::{RunContext, examine};
use shared::doctor::Outcome::{Fail, Pass, Skip};
use shared::doctor::Report;
use tempfile::TempDir;
use tests::op::{Op, OpKind};
use tests::places::free_port;
use tests::registration::Registration;

use super::{expect, not_well};

/// Runs the doctor on a real OP, with the right or a wrong registration.
async fn look(op: &Op, settings: &[(&str, &str)]) -> Report {
    let data = TempDir::new().expect("a folder");
    let client = op.registration();
    let issuer = op.issuer();
    let folder = data.path().display().to_string();
    let listen = format!("127.0.0.1:{}", free_port().expect("a port"));
    let mut vars = vec![
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "openid"),
        ("OIDC_CLIENT_ID", &client.id),
        ("OIDC_CLIENT_SECRET", &client.secret),
        ("OIDC_REDIRECT_URI", &client.redirect_uri),
        ("OIDC_SERVER_APPLICATION_URL", &issuer),
        ("DATA_DIR", &folder),
        ("POSTERN_LISTEN", &listen),
    ];
    vars.extend(settings);
    let vars = vars
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let reading = Config::examine_vars(vars);
    let clock = clock::Clock::System;
    examine(&reading, &clock, &RunContext::Cli).await.report
}

/// What every OP shows: all well, a wrong secret, a wrong id, a wrong redirect URI.
async fn check(kind: OpKind) -> Result<()> {
    let redirect_uri = format!("http://127.0.0.1:{}/api/oauth/openid", free_port()?);
    let op = Op::start(kind, Registration::new(redirect_uri)?)
        .await
        .context("the OP")?;

    let good = look(&op, &[]).await;
    let secret = look(&op, &[("OIDC_CLIENT_SECRET", "another")]).await;
    let id = look(&op, &[("OIDC_CLIENT_ID", "another")]).await;
    let other = "http://127.0.0.1:9/api/oauth/openid";
    let uri = look(&op, &[("OIDC_REDIRECT_URI", other)]).await;

    assert_eq!(not_well(&good), ["admins"], "{good:#?}");
    expect(&good, ("client", Pass, "Accepted", ""), "");
    expect(&good, ("redirect_uri", Pass, "is registered", ""), "");
    // Who must push the request proves the client first.
    let is_pushed = kind == OpKind::OidcProviderWithPar;
    let refused = if is_pushed {
        "refuses"
    } else {
        "it is the secret"
    };
    let remedy = "OIDC_CLIENT_SECRET";
    expect(&secret, ("client", Fail, refused, remedy), "");
    expect(&id, ("client", Fail, "refuses the client", remedy), "");
    if is_pushed {
        expect(
            &secret,
            ("redirect_uri", Skip, "must push the request", ""),
            "",
        );
        expect(&id, ("redirect_uri", Skip, "must push the request", ""), "");
    } else {
        expect(&secret, ("redirect_uri", Pass, "is registered", ""), "");
        expect(&id, ("redirect_uri", Fail, "", "OIDC_CLIENT_ID"), "");
    }
    expect(&uri, ("client", Pass, "Accepted", ""), "");
    expect(
        &uri,
        (
            "redirect_uri",
            Fail,
            other,
            "Check that the redirect URI at the provider",
        ),
        "",
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs real OPs; cargo xtask test runs it"]
async fn oidc_provider_is_examined() -> Result<()> {
    check(OpKind::OidcProvider).await
}

#[tokio::test]
#[ignore = "needs real OPs; cargo xtask test runs it"]
async fn oidc_provider_that_wants_pushed_requests_is_examined() -> Result<()> {
    check(OpKind::OidcProviderWithPar).await
}

#[tokio::test]
#[ignore = "needs real OPs; cargo xtask test runs it"]
async fn canaille_is_examined() -> Result<()> {
    check(OpKind::Canaille).await
}
