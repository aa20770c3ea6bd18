//! The API does what its OpenAPI document says: a program that looks for contradictions finds none.

use std::fmt::Write;
use std::fs::{read_to_string, write};
use std::process::Stdio;

use reqwest::Method;
use tests::places::{tools, workspace};
use tests::site::{Site, admin, user};
use tokio::process::Command;

/// How long it may look, in seconds.
const MAX_TIME: &str = "25";

/// Runs schemathesis on a site, with these parameters of paths and these arguments; panics with its
/// report.
async fn look_for_contradictions(site: &Site, parameters: &[(&str, &str)], arguments: &[&str]) {
    let program = tools().join("schemathesis/bin/schemathesis");
    assert!(
        program.exists(),
        "cargo xtask test installs {}",
        program.display()
    );
    let config = workspace().join("tests/it/ops/schemathesis.toml");
    let mut config = read_to_string(config).expect("the configuration");
    config.push_str("\n[parameters]\n");
    for (name, value) in parameters {
        writeln!(config, "\"path.{name}\" = \"{value}\"").expect("a line");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("schemathesis.toml");
    write(&place, config).expect("a file");
    let output = Command::new(program)
        .arg("--config-file")
        .arg(place)
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

    look_for_contradictions(&site, &[], &[]).await;
}

/// Starts a site, and returns the arguments by which schemathesis is an admin there.
async fn as_an_admin() -> (Site, Vec<String>) {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let browser = site.logged_in("root").await;
    let name = browser.full_name("postern_session");
    let value = browser.cookie("postern_session").expect("a session");
    let cookie = format!("Cookie: {name}={value}");
    // The header stands in for them.
    let own = ["--generation-with-security-parameters", "false", "--header"];
    let arguments = own.map(str::to_owned).into_iter().chain([cookie]);
    (site, arguments.collect())
}

#[tokio::test]
#[ignore = "needs schemathesis; cargo xtask test runs it"]
async fn schemathesis_finds_nothing_as_an_admin() {
    let (site, own) = as_an_admin().await;
    let mut arguments: Vec<&str> = own.iter().map(String::as_str).collect();
    // They would end the session that everything else needs.
    for operation in ["LogOut", "EndSession"] {
        arguments.extend(["--exclude-operation-id", operation]);
    }

    look_for_contradictions(&site, &[], &arguments).await;
}

#[tokio::test]
#[ignore = "needs schemathesis; cargo xtask test runs it"]
async fn schemathesis_finds_nothing_about_an_account_or_a_session_that_is_there() {
    let (site, own) = as_an_admin().await;
    let account = site.add(user("bob").await).await.to_string();
    for operation in [
        "UpdateUser",
        "CreateWelcomeLink",
        "UnlinkUserIdentity",
        "DeleteUser",
        "EndSession",
    ] {
        let mut arguments: Vec<&str> = own.iter().map(String::as_str).collect();
        arguments.extend(["--phases", "coverage", "--include-operation-id", operation]);

        look_for_contradictions(&site, &[("id", &account)], &arguments).await;
    }
}
