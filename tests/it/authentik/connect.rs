//! A first run creates everything, and a second one finds nothing to do.

use std::os::unix::fs::MetadataExt as _;

use postern::authentik::connect::End;
use postern::authentik::wanted::{Choice, VerifiedEmails};
use serde_json::{Value, json};
use tests::authentik_api::ApiFault;

use super::{APPLICATIONS, MAPPINGS, PROVIDERS, Setup, VERSIONS};

#[tokio::test]
async fn second_run_finds_nothing_to_do_at_any_version() {
    for version in VERSIONS {
        let setup = Setup::of(version).await;

        let first = setup.run(&setup.job()).await;
        let (made, env) = (setup.api.writes().len(), setup.env_text());
        let second = setup.run(&setup.job()).await;

        assert_eq!((first.end(), made), (End::Done, 3), "{version}");
        assert_eq!(second.end(), End::NothingToDo, "{version}: {}", second.out);
        assert!(second.out.contains("Nothing to do."), "{}", second.out);
        assert_eq!(setup.api.writes().len(), made, "{version}");
        assert_eq!(setup.env_text(), env, "{version}");
    }
}

#[tokio::test]
async fn provider_is_as_postern_needs_it() {
    let setup = Setup::of("2026.8.5").await;

    setup.run(&setup.job()).await.end();

    let provider = setup.api.object(PROVIDERS, "Postern");
    let id = |path: &str, name: &str| setup.api.object(path, name)["pk"].clone();
    let flow = |slug: &str| id("flows/instances/", slug);
    for (field, value) in [
        ("client_type", json!("confidential")),
        (
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        ("access_token_validity", json!("days=14")),
        ("issuer_mode", json!("per_provider")),
        ("sub_mode", json!("hashed_user_id")),
        ("encryption_key", Value::Null),
        (
            "redirect_uris",
            json!([
                {
                    "matching_mode": "strict",
                    "url": "https://app.example.com/api/oauth/openid",
                    "redirect_uri_type": "authorization",
                },
                {
                    "matching_mode": "strict",
                    "url": "https://app.example.com/login?logged_out=1",
                    "redirect_uri_type": "logout",
                },
            ]),
        ),
        (
            "logout_uri",
            json!("https://app.example.com/api/oauth/backchannel-logout"),
        ),
        ("logout_method", json!("backchannel")),
        ("invalidation_flow", flow("default-invalidation-flow")),
        (
            "authorization_flow",
            flow("default-provider-authorization-implicit-consent"),
        ),
        (
            "signing_key",
            id(
                "crypto/certificatekeypairs/",
                "authentik Self-signed Certificate",
            ),
        ),
        (
            "property_mappings",
            json!([
                id(MAPPINGS, "authentik default OAuth Mapping: OpenID 'openid'"),
                id(
                    MAPPINGS,
                    "authentik default OAuth Mapping: OpenID 'profile'"
                ),
                id(
                    MAPPINGS,
                    "authentik default OAuth Mapping: OpenID 'offline_access'"
                ),
                id(MAPPINGS, "Postern email (postern)"),
            ]),
        ),
    ] {
        assert_eq!(provider[field], value, "{field}");
    }
    let application = setup.api.object(APPLICATIONS, "postern");
    assert_eq!(application["provider"], provider["pk"]);
    for (field, text) in [
        (
            "meta_launch_url",
            "https://app.example.com/api/login/openid",
        ),
        ("meta_description", "Log in to app.example.com"),
        ("meta_publisher", "Postern"),
        ("meta_icon", "fa://fa-door-open"),
    ] {
        assert_eq!(application[field], text, "{field}");
    }
}

#[tokio::test]
async fn back_channel_logout_is_set_as_the_version_has_it() {
    for (version, field) in [
        ("2025.8.6", "backchannel_logout_uri"),
        ("2025.10.0", "logout_uri"),
    ] {
        let setup = Setup::of(version).await;

        setup.run(&setup.job()).await.end();

        assert_eq!(
            setup.api.object(PROVIDERS, "Postern")[field],
            "https://app.example.com/api/oauth/backchannel-logout",
            "{version}"
        );
    }
}

#[tokio::test]
async fn settings_are_written_for_their_owner_alone() {
    let setup = Setup::start().await;

    let ran = setup.run(&setup.job()).await;

    let provider = setup.api.object(PROVIDERS, "Postern");
    let (id, secret) = (&provider["client_id"], &provider["client_secret"]);
    let (id, secret) = (id.as_str().unwrap(), secret.as_str().unwrap());
    assert_eq!(
        setup.env_text(),
        format!(
            "OIDC_ENABLED=true
OIDC_PROVIDER=authentik
OIDC_CLIENT_ID={id}
OIDC_CLIENT_SECRET={secret}
OIDC_REDIRECT_URI=https://app.example.com/api/oauth/openid
OIDC_SERVER_APPLICATION_URL=https://auth.example.com/application/o/postern
OIDC_RECHECK_SECONDS=900
"
        )
    );
    let mode = std::fs::metadata(setup.env_file()).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!ran.out.contains(secret), "{}", ran.out);
    assert!(ran.out.contains("postern doctor"), "{}", ran.out);
}

