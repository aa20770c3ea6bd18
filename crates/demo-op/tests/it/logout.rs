//! Logout at the OP, and the logout tokens it posts.

use demo_op::{Client, Invalidation, Lie, Settings, Version};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::rp::{REDIRECT_URI, Rp, SECRET, claims, hmac, jwk_of, part, request, verifies};

const END_SESSION: &str = "/application/o/postern/end-session/";
const AFTERWARDS: &str = "http://127.0.0.1:1/login?logged_out=1";

/// Answers one request with 200; returns the request.
async fn listen_once() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!(
        "http://{}/api/oauth/backchannel-logout",
        listener.local_addr().unwrap()
    );
    let seen = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        answer(stream).await
    });
    (uri, seen)
}

/// Answers the request on a connection with 200; returns the request.
async fn answer(mut stream: TcpStream) -> String {
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        seen.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        // A logout token is the only field: three parts end the request.
        let is_whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            head.contains(&format!("Content-Length: {}\r\n", body.len()))
        });
        if is_whole {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await
                .unwrap();
            return text;
        }
    }
}

/// Sets up logout notices and the return URI for the only client.
fn register(rp: &Rp, backchannel_logout_uri: Option<String>) {
    rp.op.register(Client {
        post_logout_uris: vec![AFTERWARDS.to_owned()],
        backchannel_logout_uri,
        ..Client::new("postern", SECRET, REDIRECT_URI)
    });
}

#[tokio::test]
async fn provider_default_shows_a_page_and_keeps_the_session() {
    let mut rp = Rp::start().await;
    register(&rp, None);
    rp.log_in("alice", &[]).await;
    let after: String = form_urlencoded::byte_serialize(AFTERWARDS.as_bytes()).collect();
    let target = format!("{END_SESSION}?client_id=postern&post_logout_redirect_uri={after}");

    let page = rp.get(&target).await;
    let again = rp.get(&request(&[])).await;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("You have logged out"), "{page:?}");
    assert!(
        again.param("code").is_some(),
        "the OP session lives on: {again:?}"
    );
}

#[tokio::test]
async fn logged_out_already_ends_at_the_login_page() {
    let mut rp = Rp::start().await;

    let answer = rp.get(END_SESSION).await;

    assert_eq!(answer.param("next").as_deref(), Some(END_SESSION));
}

#[tokio::test]
async fn main_branch_returns_to_a_registered_uri_alone() {
    let settings = Settings {
        version: Version::Main,
        invalidation: Invalidation::Session,
        ..Settings::default()
    };
    let mut rp = Rp::with(settings).await;
    register(&rp, None);
    let tokens = rp.tokens("alice").await;
    let hint = tokens["id_token"].as_str().unwrap();
    let after: String = form_urlencoded::byte_serialize(AFTERWARDS.as_bytes()).collect();
    let target = |after: &str| {
        format!("{END_SESSION}?id_token_hint={hint}&post_logout_redirect_uri={after}&state=s")
    };

    let back = rp.get(&target(&after)).await;
    let stranger = rp.get(&target("http%3A%2F%2F127.0.0.1%3A1%2F")).await;

    assert_eq!(back.header("location"), format!("{AFTERWARDS}&state=s"));
    assert!(
        stranger.header("location").starts_with("/if/flow/"),
        "{stranger:?}"
    );
    let login = rp.get(&request(&[])).await;
    assert!(
        login.header("location").starts_with("/if/flow/"),
        "the session ended: {login:?}"
    );
}

#[tokio::test]
async fn ended_session_is_told_by_a_logout_token() {
    let mut rp = Rp::start().await;
    let (uri, seen) = listen_once().await;
    register(&rp, Some(uri));
    let tokens = rp.tokens("alice").await;

    let statuses = rp.op.end_sessions("alice").await;

    let request = seen.await.unwrap();
    assert_eq!(statuses, [Some(200)]);
    assert!(
        request.contains("User-Agent: authentik@2025.12"),
        "{request}"
    );
    let (_, token) = request.split_once("logout_token=").unwrap();
    assert!(verifies(token, &jwk_of(&rp.jwks().await, token).unwrap()));
    assert_eq!(part(token, 0)["typ"], "logout+jwt");
    let told = part(token, 1);
    assert_eq!(told["sid"], claims(&tokens)["sid"]);
    assert_eq!(told["sub"], claims(&tokens)["sub"]);
    assert_eq!(
        told["events"],
        json!({"http://schemas.openid.net/event/backchannel-logout": {}})
    );
    assert!(told.get("nonce").is_none());
}

