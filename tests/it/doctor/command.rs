//! `postern doctor`, the real program.

use std::process::Output;

use anyhow::Result;
use shared::doctor::Report;
use tests::database::Database;
use tests::op::{Op, OpKind, Registration};
use tests::places::slow_tests_wanted;
use tests::server::Server;

use super::not_well;

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn command_tells_by_its_exit_code_and_in_three_ways() -> Result<()> {
    if !slow_tests_wanted() {
        return Ok(());
    }
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
    assert!(text(&before).contains("none runs at"), "{}", text(&before));
    assert_eq!(beside.status.code(), Some(0), "{}", text(&beside));
    let report: Report = serde_json::from_slice(&beside.stdout)?;
    assert_eq!(not_well(&report), ["admins"]);
    assert!(text(&bundle).starts_with("Postern "), "{}", text(&bundle));
    assert_eq!((text(&saved).as_str(), saved.status.code()), ("", Some(0)));
    assert!(std::fs::read_to_string(file)?.contains("Discovery document"));
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed).contains("FAIL  Client id and secret"), "{}", text(&failed));
    assert_eq!(faulty.status.code(), Some(2));
    assert!(text(&faulty).contains("OIDC_ENABLED=\"perhaps\""), "{}", text(&faulty));
    Ok(())
}

#[tokio::test]
async fn server_has_the_doctor_look_at_its_start() -> Result<()> {
    if !slow_tests_wanted() {
        return Ok(());
    }
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
    assert!(log.contains("doctor: Client id and secret: the provider refuses"), "{log}");
    assert!(!log.contains("another"), "{log}");
    Ok(())
}
