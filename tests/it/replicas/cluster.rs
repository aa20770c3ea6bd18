//! The servers, their OP and their load balancer.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use demo_op::{Client, Op};
use shared::routes::API_OAUTH_OPENID;
use tempfile::TempDir;
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::places::{free_port, require};
use tests::process::Process;
use tests::server::Server;
use tests::site::{CLIENT_ID, CLIENT_SECRET, PASSWORD, op_of_today};
use tests::web::answers;

/// The same at all servers.
const SECRET_KEY: &str = "of three 0123456789 abcdefghijklmnopqrstuvwxyz";

/// The session's cookie.
const SESSION: &str = "postern_session";

/// nginx asks the next server if one is not there or does not want the request.
const NGINX: &str = "daemon off;
pid FOLDER/pid;
error_log stderr warn;
worker_processes 1;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    upstream postern {
SERVERS    }
    server {
        listen 127.0.0.1:PORT;
        location / {
            proxy_pass http://postern;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_next_upstream error timeout http_503;
        }
    }
}
";

/// Three servers, and what is around them.
pub(super) struct Cluster {
    pub(super) servers: Vec<Server>,
    pub(super) origin: String,
    op: Op,
    _nginx: Process,
    _folder: TempDir,
}

impl Cluster {
    /// Starts them, one after the other: the first makes the tables.
    pub(super) async fn start() -> Result<Self> {
        Self::start_as(None, &[]).await
    }

    /// Starts them with these settings and under this public origin, else that of nginx.
    pub(super) async fn start_as(public: Option<&str>, settings: &[(&str, &str)]) -> Result<Self> {
        let op = op_of_today().await?;
        let port = free_port()?;
        let origin = format!("http://127.0.0.1:{port}");
        let public = public.unwrap_or(&origin).to_owned();
        let redirect_uri = format!("{public}{API_OAUTH_OPENID}");
        op.register(Client::new(CLIENT_ID, CLIENT_SECRET, &redirect_uri));
        let mut servers = vec![Server::prepare(
            Database::create(DatabaseKind::Postgres).await?,
        )?];
        let url = servers[0].database_url().context("a URL")?.to_owned();
        for _ in 0..2 {
            let mut server = Server::prepare(Database::Sqlite)?;
            server.set("DATABASE_URL", &url);
            servers.push(server);
        }
        for server in &mut servers {
            let usual = [
                ("POSTERN_PUBLIC_URL", public.as_str()),
                ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
                ("POSTERN_SECRET_KEY", SECRET_KEY),
            ];
            for (name, value) in usual.iter().chain(settings) {
                server.set(name, *value);
            }
            server.use_client(&op, &redirect_uri);
            server.start().await?;
        }
        let folder = TempDir::new()?;
        let nginx = nginx(&servers, port, &folder).await?;
        Ok(Self {
            servers,
            origin,
            op,
            _nginx: nginx,
            _folder: folder,
        })
    }

    /// Returns a browser that has never been anywhere.
    pub(super) fn browser(&self) -> HttpBrowser {
        HttpBrowser::new(&self.origin, &self.origin, self.op.origin()).with_port_in_cookies()
    }

    /// Returns one that asks this server alone, with the session of another browser.
    pub(super) fn at(&self, server: &Server, like: &HttpBrowser) -> HttpBrowser {
        let browser = HttpBrowser::new(server.origin(), &self.origin, self.op.origin());
        let browser = browser.with_port_in_cookies();
        if let Some(session) = like.cookie(SESSION) {
            browser.set_cookie(SESSION, &session);
        }
        browser
    }

    /// Adds an admin who has a password.
    pub(super) fn add_admin(&self, username: &str) -> Result<()> {
        let command = [
            "user",
            "add",
            username,
            "--role",
            "admin",
            "--password-stdin",
        ];
        let made = self.servers[0].feed(&command, PASSWORD)?;
        ensure!(made.status.success(), "{made:?}");
        Ok(())
    }

    /// Fails unless each server has answered something since it started.
    pub(super) fn all_took_part(&self, line: &str) -> Result<()> {
        for server in &self.servers {
            let log = server.log();
            ensure!(
                log.contains(line),
                "{} has no {line:?}: {log}",
                server.origin()
            );
        }
        Ok(())
    }

    /// Ends them in good order.
    pub(super) async fn stop(self) -> Result<()> {
        for mut server in self.servers.into_iter().rev() {
            server.stop().await?;
        }
        Ok(())
    }
}

async fn nginx(servers: &[Server], port: u16, folder: &TempDir) -> Result<Process> {
    let lines: String = servers
        .iter()
        .filter_map(|server| server.origin().strip_prefix("http://"))
        .fold(String::new(), |lines, server| {
            lines + "        server " + server + " max_fails=0;\n"
        });
    let file = folder.path().join("nginx.conf");
    let text = NGINX
        .replace("FOLDER", &folder.path().display().to_string())
        .replace("SERVERS", &lines)
        .replace("PORT", &port.to_string());
    std::fs::write(&file, text)?;
    let program = require("/usr/sbin/nginx".into(), "cargo xtask test")?;
    let mut command = Command::new(program);
    command.arg("-c").arg(&file).arg("-p").arg(folder.path());
    let mut nginx = Process::start("nginx", command)?;
    let url = format!("http://127.0.0.1:{port}/readyz");
    nginx.until_ready(async || answers(&url).await).await?;
    Ok(nginx)
}
