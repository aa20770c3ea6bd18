//! How the OP can be told to misbehave. Where each lie takes effect is in the module it names.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// One way to misbehave; several can be in force at once.
///
/// In JSON a lie is its name in snake case (`"nonce_wrong"`), or an object if it has a value:
/// `{"clock": 600}`, `{"token": "hang"}`, `{"userinfo": {"status": 403}}`, `{"claim": ["aud", ["a",
/// "b"]]}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lie {
    // Time.
    /// The OP's clock is this many seconds ahead (negative: behind).
    Clock(i64),

    // Discovery.
    /// The discovery document fails as told.
    Discovery(Fault),
    /// Discovery names another issuer.
    IssuerMismatch,
    /// Discovery has this member with this value.
    DiscoveryMember(String, Value),
    /// Discovery lacks this member.
    DiscoveryWithout(String),

    // Keys.
    /// The JWKS fails as told.
    Jwks(Fault),
    /// The JWKS is `{}`, as Authentik's without a Signing Key.
    JwksEmpty,
    /// The JWKS is `{"keys":[]}`.
    JwksNoKeys,
    /// The JWKS holds keys of the same kind before and after the right one.
    SeveralKeys,
    /// The JWKS starts with a key for encryption.
    EncKeys,
    /// The JWKS calls the only key one for encryption.
    OnlyEncKeys,
    /// JWKs lack `alg` and `use`.
    BareKeys,
    /// JWKs lack `kid`.
    KeysWithoutKid,
    /// The JWKS starts with keys of unknown kind and with broken ones.
    ExoticKeys,
    /// The next key signs, and it alone is published.
    KeysRotated,
    /// An RSA key of 1024 bits signs, and it alone is published.
    ShortKey,
    /// The JWKS starts with these entries.
    JwksEntries(Vec<Value>),

    // Authorization response.
    /// Every authorization request gets this error at once.
    AuthorizeError(String),
    /// `state` is another one.
    StateWrong,
    /// `state` is left out.
    StateMissing,
    /// `code` is left out.
    CodeMissing,
    /// `code` and `state` come twice.
    ParametersTwice,
    /// `iss` is advertised and sent (RFC 9207).
    ResponseIss,
    /// `iss` is advertised, another one is sent.
    ResponseIssWrong,
    /// `iss` is advertised, none is sent.
    ResponseIssMissing,
    /// The client belongs to another application: codes, ID tokens and `iss` are of its issuer.
    ClientOfOther,
    /// Pushed authorization requests are required (RFC 9126).
    ParRequired,
    /// The endpoint for pushed requests fails as told.
    Par(Fault),
    /// The endpoint for pushed requests answers this status with this `error`.
    ParError(u16, String),
    /// The answer to a pushed request has this `request_uri`.
    ParUri(Value),

    // Token endpoint.
    /// The token endpoint fails as told.
    Token(Fault),
    /// The token endpoint answers this status with this `error`.
    TokenError(u16, String),
    /// `token_type` is written so.
    TokenType(String),
    /// The token response has this member with this value.
    TokenMember(String, Value),
    /// The token response lacks this member.
    TokenWithout(String),
    /// A refresh token serves again and again, and no new one is sent for it.
    RefreshKept,
    /// The token response has no `id_token`.
    IdTokenMissing,

    // Claims of the ID token.
    /// `nonce` is another one.
    NonceWrong,
    /// `nonce` is left out.
    NonceMissing,
    /// `iss` is another issuer.
    IssWrong,
    /// `iss` lacks the trailing slash.
    IssWithoutSlash,
    /// `iss` is left out.
    IssMissing,
    /// `iss` is a number.
    IssType,
    /// `aud` is another client.
    AudWrong,
    /// `aud` is left out.
    AudMissing,
    /// `aud` is a number.
    AudType,
    /// `aud` is an empty array.
    AudEmpty,
    /// `aud` is an array of the one client: allowed.
    AudArray,
    /// `aud` is an array with a second client, without `azp`.
    AudSeveral,
    /// `aud` is an array with a second client, with the right `azp`.
    AudSeveralAzp,
    /// `azp` is another client.
    AzpWrong,
    /// `azp` is a number.
    AzpType,
    /// `exp` has passed an hour ago.
    ExpWrong,
    /// `exp` is left out.
    ExpMissing,
    /// `exp` is a string.
    ExpType,
    /// `iat` is a day ahead.
    IatWrong,
    /// `iat` is left out.
    IatMissing,
    /// `iat` is a string.
    IatType,
    /// `sub` is another one than at userinfo.
    SubWrong,
    /// `sub` is left out.
    SubMissing,
    /// `sub` is empty.
    SubEmpty,
    /// `sub` is a number.
    SubType,
    /// `auth_time` is a float: seen in the wild.
    AuthTimeFloat,
    /// `auth_time` is a string.
    AuthTimeType,
    /// `at_hash` is there, and right.
    AtHash,
    /// `at_hash` is there, and wrong.
    AtHashWrong,
    /// Optional claims (`name`, `groups`, `amr`, …) are of foreign types.
    ForeignTypes,
    /// Unknown claims of all types are there.
    ExtraClaims,
    /// `email`, `groups` and the like are at userinfo alone.
    ClaimsOnlyAtUserinfo,
    /// This claim of the ID token has this value.
    Claim(String, Value),
    /// This claim of the ID token is left out.
    ClaimMissing(String),

    // Header and signature of the ID token.
    /// `alg` is `none`, the signature empty.
    AlgNone,
    /// The signature is empty, `alg` the right one.
    SignatureMissing,
    /// The signature has a flipped bit.
    BadSignature,
    /// The signature is by a key nobody published, under the right `kid`.
    ForeignKey,
    /// The signature is right, its algorithm is not the listed one. For RSA keys.
    AlgUnlisted,
    /// HS256, the secret being the published key.
    HmacWithPublicKey,
    /// HS256, the secret being the client's.
    HmacWithSecret,
    /// Signed by the key in the header's `jwk`.
    EmbeddedJwk,
    /// Signed by the key behind the header's `jku`.
    EmbeddedJku,
    /// Signed by the key behind the header's `x5u`.
    EmbeddedX5u,
    /// `crit` names an unknown extension; the signature is right.
    CritUnknown,
    /// `kid` is left out; the signature is right.
    KidAbsent,
    /// `kid` is one nobody published; the signature is right.
    KidUnknown,
    /// This member of the ID token's header has this value; the signature is right.
    Header(String, Value),
    /// The ID token is encrypted: five parts.
    Encrypted,
    /// The ID token is no JWS at all.
    IdTokenGarbage,

    // Userinfo.
    /// The userinfo endpoint fails as told.
    Userinfo(Fault),
    /// `sub` is another one than in the ID token.
    UserinfoSubWrong,
    /// `sub` is left out.
    UserinfoSubMissing,
    /// Userinfo is a signed JWT (`application/jwt`).
    UserinfoSigned,
    /// Userinfo is a JWT with a bad signature.
    UserinfoSignedBadly,
    /// Userinfo is this JSON.
    UserinfoJson(Value),
    /// Userinfo has this member with this value.
    UserinfoMember(String, Value),
    /// Userinfo lacks this member.
    UserinfoWithout(String),

    // Back-channel logout.
    /// This claim of the logout token has this value.
    LogoutClaim(String, Value),
    /// The logout token lacks this claim.
    LogoutWithout(String),
    /// This member of the logout token's header has this value; the signature is right.
    LogoutHeader(String, Value),
    /// The logout token's `alg` is `none`, its signature empty.
    LogoutAlgNone,
    /// The logout token is signed with the client's secret (HS256).
    LogoutHmac,
    /// The logout token's signature has a flipped bit.
    LogoutBadSignature,
    /// Every logout is told twice, by tokens with a `jti` each: Authentik does so now and then.
    LogoutRepeated,
}

