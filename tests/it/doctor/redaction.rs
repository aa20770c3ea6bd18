//! Strangers may see the report, so it has no secrets.

use postern::doctor::report::bundle;
use postern::doctor::{Style, write};
use shared::doctor::Outcome::Fail;
use tempfile::TempDir;
use tests::authority::{Authority, NAME};
use tests::reverse_proxy::{ReverseProxy, nothing, set};
use tests::site::Site;

use super::{examined_by_cli, expect};

/// What must not be in a bundle, with the settings that have it.
const SECRETS: [&str; 8] = [
    "a-client-id-of-mine",
    "client-secret-9f8e7d",
    "0123456789abcdef0123456789abcdef0123456789abcdef",
    "db-password-77",
    "smith-family",
    "postmaster@smith-family.example",
    "192.168.77.12",
    "2001:db8:77::12",
];

#[tokio::test]
async fn bundle_has_no_secret_no_name_and_no_address() {
    let site = Site::start().await;
    let authority = Authority::new();
    let request = Box::new(|head: &mut Vec<String>| {
        set(head, "x-forwarded-proto", "https");
        set(head, "host", "sso.smith-family.example");
    });
    let tls = authority.certify("localhost").tls();
    let proxy = ReverseProxy::start(Some(tls), request, nothing());
    proxy.lead_to(site.op.address().port());
    let url = format!("https://localhost:{}/application/o/postern", proxy.port());
    let (data, file) = (TempDir::new().unwrap(), authority.file());
    let settings = [
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "authentik"),
        ("OIDC_CLIENT_ID", SECRETS[0]),
        ("OIDC_CLIENT_SECRET", SECRETS[1]),
        ("POSTERN_SECRET_KEY", SECRETS[2]),
        (
            "DATABASE_URL",
            "postgres://dbuser7:db-password-77@smith-db:5432/dbname7",
        ),
        (
            "OIDC_REDIRECT_URI",
            "https://postern.smith-family.example/api/oauth/openid",
        ),
        ("OIDC_SERVER_APPLICATION_URL", &url),
        ("OIDC_SERVER_METADATA_URL", ""),
        ("OIDC_END_SESSION_ENDPOINT", "https://smith-sso/logout"),
        ("OIDC_TLS_CACERTFILE", file.to_str().unwrap()),
        ("OIDC_ROLE_ADMIN", SECRETS[5]),
        ("OIDC_CLAIM_ROLES", "email"),
        (
            "POSTERN_TRUSTED_PROXIES",
            "192.168.77.12/32,2001:db8:77::12/128",
        ),
        ("POSTERN_BRAND_NAME", "The Smith-Family"),
        ("POSTERN_LISTEN", "127.0.0.1:9"),
        ("DATA_DIR", data.path().to_str().unwrap()),
    ];
    let (reading, examination) = examined_by_cli(&settings).await;
    let mut plain = Vec::new();
    write(&examination.report, Style::Plain, &mut plain).unwrap();
    let plain = String::from_utf8(plain).unwrap();

    let bundle = bundle::write(&reading, &examination);

    // Its subject is there, so that its absence below means something.
    expect(
        &examination.report,
        ("issuer", Fail, "smith-family", "smith-family"),
        "",
    );
    assert!(plain.contains(NAME), "{plain}");
    let lower = bundle.to_lowercase();
    let names = [
        "dbuser7",
        "dbname7",
        "smith-db",
        "smith-sso",
        "smith",
        NAME,
        "localhost.",
        "127.0.0.1",
    ];
    for secret in SECRETS.iter().chain(&names) {
        assert!(
            !lower.contains(&secret.to_lowercase()),
            "{secret} is in\n{bundle}"
        );
    }
    for word in [
        "OIDC_CLIENT_ID=CLIENT-ID",
        "OIDC_CLIENT_SECRET=(set, not shown)",
        "OIDC_REDIRECT_URI=https://POSTERN-HOST/api/oauth/openid",
        "POSTERN_TRUSTED_PROXIES=private-address-1/32",
        "OIDC_ROLE_ADMIN=email-1",
        "FAIL  Issuer",
        "\"code_challenge_methods_supported\"",
        "database: PostgreSQL",
    ] {
        assert!(bundle.contains(word), "{word} is not in\n{bundle}");
    }
}

#[tokio::test]
async fn values_that_could_not_be_read_are_not_in_the_bundle_either() {
    let data = TempDir::new().unwrap();
    let settings = [
        ("OIDC_ENABLED", "true"),
        ("OIDC_CLIENT_ID", "smith client"),
        ("OIDC_SERVER_APPLICATION_URL", "htps://smith-sso/x"),
        ("POSTERN_PUBLIC_URL", "smith-host"),
        ("POSTERN_LISTEN", "smith-nas:80"),
        ("OIDC_CLIENT_SECRET", "<smith-secret>"),
        ("DATA_DIR", data.path().to_str().unwrap()),
    ];
    let (reading, examination) = examined_by_cli(&settings).await;

    let bundle = bundle::write(&reading, &examination);

    assert!(reading.faults.len() > 4);
    assert!(!bundle.contains("smith"), "{bundle}");
}
