//! Settings that do not fit the OP.

use demo_op::{Client, Lie, Settings, TokenAuth, Version};
use postern::audit::Actor;
use serde_json::json;
use shared::doctor::Outcome::{Fail, Pass, Skip, Warn};
use tests::site::{CLIENT_ID, CLIENT_SECRET, Site};

use super::{examined, examined_by_cli, expect};

#[tokio::test]
async fn wrong_secret_is_told_from_a_wrong_client_id() {
    let secret = Site::with(&[("OIDC_CLIENT_SECRET", "another")]).await;
    let id = Site::with(&[("OIDC_CLIENT_ID", "another")]).await;

    let (secret, id) = (examined(&secret).await, examined(&id).await);

    let remedy = "copy “Client ID” and “Client Secret” again";
    expect(
        &secret,
        ("client", Fail, "it is the secret", remedy),
        "secret",
    );
    expect(
        &secret,
        ("redirect_uri", Pass, "is registered", ""),
        "secret",
    );
    expect(&id, ("client", Fail, "invalid_client", remedy), "id");
    let unknown = "does not know the client id";
    expect(&id, ("redirect_uri", Fail, unknown, remedy), "id");
}

#[tokio::test]
async fn redirect_uri_that_is_not_registered_is_recognized() {
    let site = Site::start().await;
    let other = format!(
        "{}/",
        site.app.config.oidc.as_ref().unwrap().rp.redirect_uri
    );
    site.op
        .register(Client::new(CLIENT_ID, CLIENT_SECRET, &other));

    let report = examined(&site).await;

    let remedy = "Redirect URIs/Origins";
    expect(
        &report,
        ("redirect_uri", Fail, "about the redirect URI", remedy),
        "",
    );
    // Which Authentik would refuse in the same words.
    expect(&report, ("client", Skip, "knows the client id", ""), "");
}

#[tokio::test]
async fn secret_that_is_right_but_sent_the_wrong_way_is_recognized() {
    let op = |token_auth| Settings {
        token_auth,
        ..Settings::default()
    };
    let post = [("OIDC_TOKEN_AUTH_METHOD", "client_secret_post")];
    let wrong = Site::with_op(&post, op(TokenAuth::Basic)).await;

    let report = examined(&wrong).await;

    let remedy = "OIDC_TOKEN_AUTH_METHOD=client_secret_basic";
    expect(
        &report,
        ("client", Fail, "id and secret are right", remedy),
        "",
    );
    expect(
        &report,
        (
            "client_auth",
            Warn,
            "offers client_secret_basic",
            "Remove OIDC",
        ),
        "",
    );
}

#[tokio::test]
async fn secret_whose_characters_the_op_does_not_decode_is_recognized() {
    let secret = "p%2B+d/with:colon&amp=x y";
    let op = Settings {
        version: Version::V2025_12,
        ..Settings::default()
    };
    let site = Site::with_op(&[("OIDC_CLIENT_SECRET", secret)], op).await;
    let redirect_uri = site
        .app
        .config
        .oidc
        .as_ref()
        .unwrap()
        .rp
        .redirect_uri
        .clone();
    site.op
        .register(Client::new(CLIENT_ID, secret, &redirect_uri));

    let report = examined(&site).await;

    let remedy = "special characters, which some providers do not decode in a header. Set \
                OIDC_TOKEN_AUTH_METHOD=client_secret_post";
    expect(
        &report,
        ("client", Fail, "It takes client_secret_post", remedy),
        "",
    );
}

#[tokio::test]
async fn settings_that_ask_for_what_the_op_has_not_are_recognized() {
    let check = async |settings: &[(&str, &str)], lie: Option<Lie>, expected| {
        let site = Box::pin(Site::with(settings)).await;
        if let Some(lie) = lie {
            site.op.lies(lie);
        }
        let report = Box::pin(examined(&site)).await;
        expect(&report, expected, &format!("{settings:?}"));
    };
    check(
        &[("OIDC_ID_TOKEN_ALGS", "ES256")],
        None,
        (
            "algorithms",
            Fail,
            "allows ES256, but the provider signs with RS256",
            "Remove",
        ),
    )
    .await;
    check(
        &[("OIDC_ID_TOKEN_ALGS", "RS256,HS256")],
        None,
        ("algorithms", Warn, "HS256", "remove HS256"),
    )
    .await;
    check(
        &[("OIDC_RP_INITIATED_LOGOUT", "true")],
        Some(Lie::DiscoveryWithout("end_session_endpoint".to_owned())),
        (
            "end_session",
            Warn,
            "ends here",
            "OIDC_END_SESSION_ENDPOINT",
        ),
    )
    .await;
    check(
        &[("OIDC_CLAIM_ROLES", "team"), ("OIDC_ROLE_ADMIN", "a")],
        None,
        ("claims", Warn, "team (OIDC_CLAIM_ROLES)", "groups"),
    )
    .await;
    check(
        &[("OIDC_SCOPES", "openid profile")],
        None,
        ("scopes", Warn, "lacks email", "openid profile email"),
    )
    .await;
    check(
        &[("OIDC_SCOPES", "openid profile email teams")],
        None,
        ("scopes", Warn, "asks for teams", "at the provider"),
    )
    .await;
}

