//! The settings of an [`Op`](crate::Op): clients, users, and which Authentik it imitates.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Everything an OP needs to start; the default is an empty Authentik 2025.12 on a free port.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one. Loopback by default.
    pub listen: SocketAddr,
    /// The application's slug, part of the issuer.
    pub slug: String,
    /// Registered clients. More can be added by [`Op::register`](crate::Op::register).
    pub clients: Vec<Client>,
    /// Known users. More can be added by [`Op::add_user`](crate::Op::add_user).
    pub users: Vec<User>,
    /// The algorithm of ID tokens, the only one that discovery lists.
    pub algorithm: Algorithm,
    /// From `iat` to `exp` of an ID token.
    pub id_token_lifetime: Duration,
    /// How long a code can be redeemed.
    pub code_lifetime: Duration,
    /// Which Authentik to imitate.
    pub version: Version,
    /// Advertises and sends the `iss` response parameter (RFC 9207), which Authentik does not.
    pub response_iss: bool,
    /// Which kinds of client authentication the token endpoint lists and accepts.
    pub token_auth: TokenAuth,
    /// What the end-session endpoint does.
    pub invalidation: Invalidation,
    /// Shows the accounts and their passwords on the login page.
    pub show_accounts: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            slug: "postern".to_owned(),
            clients: Vec::new(),
            users: Vec::new(),
            algorithm: Algorithm::Rs256,
            id_token_lifetime: Duration::from_hours(1),
            code_lifetime: Duration::from_mins(1),
            version: Version::V2025_12,
            response_iss: false,
            token_auth: TokenAuth::Any,
            invalidation: Invalidation::Page,
            show_accounts: false,
        }
    }
}

impl Settings {
    /// Settings of the demo: port 9000, the [`demo_accounts`], their passwords on the login page.
    pub fn demo() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9000)),
            users: demo_users(),
            show_accounts: true,
            ..Self::default()
        }
    }
}

/// An RP as registered at the OP.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The client id.
    pub id: String,
    /// The client secret.
    pub secret: String,
    /// Redirect URIs, compared byte by byte.
    pub redirect_uris: Vec<String>,
    /// Where [`Version::Main`] may send a browser after a logout.
    pub post_logout_uris: Vec<String>,
    /// Where logout tokens are posted; `None` sends none. Plain `http` only.
    pub backchannel_logout_uri: Option<String>,
}

impl Client {
    /// Creates a client with one redirect URI and nothing else.
    pub fn new(id: &str, secret: &str, redirect_uri: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: secret.to_owned(),
            redirect_uris: vec![redirect_uri.to_owned()],
            ..Self::default()
        }
    }
}

/// A person the OP knows.
#[derive(Clone, Debug)]
pub struct User {
    /// What to type into the login page; also the claim `preferred_username`.
    pub username: String,
    /// The password, in the clear; never use a real one.
    pub password: String,
    /// The claim `email`; `None` leaves it out. Authentik itself sends `""` for a user without one.
    pub email: Option<String>,
    /// The claim `email_verified`, of any JSON type; `Null` leaves it out.
    pub email_verified: Value,
    /// The claims `name` and `given_name`.
    pub name: String,
    /// The claim `groups`.
    pub groups: Vec<String>,
    /// An inactive user never gets past the OP's login page.
    pub active: bool,
    /// `false`: a policy of the application refuses this user, on a page of the OP.
    pub permitted: bool,
    /// The claim `sub`; `None` makes 64 hex digits of the username, as Authentik does.
    pub sub: Option<String>,
    /// Further claims, laid over all others.
    pub claims: Map<String, Value>,
}

impl User {
    /// Creates an active user with the unverified email `USERNAME@example.com`.
    pub fn new(username: &str, password: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            email: Some(format!("{username}@example.com")),
            email_verified: Value::Bool(false),
            name: username.to_owned(),
            groups: Vec::new(),
            active: true,
            permitted: true,
            sub: None,
            claims: Map::new(),
        }
    }
}

