//! The real program `postern`, run as its admin runs it: by environment variables alone.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, anyhow, bail, ensure};
use demo_op::Client;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use crate::database::Database;
use crate::op::Op;
use crate::places::{free_port, program};
use crate::process::Process;
use crate::site::{CLIENT_ID, CLIENT_SECRET};
use crate::web::answers;

/// A server with a data folder and a database of its own.
pub struct Server {
    program: PathBuf,
    process: Option<Process>,
    past_log: String,
    settings: BTreeMap<String, String>,
    /// Shell commands to run before, in the process that becomes the server.
    first: Vec<String>,
    origin: String,
    data: TempDir,
    database: Database,
}

impl Server {
    /// Prepares a server on a free port; [`Server::start`] starts it.
    ///
    /// # Errors
    /// The program has not been built.
    pub fn prepare(database: Database) -> Result<Self> {
        let program = program(
            "POSTERN_BIN",
            "target/debug/postern",
            "cargo build -p postern",
        )?;
        let data = TempDir::new()?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let origin = format!("http://{listen}");
        let mut settings = BTreeMap::from([
            ("POSTERN_LISTEN".to_owned(), listen),
            ("DATA_DIR".to_owned(), data.path().display().to_string()),
        ]);
        if let Some(url) = database.url() {
            settings.insert("DATABASE_URL".to_owned(), url.to_owned());
        }
        let past_log = String::new();
        let process = None;
        Ok(Self {
            program,
            process,
            past_log,
            settings,
            first: Vec::new(),
            origin,
            data,
            database,
        })
    }

