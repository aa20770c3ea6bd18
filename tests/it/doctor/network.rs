//! The way to the OP: name, connection, certificate.

use std::sync::Arc;

use demo_op::Op;
use rustls::ServerConfig;
use shared::doctor::Outcome::{Fail, Pass, Skip};
use shared::doctor::Report;
use tests::authority::{Authority, NAME, self_signed, self_signed_authority};
use tests::places::free_port;
use tests::reverse_proxy::{ReverseProxy, nothing, set};
use tests::site::Site;

use super::{examined, expect};

/// An OP behind a proxy that terminates TLS, as Authentik is.
fn behind_tls(op: &Op, tls: Arc<ServerConfig>) -> String {
    let request = Box::new(|head: &mut Vec<String>| set(head, "x-forwarded-proto", "https"));
    let proxy = ReverseProxy::start(Some(tls), request, nothing());
    proxy.lead_to(op.address().port());
    format!("https://localhost:{}/application/o/postern", proxy.port())
}

/// Runs the doctor on an OP at this URL.
async fn examined_at(url: &str, settings: &[(&str, &str)]) -> Report {
    let mut all = vec![("OIDC_SERVER_APPLICATION_URL", url)];
    all.extend(settings);
    let site = Box::pin(Site::with(&all)).await;
    examined(&site).await
}

#[tokio::test]
async fn name_that_nobody_knows_is_recognized() {
    let report = examined_at("https://op.invalid/application/o/postern", &[]).await;

    expect(
        &report,
        ("op_dns", Fail, "op.invalid is not known here", "DNS"),
        "",
    );
    expect(
        &report,
        ("op_connection", Skip, "The name is not known", ""),
        "",
    );
    expect(&report, ("redirect_uri", Skip, "cannot be reached", ""), "");
}

#[tokio::test]
async fn op_that_is_down_is_recognized() {
    let port = free_port().unwrap();
    let url = format!("https://localhost:{port}/application/o/postern");

    let report = examined_at(&url, &[]).await;

    expect(&report, ("op_dns", Pass, "of localhost is", ""), "");
    expect(&report, ("op_connection", Fail, "refused", "Authentik"), "");
    expect(&report, ("op_certificate", Skip, "no connection", ""), "");
}

#[tokio::test]
async fn missing_ca_is_named() {
    let op = Site::start().await;
    let authority = Authority::new();
    let url = behind_tls(&op.op, authority.certify("localhost").tls());
    let file = authority.file();

    let strange = examined_at(&url, &[]).await;
    let known = examined_at(&url, &[("OIDC_TLS_CACERTFILE", file.to_str().unwrap())]).await;

    let found = format!("does not trust CN={NAME}");
    expect(
        &strange,
        ("op_certificate", Fail, &found, "OIDC_TLS_CACERTFILE"),
        "",
    );
    expect(
        &strange,
        ("discovery", Fail, "No answer", "OIDC_TLS_CACERTFILE"),
        "",
    );
    let found = format!("trusted. Issued by CN={NAME}, valid until");
    expect(&known, ("op_certificate", Pass, &found, ""), "");
    expect(&known, ("issuer", Pass, "https://localhost", ""), "");
}

#[tokio::test]
async fn certificates_that_are_wrong_are_told_apart() {
    let op = Site::start().await;
    let authority = Authority::new();
    let file = authority.file();
    let ca = [("OIDC_TLS_CACERTFILE", file.to_str().unwrap())];
    let check = async |tls, settings: &[(&str, &str)], found, remedy| {
        let report = examined_at(&behind_tls(&op.op, tls), settings).await;
        expect(&report, ("op_certificate", Fail, found, remedy), found);
    };

    let expired = authority.certify_in_the_past("localhost").tls();
    check(expired, &ca, "expired on Sat, 01 Feb 2020", "Renew it").await;
    let other = authority.certify("op.example.com").tls();
    let found = "The certificate is for op.example.com, not for localhost";
    check(other, &ca, found, "OIDC_SERVER_APPLICATION_URL").await;
    let own = self_signed("localhost").tls();
    check(own, &[], "self-signed", "OIDC_TLS_CACERTFILE").await;
}

#[tokio::test]
async fn self_signed_certificate_is_trusted_if_it_is_the_very_one() {
    let op = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (shown, pem) = self_signed_authority("localhost");
    let (_, other) = self_signed_authority("localhost");
    let url = behind_tls(&op.op, shown.tls());
    let examined = async |pem: &str| {
        let file = folder.path().join("op.pem");
        std::fs::write(&file, pem).unwrap();
        examined_at(&url, &[("OIDC_TLS_CACERTFILE", file.to_str().unwrap())]).await
    };

    let (very_one, another) = (examined(&pem).await, examined(&other).await);

    expect(
        &very_one,
        ("op_certificate", Pass, "trusted. Issued by", ""),
        "",
    );
    expect(
        &very_one,
        ("keys", Pass, "RSA", ""),
        "asked by the server's own client",
    );
    let remedy = "-addext basicConstraints=critical,CA:FALSE";
    expect(
        &another,
        ("op_certificate", Fail, "self-signed", remedy),
        "",
    );
}

#[tokio::test]
async fn port_that_speaks_no_tls_is_recognized() {
    let op = Site::start().await;
    let port = op.op.address().port();
    let url = format!("https://localhost:{port}/application/o/postern");

    let report = examined_at(&url, &[]).await;

    expect(
        &report,
        (
            "op_certificate",
            Fail,
            "TLS handshake fails",
            "does not speak TLS",
        ),
        "",
    );
}
