//! What is remembered is what the database has, whatever happens at the same time.

use std::collections::BTreeSet;
use std::sync::Arc;

use postern::audit::Actor;
use postern::session::SessionToken;
use postern::store::Store;
use sqlx::{ConnectOptions as _, Row as _};
use tests::logins::{set_disabled, set_role};
use tests::site::user;

use crate::store::{Fresh, NOW};

/// Columns that nobody is logged in by, and that no answer shows.
const UNWATCHED: [(&str, &[&str]); 3] = [
    ("session", &["last_used_at", "recheck_claimed_until"]),
    (
        "account",
        &[
            "username_key",
            "email_key",
            "display_name_key",
            "created_at",
            "updated_at",
            "last_login_at",
        ],
    ),
    (
        "app_session",
        &[
            "ticket_hash",
            "state_hash",
            "created_at",
            "ticket_expires_at",
        ],
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_column_that_matters_is_watched_by_a_trigger() {
    let fresh = Fresh::open().await;
    let postern::config::Database::Sqlite(file) = &fresh.place else {
        return;
    };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut open = options.connect().await.unwrap();
    for (table, unwatched) in UNWATCHED {
        let columns = sqlx::query("select name from pragma_table_info($1)").bind(table);
        let columns = columns.fetch_all(&mut open).await.unwrap();
        let columns: BTreeSet<String> = columns.iter().map(|row| row.get(0)).collect();
        let triggers: Vec<(String, String)> = sqlx::query_as(
            // Those that keep the index of names and addresses watch for nobody.
            "select name, sql from sqlite_master where type = 'trigger' and tbl_name = $1
                and sql not like '%account_search%'",
        )
        .bind(table)
        .fetch_all(&mut open)
        .await
        .unwrap();
        let names: BTreeSet<&str> = triggers.iter().map(|(name, _)| name.as_str()).collect();
        let (updated, deleted) = (format!("{table}_updated"), format!("{table}_deleted"));
        assert_eq!(names, BTreeSet::from([updated.as_str(), deleted.as_str()]));

        let (_, sql) = triggers.iter().find(|(name, _)| *name == updated).unwrap();
        let (_, of) = sql.split_once(" update of ").unwrap();
        let (of, _) = of.split_once(" on ").unwrap();
        let watched = of.split(',').map(|column| column.trim().to_owned());
        let unwatched = unwatched.iter().map(|&column| column.to_owned());
        let known: BTreeSet<String> = watched.chain(unwatched).collect();
        assert_eq!(known, columns, "{table}");
    }
}

async fn is_known(store: &Store, token: &SessionToken) -> bool {
    let found = store
        .recall_session(token.hash(), NOW)
        .await
        .expect("an answer");
    found.is_some_and(|(session, _)| session.ended_at.is_none())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_read_before_a_write_is_remembered_after_it() {
    let fresh = Fresh::open().await;
    // On PostgreSQL, nothing is remembered by who does not listen.
    tokio::spawn(fresh.store.clone().keep_listening());
    let id = fresh.add(user("alice").await).await;
    for _ in 0..100 {
        let (_, token) = fresh.add_session(id).await;
        let token = Arc::new(token);
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (store, token) = (fresh.store.clone(), Arc::clone(&token));
                tokio::spawn(async move {
                    while is_known(&store, &token).await {
                        // What is remembered is answered without waiting for anybody.
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        tokio::task::yield_now().await;

        let by = Actor::server(NOW);
        let ended = fresh.store.take_session(token.hash(), by).await.unwrap();

        assert!(ended.is_some());
        assert!(!is_known(&fresh.store, &token).await, "remembered");
        for reader in readers {
            reader.await.unwrap();
        }
        assert!(!is_known(&fresh.store, &token).await, "remembered again");
    }
}

#[tokio::test]
async fn remembered_account_is_the_one_of_now() {
    let fresh = Fresh::open().await;
    tokio::spawn(fresh.store.clone().keep_listening());
    let id = fresh.add(user("alice").await).await;
    // Somebody must administer.
    fresh.add(tests::site::admin("root").await).await;
    for is_disabled in [true, false] {
        let (_, token) = fresh.add_session(id).await;
        assert!(is_known(&fresh.store, &token).await);
        let by = || Actor::server(NOW);
        set_role(&fresh.store, id, shared::session::Role::Admin, by()).await;
        assert!(!is_known(&fresh.store, &token).await, "another role");
        set_role(&fresh.store, id, shared::session::Role::User, by()).await;
        let (_, token) = fresh.add_session(id).await;
        assert!(is_known(&fresh.store, &token).await);
        set_disabled(&fresh.store, id, is_disabled, by()).await;
        assert_eq!(is_known(&fresh.store, &token).await, !is_disabled);
        set_disabled(&fresh.store, id, false, by()).await;
    }
}

#[tokio::test]
async fn last_use_is_written_later_and_drops_nothing() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (session, token) = fresh.add_session(id).await;
    let later = NOW.plus(std::time::Duration::from_secs(100));
    let recalled = async || {
        let found = fresh.store.recall_session(token.hash(), later).await;
        found.unwrap().unwrap().0.last_used_at
    };
    assert_eq!(recalled().await, NOW);

    fresh.store.note_use(token.hash(), session.id, later);
    let stored = fresh.store.session_by_token(token.hash()).await.unwrap();
    assert_eq!(
        stored.unwrap().0.last_used_at,
        NOW,
        "no write for a request"
    );
    fresh.store.write_uses().await;

    let stored = fresh.store.session_by_token(token.hash()).await.unwrap();
    assert_eq!(stored.unwrap().0.last_used_at, later);
    assert_eq!(recalled().await, later);
}
