//! `postern authentik`: sets Authentik up for Postern.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};
use secrecy::SecretString;
use url::Url;

use super::EXIT_BAD_SETTINGS;
use crate::authentik::api::Api;
use crate::authentik::blueprint::{Secret, blueprint};
use crate::authentik::connect::{self, End, Job};
use crate::authentik::version::Version;
use crate::authentik::wanted::{self, Choice, VerifiedEmails, Wanted};
use crate::brand;
use crate::config::{self, PublicUrl};

/// The most bytes of a token, wherever it comes from.
const MAX_TOKEN_BYTES: u64 = 4096;
/// The most bytes of a bundle of certificates.
const MAX_BUNDLE_BYTES: u64 = 1024 * 1024;

/// What to do about Authentik.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum AuthentikCommand {
    /// Print a blueprint that makes provider, application, redirect URI and email mapping
    #[command(after_long_help = BLUEPRINT_HELP)]
    Blueprint(BlueprintArgs),
    /// Make or update them over Authentik's API, and write the settings to an env file
    #[command(after_long_help = CONNECT_HELP)]
    Connect(ConnectArgs),
}

/// What `blueprint --help` ends with.
const BLUEPRINT_HELP: &str = "\
The blueprint holds no secret: Authentik makes up client id and secret, which stand on the \
provider's page afterwards, and which `postern authentik connect` writes to an env file. Where \
both sides are set up from files, --secret-env NAME has Authentik read the secret from its own \
environment, and --client-id fixes the id.";

/// What `connect --help` ends with.
const CONNECT_HELP: &str = "\
The token is an \"API Token\" (Directory > Tokens and App passwords) of a user who may view flows, \
keys, scope mappings, and add and change scope mappings, providers and applications; an \
administrator may. Give it by --token-file, by `--token -` (standard input), or as AUTHENTIK_TOKEN: \
on the command line itself every user of this machine can read it, and the shell keeps it in its \
history.

What somebody chose at Authentik stays: flows, key, email mapping, name and further scope mappings \
of a provider that is there change only where an option names them. What Postern cannot do without \
is always set: a confidential client, exactly its redirect URI (compared to the letter), the \
back-channel logout URI, no encryption of tokens, an issuer of its own. The plan shows it all \
before anything is done. A second run finds nothing to do; one that was cut short is finished by \
the next.

Exit codes: 0 done, or nothing to do; 1 it could not be done, or was not agreed to; 2 wrong options.";

/// What both commands make.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct MakeArgs {
    /// Where people reach Postern [default: POSTERN_PUBLIC_URL, or the origin of OIDC_REDIRECT_URI]
    #[arg(long, value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// The application's slug, part of the issuer
    #[arg(long, default_value = "postern", value_parser = wanted::slug)]
    slug: String,
    /// The application's name [default: POSTERN_BRAND_NAME, or Postern]
    #[arg(long, value_parser = wanted::name)]
    name: Option<String>,
    /// Slug of the flow that authorizes [default: default-provider-authorization-implicit-consent]
    #[arg(long, value_name = "SLUG", value_parser = wanted::name)]
    authorization_flow: Option<String>,
    /// Slug of the flow that logs out [default: default-invalidation-flow]
    ///
    /// The default ends the whole session at Authentik, and has other applications told. With
    /// default-provider-invalidation-flow, Authentik only says that one is logged out.
    #[arg(long, value_name = "SLUG", value_parser = wanted::name)]
    invalidation_flow: Option<String>,
    /// Slug of the flow by which strangers log in [default: Authentik's usual one]
    #[arg(long, value_name = "SLUG", value_parser = wanted::name)]
    authentication_flow: Option<String>,
    /// Name of the key that signs ID tokens [default: authentik Self-signed Certificate]
    #[arg(long, value_name = "NAME", value_parser = wanted::name)]
    signing_key: Option<String>,
    /// Whose emails the claim email_verified calls verified [default: marked]
    ///
    /// Since 2025.10 Authentik calls nobody's email verified. It matters where a person logs in for
    /// the first time, and an account here has the email: a verified one may be connected at once,
    /// any other first asks for that account's password. So whoever can give himself an address
    /// that is called verified can get at the account of its owner. The default makes a mapping
    /// that is safe with any Authentik, and says no until you say yes, user by user.
    #[arg(long, value_enum, value_name = "WHOSE")]
    verified_emails: Option<Whose>,
    /// A scope besides openid, profile and email; can be given several times
    ///
    /// Groups come with profile. This is for others, such as entitlements. Postern then asks for
    /// it too: OIDC_SCOPES.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = wanted::scope)]
    scopes: Vec<String>,
    /// The client id [default: Authentik makes one up]
    #[arg(long, value_name = "ID", value_parser = wanted::client_id)]
    client_id: Option<String>,
}

