//! A database of the real tables with many accounts, each with an identity, a session and entries in
//! the audit trail. Everything but the hashes of SQLite's tokens is made by the database itself, in one
//! transaction.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern::config;
use postern::store::Store;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, QueryBuilder, SqliteConnection};
use tests::server::Server;

/// How many hashes one statement inserts: SQLite has 32 766 parameters.
const HASHES: u64 = 10_000;

/// Returns the token of a session.
fn token(number: u64) -> [u8; 32] {
    Sha256::digest(format!("token{number}")).into()
}

/// Returns the header with the cookie of an account; number 0 is the admin.
pub(super) fn cookie(number: u64) -> String {
    let token = URL_SAFE_NO_PAD.encode(token(number));
    format!("Cookie: postern_session={token}")
}

/// Returns where the server's database is.
pub(super) fn place(server: &Server) -> config::Database {
    match server.database_url() {
        Some(url) => config::Database::Postgres(url.into()),
        None => config::Database::Sqlite(server.data().join("postern.db")),
    }
}

/// Makes the tables, and fills them with so many accounts.
pub(super) async fn fill(server: &Server, accounts: u64, now: i64) -> Result<()> {
    Store::connect(&place(server)).await?.close().await;
    match server.database_url() {
        Some(url) => postgres(url, accounts, now).await,
        None => sqlite(server, accounts, now).await,
    }
}

async fn sqlite(server: &Server, accounts: u64, now: i64) -> Result<()> {
    let mut connection = SqliteConnectOptions::new()
        .filename(server.data().join("postern.db"))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-500000")
        .connect()
        .await?;
    hashes(&mut connection, accounts).await?;
    let id = |table: u8, number: &str| {
        // A UUID v7: the time in milliseconds, then the kind of row.
        format!("unhex(printf('%012x7{table:03x}8000%012x', {now}000 + {number}, {number}))")
    };
    // Rows of one table come in the order of their ids, as they do where people log in over time.
    let statements = inserts(
        &ids(id),
        "printf('%064x', n * 7919)",
        "(select hash from temp.hash where hash.n = seed.n)",
        "temp.seed",
        now,
    );
    for statement in statements {
        sqlx::query(&statement)
            .execute(&mut connection)
            .await
            .with_context(|| statement.clone())?;
    }
    connection
        .execute("pragma wal_checkpoint(truncate)")
        .await?;
    Ok(connection.close().await?)
}

/// Makes the numbers from 0, and the hash of each token.
async fn hashes(connection: &mut SqliteConnection, accounts: u64) -> Result<()> {
    connection
        .execute("create temp table hash (n integer primary key, hash blob not null)")
        .await?;
    let mut first = 0;
    while first < accounts {
        let numbers = first..accounts.min(first + HASHES);
        first = numbers.end;
        let mut query = QueryBuilder::new("insert into temp.hash ");
        query.push_values(numbers, |mut row, number| {
            let hash: [u8; 32] = Sha256::digest(token(number)).into();
            row.push_bind(i64::try_from(number).unwrap_or_default());
            row.push_bind(hash.to_vec());
        });
        query
            .build()
            .persistent(false)
            .execute(&mut *connection)
            .await?;
    }
    connection
        .execute("create temp view seed as select n from hash")
        .await?;
    Ok(())
}

/// Returns the ids of an account, its identity, its session, and two entries of the audit trail, each as
/// `id` writes one of a table for a number.
fn ids(id: impl Fn(u8, &str) -> String) -> [String; 5] {
    let rows = [(1, "n"), (2, "n"), (3, "n"), (4, "2 * n"), (4, "2 * n + 1")];
    rows.map(|(table, number)| id(table, number))
}

async fn postgres(url: &str, accounts: u64, now: i64) -> Result<()> {
    let mut connection = url.parse::<PgConnectOptions>()?.connect().await?;
    let id = |table: u8, number: &str| {
        format!(
            "(lpad(to_hex({now}000::bigint + {number}), 12, '0') || '7{table:03x}8000' ||
              lpad(to_hex({number}), 12, '0'))::uuid"
        )
    };
    let statements = inserts(
        &ids(id),
        "encode(sha256(n::text::bytea), 'hex')",
        "sha256(sha256(('token' || n)::bytea))",
        &format!("(select generate_series(0, {accounts}::bigint - 1) as n) as seed"),
        now,
    );
    for statement in statements {
        sqlx::query(&statement)
            .execute(&mut connection)
            .await
            .with_context(|| statement.clone())?;
    }
    // What autovacuum does within minutes.
    connection.execute("vacuum analyze").await?;
    Ok(connection.close().await?)
}

/// Returns the statements, which differ by functions alone. Of a thousand accounts, one is disabled;
/// of ten sessions, one has expired. The others were used a little later than now, as clocks may differ:
/// so for five minutes no check has to note a use.
fn inserts(
    [account, identity, session, entry, other]: &[String; 5],
    subject: &str,
    hash: &str,
    seed: &str,
    now: i64,
) -> [String; 7] {
    [
        "begin".to_owned(),
        format!(
            "insert into account (account_id, username, username_key, display_name, display_name_key,
                email, email_key, role, password_hash, disabled_at, created_at, updated_at, last_login_at)
             select {account}, 'User' || n, 'user' || n, 'Person Number ' || n, 'person number ' || n,
                'user' || n || '@example.com', 'user' || n || '@example.com',
                case when n = 0 then 'admin' else 'user' end, null,
                case when n % 1000 = 999 then {now} end, {now}, {now}, {now}
             from {seed} order by n"
        ),
        format!(
            "insert into identity (identity_id, account_id, issuer, subject, username, email, linked_at,
                last_login_at)
             select {identity}, {account}, 'https://auth.example.com/application/o/postern/', {subject},
                'user' || n, 'user' || n || '@example.com', {now}, {now}
             from {seed} order by n"
        ),
        format!(
            "insert into session (session_id, account_id, token_hash, method, op_issuer, op_subject,
                user_agent, address, started_at, last_used_at, confirmed_at, expires_at)
             select {session}, {account}, {hash}, 'openid',
                'https://auth.example.com/application/o/postern/', {subject},
                'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
                '192.0.2.' || (n % 250), {now}, {now} + 240, {now},
                case when n % 10 = 9 then {now} - 1 else {now} + 1209600 end
             from {seed} order by n"
        ),
        format!(
            "insert into audit (audit_id, at, kind, actor_id, actor, account_id, account, address, ref, detail)
             select {entry}, {now}, 'account_made', {account}, 'User' || n, {account}, 'User' || n,
                '192.0.2.' || (n % 250), 'made' || n, 'user'
             from {seed} order by n"
        ),
        format!(
            "insert into audit (audit_id, at, kind, code, actor_id, actor, account_id, account, address, ref)
             select {other}, case when n % 10 = 9 then {now} - 100 * 86400 else {now} end,
                case when n % 10 = 9 then 'login_failed' else 'login' end,
                case when n % 10 = 9 then 'rate_limited' end, {account}, 'User' || n, {account}, 'User' || n,
                '192.0.2.' || (n % 250), 'login' || n
             from {seed} order by n"
        ),
        "commit".to_owned(),
    ]
}
