//! How SQLite would run a statement, for tests: what reads a whole table is slow once there are many
//! rows, whatever a test with three of them shows.

use tempfile::TempDir;

use crate::config::Database;
use crate::store::Store;
use crate::store::engine::database::Pool;

/// The tables that grow.
const TABLES: [&str; 12] = [
    "account",
    "account_search_row",
    "app_session",
    "audit",
    "callback",
    "guess_count",
    "identity",
    "login_link",
    "logout_token",
    "session",
    "void_link",
    "welcome_link",
];

/// An empty database with the tables of this version.
pub(crate) struct Plans {
    store: Store,
    _folder: TempDir,
}

impl Plans {
    pub(crate) async fn open() -> Self {
        let folder = TempDir::new().expect("a folder");
        let place = Database::Sqlite(folder.path().join("postern.db"));
        let store = Store::connect(&place).await.expect("a store");
        Self {
            store,
            _folder: folder,
        }
    }

    /// Returns the plan's steps.
    pub(crate) async fn lines(&self, statement: &str) -> Vec<String> {
        let Ok(Pool::Sqlite(pool)) = self.store.readers() else {
            panic!("the store is no file");
        };
        let explained = format!("explain query plan {statement}");
        let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(&explained)
            .fetch_all(pool)
            .await
            .expect("a plan");
        steps.into_iter().map(|(.., step)| step).collect()
    }

    /// Returns the steps that read a whole table without an index, or sort.
    pub(crate) async fn faults(&self, statement: &str) -> Vec<String> {
        let is_fault = |step: &String| {
            let scanned = step.strip_prefix("SCAN ");
            let table = scanned.and_then(|rest| rest.split(' ').next());
            let is_scan = table.is_some_and(|table| TABLES.contains(&table));
            (is_scan && !step.contains(" INDEX ")) || step.starts_with("USE TEMP B-TREE FOR ORDER")
        };
        self.lines(statement)
            .await
            .into_iter()
            .filter(is_fault)
            .collect()
    }
}