/// Whose emails are called verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Whose {
    /// Those of users to whom you give the attribute `email_verified: true`; take it away when the
    /// address changes
    Marked,
    /// Everybody's: only where nobody but you sets addresses. No enrollment, no recovery or
    /// settings flow and no other source may let users choose or change theirs
    All,
    /// What Authentik's own mapping says: nobody's since 2025.10, everybody's before
    Authentik,
}

/// What `blueprint` is given.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct BlueprintArgs {
    #[command(flatten)]
    make: MakeArgs,
    /// Let Authentik read the client secret from this variable of its own environment
    #[arg(long, value_name = "NAME", value_parser = variable_name)]
    secret_env: Option<String>,
    /// The version of Authentik that it is for
    #[arg(long, value_name = "VERSION", default_value_t = Version::newest_known(), value_parser = supported)]
    authentik_version: Version,
}

/// What `connect` is given.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ConnectArgs {
    /// Authentik's address, such as https://auth.example.com
    #[arg(long, value_name = "URL", value_parser = authentik_url)]
    url: Url,
    /// An API token; `-` reads it from standard input [default: AUTHENTIK_TOKEN]
    ///
    /// Given here, every user of this machine can read it while the command runs, and the shell
    /// keeps it in its history.
    #[arg(long, value_name = "TOKEN|-", conflicts_with = "token_file")]
    token: Option<Token>,
    /// A file that holds the API token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    make: MakeArgs,
    /// Where browsers reach Authentik, if not at --url
    ///
    /// Authentik calls itself by the name it is asked under, so Postern must ask under this one.
    #[arg(long, value_name = "URL", value_parser = authentik_url)]
    browser_url: Option<Url>,
    /// Where the settings are written; other lines of the file stay
    #[arg(long, value_name = "FILE", default_value = "./postern.env")]
    env_file: PathBuf,
    /// PEM file with an authority to trust besides the system's [default: OIDC_TLS_CACERTFILE]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Send the token over http to another machine, where all between can read it
    #[arg(long)]
    insecure_http: bool,
    /// Show the plan, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short = 'y')]
    yes: bool,
    /// Print plan and result as JSON
    #[arg(long)]
    json: bool,
}

/// A token, which does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

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

/// Runs `postern authentik`.
///
/// # Errors
/// What kept it from being done.
pub(super) async fn run(command: AuthentikCommand) -> anyhow::Result<ExitCode> {
    match command {
        AuthentikCommand::Blueprint(args) => print_blueprint(args, &mut io::stdout().lock()),
        AuthentikCommand::Connect(args) => connect(args).await,
    }
}