#[tokio::test]
async fn plan_comes_first_and_no_is_no() {
    let setup = Setup::start().await;

    let no = setup.answer(&setup.job(), Some(false)).await;
    let nobody = setup.answer(&setup.job(), None).await;
    let dry = setup.run_with(|job| job.is_dry_run = true).await;

    assert_eq!(
        (no.end(), nobody.end(), dry.end()),
        (End::Declined, End::NobodyToAsk, End::Planned)
    );
    for ran in [&no, &nobody, &dry] {
        assert!(
            ran.out.contains("make    provider \"Postern\""),
            "{}",
            ran.out
        );
        assert!(
            ran.out
                .contains("redirect_uris: strict https://app.example.com/api/oauth/openid\n"),
            "{}",
            ran.out
        );
    }
    assert!(setup.api.writes().is_empty());
    assert!(
        std::fs::read_dir(setup.folder.path())
            .unwrap()
            .next()
            .is_none()
    );
}

#[tokio::test]
async fn json_is_one_document_without_a_secret() {
    let setup = Setup::start().await;

    let ran = setup.run_with(|job| job.is_json = true).await;
    let again = setup.run_with(|job| job.is_json = true).await;

    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let provider = setup.api.object(PROVIDERS, "Postern");
    assert_eq!(document["result"], "done");
    assert_eq!(document["client_id"], provider["client_id"]);
    assert_eq!(document["plan"]["steps"][1]["act"], "make");
    assert!(
        !ran.out
            .contains(provider["client_secret"].as_str().unwrap())
    );
    let document: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(document["result"], "nothing_to_do");
    assert_eq!(document["env_file"]["before"], "same");
}

#[tokio::test]
async fn run_that_was_cut_short_is_finished_by_the_next() {
    // Once the request is lost, once the answer to it.
    for is_late in [false, true] {
        for path in [MAPPINGS, PROVIDERS, APPLICATIONS] {
            let setup = Setup::start().await;
            setup.api.fail(ApiFault {
                method: "POST",
                path,
                status: 502,
                body: Value::Null,
                is_late,
            });

            let cut = setup.run(&setup.job()).await.trouble();
            let next = setup.run(&setup.job()).await;
            let last = setup.run(&setup.job()).await;

            assert!(cut.contains("502"), "{cut}");
            assert_eq!(
                cut.contains("Done before that: made the"),
                path != MAPPINGS,
                "{cut}"
            );
            assert_eq!(
                (next.end(), last.end()),
                (End::Done, End::NothingToDo),
                "{path}"
            );
            assert_eq!(setup.api.objects(PROVIDERS).len(), 1, "{path}");
            assert_eq!(setup.api.objects(APPLICATIONS).len(), 1, "{path}");
        }
    }
}

#[tokio::test]
async fn everything_is_found_on_later_pages() {
    let setup = Setup::start().await;
    setup.api.limit_pages(2);

    let first = setup.run(&setup.job()).await;
    let second = setup.run(&setup.job()).await;

    assert_eq!((first.end(), second.end()), (End::Done, End::NothingToDo));
}

#[tokio::test]
async fn emails_are_verified_for_whom_the_administrator_says() {
    let setup = Setup::start().await;
    let named = async |emails: VerifiedEmails| {
        let ran = setup
            .run_with(|job| job.wanted.verified_emails = Choice::new(Some(emails), || emails))
            .await;
        ran.end();
        let selected = setup.api.object(PROVIDERS, "Postern")["property_mappings"].clone();
        let mut all = setup.api.objects(MAPPINGS).into_iter();
        let is_it = |it: &Value| {
            it["scope_name"] == "email" && selected.as_array().unwrap().contains(&it["pk"])
        };
        let mapping = all.find(is_it).unwrap();
        assert!(!all.any(|it| is_it(&it)), "two mappings for emails");
        (mapping["expression"].as_str().unwrap().to_owned(), ran.out)
    };

    let (marked, _) = named(VerifiedEmails::Marked).await;
    let (all, warning) = named(VerifiedEmails::All).await;
    let kept = setup.run(&setup.job()).await;
    let (own, _) = named(VerifiedEmails::Authentik).await;
    let (again, _) = named(VerifiedEmails::Marked).await;

    assert!(
        marked.contains("attributes.get(\"email_verified\", False) is True"),
        "{marked}"
    );
    assert!(
        all.contains("\"email_verified\": bool(request.user.email)"),
        "{all}"
    );
    assert!(warning.contains("take over the account"), "{warning}");
    // A run without options does not undo earlier choices.
    assert_eq!(kept.end(), End::NothingToDo);
    assert_eq!(own, "return {}");
    assert_eq!(again, marked);
}
