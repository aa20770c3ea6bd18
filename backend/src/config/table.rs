//! The one table of settings: names, defaults, meanings. `--help`, `docs/settings.md` and the readers of
//! the values all use it, so that they cannot disagree.

use super::application_names;

/// The value if a variable is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// This value, read as if it had been set.
    Value(&'static str),
    /// A computed value, described in words.
    Described(&'static str),
    /// None: the feature is off, or not restricted.
    Nothing,
}

/// When a variable must be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// Never.
    No,
    /// With `OIDC_ENABLED=true`.
    WhenOidcEnabled,
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name; each can also be read from the file that `NAME_FILE` names.
    pub name: &'static str,
    /// The value if it is not set.
    pub fallback: Fallback,
    /// When it must be set.
    pub required: Required,
    /// True if its value is never shown.
    pub secret: bool,
    /// Its purpose, in plain words.
    pub meaning: &'static str,
}

impl Variable {
    /// Starts a row: no default, optional, not secret.
    const fn new(name: &'static str, meaning: &'static str) -> Self {
        Self {
            name,
            fallback: Fallback::Nothing,
            required: Required::No,
            secret: false,
            meaning,
        }
    }

    /// Gives it a default value.
    const fn or(mut self, value: &'static str) -> Self {
        self.fallback = Fallback::Value(value);
        self
    }

    /// Gives it a computed default.
    const fn or_else(mut self, words: &'static str) -> Self {
        self.fallback = Fallback::Described(words);
        self
    }

    /// Makes it required if the provider is enabled.
    const fn required(mut self) -> Self {
        self.required = Required::WhenOidcEnabled;
        self
    }

    /// Keeps its value out of all output.
    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Returns the text of the default column.
    pub fn default_text(&self) -> &'static str {
        match (self.required, self.fallback) {
            (Required::WhenOidcEnabled, _) => "required when enabled",
            (Required::No, Fallback::Value(text) | Fallback::Described(text)) => text,
            (Required::No, Fallback::Nothing) => "none",
        }
    }
}

