//! A small RP and browser: enough to see what is on the wire.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use demo_op::{Client, Lie, Op, Settings};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:1/api/oauth/openid";
pub(crate) const SECRET: &str = "a demo secret+with%odd:characters";
const VERIFIER: &str = "a-code-verifier-of-at-least-forty-three-characters";

/// An OP with one client, and a browser with its cookies.
pub(crate) struct Rp {
    pub(crate) op: Op,
    cookie: Option<String>,
}

/// An HTTP response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// Returns a parameter of the location.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let (_, query) = self.header("location").split_once('?')?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// Sends one request; `head` is its first line without the version, and more header lines.
pub(crate) async fn exchange(op: &Op, head: &str, body: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(op.address()).await?;
    let (first, rest) = head.split_once('\n').unwrap_or((head, ""));
    let rest = rest.replace('\n', "\r\n") + if rest.is_empty() { "" } else { "\r\n" };
    // HTTP/1.0: no chunks, and the connection closes by itself.
    let request = format!(
        "{first} HTTP/1.0\r\nHost: {}\r\nContent-Length: {}\r\n{rest}\r\n{body}",
        op.address(),
        body.len(),
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8(answer).map_err(std::io::Error::other)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    Ok(Answer {
        status: status.ok_or_else(|| std::io::Error::other("no status line"))?,
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    })
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

impl Rp {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let client = Client::new("postern", SECRET, REDIRECT_URI);
        let users = Settings::demo().users;
        let op = Op::start(Settings {
            clients: vec![client],
            users,
            ..settings
        })
        .await
        .unwrap();
        Self { op, cookie: None }
    }

    /// Logs in during a lie; returns the token response and the JWKS of that time.
    pub(crate) async fn under(lie: Lie) -> (Value, Value) {
        let mut rp = Self::start().await;
        rp.op.lies(lie);
        let tokens = rp.tokens("alice").await;
        (tokens, rp.jwks().await)
    }

    /// Requests a path as the browser.
    pub(crate) async fn get(&mut self, target: &str) -> Answer {
        self.browse(&format!("GET {target}"), "").await
    }

    /// Posts a form as the browser.
    pub(crate) async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let head = format!("POST {target}\nContent-Type: application/x-www-form-urlencoded");
        self.browse(&head, &form(fields)).await
    }

    async fn browse(&mut self, head: &str, body: &str) -> Answer {
        let cookie = self
            .cookie
            .iter()
            .map(|cookie| format!("\nCookie: {cookie}"));
        let head = head.to_owned() + &cookie.collect::<String>();
        let answer = exchange(&self.op, &head, body).await.unwrap();
        if let Some(cookie) = answer.headers.get("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        answer
    }

    /// Follows an authorization request through the login page.
    pub(crate) async fn log_in(&mut self, username: &str, changes: &[(&str, &str)]) -> Answer {
        let page = self.get(&request(changes)).await;
        assert_eq!(page.status, 302, "{page:?}");
        let target = page.header("location").to_owned();
        let password = format!("{username}-demo");
        let fields = [
            ("username", username),
            ("password", &password),
            ("action", "login"),
        ];
        self.post(&target, &fields).await
    }

    /// Redeems a code.
    pub(crate) async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
            ("client_id", "postern"),
            ("client_secret", SECRET),
        ];
        fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.post_token(&fields, None).await
    }

    pub(crate) async fn post_token(
        &self,
        fields: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Answer {
        let basic = basic.map(|(id, secret)| {
            format!(
                "\nAuthorization: Basic {}",
                STANDARD.encode(format!("{id}:{secret}"))
            )
        });
        let head = format!(
            "POST /application/o/token/\nContent-Type: application/x-www-form-urlencoded{}",
            basic.unwrap_or_default()
        );
        exchange(&self.op, &head, &form(fields)).await.unwrap()
    }

    /// Logs in and redeems the code: the token response.
    pub(crate) async fn tokens(&mut self, username: &str) -> Value {
        let back = self.log_in(username, &[]).await;
        let code = back.param("code").unwrap_or_else(|| panic!("{back:?}"));
        self.redeem(&code, &[]).await.json()
    }

    pub(crate) async fn userinfo(&self, tokens: &Value) -> Answer {
        let bearer = tokens["access_token"].as_str().unwrap();
        let head = format!("GET /application/o/userinfo/\nAuthorization: Bearer {bearer}");
        exchange(&self.op, &head, "").await.unwrap()
    }

    pub(crate) async fn discovery(&self) -> Answer {
        let target = "GET /application/o/postern/.well-known/openid-configuration";
        exchange(&self.op, target, "").await.unwrap()
    }

    pub(crate) async fn jwks(&self) -> Value {
        let answer = exchange(&self.op, "GET /application/o/postern/jwks/", "").await;
        answer.unwrap().json()
    }
}

