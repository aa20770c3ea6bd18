//! The arguments of `postern authentik`.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use url::Url;

use crate::authentik::version::Version;
use crate::authentik::wanted;
use crate::config::PublicUrl;

/// The commands for Authentik.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum AuthentikCommand {
    /// Print a blueprint that creates provider, application, redirect URI and email mapping
    #[command(after_long_help = BLUEPRINT_HELP)]
    Blueprint(Box<BlueprintArgs>),
    /// Create or update them over Authentik's API, and write the settings to an env file
    #[command(after_long_help = CONNECT_HELP)]
    Connect(Box<ConnectArgs>),
}

/// The end of `blueprint --help`.
const BLUEPRINT_HELP: &str = "\
The blueprint contains no secret: Authentik generates client id and secret, which the provider's \
page shows afterwards, and which `postern authentik connect` writes to an env file. If both sides \
are set up from files, --secret-env NAME makes Authentik read the secret from its own environment, \
and --client-id sets the id.";

/// The end of `connect --help`.
const CONNECT_HELP: &str = "\
The token is an \"API Token\" (Directory > Tokens and App passwords) of a user who may view flows \
and keys, and view, add and change scope mappings, providers and applications; an administrator \
may. Pass it by --token-file, by `--token -` (standard input), or as AUTHENTIK_TOKEN: every user of \
this machine can read the command line, and the shell keeps it in its history.

Choices made at Authentik stay: flows, key, email mapping, name and further scope mappings of an \
existing provider change only if an option names them. What Postern needs is always set: a \
confidential client, exactly its redirect URI (compared to the letter), the back-channel logout \
URI, no encryption of tokens, its own issuer. The plan shows all of it before anything is done. A \
second run finds nothing to do; a run that was cut short is finished by the next.

Exit codes: 0 done, or nothing to do; 1 it failed, or you did not agree; 2 wrong options.";

/// Options of both commands.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub(super) struct MakeArgs {
    /// Where people reach Postern [default: `POSTERN_PUBLIC_URL`, or the origin of
    /// `OIDC_REDIRECT_URI`]
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<PublicUrl>,
    /// The application's slug, part of the issuer
    #[arg(long, default_value = "postern", value_parser = wanted::slug)]
    pub(super) slug: String,
    /// The application's name [default: `POSTERN_BRAND_NAME`, or Postern]
    #[arg(long, value_parser = wanted::name)]
    pub(super) name: Option<String>,
    /// Slug of the flow that authorizes [default: default-provider-authorization-implicit-consent]
    #[arg(long, value_name = "SLUG", value_parser = wanted::name)]
    pub(super) authorization_flow: Option<String>,
    /// Slug of the flow that logs out [default: default-invalidation-flow]
    ///
    /// The default ends the whole session at Authentik, and has other applications told. With
    /// default-provider-invalidation-flow, Authentik only says that one is logged out.
    #[arg(long, value_name = "SLUG", value_parser = wanted::name)]
    pub(super) invalidation_flow: Option<String>,
    /// Slug of the flow by which strangers log in [default: Authentik's usual one]
    #[arg(long, value_name = "SLUG", value_parser = wanted::name)]
    pub(super) authentication_flow: Option<String>,
    /// Name of the key that signs ID tokens [default: authentik Self-signed Certificate]
    #[arg(long, value_name = "NAME", value_parser = wanted::name)]
    pub(super) signing_key: Option<String>,
    /// Whose emails the claim `email_verified` calls verified [default: marked]
    ///
    /// Since 2025.10 Authentik calls nobody's email verified. This matters when a person logs in
    /// for the first time and an account here has the same email: a verified email may connect them
    /// at once, any other first asks for that account's password. So a person who can set their own
    /// address and have it called verified can take over the account of the address's owner. The
    /// default creates a mapping that is safe with any Authentik, and says no until you say yes,
    /// user by user.
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub(super) verified_emails: Option<Whose>,
    /// A scope besides openid, profile and email; can be given several times
    ///
    /// Groups come with profile. This is for others, such as entitlements. Postern then asks for
    /// it too: `OIDC_SCOPES`.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = wanted::scope)]
    pub(super) scopes: Vec<String>,
    /// The client id [default: Authentik makes one up]
    #[arg(long, value_name = "ID", value_parser = wanted::client_id)]
    pub(super) client_id: Option<String>,
}

/// Whose emails are called verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Whose {
    /// Those of users to whom you give the attribute `email_verified: true`; take it away when the
    /// address changes, and let no flow write it
    Marked,
    /// Everybody's: only where nobody but you sets addresses. No enrollment, no recovery or
    /// settings flow and no other source may let users choose or change theirs
    All,
    /// What Authentik's own mapping says: nobody's since 2025.10, everybody's before
    Authentik,
}