    /// Sets a variable for the next start.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.settings.insert(name.to_owned(), value.into());
    }

    /// Removes a variable for the next start.
    pub fn unset(&mut self, name: &str) {
        self.settings.remove(name);
    }

    /// Makes the next start begin with a shell command, such as `ulimit`.
    pub fn first(&mut self, command: impl Into<String>) {
        self.first.push(command.into());
    }

    /// Runs another program in its place: one for another processor, by an emulator.
    pub fn use_program(&mut self, program: PathBuf) {
        self.program = program;
    }

    /// Returns its data folder.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Returns the URL of its database, past any bridge; `None` for SQLite.
    pub fn database_url(&self) -> Option<&str> {
        self.database.url()
    }

    /// Returns the id of its process.
    ///
    /// # Errors
    /// It does not run.
    pub fn id(&self) -> Result<u32> {
        let process = self.process.as_ref().context("postern does not run")?;
        Ok(process.id())
    }

    /// Makes it read its secrets again (SIGHUP).
    ///
    /// # Errors
    /// It does not run.
    pub fn reload(&self) -> Result<()> {
        let process = self.process.as_ref().context("postern does not run")?;
        process.hang_up()
    }

    /// Returns `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the redirect URI at this origin.
    pub fn redirect_uri(&self) -> String {
        format!("{}{}", self.origin, shared::routes::API_OAUTH_OPENID)
    }

    /// Configures this OP, as Authentik's admin guide does.
    pub fn use_op(&mut self, op: &Op) {
        let client = op.registration();
        for (name, value) in [
            ("OIDC_ENABLED", "true"),
            ("OIDC_PROVIDER", "authentik"),
            ("OIDC_CLIENT_ID", &client.id),
            ("OIDC_CLIENT_SECRET", &client.secret),
            ("OIDC_REDIRECT_URI", &client.redirect_uri),
            ("OIDC_SERVER_APPLICATION_URL", &op.issuer()),
        ] {
            self.set(name, value);
        }
    }

    /// Configures an OP in this process, and registers the server there.
    pub fn use_op_here(&mut self, op: &demo_op::Op) {
        let redirect_uri = self.redirect_uri();
        op.register(Client::new(CLIENT_ID, CLIENT_SECRET, &redirect_uri));
        self.use_client(op, &redirect_uri);
    }

    /// Configures the client that an OP in this process has for this redirect URI.
    pub fn use_client(&mut self, op: &demo_op::Op, redirect_uri: &str) {
        for (name, value) in [
            ("OIDC_ENABLED", "true"),
            ("OIDC_PROVIDER", "authentik"),
            ("OIDC_CLIENT_ID", CLIENT_ID),
            ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
            ("OIDC_REDIRECT_URI", redirect_uri),
            ("OIDC_SERVER_APPLICATION_URL", &op.application_url()),
        ] {
            self.set(name, value);
        }
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// It ended or did not become ready; the message carries its log.
    pub async fn start(&mut self) -> Result<()> {
        self.start_until("/readyz").await
    }

    /// Starts it and waits until it answers at all, ready or not.
    ///
    /// # Errors
    /// It ended or does not answer; the message carries its log.
    pub async fn start_unready(&mut self) -> Result<()> {
        self.start_until("/healthz").await
    }

    async fn start_until(&mut self, path: &str) -> Result<()> {
        if self.process.is_some() {
            bail!("postern runs already");
        }
        let mut process = Process::start("postern", self.command())?;
        // The address of an application that has this host is no address of the server's.
        let base = if self.settings.contains_key("POSTERN_UPSTREAM") {
            shared::routes::BASE
        } else {
            ""
        };
        let url = format!("{}{base}{path}", self.origin);
        process.until_ready(async || answers(&url).await).await?;
        self.process = Some(process);
        Ok(())
    }

    /// Starts it, waits until it ends by itself, and returns what it said.
    ///
    /// # Errors
    /// It runs on, or ends with success.
    pub async fn start_in_vain(&mut self) -> Result<String> {
        self.process = Some(Process::start("postern", self.command())?);
        self.ended_in_vain().await
    }

    /// Waits until it ends by itself, and returns what it said.
    ///
    /// # Errors
    /// It does not run, runs on, or ends with success.
    pub async fn ended_in_vain(&mut self) -> Result<String> {
        let mut process = self.process.take().context("postern does not run")?;
        let status = process.ended().await?;
        ensure!(!status.success(), "postern ended with {status}");
        Ok(process.log())
    }

    /// Ends it without a warning.
    ///
    /// # Errors
    /// It does not run.
    pub fn kill(&mut self) -> Result<()> {
        let process = self.process.take().context("postern does not run")?;
        self.past_log.push_str(&process.log());
        process.kill()
    }

    /// Ends it as an init system does, and waits until it has ended in good order.
    ///
    /// # Errors
    /// It did not end, or not with success.
    pub async fn stop(&mut self) -> Result<()> {
        let process = self
            .process
            .take()
            .ok_or_else(|| anyhow!("postern does not run"))?;
        self.past_log.push_str(&process.log());
        let status = process.stop().await?;
        if !status.success() {
            bail!("postern ended with {status}. Its log:\n{}", self.past_log);
        }
        Ok(())
    }

    /// Stops it and starts it again, with the settings as they are now.
    ///
    /// # Errors
    /// As [`Server::stop`] and [`Server::start`].
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        self.start().await
    }

    /// Returns all that it has logged since the first start.
    pub fn log(&self) -> String {
        let running = self.process.as_ref().map(Process::log).unwrap_or_default();
        format!("{}{running}", self.past_log)
    }

    /// Runs another command of the program with something on its standard input.
    ///
    /// # Errors
    /// It could not be run.
    pub fn feed(&self, words: &[&str], input: &str) -> Result<Output> {
        let mut child = self
            .other(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().context("standard input")?;
        // Not every command reads what it is given.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        Ok(child.wait_with_output()?)
    }

    /// Returns another command with the server's settings, to be run in some other way.
    pub fn other(&self, words: &[&str]) -> Command {
        let mut command = self.command();
        command.args(words);
        command
    }

    /// Asks `postern setup-token` for the token for the first admin.
    ///
    /// # Errors
    /// The command failed or printed nothing.
    pub fn setup_token(&self) -> Result<String> {
        let output = self
            .command()
            .arg("setup-token")
            .output()
            .context("postern setup-token")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match text.split_whitespace().last() {
            Some(token) if output.status.success() => Ok(token.to_owned()),
            _ => bail!(
                "postern setup-token: {}: {text}{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }

    /// Runs a command of it with these settings, and waits for its end.
    ///
    /// # Errors
    /// It could not be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = self.command();
        command.args(arguments);
        command
            .output()
            .with_context(|| format!("postern {arguments:?}"))
    }

    /// Makes every login so old that a change of the email requires a confirmation.
    ///
    /// # Errors
    /// The database is not SQLite, or cannot be written to.
    pub async fn make_logins_old(&self) -> Result<()> {
        let file = self.data.path().join("postern.db");
        let options = SqliteConnectOptions::new().filename(file);
        let mut connection = options.connect().await?;
        let made_old = sqlx::query("update session set confirmed_at = 0")
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        ensure!(made_old.rows_affected() > 0, "nobody is logged in");
        Ok(())
    }

    /// Returns the command with these settings and nothing else of this process's environment.
    fn command(&self) -> Command {
        let mut command = if self.first.is_empty() {
            Command::new(&self.program)
        } else {
            let script = format!("{} && exec \"$0\" \"$@\"", self.first.join(" && "));
            let mut shell = Command::new("sh");
            shell.args(["-c", &script]).arg(&self.program);
            shell
        };
        command
            .env_clear()
            .envs(&self.settings)
            .current_dir(self.data.path());
        command
    }
}
