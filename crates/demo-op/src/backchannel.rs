//! Back-Channel Logout: creates and posts logout tokens.

use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::id_token;
use crate::keys::{base64url, hex, hmac_sha256, random_bytes, signing_input};
use crate::lie::Lie;
use crate::settings::Version;
use crate::world::{World, subject};

/// How long a client may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a logout token is valid, in seconds.
const LIFETIME: i64 = 120;

/// A logout token on its way to a client.
#[derive(Debug)]
pub(crate) struct Notice {
    uri: String,
    token: String,
    version: Version,
}

/// Returns the claims of a logout token (OIDC Back-Channel Logout §2.4).
pub(crate) fn claims(world: &World, origin: &str, client_id: &str, sub: &str, sid: &str) -> Value {
    json!({
        "iss": world.issuer(origin),
        "aud": client_id,
        "iat": world.now(),
        "exp": world.now() + LIFETIME,
        "jti": hex(random_bytes::<16>()),
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        "sub": sub,
        "sid": sid,
    })
}

/// Returns the header of logout tokens.
pub(crate) fn header(world: &World) -> Value {
    let mut header = id_token::header(world);
    header["typ"] = "logout+jwt".into();
    header
}

/// Ends an OP session; returns the notices for its clients.
pub(crate) fn end_session(world: &mut World, cookie: &str, origin: &str) -> Vec<Notice> {
    let Some(session) = world.sessions.remove(cookie) else {
        return Vec::new();
    };
    let version = world.settings.version;
    let Some(user) = world
        .user(&session.username)
        .filter(|_| version.has_backchannel_logout())
    else {
        return Vec::new();
    };
    let sub = subject(user);
    let clients = session.clients.iter().filter_map(|id| world.client(id));
    let notices = clients.filter_map(|client| {
        let uri = client.backchannel_logout_uri.clone()?;
        let token = || {
            let claims = claims(world, origin, &client.id, &sub, &session.sid);
            sign_by_lies(world, claims, &client.secret)
        };
        let mut tokens = vec![token()?];
        if world.lies.has(&Lie::LogoutRepeated) {
            tokens.push(token()?);
        }
        let notice = move |token| Notice {
            uri: uri.clone(),
            token,
            version,
        };
        Some(tokens.into_iter().map(notice))
    });
    notices.flatten().collect()
}

/// Signs a logout token, changed by the lies about it.
fn sign_by_lies(world: &World, mut claims: Value, secret: &str) -> Option<String> {
    let mut header = header(world);
    for lie in &world.lies.0 {
        match lie {
            Lie::LogoutClaim(name, value) => claims[name] = value.clone(),
            Lie::LogoutWithout(name) => drop(claims.as_object_mut()?.remove(name)),
            Lie::LogoutHeader(name, value) => header[name] = value.clone(),
            Lie::LogoutAlgNone => header["alg"] = "none".into(),
            Lie::LogoutHmac => header["alg"] = "HS256".into(),
            _ => {}
        }
    }
    let input = signing_input(&header, &claims);
    if world.lies.has(&Lie::LogoutAlgNone) {
        return Some(format!("{input}."));
    }
    if world.lies.has(&Lie::LogoutHmac) {
        let signature = hmac_sha256(secret.as_bytes(), input.as_bytes());
        return Some(format!("{input}.{}", base64url(signature)));
    }
    let mut signature = id_token::signature(world, &input, secret)?;
    if world.lies.has(&Lie::LogoutBadSignature) {
        signature[0] ^= 1;
    }
    Some(format!("{input}.{}", base64url(signature)))
}

/// Posts notices without waiting for the answers.
pub(crate) fn send_later(notices: Vec<Notice>) {
    for notice in notices {
        tokio::spawn(async move {
            if let Err(error) = send(&notice).await {
                eprintln!("demo OP: back-channel logout to {}: {error:#}", notice.uri);
            }
        });
    }
}

/// Posts one notice; returns the status that the client answered.
pub(crate) async fn send(notice: &Notice) -> anyhow::Result<u16> {
    let url = Url::parse(&notice.uri).context("the back-channel logout URI")?;
    anyhow::ensure!(url.scheme() == "http", "only http is spoken here");
    let host = url.host_str().context("a URI without host")?;
    let port = url.port_or_known_default().context("a URI without port")?;
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("logout_token", &notice.token)
        .finish();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = format!(
        "POST {target} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: authentik@{}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        notice.version.number(),
        body.len(),
    );
    let exchange = async {
        let mut stream = TcpStream::connect((host, port)).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, exchange)
        .await
        .context("no answer in time")??;
    let status = answer
        .split(|byte| *byte == b' ')
        .nth(1)
        .context("an answer without status")?;
    Ok(std::str::from_utf8(status)?.parse()?)
}