/// Username and password of every user of [`Settings::demo`].
pub const fn demo_accounts() -> [(&'static str, &'static str); 3] {
    [
        ("alice", "alice-demo"),
        ("bob", "bob-demo"),
        ("carol", "carol-demo"),
    ]
}

/// Alice is an admin and unverified (Authentik's default), Bob is verified, Carol has no email.
fn demo_users() -> Vec<User> {
    let [alice, bob, carol] = demo_accounts().map(|(name, password)| User::new(name, password));
    let groups = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    vec![
        User {
            name: "Alice".to_owned(),
            groups: groups(&["admins", "users"]),
            ..alice
        },
        User {
            name: "Bob".to_owned(),
            groups: groups(&["users"]),
            email_verified: Value::Bool(true),
            ..bob
        },
        User {
            name: "Carol".to_owned(),
            groups: groups(&["users"]),
            email: None,
            email_verified: Value::Null,
            ..carol
        },
    ]
}

/// JWS algorithms, by their registered names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(
    missing_docs,
    reason = "the names are those of RFC 7518, RFC 8037 and RFC 9864"
)]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "Ed25519")]
    Ed25519,
    Hs256,
}

impl Algorithm {
    /// Every algorithm that can be signed with.
    pub const ALL: [Self; 12] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Ed25519,
        Self::Hs256,
    ];

    /// Returns the value of `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
            Self::Hs256 => "HS256",
        }
    }
}

impl std::str::FromStr for Algorithm {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        let known = Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name);
        known.ok_or_else(|| anyhow::anyhow!("no such algorithm: {name}"))
    }
}

/// The releases of Authentik that differ on the wire, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 2024.12 to 2025.6: no back-channel logout.
    V2024_12,
    /// 2025.8.
    V2025_8,
    /// 2025.10 and 2025.12.
    V2025_12,
    /// 2026.2: `jti` in the ID token, Basic credentials are percent-decoded.
    V2026_2,
    /// After 2026.2: follows a registered `post_logout_redirect_uri`.
    Main,
}

impl Version {
    /// Returns the release's name for itself, for the `User-Agent` of back-channel logout.
    pub(crate) const fn number(self) -> &'static str {
        match self {
            Self::V2024_12 => "2024.12.3",
            Self::V2025_8 => "2025.8.4",
            Self::V2025_12 => "2025.12.4",
            Self::V2026_2 => "2026.2.0",
            Self::Main => "2026.5.0",
        }
    }

    /// Returns true if the release posts logout tokens.
    pub(crate) fn has_backchannel_logout(self) -> bool {
        self >= Self::V2025_8
    }

    /// Returns true if the ID token has `jti`.
    pub(crate) fn has_jti(self) -> bool {
        self >= Self::V2026_2
    }

    /// Returns true if Basic credentials are decoded as RFC 6749 §2.3.1 demands.
    pub(crate) fn decodes_basic(self) -> bool {
        self >= Self::V2026_2
    }

    /// Returns true if a logout ends at a registered `post_logout_redirect_uri`.
    pub(crate) fn follows_post_logout_uri(self) -> bool {
        self >= Self::Main
    }
}

impl std::str::FromStr for Version {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        Ok(match name {
            "2024.12" | "2025.2" | "2025.4" | "2025.6" => Self::V2024_12,
            "2025.8" => Self::V2025_8,
            "2025.10" | "2025.12" => Self::V2025_12,
            "2026.2" => Self::V2026_2,
            "main" => Self::Main,
            _ => anyhow::bail!("no such version: {name}"),
        })
    }
}

/// Kinds of client authentication at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAuth {
    /// Both work, as at Authentik.
    Any,
    /// `client_secret_basic` alone.
    Basic,
    /// `client_secret_post` alone.
    Post,
}

/// The invalidation flow selected in the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalidation {
    /// The provider's default: a page says "logged out of the application", and the OP session
    /// stays.
    Page,
    /// `default-invalidation-flow`: the OP session ends, and logout tokens are posted.
    Session,
}
