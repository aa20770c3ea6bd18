//! What the door costs, beside a bare proxy of hyper, nginx, and the application alone; and, in the same
//! rounds, beside another build of the server, if `BENCH_BESIDE` names one.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use tests::database::Database;
use tests::server::Server;

use super::machine::{
    Bench, MEASURED, ONE_THREAD, REST, Running, address, listening, pin, say, setting,
};
use super::program;
use super::subject::{Subject, interleave};
use super::visitor::{CHAT, Visitor, WIKI};

/// How often a second when what counts is how long an answer takes, and not how many there are.
const RATE: u32 = 500;
/// The bare proxy is what the others are compared with.
const BARE: usize = 1;

/// Measures, and prints a table.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let alone = address()?;
    let upstream = bench.start(MEASURED, &["upstream", &alone])?;
    listening(&alone).await?;
    let bare = address()?;
    let proxy = bench.start(MEASURED, &["proxy", &bare, &bench.application])?;
    listening(&bare).await?;
    let nginx = Nginx::start(bench, MEASURED, "").await?;
    let any = ["Host: x"];
    let mut subjects = vec![
        Subject::new("the application alone", &alone, "/", &any, upstream.0.id()),
        Subject::new("a bare proxy of hyper", &bare, "/", &any, proxy.0.id()),
        Subject::new(
            "nginx `proxy_pass`",
            &nginx.address,
            "/",
            &any,
            nginx.process(),
        ),
    ];
    let mut own = Own::start("Postern", None, bench).await?;
    subjects.extend(own.subjects()?);
    let beside = setting("BENCH_BESIDE");
    let beside = match &beside {
        Some(program) => Some(Own::start("the other", Some(program), bench).await?),
        None => None,
    };
    if let Some(beside) = &beside {
        subjects.extend(beside.subjects()?);
    }
    let (asking, asks) = own.behind_nginx(bench).await?;
    subjects.push(asks);
    interleave(bench, &mut subjects).await?;
    print(bench, &subjects).await?;
    drop((upstream, proxy, nginx, asking));
    if let Some(mut beside) = beside {
        beside.server.stop().await?;
    }
    own.server.stop().await
}

/// The server, with somebody who is logged in at two applications behind it.
struct Own {
    name: &'static str,
    server: Server,
    alice: Visitor,
}

impl Own {
    /// Starts the program that is measured, or the one in this file.
    async fn start(name: &'static str, file: Option<&str>, bench: &Bench) -> Result<Self> {
        let url = format!("http://{}", bench.application);
        let settings = [
            ("POSTERN_APP_WIKI_UPSTREAM", &*url),
            ("POSTERN_APP_WIKI_PUBLIC", "/public"),
            ("POSTERN_APP_CHAT_URL", CHAT),
            ("POSTERN_APP_CHAT_UPSTREAM", &url),
            ("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32"),
            ("POSTERN_LOG", "warn"),
            ONE_THREAD,
        ];
        let mut server = program::prepare(Database::Sqlite, &settings)?;
        if let Some(file) = file {
            server.use_program(file.into());
        }
        let (server, mut alice) = program::start_with_alice(server).await?;
        alice.enter(CHAT).await;
        pin(server.id()?)?;
        Ok(Self {
            name,
            server,
            alice,
        })
    }

    fn address(&self) -> &str {
        self.server.origin().trim_start_matches("http://")
    }

    fn cookies(&self, host: &str) -> String {
        self.alice.cookie_line(host).trim_end().to_owned()
    }

