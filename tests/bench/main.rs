//! `cargo xtask bench door`, `session` and `growth`: what the door and the session check cost, against
//! programs that do less, and what costs more with more accounts.
//!
//! The program that is measured has one core; what asks it, and what it asks, have another. So on a
//! machine that is busy with other things, the processor's time for each request says more than
//! requests per second do.

#[path = "../it/door/visitor.rs"]
#[expect(dead_code, reason = "tests do more with it")]
mod visitor;
#[path = "../it/door/program.rs"]
mod program;
mod growth;
mod machine;
mod memory;
mod peers;
mod seed;
mod session;

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tests::places::program;
use tests::server::Server;

use machine::{Bench, MEASURED, REST, Running, SECONDS, address, listening, pin, say, ticks};
use visitor::{Visitor, WIKI};

/// How often a second when what counts is how long an answer takes, and not how many there are.
const RATE: u32 = 500;

/// One line of the table.
struct Measured {
    what: &'static str,
    /// Answers a second, as fast as they come.
    rate: u64,
    /// Microseconds of the processor for each.
    work: f64,
    /// Microseconds until an answer is there, at [`RATE`]: the median, and the slowest hundredth.
    took: (u64, u64),
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let peers = program(
        "BENCH_PEERS_BIN",
        "target/release/bench-peers",
        "cargo xtask bench door",
    )?;
    let upstream = address()?;
    let mut bench = Bench {
        peers,
        folder: TempDir::new()?,
        upstream,
        upstreams: Vec::new(),
    };
    machine::introduce()?;
    let sections = machine::setting("BENCH_SECTIONS").unwrap_or_else(|| "door".to_owned());
    for section in sections.split(',') {
        match section {
            "session" => session::run(&bench).await?,
            "peers" => peers::run(&bench).await?,
            "growth" => growth::run(&bench).await?,
            "memory" => memory::run(&bench).await?,
            _ => door(&mut bench).await?,
        }
    }
    Ok(())
}

/// What the door costs.
async fn door(bench: &mut Bench) -> Result<()> {
    let mut lines = vec![bench.direct().await?];
    lines.push(bench.bare().await?);
    lines.push(bench.nginx("nginx `proxy_pass`", "").await?);
    let url = format!("http://{}", bench.upstream);
    let (mut server, alice) = program::with_alice(&[
        ("POSTERN_APP_WIKI_UPSTREAM", &url),
        ("POSTERN_APP_WIKI_PUBLIC", "/public"),
        ("POSTERN_APP_CHAT_URL", "http://chat.example.test"),
        ("POSTERN_APP_CHAT_UPSTREAM", &url),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32"),
        ("POSTERN_LOG", "warn"),
        machine::ONE_THREAD,
    ])
    .await?;
    let id = server.id()?;
    pin(id)?;
    let cookie = alice.cookie_line(WIKI);
    let cookie = cookie.trim_end();
    let own = ["Host: wiki.example.test", cookie];
    let origin = server.origin().trim_start_matches("http://").to_owned();
    lines.push(
        bench
            .measure("Postern, logged in", &origin, "/", &own, id)
            .await?,
    );
    lines.push(
        bench
            .measure("Postern, public path", &origin, "/public", &own[..1], id)
            .await?,
    );
    lines.extend(verify(bench, &server, alice).await?);
    print(&lines)?;
    server.stop().await
}

/// Measures `/api/verify`, alone and behind nginx.
async fn verify(bench: &Bench, server: &Server, mut alice: Visitor) -> Result<Vec<Measured>> {
    const CHAT: &str = visitor::CHAT;
    alice.enter(CHAT).await;
    let cookie = alice.cookie_line(CHAT);
    let cookie = cookie.trim_end();
    let origin = server.origin().trim_start_matches("http://");
    let asked = [
        "Host: login.example.test",
        "X-Forwarded-Host: chat.example.test",
        "X-Forwarded-Uri: /",
        "X-Forwarded-Method: GET",
        "X-Forwarded-Proto: http",
        cookie,
    ];
    let id = server.id()?;
    let alone = bench
        .measure("`/api/verify`", origin, "/api/verify", &asked, id)
        .await?;
    let auth = format!(
        "auth_request /verify;\n}}\nlocation = /verify {{\n internal;\n proxy_pass http://door/api/verify;\n \
         proxy_pass_request_body off;\n proxy_set_header Content-Length \"\";\n \
         proxy_set_header X-Forwarded-Host chat.example.test;\n proxy_set_header X-Forwarded-Uri $request_uri;\n \
         proxy_set_header X-Forwarded-Method $request_method;\n proxy_set_header Host login.example.test;\n \
         proxy_http_version 1.1;\n proxy_set_header Connection \"\";\n}}\n}}\nupstream door {{ server {origin}; keepalive 64;"
    );
    let behind = bench.nginx_asking(&auth, cookie).await?;
    Ok(vec![alone, behind])
}