#[tokio::test]
async fn address_of_the_document_that_is_not_quite_right_is_fixed() {
    let check = async |name: &str, value: &str, expected| {
        let site = Site::with(&[(name, value)]).await;
        expect(&examined(&site).await, expected, value);
    };
    let application = "OIDC_SERVER_APPLICATION_URL";
    check(
        application,
        "{op}",
        ("discovery", Fail, "404", "/application/o/SLUG"),
    )
    .await;
    check(
        application,
        "{op}/application/o/other",
        ("discovery", Fail, "404", "SLUG"),
    )
    .await;
    check(
        application,
        "{op}/application/o/postern/login",
        (
            "discovery",
            Fail,
            "404",
            "Set OIDC_SERVER_APPLICATION_URL=http://127.0.0.1",
        ),
    )
    .await;
    check(
        "OIDC_SERVER_METADATA_URL",
        "{op}/application/o/postern/.well-known/openid-configuration/",
        (
            "discovery",
            Fail,
            "404",
            "Set OIDC_SERVER_METADATA_URL=http://127.0.0.1",
        ),
    )
    .await;
    check(
        "OIDC_SERVER_METADATA_URL",
        "{op}/application/o/postern/",
        (
            "discovery",
            Fail,
            "redirect to",
            "Set OIDC_SERVER_METADATA_URL=http://127.0.0.1",
        ),
    )
    .await;
    check(
        application,
        "{op}/application/o/postern/.well-known/openid-configuration",
        ("discovery", Pass, "", ""),
    )
    .await;
}

#[tokio::test]
async fn op_that_works_inside_and_not_outside_is_recognized() {
    let inner = Lie::DiscoveryMember(
        "authorization_endpoint".to_owned(),
        json!("http://authentik-server:9000/application/o/authorize/"),
    );
    let site = Site::with(&[(
        "OIDC_REDIRECT_URI",
        "https://postern.example.com/api/oauth/openid",
    )]);
    let site = site.await;
    site.op.lies(inner);

    let report = examined(&site).await;

    let found = "http://authentik-server:9000, a name or address that only machines nearby know";
    let remedy = "Authentik follows the host name";
    expect(&report, ("endpoints", Warn, found, remedy), "");
}

#[tokio::test]
async fn faulty_settings_do_not_keep_the_doctor_from_looking() {
    let site = Site::start().await;
    let data = tempfile::TempDir::new().unwrap();
    let url = site.op.application_url();
    let settings = [
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "authentik"),
        ("OICD_CLIENT_ID", "postern"),
        ("OIDC_REDIRECT_URI", "http://127.0.0.1:9/api/oauth/openid"),
        ("OIDC_SERVER_APPLICATION_URL", &url),
        ("DATA_DIR", data.path().to_str().unwrap()),
        ("SESSION_IDLE_SECONDS", "soon"),
    ];

    let (reading, examination) = examined_by_cli(&settings).await;

    let report = examination.report;
    assert_eq!(reading.faults.len(), 3);
    let remedy = "rename OICD_CLIENT_ID to OIDC_CLIENT_ID";
    expect(
        &report,
        ("settings", Fail, "SESSION_IDLE_SECONDS", remedy),
        "",
    );
    expect(&report, ("issuer", Pass, &url, ""), "");
    expect(
        &report,
        ("client", Skip, "OIDC_CLIENT_ID has a fault", ""),
        "",
    );
    expect(&report, ("database", Pass, "at the first start", ""), "");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn client_of_another_application_is_recognized() {
    let silent = Site::start().await;
    let outspoken = Site::start().await;
    for site in [&silent, &outspoken] {
        site.op.lies(Lie::ClientOfOther);
    }
    outspoken.op.lies(Lie::ResponseIss);

    let before = examined(&silent).await;
    silent.browser().log_in_as("bob").await;
    let after = examined(&silent).await;
    let told = examined(&outspoken).await;
    silent.op.speaks_true();
    silent.pass(std::time::Duration::from_secs(1));
    silent.browser().log_in_as("bob").await;
    let mended = examined(&silent).await;

    let remedy = "OIDC_CLIENT_ID belongs to another application";
    expect(
        &before,
        ("application", Skip, "The first login shows", ""),
        "",
    );
    expect(
        &after,
        ("application", Fail, "of another issuer", remedy),
        "",
    );
    expect(
        &told,
        ("redirect_uri", Fail, "/application/o/other/", remedy),
        "",
    );
    expect(
        &mended,
        ("application", Pass, "People have logged in", ""),
        "",
    );
}

#[tokio::test]
async fn issuer_that_all_providers_share_is_recognized() {
    let site = Site::start().await;
    let root = format!("{}/", site.op.origin());
    site.op
        .lies(Lie::DiscoveryMember("issuer".to_owned(), json!(root)));

    let report = examined(&site).await;

    let remedy = "set “Issuer mode” to “Each provider has a different issuer";
    expect(&report, ("issuer", Fail, &root, remedy), "");
}

#[tokio::test]
async fn op_that_moved_away_from_its_accounts_is_recognized() {
    let site = Site::start().await;
    site.browser().log_in_as("bob").await;
    let well = examined(&site).await;
    let (from, to) = (site.op.issuer(), "https://old.example.com/application/o/x/");
    let remapped = site
        .app
        .store
        .remap_identities(from, to, Actor::server(site.now()));
    remapped.await.unwrap();

    let moved = examined(&site).await;

    expect(
        &well,
        ("identities", Pass, "Accounts that are connected to", ""),
        "",
    );
    let remedy = format!("postern identities remap --from {to} --to {from}");
    expect(&moved, ("identities", Warn, to, &remedy), "");
}