/// How an endpoint fails; discovery, JWKS, token and userinfo endpoints all can.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// This status, with an HTML page; 401 and 403 as Authentik sends them.
    Status(u16),
    /// 200 and an HTML page.
    Html,
    /// 403 and the page of a firewall.
    Firewall,
    /// 403 and a page that only a browser gets past, as Cloudflare has it.
    Challenge,
    /// 503 and the page of a forward proxy.
    Proxy,
    /// No answer, ever.
    Hang,
    /// The right answer, one byte every 200 ms.
    Drip,
    /// The right answer, 10 MB of spaces before it.
    Huge,
    /// The right answer as `text/plain`.
    ContentType,
    /// A redirect to `/foreign/redirected` on the OP.
    Redirect,
    /// 200 and nothing.
    Empty,
    /// 200 and JSON that ends too early.
    Truncated,
    /// The connection is cut in the middle of the answer.
    Cut,
}

/// The lies in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lies(pub(crate) Vec<Lie>);

impl Lies {
    /// Tells whether this lie is in force.
    pub(crate) fn has(&self, lie: &Lie) -> bool {
        self.0.contains(lie)
    }

    /// Returns what the first fitting lie carries.
    pub(crate) fn find<'a, T>(&'a self, pick: impl Fn(&'a Lie) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(pick)
    }

    /// Returns by how many seconds the clock is wrong.
    pub(crate) fn clock(&self) -> i64 {
        self.find(|lie| {
            if let Lie::Clock(seconds) = lie {
                Some(*seconds)
            } else {
                None
            }
        })
        .unwrap_or(0)
    }

