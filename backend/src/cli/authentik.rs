//! `postern authentik`: sets Authentik up for Postern.

mod args;

use std::fs::File;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use secrecy::SecretString;
use url::Url;

pub(super) use self::args::AuthentikCommand;

use self::args::{BlueprintArgs, ConnectArgs, MakeArgs, Token, Whose};
use super::settings::EXIT_BAD_SETTINGS;
use crate::authentik::api::Api;
use crate::authentik::blueprint::{Secret, blueprint};
use crate::authentik::connect::{self, End, Job, Patience};
use crate::authentik::env_file::EnvFile;
use crate::authentik::version::Version;
use crate::authentik::wanted::{self, Choice, VerifiedEmails, Wanted};
use crate::base_path::BasePath;
use crate::brand;
use crate::config::{self, PublicUrl};

/// The most bytes of a token from any source.
const MAX_TOKEN_BYTES: u64 = 4096;
/// The most bytes of a bundle of certificates.
const MAX_BUNDLE_BYTES: u64 = 1024 * 1024;

/// Runs `postern authentik`.
///
/// # Errors
/// Why it could not be done.
pub(super) async fn run(command: AuthentikCommand) -> anyhow::Result<ExitCode> {
    match command {
        AuthentikCommand::Blueprint(args) => print_blueprint(*args, &mut io::stdout().lock()),
        AuthentikCommand::Connect(args) => connect(*args).await,
    }
}

/// Prints the blueprint.
fn print_blueprint(args: BlueprintArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let wanted = match wanted(args.make, None) {
        Ok(wanted) => wanted,
        Err(wrong) => return refused(&wrong),
    };
    let secret = args
        .secret_env
        .map_or(Secret::Generated, Secret::Environment);
    let version = args.authentik_version.unwrap_or_else(Version::any);
    out.write_all(blueprint(&wanted, &version, &secret).as_bytes())?;
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

/// Puts the plan's input together.
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
    let wanted = wanted(args.make, Some(&args.env_file)).map_err(|wrong| anyhow!(wrong))?;
    let api = Api::new(args.url.clone(), token, roots.as_deref())
        .context("the certificates of --ca-file or OIDC_TLS_CACERTFILE")?;
    Ok(Job {
        api,
        wanted,
        op_url: args.browser_url.unwrap_or(args.url),
        env_file: args.env_file,
        patience: Patience::default(),
        is_dry_run: args.dry_run,
        is_json: args.json,
    })
}

/// Reads a variable of this process.
fn variable(name: &'static str) -> anyhow::Result<Option<String>> {
    config::variable_of_process(name).map_err(anyhow::Error::msg)
}

/// Fills in defaults from the environment, and from the env file.
fn wanted(args: MakeArgs, env_file: Option<&Path>) -> Result<Wanted, String> {
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
        base: base(env_file)?,
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
        session_max_age: session_max_age(env_file)?,
    })
}

/// Reads below which path Postern's own pages are: as this process is told, or the env file that
/// Postern will run with.
fn base(env_file: Option<&Path>) -> Result<BasePath, String> {
    const NAME: &str = "POSTERN_UPSTREAM";
    let given = config::variable_of_process(NAME)?;
    let given = match (given, env_file) {
        (None, Some(path)) => EnvFile::open(path)?.value(NAME),
        (given, _) => given,
    };
    Ok(given.map_or(BasePath::ROOT, |_| BasePath::BELOW))
}

/// Reads how long sessions live: as this process is told, or the env file that Postern will run
/// with, or by default.
fn session_max_age(env_file: Option<&Path>) -> Result<Duration, String> {
    const NAME: &str = "SESSION_MAX_AGE_SECONDS";
    let given = config::variable_of_process(NAME)?;
    let given = match (given, env_file) {
        (None, Some(path)) => EnvFile::open(path)?.value(NAME),
        (given, _) => given,
    };
    config::session_max_age(given.as_deref())
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

/// Writes the fault in the options to standard error.
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