/// Prints the blueprint.
fn print_blueprint(args: BlueprintArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let wanted = match wanted(args.make) {
        Ok(wanted) => wanted,
        Err(wrong) => return refused(&wrong),
    };
    let secret = args
        .secret_env
        .map_or(Secret::Generated, Secret::Environment);
    out.write_all(blueprint(&wanted, &args.authentik_version, &secret).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Sets Authentik up.
async fn connect(args: ConnectArgs) -> anyhow::Result<ExitCode> {
    if config::is_clear_text(&args.url) && !args.insecure_http {
        return refused(
            "--url is http and leads to another machine: everything between could read the token. \
             Use https, or add --insecure-http where the network between is yours",
        );
    }
    let is_yes = args.yes;
    let takes_stdin = args.token.as_ref().is_some_and(|token| token.0 == "-");
    let job = match job(args) {
        Ok(job) => job,
        Err(wrong) => return refused(&format!("{wrong:#}")),
    };
    let ask = |talk: &mut dyn Write| {
        if is_yes {
            return Ok(Some(true));
        }
        if takes_stdin || !io::stdin().is_terminal() {
            return Ok(None);
        }
        write!(talk, "Go on? [y/N] ")?;
        talk.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        let answer = answer.trim().to_ascii_lowercase();
        Ok(Some(matches!(answer.as_str(), "y" | "yes")))
    };
    let end = connect::run(&job, &mut io::stdout(), &mut io::stderr(), ask).await?;
    Ok(match end {
        End::Done | End::NothingToDo | End::Planned => ExitCode::SUCCESS,
        End::Declined => ExitCode::FAILURE,
        End::NobodyToAsk => bail!(
            "nothing was changed: there is no terminal to ask at. Look at the plan, and add --yes"
        ),
    })
}

/// Puts together what to do.
fn job(args: ConnectArgs) -> anyhow::Result<Job> {
    let token = token(args.token, args.token_file.as_deref())?;
    let ca_file = match args.ca_file {
        Some(file) => Some(file),
        None => variable("OIDC_TLS_CACERTFILE")?.map(PathBuf::from),
    };
    let roots = match ca_file {
        Some(file) => Some(
            read(&file, MAX_BUNDLE_BYTES)
                .with_context(|| format!("the certificates in {} (--ca-file)", file.display()))?,
        ),
        None => None,
    };
    let wanted = wanted(args.make).map_err(|wrong| anyhow!(wrong))?;
    let api = Api::new(args.url.clone(), token, roots.as_deref())
        .context("the certificates of --ca-file or OIDC_TLS_CACERTFILE")?;
    Ok(Job {
        api,
        wanted,
        op_url: args.browser_url.unwrap_or(args.url),
        env_file: args.env_file,
        is_dry_run: args.dry_run,
        is_json: args.json,
    })
}

/// Reads a variable of this process.
fn variable(name: &'static str) -> anyhow::Result<Option<String>> {
    config::variable_of_process(name).map_err(anyhow::Error::msg)
}

/// Fills in defaults from the environment.
fn wanted(args: MakeArgs) -> Result<Wanted, String> {
    let variable = config::variable_of_process;
    let public_url = match args.public_url {
        Some(url) => url,
        None => match variable("POSTERN_PUBLIC_URL")? {
            Some(text) => text
                .parse()
                .map_err(|wrong| format!("POSTERN_PUBLIC_URL {wrong}"))?,
            None => origin_of_redirect_uri(variable("OIDC_REDIRECT_URI")?)?,
        },
    };
    let brand = match variable("POSTERN_BRAND_NAME")? {
        Some(text) => {
            wanted::name(&text).map_err(|wrong| format!("POSTERN_BRAND_NAME: {wrong}"))?
        }
        None => brand::NAME.to_owned(),
    };
    let verified = args.verified_emails.map(|whose| match whose {
        Whose::Marked => VerifiedEmails::Marked,
        Whose::All => VerifiedEmails::All,
        Whose::Authentik => VerifiedEmails::Authentik,
    });
    Ok(Wanted {
        public_url,
        slug: args.slug,
        name: Choice::new(args.name, || brand),
        authorization_flow: Choice::new(args.authorization_flow, || {
            wanted::AUTHORIZATION_FLOW.to_owned()
        }),
        invalidation_flow: Choice::new(args.invalidation_flow, || {
            wanted::INVALIDATION_FLOW.to_owned()
        }),
        authentication_flow: args.authentication_flow,
        signing_key: Choice::new(args.signing_key, || wanted::SIGNING_KEY.to_owned()),
        verified_emails: Choice::new(verified, || VerifiedEmails::Marked),
        more_scopes: args.scopes,
        client_id: args.client_id,
    })
}

/// Takes the public URL from the redirect URI.
fn origin_of_redirect_uri(redirect_uri: Option<String>) -> Result<PublicUrl, String> {
    let Some(text) = redirect_uri else {
        return Err(
            "where people reach Postern is not known: add --public-url https://app.example.com"
                .to_owned(),
        );
    };
    let url = Url::parse(&text).map_err(|error| format!("OIDC_REDIRECT_URI: {error}"))?;
    let origin = url.origin().ascii_serialization();
    origin
        .parse()
        .map_err(|wrong| format!("OIDC_REDIRECT_URI: its origin {wrong}"))
}

/// Says on standard error what is wrong with the options.
fn refused(wrong: &str) -> anyhow::Result<ExitCode> {
    writeln!(io::stderr(), "postern: {wrong}")?;
    Ok(ExitCode::from(EXIT_BAD_SETTINGS))
}

/// Finds the token.
fn token(given: Option<Token>, file: Option<&Path>) -> anyhow::Result<SecretString> {
    let text = match (given, file) {
        (Some(Token(text)), _) if text == "-" => {
            let mut bytes = Vec::new();
            io::stdin()
                .lock()
                .take(MAX_TOKEN_BYTES)
                .read_to_end(&mut bytes)
                .context("the token on standard input")?;
            String::from_utf8(bytes).context("the token on standard input")?
        }
        (Some(Token(text)), _) => text,
        (None, Some(file)) => {
            let what = || format!("the token in {}", file.display());
            let bytes = read(file, MAX_TOKEN_BYTES).with_context(what)?;
            String::from_utf8(bytes).with_context(what)?
        }
        (None, None) => variable("AUTHENTIK_TOKEN")?.ok_or_else(|| {
            anyhow!("there is no token: use --token-file FILE, --token -, or AUTHENTIK_TOKEN")
        })?,
    };
    let text = text.trim();
    let text = text.strip_prefix("Bearer ").unwrap_or(text).trim();
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
        bail!("the token is empty, or holds a character that no token has");
    }
    Ok(text.into())
}

/// Reads a small file.
fn read(file: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        bail!("it is longer than {most} bytes");
    }
    Ok(bytes)
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