    /// Returns true if discovery lists the `iss` response parameter because of a lie.
    pub(crate) fn advertise_response_iss(&self) -> bool {
        [
            Lie::ResponseIss,
            Lie::ResponseIssWrong,
            Lie::ResponseIssMissing,
        ]
        .iter()
        .any(|lie| self.has(lie))
    }

    /// Changes the claims of an ID token, in the order the lies were told.
    pub(crate) fn bend_claims(&self, claims: &mut Map<String, Value>, client_id: &str) {
        for lie in &self.0 {
            bend_claim(lie, claims, client_id);
        }
    }
}

/// Changes the claims of an ID token by one lie, if it is about them.
fn bend_claim(lie: &Lie, claims: &mut Map<String, Value>, client_id: &str) {
    let number = |claims: &Map<String, Value>, name: &str| claims[name].as_i64().unwrap_or(0);
    let (name, value) = match lie {
        Lie::NonceWrong => ("nonce", json!("a-nonce-nobody-sent")),
        Lie::IssWrong => ("iss", json!("https://op.example.org/application/o/other/")),
        Lie::ClientOfOther => {
            let own = claims["iss"].as_str().unwrap_or_default();
            ("iss", json!(other_application(own)))
        }
        Lie::IssWithoutSlash => (
            "iss",
            json!(
                claims["iss"]
                    .as_str()
                    .unwrap_or_default()
                    .trim_end_matches('/')
            ),
        ),
        Lie::IssType => ("iss", json!(42)),
        Lie::AudWrong => ("aud", json!("another-client")),
        Lie::AudType => ("aud", json!(42)),
        Lie::AudEmpty => ("aud", json!([])),
        Lie::AudArray => ("aud", json!([client_id])),
        Lie::AudSeveral => ("aud", json!([client_id, "another-client"])),
        Lie::AudSeveralAzp => {
            claims.insert("azp".to_owned(), json!(client_id));
            ("aud", json!([client_id, "another-client"]))
        }
        Lie::AzpWrong => ("azp", json!("another-client")),
        Lie::AzpType => ("azp", json!(42)),
        Lie::ExpWrong => ("exp", json!(number(claims, "iat") - 3600)),
        Lie::ExpType => ("exp", json!(number(claims, "exp").to_string())),
        Lie::IatWrong => ("iat", json!(number(claims, "iat") + 86_400)),
        Lie::IatType => ("iat", json!(number(claims, "iat").to_string())),
        Lie::SubWrong => ("sub", json!("0".repeat(64))),
        Lie::SubEmpty => ("sub", json!("")),
        Lie::SubType => ("sub", json!(42)),
        Lie::AuthTimeFloat => ("auth_time", json!(number_as_float(&claims["auth_time"]))),
        Lie::AuthTimeType => ("auth_time", json!("yesterday")),
        Lie::Claim(name, value) => (name.as_str(), value.clone()),
        Lie::NonceMissing => return drop(claims.remove("nonce")),
        Lie::IssMissing => return drop(claims.remove("iss")),
        Lie::AudMissing => return drop(claims.remove("aud")),
        Lie::ExpMissing => return drop(claims.remove("exp")),
        Lie::IatMissing => return drop(claims.remove("iat")),
        Lie::SubMissing => return drop(claims.remove("sub")),
        Lie::ClaimMissing(name) => return drop(claims.remove(name)),
        Lie::ForeignTypes => return claims.extend(foreign_types()),
        Lie::ExtraClaims => return claims.extend(extra_claims()),
        _ => return,
    };
    claims.insert(name.to_owned(), value);
}

/// Returns the issuer of another application of the same OP.
pub(crate) fn other_application(issuer: &str) -> String {
    let base = issuer.trim_end_matches('/').rsplit_once('/');
    format!("{}/other/", base.map_or(issuer, |(base, _)| base))
}

/// Returns seconds with a fraction, as some OPs send them.
fn number_as_float(seconds: &Value) -> f64 {
    seconds.as_f64().unwrap_or(0.0) + 0.48
}

/// Known optional claims, each of a type it should not have.
fn foreign_types() -> Map<String, Value> {
    let claims = json!({
        "acr": 1, "amr": "pwd", "name": 42, "given_name": ["a"], "nickname": {"a": 1},
        "preferred_username": false, "groups": {"admins": true}, "sid": 7, "picture": [],
        "updated_at": "never",
    });
    as_map(claims)
}

/// Claims that no specification knows.
fn extra_claims() -> Map<String, Value> {
    let claims = json!({
        "x_null": null, "x_bool": true, "x_number": 1.5e300, "x_negative": -7, "x_string": "\u{0}",
        "x_array": [null, [1], {"a": []}], "x_object": {"sub": "nested", "email": 42}, "": "",
        "address": {"country": "Nowhere"}, "events": {},
    });
    as_map(claims)
}

/// Returns the members of an object, nothing of anything else.
pub(crate) fn as_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
