//! How an account gets a password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use shared::name::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS, is_new_password};

use super::console::Console;
use crate::app::AppState;
use crate::session::random_bytes;

/// How many characters a generated one has: 120 bits.
const GENERATED: usize = 20;

/// Where the password comes from; without any of these, the owner chooses it through a link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
#[group(multiple = false)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of the command line, of which one is set"
)]
pub(super) struct Source {
    /// Ask for a password instead of creating a link
    #[arg(long)]
    password_prompt: bool,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Generate a password and print it
    #[arg(long)]
    generate_password: bool,
    /// Neither password nor link: the owner logs in through the provider
    #[arg(long)]
    no_password: bool,
}

/// The choice on the command line.
pub(super) enum Wanted {
    /// A link for the owner to choose it.
    Link,
    /// None.
    Nothing,
    /// This one.
    Given(SecretString),
    /// This generated password.
    Generated(SecretString),
}

impl Wanted {
    /// Returns the hash of the password; `None` if there is none.
    pub(super) async fn hash(&self, app: &AppState) -> anyhow::Result<Option<String>> {
        match self {
            Self::Link | Self::Nothing => Ok(None),
            Self::Given(password) | Self::Generated(password) => {
                Ok(Some(app.passwords.hash(password).await?))
            }
        }
    }

    /// Returns a generated password, which must be shown.
    pub(super) fn told(&self) -> Option<&str> {
        match self {
            Self::Generated(password) => Some(password.expose_secret()),
            _ => None,
        }
    }
}

impl Source {
    /// Reads, asks for or generates the password.
    ///
    /// # Errors
    /// It is too short or too long, or there is no terminal.
    pub(super) async fn get(self, console: &mut Console<'_>) -> anyhow::Result<Wanted> {
        let password = if self.no_password {
            return Ok(Wanted::Nothing);
        } else if self.generate_password {
            let mut password = URL_SAFE_NO_PAD.encode(random_bytes());
            password.truncate(GENERATED);
            return Ok(Wanted::Generated(password.into()));
        } else if self.password_stdin {
            console.piped_password()?
        } else if self.password_prompt {
            console.new_password().await?
        } else {
            return Ok(Wanted::Link);
        };
        anyhow::ensure!(
            is_new_password(password.expose_secret()),
            "a password has at least {MIN_PASSWORD_CHARS} characters and at most \
             {MAX_PASSWORD_BYTES} bytes: nothing was done"
        );
        Ok(Wanted::Given(password))
    }
}
