//! For how long the sweep keeps other writers waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use clock::Timestamp;
use postern::config::SessionConfig;
use postern::store::Store;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tests::server::Server;

use super::asked::{Line, line, milliseconds};
use crate::seed;

/// As by default.
const LIVES: SessionConfig = SessionConfig {
    max_age: Duration::from_secs(1_209_600),
    idle: Duration::from_secs(604_800),
};

/// Sweeps a tenth of the sessions and a twentieth of the audit trail.
pub(super) async fn measure(server: &Server, now: Timestamp) -> Result<Vec<Line>> {
    let store = Store::connect(&seed::place(server)).await?;
    let done = Arc::new(AtomicBool::new(false));
    let probe = server.database_url().is_none().then(|| {
        let file = server.data().join("postern.db");
        let options = SqliteConnectOptions::new()
            .filename(file)
            .synchronous(SqliteSynchronous::Off)
            .busy_timeout(Duration::from_mins(1));
        tokio::spawn(longest_wait(options, Arc::clone(&done)))
    });
    let began = Instant::now();
    let sessions = store.sweep_sessions(&LIVES, now).await?;
    let entries = store.sweep_audit(now).await?;
    let took = began.elapsed();
    done.store(true, Ordering::Relaxed);
    let mut lines = vec![line(
        "sweep: sessions, entries, in all",
        format!("{sessions}, {entries}, {:.1} s", took.as_secs_f64()),
    )];
    if let Some(probe) = probe {
        let wait = probe.await??;
        lines.push(line(
            "sweep: longest wait of another writer",
            milliseconds(wait),
        ));
    }
    let began = Instant::now();
    store.sweep_sessions(&LIVES, now).await?;
    store.sweep_audit(now).await?;
    lines.push(line("sweep: nothing to do", milliseconds(began.elapsed())));
    store.close().await;
    Ok(lines)
}

/// Writes again and again; returns how long it had to wait at most.
async fn longest_wait(options: SqliteConnectOptions, done: Arc<AtomicBool>) -> Result<Duration> {
    let mut connection = options.connect().await?;
    let mut longest = Duration::ZERO;
    while !done.load(Ordering::Relaxed) {
        let began = Instant::now();
        let mut tx = connection.begin_with("begin immediate").await?;
        longest = longest.max(began.elapsed());
        sqlx::query("update setting set value = value where name = 'admin_guard'")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    connection.close().await?;
    Ok(longest)
}