/// The arguments of `blueprint`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct BlueprintArgs {
    #[command(flatten)]
    pub(super) make: MakeArgs,
    /// Let Authentik read the client secret from this variable of its own environment
    #[arg(long, value_name = "NAME", value_parser = variable_name)]
    pub(super) secret_env: Option<String>,
    /// The version of Authentik that it is for [default: any since 2024.12]
    ///
    /// Without it the blueprint leaves out what only some versions have and others would take for
    /// something else: the page to come back to after a logout (since 2026.5), and the back-channel
    /// logout of 2025.8.
    #[arg(long, value_name = "VERSION", value_parser = supported)]
    pub(super) authentik_version: Option<Version>,
}

/// The arguments of `connect`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own on the command line"
)]
pub struct ConnectArgs {
    /// Authentik's address, such as <https://auth.example.com>
    #[arg(long, value_name = "URL", value_parser = authentik_url)]
    pub(super) url: Url,
    /// An API token; `-` reads it from standard input [default: `AUTHENTIK_TOKEN`]
    ///
    /// Given here, every user of this machine can read it while the command runs, and the shell
    /// keeps it in its history.
    #[arg(long, value_name = "TOKEN|-", conflicts_with = "token_file")]
    pub(super) token: Option<Token>,
    /// A file that holds the API token
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) make: MakeArgs,
    /// Where browsers reach Authentik, if not at --url
    ///
    /// Authentik calls itself by the name it is asked under, so Postern must ask under this one.
    #[arg(long, value_name = "URL", value_parser = authentik_url)]
    pub(super) browser_url: Option<Url>,
    /// Where the settings are written; other lines of the file stay
    #[arg(long, value_name = "FILE", default_value = "./postern.env")]
    pub(super) env_file: PathBuf,
    /// PEM file with an authority to trust besides the system's [default: `OIDC_TLS_CACERTFILE`]
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// Send the token over http to another machine, where all between can read it
    #[arg(long)]
    pub(super) insecure_http: bool,
    /// Show the plan, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub(super) yes: bool,
    /// Print plan and result as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// A token, which does not print.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token(pub(super) String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Parses Authentik's address; what a browser's address bar has behind it is forgiven.
fn authentik_url(text: &str) -> Result<Url, String> {
    let wrong = || "write Authentik's address, such as https://auth.example.com".to_owned();
    let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("leave out the user name and password".to_owned());
    }
    // Authentik may live below a path of its host; these are the first words of its own.
    let mut path = url.path().to_owned();
    for word in ["/if/", "/api/", "/application/"] {
        if let Some(start) = path.find(word) {
            path.truncate(start);
        }
    }
    url.set_path(&format!("{}/", path.trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Parses a version that can be dealt with.
fn supported(text: &str) -> Result<Version, String> {
    let version: Version = text.parse()?;
    if version.is_supported() {
        return Ok(version);
    }
    Err("it takes 2024.12 or later".to_owned())
}

/// Checks the name of an environment variable.
fn variable_name(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.is_empty()
        || text.starts_with(|c: char| c.is_ascii_digit())
        || !text.chars().all(is_allowed)
    {
        return Err("write the name of a variable: letters, digits and _".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::{AuthentikCommand, authentik_url, supported, variable_name};

    /// The commands alone.
    #[derive(Debug, clap::Parser)]
    struct Cli {
        #[command(subcommand)]
        command: AuthentikCommand,
    }

    #[test]
    fn what_an_address_bar_shows_is_forgiven() {
        for (text, expected) in [
            ("https://auth.example.com", "https://auth.example.com/"),
            (
                "https://auth.example.com/if/admin/#/core/applications",
                "https://auth.example.com/",
            ),
            (
                "https://example.com/auth/api/v3/",
                "https://example.com/auth/",
            ),
            (
                "https://auth.example.com/application/o/postern/?x=1",
                "https://auth.example.com/",
            ),
        ] {
            assert_eq!(authentik_url(text).unwrap().as_str(), expected, "{text}");
        }
        for text in [
            "auth.example.com",
            "ftp://a/",
            "https://user:pw@a/",
            "https://",
            "",
        ] {
            assert!(authentik_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn token_does_not_print() {
        let words = ["x", "connect", "--url", "https://a", "--token", "hunter2"];

        let cli = Cli::try_parse_from(words).unwrap();

        assert!(!format!("{cli:?}").contains("hunter2"), "{cli:?}");
    }

    #[test]
    fn wrong_options_are_refused() {
        let refused = |words: &[&str]| {
            let words = ["x"].into_iter().chain(words.iter().copied());
            Cli::try_parse_from(words).unwrap_err().exit_code()
        };

        assert_eq!(refused(&["connect"]), 2);
        assert_eq!(refused(&["blueprint", "--slug", "token"]), 2);
        assert_eq!(refused(&["blueprint", "--public-url", "https://a/b"]), 2);
        let both = [
            "connect",
            "--url",
            "https://a",
            "--token",
            "x",
            "--token-file",
            "y",
        ];
        assert_eq!(refused(&both), 2);
        assert!(supported("2024.10").is_err() && supported("2025.2").is_ok());
        assert!(variable_name("A B").is_err() && variable_name("MY_2").is_ok());
    }
}
