//! Everything that can go wrong, each with its own message.

use postern::authentik::api::Api;
use postern::authentik::wanted::Choice;
use serde_json::{Value, json};
use tests::authentik_api::{ApiFault, TOKEN};
use tests::places::free_port;

use super::{APPLICATIONS, PROVIDERS, Setup};

/// Runs the usual job at an Authentik that answers a GET once with that.
async fn at_a_get(path: &'static str, status: u16, body: Value) -> String {
    let setup = Setup::start().await;
    setup.api.fail(ApiFault {
        method: "GET",
        path,
        status,
        body,
        is_late: false,
    });
    setup.run(&setup.job()).await.trouble()
}

/// Runs the usual job at an Authentik that answers a POST once with that.
async fn at_a_post(path: &'static str, status: u16, body: Value) -> String {
    let setup = Setup::start().await;
    setup.api.fail(ApiFault {
        method: "POST",
        path,
        status,
        body,
        is_late: false,
    });
    setup.run(&setup.job()).await.trouble()
}

#[track_caller]
fn says(trouble: &str, words: &[&str]) {
    for word in words {
        assert!(trouble.contains(word), "{word}: {trouble}");
    }
    assert!(!trouble.contains(TOKEN), "{trouble}");
}

#[tokio::test]
async fn wrong_token_is_told_from_a_missing_permission() {
    let setup = Setup::start().await;
    let url: url::Url = setup.api.origin().parse().unwrap();
    let denied = json!({ "detail": "You do not have permission to perform this action." });

    let wrong = setup
        .run_with(|job| job.api = Api::new(url, "wrong".into(), None).unwrap())
        .await
        .trouble();
    let unauthorized = at_a_get("admin/", 401, Value::Null).await;
    let keys = at_a_get("crypto/", 403, denied.clone()).await;
    let provider = at_a_post(PROVIDERS, 403, denied).await;

    says(&wrong, &["does not accept the token", "API Token"]);
    says(&unauthorized, &["does not accept the token"]);
    says(
        &keys,
        &[
            "may not see keys",
            "authentik_crypto.view_certificatekeypair",
        ],
    );
    says(
        &provider,
        &[
            "may not make the provider",
            "authentik_providers_oauth2.add_oauth2provider",
            "Done before that: made the scope mapping",
        ],
    );
}

#[tokio::test]
async fn something_else_than_authentik_is_told() {
    let setup = Setup::start().await;
    let other: url::Url = format!("{}/elsewhere/", setup.api.origin())
        .parse()
        .unwrap();

    let page = setup
        .run_with(|job| job.api = Api::new(other, TOKEN.into(), None).unwrap())
        .await
        .trouble();
    let redirect = at_a_get("admin/", 302, Value::Null).await;
    let strange = at_a_get("admin/", 200, json!({ "version": 3 })).await;

    says(&page, &["does not answer as Authentik's API does", "404"]);
    says(&redirect, &["redirect"]);
    says(&strange, &["no version in the answer"]);
}

#[tokio::test]
async fn old_authentik_is_refused() {
    let setup = Setup::of("2024.10.5").await;

    let trouble = setup.run(&setup.job()).await.trouble();

    says(
        &trouble,
        &["this is Authentik 2024.10.5", "2024.12 or later"],
    );
    assert!(setup.api.writes().is_empty());
}

#[tokio::test]
async fn nobody_there_is_told() {
    let setup = Setup::start().await;
    let nobody = format!("http://127.0.0.1:{}/", free_port().unwrap());
    let url = nobody.parse().unwrap();

    let trouble = setup
        .run_with(|job| job.api = Api::new(url, TOKEN.into(), None).unwrap())
        .await
        .trouble();

    says(&trouble, &["does not answer", nobody.trim_end_matches('/')]);
}

#[tokio::test]
async fn unknown_certificate_is_told_and_its_authority_helps() {
    let setup = Setup::start().await;
    let (port, _) = crate::advisories::outbound::private_op();
    let url: url::Url = format!("https://localhost:{port}/").parse().unwrap();
    let ca = tests::places::workspace().join("tests/it/advisories/tls/ca.pem");
    let ca = std::fs::read(ca).unwrap();

    let strange = setup
        .run_with(|job| job.api = Api::new(url.clone(), TOKEN.into(), None).unwrap())
        .await
        .trouble();
    let known = setup
        .run_with(|job| job.api = Api::new(url.clone(), TOKEN.into(), Some(&ca)).unwrap())
        .await
        .trouble();

    says(&strange, &["certificate", "is not trusted", "--ca-file"]);
    // That one answers 404 to everything.
    says(&known, &["does not answer as Authentik's API does"]);
}

#[tokio::test]
async fn missing_flow_and_key_are_told_with_those_that_exist() {
    let setup = Setup::start().await;
    let named = |text: &str| Choice::new(Some(text.to_owned()), String::new);

    let flow = setup
        .run_with(|job| job.wanted.authorization_flow = named("default-invalidation-flow"))
        .await
        .trouble();
    let key = setup
        .run_with(|job| job.wanted.signing_key = named("none"))
        .await
        .trouble();
    let scope = setup
        .run_with(|job| job.wanted.more_scopes = vec!["photos".to_owned()])
        .await
        .trouble();

    says(
        &flow,
        &[
            "no authorization flow \"default-invalidation-flow\"",
            "default-provider-authorization-explicit-consent",
        ],
    );
    assert!(!flow.contains("default-authentication-flow"), "{flow}");
    says(
        &key,
        &["no key \"none\"", "\"authentik Self-signed Certificate\""],
    );
    says(&scope, &["scope \"photos\"", "entitlements"]);
    assert!(setup.api.writes().is_empty());
}

#[tokio::test]
async fn slug_and_name_of_others_are_not_taken() {
    let setup = Setup::start().await;
    setup.api.add(
        APPLICATIONS,
        json!({
            "name": "Old", "slug": "saml-app", "provider": 77,
            "provider_obj": { "pk": 77, "name": "Old", "verbose_name": "SAML Provider" },
        }),
    );
    setup.run(&setup.job()).await.end();

    let slug = setup
        .run_with(|job| job.wanted.slug = "saml-app".to_owned())
        .await
        .trouble();
    let name = setup
        .run_with(|job| job.wanted.slug = "second".to_owned())
        .await
        .trouble();

    // It may be seen by its application, and not by itself.
    setup.api.fail(ApiFault {
        method: "GET",
        path: PROVIDERS,
        status: 404,
        body: json!({ "detail": "No OAuth2Provider matches the given query." }),
        is_late: false,
    });
    let hidden = setup.run(&setup.job()).await.trouble();

    says(&hidden, &["authentik_providers_oauth2.view_oauth2provider"]);
    says(&slug, &["\"saml-app\"", "SAML Provider", "another --slug"]);
    says(
        &name,
        &[
            "provider \"Postern\"",
            "application \"postern\"",
            "another --name",
        ],
    );
}

#[tokio::test]
async fn refusals_and_ailments_are_told() {
    let taken = json!({ "name": ["provider with this name already exists."] });

    let invalid = at_a_post(PROVIDERS, 400, taken).await;
    let busy = at_a_get("flows/", 429, json!({ "detail": "Request was throttled." })).await;
    let ailing = at_a_get("core/", 503, Value::Null).await;

    says(
        &invalid,
        &["refuses to make the provider: name: provider with this name already exists."],
    );
    says(&busy, &["429", "wait a minute"]);
    says(&ailing, &["Authentik has an error", "503"]);
}
