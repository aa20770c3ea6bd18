//! Handling of a provider and an application that somebody created by hand.

use std::time::Duration;

use postern::authentik::connect::End;
use postern::authentik::wanted::Choice;
use serde_json::{Value, json};

use super::{APPLICATIONS, MAPPINGS, PROVIDERS, Setup};

/// Adds a provider and an application as a person may have made them, with what does not work and
/// with what is a matter of taste.
fn add_by_hand(setup: &Setup) {
    let id = |path: &str, name: &str| setup.api.object(path, name)["pk"].clone();
    let mapping = |scope: &str| {
        id(
            MAPPINGS,
            &format!("authentik default OAuth Mapping: OpenID '{scope}'"),
        )
    };
    let own_key = setup.api.add(
        "crypto/certificatekeypairs/",
        json!({ "name": "my own key" }),
    );
    let provider = setup.api.add(
        PROVIDERS,
        json!({
            "name": "by hand",
            "authorization_flow":
                id("flows/instances/", "default-provider-authorization-explicit-consent"),
            "invalidation_flow": id("flows/instances/", "default-provider-invalidation-flow"),
            "redirect_uris": [{ "matching_mode": "regex", "url": "https://.*" }],
            "client_type": "public",
            "client_id": "chosen-by-hand",
            "client_secret": "chosen-secret",
            "signing_key": own_key,
            "encryption_key": own_key,
            "issuer_mode": "global",
            "sub_mode": "user_email",
            "logout_uri": "",
            "logout_method": "frontchannel",
            "property_mappings":
                [mapping("openid"), mapping("email"), mapping("offline_access")],
        }),
    );
    let application = json!({
        "name": "My app", "slug": "postern", "provider": provider, "meta_icon": "https://a/b.png",
        "meta_publisher": "Me", "meta_description": "Mine",
        "meta_launch_url": "https://start.example.com",
    });
    setup.api.add(APPLICATIONS, application);
}

