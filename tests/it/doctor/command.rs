//! `postern doctor`, the real program.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::thread::spawn;

use anyhow::Result;
use shared::doctor::Outcome::{Fail, Pass, Skip};
use shared::doctor::Report;
use tests::authority::{Authority, NAME};
use tests::database::Database;
use tests::op::{Op, OpKind};
use tests::places::free_port;
use tests::registration::Registration;
use tests::reverse_proxy::{ReverseProxy, nothing, set};
use tests::server::Server;

use super::{expect, not_well};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn command_tells_by_its_exit_code_and_in_three_ways() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    let op = Op::start(OpKind::Demo, Registration::new(server.redirect_uri())?).await?;
    server.use_op(&op);

    let before = server.run(&["doctor"])?;
    server.start().await?;
    let beside = server.run(&["doctor", "--json"])?;
    let bundle = server.run(&["doctor", "--bundle"])?;
    let file = server.data().join("bundle.txt");
    let saved = server.run(&["doctor", "--bundle", file.to_str().unwrap_or_default()])?;
    server.set("OIDC_CLIENT_SECRET", "another");
    let failed = server.run(&["doctor"])?;
    server.set("OIDC_ENABLED", "perhaps");
    let faulty = server.run(&["doctor"])?;

    assert_eq!(before.status.code(), Some(0), "{}", text(&before));
    assert!(text(&before).contains("None runs at"), "{}", text(&before));
    assert_eq!(beside.status.code(), Some(0), "{}", text(&beside));
    let report: Report = serde_json::from_slice(&beside.stdout)?;
    assert_eq!(not_well(&report), ["admins"]);
    assert!(text(&bundle).starts_with("Postern "), "{}", text(&bundle));
    assert_eq!((text(&saved).as_str(), saved.status.code()), ("", Some(0)));
    assert!(std::fs::read_to_string(file)?.contains("Discovery document"));
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        text(&failed).contains("FAIL  Client id and secret"),
        "{}",
        text(&failed)
    );
    assert_eq!(faulty.status.code(), Some(2));
    assert!(
        text(&faulty).contains("OIDC_ENABLED=\"perhaps\""),
        "{}",
        text(&faulty)
    );
    Ok(())
}

/// A proxy on the way out that leads every tunnel to this port; returns its own port.
fn tunnels_to(port: u16) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let own = listener.local_addr()?.port();
    // Ends with the process: it waits for connections and holds nothing.
    spawn(move || {
        for mut client in listener.incoming().flatten() {
            spawn(move || -> std::io::Result<()> {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    client.read_exact(&mut byte)?;
                    head.push(byte[0]);
                }
                assert!(head.starts_with(b"CONNECT op.example.com:443 "));
                let mut server = TcpStream::connect(("127.0.0.1", port))?;
                client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
                let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
                spawn(move || std::io::copy(&mut from, &mut to));
                std::io::copy(&mut client, &mut server)?;
                Ok(())
            });
        }
    });
    Ok(own)
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn proxy_on_the_way_out_is_gone_through_and_named() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    let op = Op::start(OpKind::Demo, Registration::new(server.redirect_uri())?).await?;
    server.use_op(&op);
    let authority = Authority::new();
    let request = Box::new(|head: &mut Vec<String>| set(head, "x-forwarded-proto", "https"));
    let tls = authority.certify("op.example.com").tls();
    let behind = ReverseProxy::start(Some(tls), request, nothing());
    behind.lead_to(op.registration().port);
    let path = op
        .issuer()
        .split_once("/application")
        .map(|(_, path)| path.to_owned());
    let path = path.unwrap_or_default();
    server.set(
        "OIDC_SERVER_APPLICATION_URL",
        format!("https://op.example.com/application{path}"),
    );
    let proxy = format!("http://127.0.0.1:{}", tunnels_to(behind.port())?);
    server.set("HTTPS_PROXY", proxy.as_str());

    let strange = server.run(&["doctor", "--json"])?;
    server.set(
        "OIDC_TLS_CACERTFILE",
        authority.file().display().to_string(),
    );
    let good = server.run(&["doctor", "--json"])?;
    server.set("HTTPS_PROXY", format!("http://127.0.0.1:{}", free_port()?));
    let closed = server.run(&["doctor", "--json"])?;

    let strange: Report = serde_json::from_slice(&strange.stdout)?;
    let named = format!("Left to the proxy {proxy}");
    expect(&strange, ("op_dns", Skip, &named, ""), "");
    expect(&strange, ("op_connection", Pass, "leads there", ""), "");
    expect(
        &strange,
        ("op_certificate", Fail, NAME, "OIDC_TLS_CACERTFILE"),
        "",
    );
    let good: Report = serde_json::from_slice(&good.stdout)?;
    expect(&good, ("op_certificate", Pass, "trusted", ""), "");
    expect(&good, ("redirect_uri", Pass, "is registered", ""), "");
    let closed: Report = serde_json::from_slice(&closed.stdout)?;
    expect(
        &closed,
        ("op_connection", Fail, "cannot be reached", "NO_PROXY"),
        "",
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn server_has_the_doctor_look_at_its_start() -> Result<()> {
    let mut server = Server::prepare(Database::Sqlite)?;
    let op = Op::start(OpKind::Demo, Registration::new(server.redirect_uri())?).await?;
    server.use_op(&op);
    server.set("OIDC_CLIENT_SECRET", "another");

    server.start().await?;

    let log = tests::poll::until("the doctor's words", tests::poll::PATIENCE, async || {
        let log = server.log();
        Ok(log.contains("skipped.").then_some(log))
    })
    .await?;
    assert!(
        log.contains("doctor: Client id and secret: The provider refuses"),
        "{log}"
    );
    assert!(!log.contains("another"), "{log}");
    Ok(())
}