/// Every setting that this version supports, in the order in which people need them.
pub const VARIABLES: &[Variable] = &[
    Variable::new(
        "OIDC_ENABLED",
        "Turns on login through an OpenID Provider (OP): the button on the login page and the \
         three openid routes",
    )
    .or("false"),
    Variable::new(
        "OIDC_PROVIDER",
        "Short lower-case name of the OP, such as authentik: decides the button's label and icon \
         and which hints the error pages give",
    )
    .required(),
    Variable::new(
        "OIDC_CLIENT_ID",
        "Client id, copied from the application at the OP",
    )
    .required(),
    Variable::new(
        "OIDC_CLIENT_SECRET",
        "Client secret, copied from the application at the OP",
    )
    .required()
    .secret(),
    Variable::new(
        "OIDC_REDIRECT_URI",
        "Where the OP sends the browser back to: <public origin>/api/oauth/openid. Sent as it is \
         written here, so the OP must know the very same text",
    )
    .required(),
    Variable::new(
        "OIDC_SERVER_APPLICATION_URL",
        "URL of the application at the OP, such as \
         https://auth.example.com/application/o/postern; the discovery document is read below it",
    )
    .required(),
    Variable::new(
        "OIDC_SERVER_METADATA_URL",
        "Full URL of the discovery document, for an OP that keeps it somewhere else",
    )
    .or_else("below OIDC_SERVER_APPLICATION_URL"),
    Variable::new(
        "OIDC_TLS_CACERTFILE",
        "Path of a PEM file with certificate authorities to trust besides the system's own, for \
         an OP with a private certificate",
    ),
    Variable::new("OIDC_SCOPES", "Scopes to ask for, separated by spaces")
        .or("openid profile email"),
    Variable::new("OIDC_USERNAME_ATTRIBUTE", "Claim that names a new account")
        .or("preferred_username"),
    Variable::new(
        "OIDC_ALLOW_REGISTRATION",
        "Whether somebody whom the OP knows and Postern does not gets an account",
    )
    .or("true"),
    Variable::new(
        "OIDC_LINK_BY_EMAIL",
        "What happens when the OP's email is that of an existing account. confirm: linked at once \
         if the OP calls it verified and it is vouched for here, else the person gives an account's \
         password or is new; verified: linked at once or refused; never: people link on their \
         profile page",
    )
    .or("confirm"),
    Variable::new(
        "OIDC_TRUST_UNVERIFIED_EMAIL",
        "Takes every email of the OP as verified. Safe only where people cannot choose their own \
         email at the OP",
    )
    .or("false"),
    Variable::new(
        "OIDC_CLAIM_ROLES",
        "Claim with the groups or roles of the person, which applications are told too; dots lead \
         into objects, as in realm_access.roles",
    ),
    Variable::new(
        "OIDC_ROLE_ADMIN",
        "Values of that claim that make an admin, separated by commas; as a JSON list where they \
         have commas: [\"cn=admins,dc=example\"]",
    ),
    Variable::new(
        "OIDC_ROLE_USER",
        "Values of that claim that make a user, written in the same way; * is everybody. Whoever \
         has no matching value is refused",
    ),
    Variable::new(
        "OIDC_RECHECK_SECONDS",
        "How old a login through the OP may be, in seconds, before the OP is asked again whether \
         the person may still log in, and for their claims and role; 60 to 2592000. The OP must \
         grant offline_access",
    ),
    Variable::new(
        "OIDC_AUTOLOGIN",
        "The login page goes to the OP at once, except after a logout or an error, or at \
         /login?local=1",
    )
    .or("false"),
    Variable::new(
        "OIDC_RP_INITIATED_LOGOUT",
        "Logging out here logs out at the OP as well",
    )
    .or("false"),
    Variable::new(
        "OIDC_END_SESSION_ENDPOINT",
        "The OP's logout URL, where discovery is wrong",
    )
    .or_else("from discovery"),
    Variable::new(
        "OIDC_TOKEN_AUTH_METHOD",
        "How the client secret is sent: client_secret_basic or client_secret_post",
    )
    .or_else("from discovery, client_secret_basic first"),
    Variable::new(
        "OIDC_ID_TOKEN_ALGS",
        "Signature algorithms to accept, separated by commas. HS256 only if it is named here",
    )
    .or_else("the asymmetric ones in discovery"),
    Variable::new(
        "OIDC_CLOCK_SKEW_SECONDS",
        "How far the OP's clock may be off, in seconds, 0 to 600",
    )
    .or("60"),
    Variable::new(
        "DISABLE_USERPASS_LOGIN",
        "Refuses local passwords, on the server and not only on the page; the server does not start \
         so while no admin has an identity at an OP",
    )
    .or("false"),
    Variable::new(
        "POSTERN_BREAK_GLASS",
        "Starts with DISABLE_USERPASS_LOGIN=true although no admin could log in: for the first \
         start, where OIDC_ROLE_ADMIN makes the admins",
    )
    .or("false"),
    Variable::new(
        "SESSION_MAX_AGE_SECONDS",
        "How long a login lasts at most, in seconds",
    )
    .or("1209600"),
    Variable::new(
        "SESSION_IDLE_SECONDS",
        "How long a login lasts without being used, in seconds",
    )
    .or("604800"),
    Variable::new("POSTERN_LISTEN", "Address and port to listen on").or("127.0.0.1:8080"),
    Variable::new(
        "POSTERN_OPS_LISTEN",
        "Address and port of a second listener, which has /metrics for Prometheus, /healthz and \
         /readyz: keep it from the public, such as 127.0.0.1:9090",
    ),
    Variable::new(
        "POSTERN_PUBLIC_URL",
        "Origin that people type into their browser; must be that of OIDC_REDIRECT_URI",
    )
    .or_else("origin of OIDC_REDIRECT_URI"),
    Variable::new(
        "POSTERN_TRUSTED_PROXIES",
        "Addresses or networks (CIDR), separated by commas, of reverse proxies whose X-Forwarded-* \
         headers are believed",
    ),
    Variable::new(
        "DATA_DIR",
        "Folder for the SQLite file and the generated keys",
    )
    .or("./data"),
    Variable::new(
        "DATABASE_URL",
        "postgres://user:password@host/name to share one database between several servers, or \
         sqlite:/path/to/file",
    )
    .or_else("SQLite in DATA_DIR")
    .secret(),
    Variable::new(
        "POSTERN_SECRET_KEY",
        "Seals the cookies; the same on all servers that share a database. Make one with: openssl \
         rand -base64 48",
    )
    .or_else("generated in DATA_DIR")
    .secret(),
    Variable::new(
        "POSTERN_UPSTREAM",
        "Where an application on Postern's own host listens: http://127.0.0.1:3000, or unix:/path. \
         Postern's own pages are then below /_postern/",
    ),
    Variable::new(
        "POSTERN_UPSTREAM_ALLOW",
        "Who may open it: role:admin, group:family, user:alice, separated by commas or as a JSON list",
    )
    .or_else("everybody who is logged in"),
    Variable::new(
        "POSTERN_UPSTREAM_PUBLIC",
        "Its paths that need no login, separated by commas: /health, or /static/* for all below it",
    ),
    Variable::new(
        "POSTERN_UPSTREAM_HEADERS",
        "Which headers tell it who asks: as POSTERN_APP_<NAME>_HEADERS",
    )
    .or("remote"),
    Variable::new(
        "POSTERN_UPSTREAM_LABEL",
        "What its tile on the home page says",
    )
    .or_else("home"),
    Variable::new(
        "POSTERN_UPSTREAM_ICON",
        "Address of the picture on its tile",
    )
    .or_else("made of the label"),
    Variable::new(
        "POSTERN_APP_<NAME>_URL",
        "Public origin of an application on a host of its own, such as https://grafana.example.com",
    ),
    Variable::new(
        "POSTERN_APP_<NAME>_UPSTREAM",
        "Where Postern passes its requests on to; without it, a reverse proxy asks /api/verify",
    ),
    Variable::new(
        "POSTERN_APP_<NAME>_ALLOW",
        "Who may open it: role:admin, group:family, user:alice, separated by commas or as a JSON list",
    )
    .or_else("everybody who is logged in"),
    Variable::new(
        "POSTERN_APP_<NAME>_PUBLIC",
        "Paths that need no login, separated by commas: /health, or /static/* for all below it",
    ),
    Variable::new(
        "POSTERN_APP_<NAME>_HEADERS",
        "Which headers tell it who asks: remote (Remote-User, -Name, -Email, -Groups), x-forwarded \
         (X-Forwarded-User, -Email, -Preferred-Username, -Groups) or none",
    )
    .or("remote"),
    Variable::new(
        "POSTERN_APP_<NAME>_LABEL",
        "What its tile on the home page says",
    )
    .or_else("the name"),
    Variable::new(
        "POSTERN_APP_<NAME>_ICON",
        "Address of the picture on its tile",
    )
    .or_else("made of the label"),
    Variable::new(
        "POSTERN_BRAND_NAME",
        "What the site is called on its pages, at most 40 characters",
    )
    .or_else("Postern"),
    Variable::new(
        "POSTERN_BRAND_LOGO",
        "Path of an SVG, PNG, WebP or JPEG file of at most 256 kB. One that is more than twice as \
         wide as high stands without the name",
    )
    .or_else("Postern's own"),
    Variable::new(
        "POSTERN_BRAND_ACCENT",
        "Color of links and of the main button, as #1d4ed8, or one for light pages and one for \
         dark: #1d4ed8,#93c5fd. One that could not be read is replaced, and the log says so",
    )
    .or_else("Postern's own"),
    Variable::new(
        "POSTERN_BRAND_BACKGROUND",
        "What is behind the card of the login page: a color, two of them as above, or the path of a \
         PNG, WebP or JPEG file of at most 1 MB",
    )
    .or_else("Postern's own"),
    Variable::new(
        "POSTERN_BRAND_FOOTER",
        "Text below every page; where its last word is a URL (http, https, mailto), it leads there: \
         Privacy https://example.com/privacy",
    ),
    Variable::new(
        "POSTERN_LOG",
        "Which log lines are written: error, warn, info, debug, trace, or a tracing filter such \
         as info,postern_oidc=debug",
    )
    .or("info"),
    Variable::new(
        "POSTERN_LOG_FORMAT",
        "text, or json with one object per line",
    )
    .or("text"),
    Variable::new(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Base URL of an OpenTelemetry collector that takes traces over HTTP, such as \
         http://127.0.0.1:4318; only in a build with the feature otel",
    ),
];

/// Promised names that this version does not support yet. They are refused, because a setting that
/// is silently ignored is worse than none.
pub(super) const UNSUPPORTED: &[&str] = &["POSTERN_COOKIE_DOMAIN", "POSTERN_ALLOWED_HOSTS"];

/// Returns the row of that name.
pub(super) fn variable(name: &str) -> Option<&'static Variable> {
    let row = |name: &str| VARIABLES.iter().find(|variable| variable.name == name);
    row(name).or_else(|| {
        let (_, suffix) = application_names::split(name)?;
        row(&format!("POSTERN_APP_<NAME>{suffix}"))
    })
}