#[tokio::test]
async fn authenticating_anew_ends_the_session_before() {
    let mut rp = Rp::start().await;
    let (uri, seen) = listen_once().await;
    register(&rp, Some(uri));
    let before = claims(&rp.tokens("alice").await)["sid"].clone();

    let back = rp.log_in("alice", &[("prompt", "login")]).await;
    let code = back.param("code").unwrap();
    let after = claims(&rp.redeem(&code, &[]).await.json())["sid"].clone();

    let request = seen.await.unwrap();
    let (_, token) = request.split_once("logout_token=").unwrap();
    assert_eq!(part(token, 1)["sid"], before);
    assert_ne!(before, after);
    assert_eq!(rp.op.sids("alice"), [after.as_str().unwrap()]);
}

#[tokio::test]
async fn forged_logout_tokens_carry_what_the_test_wants() {
    let rp = Rp::start().await;
    let mut told = rp.op.logout_claims("postern", "a-subject", "a-sid");
    told["nonce"] = json!("forbidden");

    let token = rp.op.sign(&rp.op.logout_header(), &told);

    assert_eq!(part(&token, 1)["nonce"], "forbidden");
    assert!(verifies(&token, &jwk_of(&rp.jwks().await, &token).unwrap()));
}

/// Receives `count` logout tokens from the OP; returns them.
async fn posted_under(lies: &[Lie], count: usize) -> Vec<String> {
    let mut rp = Rp::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    register(
        &rp,
        Some(format!("http://{}/", listener.local_addr().unwrap())),
    );
    rp.tokens("alice").await;
    for lie in lies {
        rp.op.lies(lie.clone());
    }

    let (statuses, tokens) = tokio::join!(rp.op.end_sessions("alice"), async {
        let mut tokens = Vec::new();
        for _ in 0..count {
            let (stream, _) = listener.accept().await.unwrap();
            let request = answer(stream).await;
            let (_, token) = request.split_once("logout_token=").unwrap();
            tokens.push(token.to_owned());
        }
        tokens
    });

    assert_eq!(statuses, vec![Some(200); count]);
    tokens
}

#[tokio::test]
async fn logout_tokens_lie() {
    for (lie, claim, expected) in [
        (
            Lie::LogoutClaim("nonce".to_owned(), json!("n")),
            "nonce",
            json!("n"),
        ),
        (
            Lie::LogoutWithout("events".to_owned()),
            "events",
            Value::Null,
        ),
    ] {
        let tokens = posted_under(&[lie], 1).await;
        assert_eq!(part(&tokens[0], 1)[claim], expected);
    }
}

#[tokio::test]
async fn logout_tokens_are_signed_badly() {
    let none = posted_under(&[Lie::LogoutAlgNone], 1).await.remove(0);
    let hmac_token = posted_under(&[Lie::LogoutHmac], 1).await.remove(0);
    let header = Lie::LogoutHeader("typ".to_owned(), json!("JWT"));
    let flipped = posted_under(&[Lie::LogoutBadSignature, header], 1)
        .await
        .remove(0);

    assert_eq!(part(&none, 0)["alg"], "none");
    assert!(none.ends_with('.'), "{none}");
    assert_eq!(part(&hmac_token, 0)["alg"], "HS256");
    assert!(hmac_token.ends_with(&format!(".{}", hmac(&hmac_token, SECRET))));
    assert_eq!(part(&flipped, 0)["alg"], "RS256");
    assert_eq!(part(&flipped, 0)["typ"], "JWT");
    assert!(!verifies(
        &flipped,
        &jwk_of(&Rp::start().await.jwks().await, &flipped).unwrap()
    ));
}

#[tokio::test]
async fn logouts_are_told_twice_by_other_tokens() {
    let repeated = posted_under(&[Lie::LogoutRepeated], 2).await;

    assert_ne!(part(&repeated[0], 1)["jti"], part(&repeated[1], 1)["jti"]);
    assert_eq!(part(&repeated[0], 1)["sid"], part(&repeated[1], 1)["sid"]);
}
