//! Every request, and blueprints, held against the published client of Authentik's API: what the
//! stand-in knows of that is written by hand.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use backend::authentik::blueprint::{Secret, blueprint};
use backend::authentik::connect::End;
use backend::authentik::wanted::{Choice, VerifiedEmails, Wanted};
use serde_json::{Value, json};
use tests::places::{require, slow_tests_wanted, tools, workspace};

use super::{PROVIDERS, Setup, VERSIONS, wanted};

/// Returns what is wanted by somebody who names everything.
fn wanted_by_the_choosy(emails: VerifiedEmails) -> Wanted {
    let named = |text: &str| Choice::new(Some(text.to_owned()), String::new);
    Wanted {
        name: named("Ünser \"Tor\": {#1} 🦉 'x' !Find & *y\\"),
        authentication_flow: Some("default-authentication-flow".to_owned()),
        verified_emails: Choice::new(Some(emails), || emails),
        more_scopes: vec!["entitlements".to_owned()],
        client_id: Some("chosen.id".to_owned()),
        ..wanted()
    }
}

/// Sets up an Authentik of that version in several ways, and returns all requests.
async fn requests(version: &str) -> Vec<Value> {
    let setup = Setup::of(version).await;
    setup.run(&setup.job()).await.end();
    setup.api.edit(
        PROVIDERS,
        "Postern",
        &json!({
            "redirect_uris": [], "client_secret": "", "client_type": "public",
            "signing_key": null, "issuer_mode": "global", "grant_types": [],
            "property_mappings": [], "sub_mode": "user_id",
        }),
    );
    setup.run(&setup.job()).await.end();
    for emails in [VerifiedEmails::All, VerifiedEmails::Authentik] {
        let ran = setup
            .run_with(|job| job.wanted = wanted_by_the_choosy(emails))
            .await;
        assert_eq!(ran.end(), End::Done);
    }
    let all = setup.api.requests().into_iter().map(|request| {
        json!({
            "method": request.method.as_str(), "path": request.path,
            "query": request.query, "body": request.body,
        })
    });
    all.collect()
}

#[tokio::test]
async fn requests_and_blueprints_fit_the_published_api() {
    if !slow_tests_wanted() {
        return;
    }
    let folder = tools().join("authentik-client");
    let python = require(folder.join("bin/python"), "cargo xtask test").unwrap();
    let script = workspace().join("tests/real_ops/authentik/check.py");
    for version in VERSIONS {
        let requests = requests(version).await;
        let methods: BTreeSet<&str> = requests
            .iter()
            .filter_map(|request| request["method"].as_str())
            .collect();
        let known = version.parse().unwrap();
        let blueprints = [
            blueprint(&wanted(), &known, &Secret::Generated),
            blueprint(
                &wanted_by_the_choosy(VerifiedEmails::All),
                &known,
                &Secret::Environment("POSTERN_SECRET".to_owned()),
            ),
            blueprint(
                &wanted_by_the_choosy(VerifiedEmails::Authentik),
                &known,
                &Secret::Generated,
            ),
        ];
        let given = json!({ "requests": requests, "blueprints": blueprints });

        let mut checking = Command::new(&python)
            .arg(&script)
            .arg(folder.join("models").join(version))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = checking.stdin.take().unwrap();
        { stdin }.write_all(given.to_string().as_bytes()).unwrap();
        let output = checking.wait_with_output().unwrap();

        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{version}: {said}");
        assert_eq!(methods, BTreeSet::from(["GET", "PATCH", "POST"]));
        eprintln!("{version}: {said}");
    }
}