    fn subjects(&self) -> Result<Vec<Subject>> {
        let (address, process, name) = (self.address(), self.server.id()?, self.name);
        let at_wiki = self.cookies(WIKI);
        let logged_in = ["Host: wiki.example.test", &at_wiki];
        let at_chat = self.cookies(CHAT);
        let asked = [
            "Host: login.example.test",
            "X-Forwarded-Host: chat.example.test",
            "X-Forwarded-Uri: /",
            "X-Forwarded-Method: GET",
            "X-Forwarded-Proto: http",
            &at_chat,
        ];
        let subject = |what: &str, path, headers: &[&str]| {
            Subject::new(format!("{name}, {what}"), address, path, headers, process)
        };
        Ok(vec![
            subject("logged in", "/", &logged_in),
            subject("a public path", "/public", &logged_in[..1]),
            subject("`/api/verify`", "/api/verify", &asked),
        ])
    }

    /// Starts an nginx that asks this server about each request. The time is nginx's.
    async fn behind_nginx(&self, bench: &Bench) -> Result<(Nginx, Subject)> {
        let address = self.address();
        let auth = format!(
            "auth_request /verify;\n}}\nlocation = /verify {{\n internal;\n \
             proxy_pass http://door/api/verify;\n proxy_pass_request_body off;\n \
             proxy_set_header Content-Length \"\";\n \
             proxy_set_header X-Forwarded-Host chat.example.test;\n \
             proxy_set_header X-Forwarded-Uri $request_uri;\n \
             proxy_set_header X-Forwarded-Method $request_method;\n \
             proxy_set_header Host login.example.test;\n proxy_http_version 1.1;\n \
             proxy_set_header Connection \"\";\n}}\n}}\n\
             upstream door {{ server {address}; keepalive 64;"
        );
        let nginx = Nginx::start(bench, REST, &auth).await?;
        let cookies = self.cookies(CHAT);
        let headers = ["Host: chat.example.test", &cookies];
        let what = "nginx that asks `/api/verify`";
        let subject = Subject::new(what, &nginx.address, "/", &headers, nginx.process());
        Ok((nginx, subject))
    }
}

/// An nginx without a master: there is one process.
struct Nginx {
    address: String,
    running: Running,
}

impl Nginx {
    /// Starts one on this core, which passes requests on once these directives let it.
    async fn start(bench: &Bench, core: &str, auth: &str) -> Result<Self> {
        let address = address()?;
        let folder = bench.folder.path();
        let config = folder.join(format!("{address}.conf"));
        std::fs::write(
            &config,
            config_of(&address, folder, &bench.application, auth),
        )?;
        let child = Command::new("taskset")
            .args(["-c", core, "nginx", "-e", "stderr", "-p"])
            .arg(folder)
            .arg("-c")
            .arg(&config)
            .stderr(Stdio::inherit())
            .spawn()
            .context("nginx")?;
        let running = Running(child);
        listening(&address).await?;
        Ok(Self { address, running })
    }

    fn process(&self) -> u32 {
        self.running.0.id()
    }
}

fn config_of(address: &str, folder: &Path, application: &str, auth: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off; master_process off; pid {folder}/{address}.pid; error_log stderr error;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n\
         fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n\
         keepalive_requests 100000000;\n\
         upstream app {{ server {application}; keepalive 64; keepalive_requests 100000000; }}\n\
         server {{ listen {address};\n\
         location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
         {auth}\n}}\n{}",
        if auth.is_empty() { "}\n}\n" } else { "}\n" }
    )
}

async fn print(bench: &Bench, subjects: &[Subject]) -> Result<()> {
    let bare = subjects.get(BARE).context("no bare proxy")?;
    say("\n### The door\n")?;
    say(&format!(
        "| what | requests/s | processor/request | of a bare proxy | median at {RATE}/s | p99 at {RATE}/s |"
    ))?;
    say("|---|---|---|---|---|---|")?;
    for subject in subjects {
        let (what, rate, work) = (&subject.what, subject.rate()?, subject.work()?);
        let (median, slowest) = subject.took(bench, RATE).await?;
        let part = subject.part(bare)?;
        say(&format!(
            "| {what} | {rate:.0} | {work:.1} µs | {part:.2} | {median} µs | {slowest} µs |"
        ))?;
    }
    Ok(())
}
