//! Requests of the server go only to the OP, and nowhere that somebody else names.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use demo_op::{Fault, Lie};
use postern::config::VARIABLES;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use shared::routes::{API_LOGIN_OPENID, API_PROFILE, API_SESSION};
use tests::places::workspace;
use tests::site::Site;
use tokio::net::TcpListener;
use tokio::time::timeout;

/// Where the OP's redirects lead, and keys of somebody else lie.
const FOREIGN: &str = "/foreign";

fn foreign_requests(site: &Site) -> usize {
    let requests = site.op.requests();
    requests
        .iter()
        .filter(|request| request.path.starts_with(FOREIGN))
        .count()
}

#[tokio::test]
async fn cve_2026_49478_redirects_of_the_op_are_not_followed() {
    for lies in [
        vec![Lie::Discovery(Fault::Redirect)],
        vec![Lie::Jwks(Fault::Redirect)],
        vec![Lie::Token(Fault::Redirect)],
        vec![Lie::ClaimsOnlyAtUserinfo, Lie::Userinfo(Fault::Redirect)],
    ] {
        let site = Site::start().await;
        let browser = site.browser();
        let callback_url = browser.callback_for("bob").await;
        for lie in &lies {
            site.op.lies(lie.clone());
        }
        site.forget_metadata();

        let start = site.browser().get(API_LOGIN_OPENID).await;
        let callback = browser.get(&callback_url).await;

        let codes = [start.code(), callback.code()];
        let is_seen = codes.iter().any(|code| code == "op_misconfigured");
        let is_discovery = matches!(lies[0], Lie::Discovery(_));
        // The cached discovery document may still be used.
        assert!(is_seen || is_discovery, "{lies:?}: {codes:?}");
        assert_eq!(foreign_requests(&site), 0, "{lies:?}");
    }
}

#[tokio::test]
async fn cve_2026_49478_keys_that_a_token_names_are_not_fetched() {
    let site = Site::start().await;
    for lie in [Lie::EmbeddedJku, Lie::EmbeddedX5u, Lie::EmbeddedJwk] {
        site.op.lies(lie);
        site.browser().log_in_as("bob").await;
        site.op.speaks_true();
    }

    assert_eq!(foreign_requests(&site), 0);
}

#[tokio::test]
async fn cve_2026_23603_picture_is_never_fetched_nor_handed_on() {
    let site = Site::start().await;
    let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/latest/meta-data", inner.local_addr().unwrap());
    for claim in [
        "picture", "profile", "website", "avatar", "logo_uri", "jwks_uri",
    ] {
        site.op.set_claim("bob", claim, url.as_str());
    }
    site.op
        .set_claim("bob", "address", json!({"formatted": url}));
    site.op.lies(Lie::ClaimsOnlyAtUserinfo);
    let browser = site.browser();

    let callback = browser.log_in_as("bob").await.callback;
    let answers = [
        browser.get(API_SESSION).await,
        browser.get(API_PROFILE).await,
        browser.get("/profile").await,
    ];

    assert_eq!(callback.location(), "/");
    for answer in &answers {
        assert!(!answer.body.contains("meta-data"), "{}", answer.body);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("img-src 'self' data:;"), "{policy}");
    }
    let silence = timeout(Duration::from_millis(200), inner.accept()).await;
    assert!(silence.is_err(), "somebody came: {silence:?}");
}

/// An OP by https with a certificate of a CA that nobody knows. It answers 404 to everything;
/// returns its port and the count of the requests that it could read.
pub(crate) fn private_op() -> (u16, Arc<AtomicUsize>) {
    let folder = workspace().join("tests/it/advisories/tls");
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a file of the tests");
    let certificate = CertificateDer::from_pem_slice(&read("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(&read("server.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a key that fits");
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    // Ends with the process: it waits for connections and holds nothing.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = StreamOwned::new(connection, stream);
            let mut request = [0; 4096];
            if stream.read(&mut request).is_ok_and(|length| length > 0) {
                count.fetch_add(1, Ordering::SeqCst);
                let answer =
                    b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = stream.write_all(answer);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (port, requests)
}

#[tokio::test]
async fn cve_2022_31105_certificate_that_nobody_vouches_for_is_refused() {
    let (port, requests) = private_op();
    let url = format!("https://localhost:{port}/application/o/postern");
    let usual = ("OIDC_SERVER_APPLICATION_URL", url.as_str());
    let ca = workspace().join("tests/it/advisories/tls/ca.pem");

    let strange = Site::with(&[usual]).await;
    let refused = strange.browser().get(API_LOGIN_OPENID).await;
    let unread = requests.load(Ordering::SeqCst);
    let known = Site::with(&[usual, ("OIDC_TLS_CACERTFILE", ca.to_str().unwrap())]).await;
    let reached = known.browser().get(API_LOGIN_OPENID).await;

    assert_eq!((refused.code().as_str(), unread), ("op_unreachable", 0));
    // It answers 404: by then it was believed to be who it is.
    assert_eq!(reached.code(), "op_misconfigured");
    assert!(requests.load(Ordering::SeqCst) > 0);
}

#[test]
fn cve_2022_31105_no_setting_turns_the_check_off() {
    let words = ["INSECURE", "VERIFY", "SKIP", "ALLOW_HTTP", "NO_TLS"];
    for variable in VARIABLES {
        let found = words.iter().find(|word| variable.name.contains(**word));
        assert_eq!(found, None, "{}", variable.name);
    }
}