impl Bench {
    /// Measures the application alone, and leaves one running.
    async fn direct(&mut self) -> Result<Measured> {
        let address = address()?;
        let alone = self.start(MEASURED, &["upstream", &address])?;
        listening(&address).await?;
        let measured = self
            .measure("upstream alone", &address, "/", &["Host: x"], alone.0.id())
            .await?;
        let upstream = self.start(REST, &["upstream", &self.upstream])?;
        listening(&self.upstream).await?;
        self.upstreams.push(upstream);
        Ok(measured)
    }

    /// Measures hyper with nothing between.
    async fn bare(&self) -> Result<Measured> {
        let address = address()?;
        let proxy = self.start(MEASURED, &["proxy", &address, &self.upstream])?;
        listening(&address).await?;
        self.measure(
            "bare hyper proxy",
            &address,
            "/",
            &["Host: x"],
            proxy.0.id(),
        )
        .await
    }

    /// Measures nginx, which asks nobody.
    async fn nginx(&self, what: &'static str, auth: &str) -> Result<Measured> {
        let (address, _nginx, worker) = self.start_nginx(MEASURED, auth).await?;
        self.measure(what, &address, "/", &["Host: x"], worker)
            .await
    }

    /// Measures nginx, which asks the server about each request. The processor's time is nginx's.
    async fn nginx_asking(&self, auth: &str, cookie: &str) -> Result<Measured> {
        let (address, _nginx, worker) = self.start_nginx(REST, auth).await?;
        let headers = ["Host: chat.example.test", cookie];
        self.measure("nginx `auth_request`", &address, "/", &headers, worker)
            .await
    }

    async fn start_nginx(&self, core: &str, auth: &str) -> Result<(String, Running, u32)> {
        let address = address()?;
        let folder = self.folder.path();
        let config = folder.join("nginx.conf");
        std::fs::write(&config, self.nginx_config(&address, folder, auth))?;
        let child = Command::new("taskset")
            .args(["-c", core, "nginx", "-e", "stderr", "-p"])
            .arg(folder)
            .arg("-c")
            .arg(&config)
            .stderr(Stdio::inherit())
            .spawn()
            .context("nginx")?;
        let nginx = Running(child);
        listening(&address).await?;
        // Without a master there is one process.
        let worker = nginx.0.id();
        Ok((address, nginx, worker))
    }

    fn nginx_config(&self, address: &str, folder: &Path, auth: &str) -> String {
        let (upstream, folder) = (&self.upstream, folder.display());
        format!(
            "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr error;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n\
             fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n\
             keepalive_requests 100000000;\n\
             upstream app {{ server {upstream}; keepalive 64; keepalive_requests 100000000; }}\n\
             server {{ listen {address};\n\
             location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
             {auth}\n}}\n{}",
            if auth.is_empty() { "}\n}\n" } else { "}\n" }
        )
    }

    /// Asks as fast as answers come, then at a rate.
    async fn measure(
        &self,
        what: &'static str,
        address: &str,
        path: &str,
        headers: &[&str],
        process: u32,
    ) -> Result<Measured> {
        self.load(address, path, headers, 2, 0).await?;
        let before = ticks(process)?;
        let (rate, ..) = self.load(address, path, headers, SECONDS, 0).await?;
        let worked = ticks(process)? - before;
        let (_, median, slowest) = self.load(address, path, headers, SECONDS, RATE).await?;
        #[expect(clippy::cast_precision_loss, reason = "some thousand")]
        let work = worked as f64 * 10_000.0 / (rate * SECONDS) as f64;
        Ok(Measured {
            what,
            rate,
            work,
            took: (median, slowest),
        })
    }
}

fn print(lines: &[Measured]) -> Result<()> {
    say("\n### The door\n")?;
    say(&format!(
        "| what | requests/s | processor/request | median at {RATE}/s | p99 at {RATE}/s |"
    ))?;
    say("|---|---|---|---|---|")?;
    for Measured {
        what,
        rate,
        work,
        took: (median, slowest),
    } in lines
    {
        say(&format!(
            "| {what} | {rate} | {work:.0} µs | {median} µs | {slowest} µs |"
        ))?;
    }
    Ok(())
}
