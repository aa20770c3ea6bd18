//! The API does what its OpenAPI document says: a program that looks for contradictions finds none.

use std::path::Path;
use std::process::Stdio;

use reqwest::Method;
use tests::places::{tools, workspace};
use tests::site::{Site, admin};
use tokio::process::Command;

/// How long it may look, in seconds.
const MAX_TIME: &str = "25";

/// Runs schemathesis on a site, with these arguments more; panics with its report.
async fn look_for_contradictions(site: &Site, arguments: &[&str]) {
    let program = tools().join("schemathesis/bin/schemathesis");
    assert!(
        program.exists(),
        "cargo xtask test installs {}",
        program.display()
    );
    let config = workspace().join("tests/it/ops/schemathesis.toml");
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(program)
        .arg("--config-file")
        .arg(Path::new(&config))
        .args(["run", "--no-color", "--seed", "1", "--max-time", MAX_TIME])
        .args(arguments)
        .arg(format!("{}/api/openapi.json", site.origin()))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output();
    let output = output.await.expect("schemathesis runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn document_is_json_for_everybody() {
    let site = Site::start().await;

    let document = site.browser().get("/api/openapi.json").await;

    assert_eq!(document.status, 200);
    assert_eq!(document.header("content-type"), "application/json");
    let document = document.json();
    assert_eq!(document["openapi"], "3.1.0");
    let login = &document["paths"]["/api/login"]["post"];
    assert_eq!(login["operationId"], "LogIn");
    assert_eq!(
        login["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/PasswordLogin"
    );
}

#[tokio::test]
async fn another_method_is_refused_with_those_that_there_are() {
    let site = Site::start().await;
    let browser = site.browser();

    let answer = browser
        .send(browser.call(Method::PUT, "/api/profile"))
        .await;

    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (405, "method_not_allowed".into())
    );
    assert_eq!(answer.header("allow"), "GET,HEAD,PATCH");
}

#[tokio::test]
#[ignore = "needs schemathesis; cargo xtask test runs it"]
async fn schemathesis_finds_nothing_without_a_session() {
    let site = Site::start().await;

    look_for_contradictions(&site, &[]).await;
}

#[tokio::test]
#[ignore = "needs schemathesis; cargo xtask test runs it"]
async fn schemathesis_finds_nothing_as_an_admin() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let browser = site.logged_in("root").await;
    let name = browser.full_name("postern_session");
    let value = browser.cookie("postern_session").expect("a session");

    // It would end the session that everything else needs.
    let arguments = ["--exclude-operation-id", "LogOut"];
    // The header stands in for them.
    let own = ["--generation-with-security-parameters", "false", "--header"];
    let cookie = format!("Cookie: {name}={value}");
    look_for_contradictions(&site, &[&arguments[..], &own, &[&cookie]].concat()).await;
}