#[tokio::test]
async fn what_does_not_work_is_changed_and_what_was_chosen_stays() {
    let setup = Setup::start().await;
    add_by_hand(&setup);
    let before = setup.api.object(PROVIDERS, "by hand");

    let ran = setup.run(&setup.job()).await;

    assert_eq!(ran.end(), End::Done);
    let after = setup.api.object(PROVIDERS, "by hand");
    for field in [
        "name",
        "authorization_flow",
        "invalidation_flow",
        "client_id",
        "client_secret",
        "signing_key",
        "sub_mode",
    ] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(after["client_type"], "confidential");
    assert_eq!(after["issuer_mode"], "per_provider");
    assert_eq!(after["logout_method"], "backchannel");
    assert_eq!(after["encryption_key"], Value::Null);
    assert_eq!(after["redirect_uris"].as_array().unwrap().len(), 1);
    let mappings = after["property_mappings"].as_array().unwrap();
    assert!(
        before["property_mappings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| mappings.contains(it))
    );
    assert_eq!(mappings.len(), 4, "profile is added");
    let application = setup.api.object(APPLICATIONS, "postern");
    assert_eq!(application["name"], "My app");
    assert_eq!(application["meta_publisher"], "Me");
    assert_eq!(application["meta_launch_url"], "https://start.example.com");
    for line in [
        "redirect_uris: regex https://.* -> strict https://app.example.com/api/oauth/openid\n",
        "encryption_key: my own key -> none\n",
        "  keep    application \"postern\"\n",
        "Logout: the flow default-provider-invalidation-flow stays.",
        "`sub` is made by user_email",
        "--verified-emails names another",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    assert_eq!(setup.run(&setup.job()).await.end(), End::NothingToDo);
}

#[tokio::test]
async fn what_an_earlier_postern_made_is_mended() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();
    let mappings = setup.api.object(PROVIDERS, "Postern")["property_mappings"].clone();
    let offline = setup.api.object(
        MAPPINGS,
        "authentik default OAuth Mapping: OpenID 'offline_access'",
    );
    let mut earlier = mappings.as_array().unwrap().clone();
    earlier.retain(|it| *it != offline["pk"]);
    setup.api.edit(
        PROVIDERS,
        "Postern",
        &json!({ "access_token_validity": "hours=1", "property_mappings": earlier }),
    );
    setup.api.edit(
        APPLICATIONS,
        "postern",
        &json!({ "meta_launch_url": "https://app.example.com", "meta_icon": "" }),
    );

    let ran = setup.run(&setup.job()).await;

    assert_eq!(ran.end(), End::Done);
    for line in [
        "access_token_validity: hours=1 -> days=14\n",
        "meta_launch_url: https://app.example.com -> https://app.example.com/api/login/openid\n",
        "meta_icon: none -> fa://fa-door-open\n",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    let provider = setup.api.object(PROVIDERS, "Postern");
    assert_eq!(provider["access_token_validity"], "days=14");
    let selected = provider["property_mappings"].as_array().unwrap();
    assert!(selected.contains(&offline["pk"]), "{selected:?}");
    assert_eq!(setup.run(&setup.job()).await.end(), End::NothingToDo);
}

#[tokio::test]
async fn longer_lifetimes_stay_and_shorter_ones_follow_the_session() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();
    let longer = json!({ "access_token_validity": "weeks=9;hours=1" });
    setup.api.edit(PROVIDERS, "Postern", &longer);

    let kept = setup.run(&setup.job()).await;
    let long = setup
        .run_with(|job| job.wanted.session_max_age = Duration::from_hours(90 * 24))
        .await;

    assert_eq!(kept.end(), End::NothingToDo, "{}", kept.out);
    assert_eq!(long.end(), End::Done);
    let provider = setup.api.object(PROVIDERS, "Postern");
    for field in ["access_token_validity", "refresh_token_validity"] {
        assert_eq!(provider[field], "days=90", "{field}");
    }
}

#[tokio::test]
async fn what_is_named_is_changed() {
    let setup = Setup::start().await;
    add_by_hand(&setup);

    let ran = setup
        .run_with(|job| {
            let named = |text: &str| Choice::new(Some(text.to_owned()), String::new);
            job.wanted.name = named("Photos");
            job.wanted.invalidation_flow = named("default-invalidation-flow");
            job.wanted.signing_key = named("authentik Self-signed Certificate");
            job.wanted.authentication_flow = Some("default-authentication-flow".to_owned());
            job.wanted.more_scopes = vec!["entitlements".to_owned()];
        })
        .await;

    assert_eq!(ran.end(), End::Done);
    for line in [
        "name: My app -> Photos\n",
        "invalidation_flow: default-provider-invalidation-flow -> default-invalidation-flow\n",
        "signing_key: my own key -> authentik Self-signed Certificate\n",
        "authentication_flow: none -> default-authentication-flow\n",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    let scopes = "OIDC_SCOPES='openid profile email entitlements'\n";
    assert!(setup.env_text().ends_with(scopes), "{}", setup.env_text());
}

#[tokio::test]
async fn moved_postern_is_followed() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();

    let moved = setup
        .run_with(|job| job.wanted.public_url = "https://new.example.com".parse().unwrap())
        .await;

    assert_eq!(moved.end(), End::Done);
    let change = "strict https://app.example.com/api/oauth/openid -> strict \
                  https://new.example.com/api/oauth/openid\n";
    assert!(moved.out.contains(change), "{}", moved.out);
    assert!(
        setup
            .env_text()
            .contains("OIDC_REDIRECT_URI=https://new.example.com/")
    );
}

#[tokio::test]
async fn provider_without_a_secret_gets_one_that_needs_no_encoding() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();
    setup
        .api
        .edit(PROVIDERS, "Postern", &json!({ "client_secret": "" }));

    let ran = setup.run(&setup.job()).await;

    assert_eq!(ran.end(), End::Done);
    let secret = setup.api.object(PROVIDERS, "Postern")["client_secret"].clone();
    let secret = secret.as_str().unwrap();
    assert_eq!(secret.len(), 128);
    assert!(
        secret.chars().all(|c| c.is_ascii_alphanumeric()),
        "{secret}"
    );
    assert!(
        setup
            .env_text()
            .contains(&format!("OIDC_CLIENT_SECRET={secret}\n"))
    );
    assert!(!ran.out.contains(secret));
}

#[tokio::test]
async fn secret_changed_at_authentik_comes_into_the_file() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();
    setup.api.edit(
        PROVIDERS,
        "Postern",
        &json!({ "client_secret": "a $new 'one'" }),
    );

    let unwritable = setup.run(&setup.job()).await.trouble();
    setup.api.edit(
        PROVIDERS,
        "Postern",
        &json!({ "client_secret": "a $new #one" }),
    );
    let ran = setup.run(&setup.job()).await;

    assert!(
        unwritable.contains("OIDC_CLIENT_SECRET has a value that cannot"),
        "{unwritable}"
    );
    assert!(!unwritable.contains("new"), "{unwritable}");
    assert_eq!(ran.end(), End::Done);
    assert!(
        setup
            .env_text()
            .contains("OIDC_CLIENT_SECRET='a $new #one'\n")
    );
    assert_eq!(
        setup.api.writes().len(),
        3,
        "nothing was to do at Authentik"
    );
}