/// Returns an authorization request, with additional or changed parameters.
pub(crate) fn request(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut params = vec![
        ("response_type", "code"),
        ("client_id", "postern"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile email"),
        ("state", "a-state"),
        ("nonce", "a-nonce"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    params.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    params.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    format!("/application/o/authorize/?{}", form(&params))
}

/// Returns the HMAC-SHA-256 of a token's signed part, as a signature.
pub(crate) fn hmac(token: &str, secret: &str) -> String {
    let (input, _) = token.rsplit_once('.').unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    URL_SAFE_NO_PAD.encode(mac.chain_update(input).finalize().into_bytes())
}

/// Decodes one part of a token.
pub(crate) fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Returns the claims of the ID token in a token response.
pub(crate) fn claims(tokens: &Value) -> Value {
    part(tokens["id_token"].as_str().unwrap(), 1)
}

/// Returns the JWK that a token's `kid` names.
pub(crate) fn jwk_of(jwks: &Value, token: &str) -> Option<Value> {
    let kid = &part(token, 0)["kid"];
    jwks["keys"]
        .as_array()?
        .iter()
        .find(|key| key["kid"] == *kid)
        .cloned()
}

/// Returns the RSA key in a JWK.
pub(crate) fn rsa_key(jwk: &Value) -> rsa::RsaPublicKey {
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let number = |name: &str| rsa::BigUint::from_bytes_be(&bytes(name));
    rsa::RsaPublicKey::new(number("n"), number("e")).unwrap()
}

/// Returns true if a token was signed with this JWK by the algorithm that it names.
pub(crate) fn verifies(token: &str, jwk: &Value) -> bool {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (input, signature) = (input.as_bytes(), URL_SAFE_NO_PAD.decode(signature).unwrap());
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let rsa_key = || rsa_key(jwk);
    let point = || [vec![4], bytes("x"), bytes("y")].concat();
    let pkcs1 = |scheme: rsa::Pkcs1v15Sign, digest: &[u8]| {
        rsa_key().verify(scheme, digest, &signature).is_ok()
    };
    let pss =
        |scheme: rsa::Pss, digest: &[u8]| rsa_key().verify(scheme, digest, &signature).is_ok();
    match part(token, 0)["alg"].as_str().unwrap() {
        "RS256" => pkcs1(rsa::Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(input)),
        "RS384" => pkcs1(rsa::Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(input)),
        "RS512" => pkcs1(rsa::Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(input)),
        "PS256" => pss(rsa::Pss::new::<Sha256>(), &Sha256::digest(input)),
        "PS384" => pss(rsa::Pss::new::<Sha384>(), &Sha384::digest(input)),
        "PS512" => pss(rsa::Pss::new::<Sha512>(), &Sha512::digest(input)),
        "ES256" => {
            use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
            let key = VerifyingKey::from_sec1_bytes(&point()).unwrap();
            Signature::from_slice(&signature).is_ok_and(|it| key.verify(input, &it).is_ok())
        }
        "ES384" => {
            use p384::ecdsa::{Signature, VerifyingKey, signature::Verifier};
            let key = VerifyingKey::from_sec1_bytes(&point()).unwrap();
            Signature::from_slice(&signature).is_ok_and(|it| key.verify(input, &it).is_ok())
        }
        "ES512" => {
            use p521::ecdsa::{Signature, VerifyingKey, signature::Verifier};
            let key = VerifyingKey::from_sec1_bytes(&point()).unwrap();
            Signature::from_slice(&signature).is_ok_and(|it| key.verify(input, &it).is_ok())
        }
        "EdDSA" | "Ed25519" => {
            let key = bytes("x").try_into().unwrap();
            let key = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
            let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
            key.verify_strict(input, &signature).is_ok()
        }
        other => panic!("{other} cannot be verified by a JWK"),
    }
}

/// Returns true if something is still unfinished after enough time for an honest answer.
pub(crate) async fn hangs<T>(work: impl Future<Output = T>) -> bool {
    tokio::time::timeout(Duration::from_millis(400), work)
        .await
        .is_err()
}

/// Changes an OP by its JSON endpoints.
pub(crate) async fn demo(op: &Op, path: &str, body: &Value) -> Answer {
    let head = format!("POST /demo/{path}\nContent-Type: application/json");
    exchange(op, &head, &body.to_string()).await.unwrap()
}

/// Tells a lie by the JSON endpoint.
pub(crate) async fn tell(op: &Op, lie: Value) -> Answer {
    demo(op, "lie", &json!({ "lie": lie })).await
}
