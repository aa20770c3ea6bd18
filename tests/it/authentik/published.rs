//! Every request, and blueprints, held against the published client of Authentik's API: what the
//! stand-in knows of that is written by hand.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use postern::authentik::blueprint::{Secret, blueprint};
use postern::authentik::connect::End;
use postern::authentik::version::Version;
use postern::authentik::wanted::{Choice, VerifiedEmails, Wanted};
use serde_json::{Value, json};
use tests::places::{require, tools, workspace};

use super::{PROVIDERS, Setup, VERSIONS, wanted};

/// Returns a plan in which every option is set.
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

/// Holds requests and blueprints against the client of that version. Returns whether they fit, and
/// what is wrong.
fn check(version: &str, requests: &[Value], blueprints: &[String]) -> (bool, String) {
    let folder = tools().join("authentik-client");
    let python =
        require(folder.join("bin/python"), "cargo xtask test").expect("the client of the API");
    let given = json!({ "requests": requests, "blueprints": blueprints });
    let mut checking = Command::new(python)
        .arg(workspace().join("tests/real_ops/authentik/check.py"))
        .arg(folder.join("models").join(version))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = checking.stdin.take().expect("its input");
    stdin
        .write_all(given.to_string().as_bytes())
        .expect("it reads");
    drop(stdin);
    let output = checking.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), said)
}

/// Returns blueprints for that version.
fn blueprints(version: &Version) -> Vec<String> {
    let variable = Secret::Environment("POSTERN_SECRET".to_owned());
    let choosy = wanted_by_the_choosy;
    vec![
        blueprint(&wanted(), version, &Secret::Generated),
        blueprint(&choosy(VerifiedEmails::All), version, &variable),
        blueprint(
            &choosy(VerifiedEmails::Authentik),
            version,
            &Secret::Generated,
        ),
    ]
}

#[tokio::test]
#[ignore = "needs Authentik's clients; cargo xtask test runs it"]
async fn requests_and_blueprints_fit_the_published_api() {
    for version in VERSIONS {
        let requests = requests(version).await;
        let methods: BTreeSet<&str> = requests
            .iter()
            .filter_map(|request| request["method"].as_str())
            .collect();
        let mut blueprints = blueprints(&version.parse().unwrap());
        let is_newest = VERSIONS.last() == Some(&version);
        if is_newest {
            blueprints.push(blueprint(&wanted(), &Version::any(), &Secret::Generated));
        }

        let (fits, said) = check(version, &requests, &blueprints);

        assert!(fits, "{version}: {said}");
        assert_eq!(methods, BTreeSet::from(["GET", "PATCH", "POST"]));
        // That the check can fail: what the newest one takes, the oldest does not know.
        if is_newest {
            let (fits, said) = check(VERSIONS[0], &requests, &blueprints);
            assert!(!fits && said.contains("has no field grant_types"), "{said}");
        }
    }
}
