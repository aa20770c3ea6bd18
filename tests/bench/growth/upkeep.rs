//! The start, what makes the server forget sessions, and a backup beside full load.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use shared::routes::API_SESSION;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tests::server::Server;
use tests::web::answers;
use tokio::time::{sleep, timeout};

use super::asked::{Asked, HOST, Line, SECONDS, line, milliseconds};
use crate::machine::{REST, Running, median, worked};
use crate::seed;

/// How often it is started.
const STARTS: usize = 5;
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How soon it is asked again whether it is ready.
const AGAIN: Duration = Duration::from_millis(1);

/// Measures the time until it is ready, and the processor's time until then.
pub(super) async fn start(server: &Server) -> Result<Line> {
    let (mut times, mut works) = (Vec::new(), Vec::new());
    for _ in 0..=STARTS {
        let began = Instant::now();
        let child = server.other(&["serve"]).stderr(Stdio::null()).spawn()?;
        let mut running = Running(child);
        let url = format!("{}/readyz", server.origin());
        let ready = async {
            while !answers(&url).await {
                sleep(AGAIN).await;
            }
        };
        timeout(PATIENCE, ready).await.context("it is not ready")?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
        works.push(worked(running.0.id())?.total().as_secs_f64() * 1e3);
        stop(&mut running.0)?;
    }
    // The first one makes the keys.
    let (time, work) = (median(times.split_off(1))?, median(works.split_off(1))?);
    Ok(line(
        "start until ready (processor)",
        format!("{time:.0} ms ({work:.0})"),
    ))
}

/// Ends it as an init system does.
fn stop(child: &mut Child) -> Result<()> {
    let id = child.id().cast_signed();
    let id = rustix::process::Pid::from_raw(id).context("its id")?;
    rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
    ensure!(child.wait()?.success(), "it did not end well");
    Ok(())
}

/// Has the server drop every session that it remembers, as any logout does.
pub(super) async fn forget(server: &Server) -> Result<()> {
    if let Some(url) = server.database_url() {
        let mut connection = PgConnection::connect(url).await?;
        connection.execute("notify postern_session").await?;
        return Ok(connection.close().await?);
    }
    let file = server.data().join("postern.db");
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await?;
    connection
        .execute("update session_change set changes = changes + 1")
        .await?;
    Ok(connection.close().await?)
}

/// Measures the slowest hundredth of a full load, alone and beside a backup.
pub(super) async fn backup(at: &Asked<'_>, server: &Server) -> Result<Vec<Line>> {
    let cookie = seed::cookie(1);
    let headers = [HOST, &cookie];
    let load = async || {
        at.bench
            .load(&at.address, API_SESSION, &headers, SECONDS, 0)
            .await
    };
    let (rate, _, alone) = load().await?;
    let file = at.bench.folder.path().join("backup.db");
    let mut slowest = Vec::new();
    let began = Instant::now();
    let mut command = server.other(&["backup"]);
    command
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Where nothing else works: what is measured keeps its core.
    let mut pinned = std::process::Command::new("taskset");
    pinned
        .args(["-c", REST])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            pinned.env(name, value);
        }
    }
    let mut backup = Running(pinned.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let took = loop {
        let (beside, _, worst) = load().await?;
        slowest.push((beside, worst));
        if let Some(status) = backup.0.try_wait()? {
            ensure!(status.success(), "the backup failed: {status}");
            break began.elapsed();
        }
    };
    let size = std::fs::metadata(&file)?.len() / 1_000_000;
    std::fs::remove_file(&file)?;
    let (beside, worst) = slowest.first().context("no load")?;
    Ok(vec![
        line(
            "backup beside full load",
            format!("{size} MB, ≤ {:.0} s", took.as_secs_f64()),
        ),
        line(
            "load alone and beside it, requests/s",
            format!("{rate}, {beside}"),
        ),
        line(
            "p99 alone and beside it",
            format!(
                "{}, {}",
                milliseconds(Duration::from_micros(alone)),
                milliseconds(Duration::from_micros(*worst))
            ),
        ),
    ])
}
