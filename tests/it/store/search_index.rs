//! SQLite's index of names: it stays sound, and forgets who is gone.

use postern::account::AccountId;
use postern::audit::Actor;
use postern::config::Database;
use postern::store::{Store, UserFilter, check_sqlite, copy_sqlite};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;
use tests::logins::{add_account, by_password};
use tests::site::user;

use super::NOW;

/// A store in a file, with some accounts.
struct Place {
    folder: TempDir,
    store: Store,
    accounts: Vec<AccountId>,
}

fn by() -> Actor {
    Actor::server(NOW)
}

impl Place {
    async fn with(names: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let place = Database::Sqlite(folder.path().join("postern.db"));
        let store = Store::connect(&place).await.expect("a store");
        let mut accounts = Vec::new();
        for name in names {
            accounts.push(add_account(&store, &user(name).await, by()).await);
        }
        Self {
            folder,
            store,
            accounts,
        }
    }

    /// Copies the file, which is sound. Returns whether the copy's index has the three letters.
    async fn copy_has(&self, letters: &str) -> bool {
        let copies = TempDir::new().expect("a folder");
        let copy = copies.path().join("copy.db");
        let file = self.folder.path().join("postern.db");
        copy_sqlite(&file, &copy).await.expect("a copy");
        check_sqlite(&copy).await.expect("it is sound");
        let options = SqliteConnectOptions::new().filename(&copy);
        let mut copy = options.connect().await.expect("it opens");
        let blocks =
            "select count(*) from account_search_data where instr(block, cast($1 as blob))";
        let blocks = sqlx::query_scalar(blocks).bind(letters);
        let blocks: i64 = blocks.fetch_one(&mut copy).await.expect("its index");
        blocks > 0
    }
}

#[tokio::test]
async fn index_is_sound_after_a_name_was_changed_many_times() {
    let place = Place::with(&["alice", "bob", "carol"]).await;

    for number in 0..200 {
        let name = format!("name {number}");
        let changed = place
            .store
            .set_display_name(place.accounts[0], Some(&name), by());
        changed.await.unwrap();
    }

    assert!(place.copy_has("ali").await);
}

#[tokio::test]
async fn swept_index_has_nothing_of_a_name_that_is_gone() {
    let place = Place::with(&["alice", "bob"]).await;
    let name = |name| place.store.set_display_name(place.accounts[0], name, by());
    name(Some("qzx")).await.unwrap();
    name(None).await.unwrap();
    assert!(place.copy_has("qzx").await, "nothing to forget");

    place.store.sweep_search().await.unwrap();
    assert!(!place.copy_has("qzx").await, "a changed name");

    name(Some("qzx")).await.unwrap();
    let ways = by_password();
    let deleted = place.store.delete_user(place.accounts[0], &ways, by());
    deleted.await.unwrap();
    place.store.sweep_search().await.unwrap();
    assert!(!place.copy_has("qzx").await, "a deleted account");
    assert!(!place.copy_has("ali").await, "a deleted account");
}

#[tokio::test]
async fn text_of_one_or_two_letters_is_found_wherever_it_stands() {
    let place = Place::with(&["alice", "bob"]).await;
    let found = async |search: &str| {
        let filter = UserFilter {
            search: Some(search.to_owned()),
            limit: 9,
            ..UserFilter::default()
        };
        let (users, total) = place.store.users(&filter, NOW).await.expect("a list");
        let names = users.into_iter().map(|user| user.account.username);
        let names: Vec<String> = names.collect();
        assert_eq!(total.count, names.len() as u64, "{search}");
        names.join(" ")
    };
    let by_search = async |pairs: &[(&str, &str)]| {
        for (search, names) in pairs {
            assert_eq!(found(search).await, *names, "{search}");
        }
    };

    by_search(&[
        ("al", "alice"),
        ("LI", "alice"),
        ("ce", "alice"),
        ("e", "alice bob"),
        ("om", "alice bob"),
        ("b", "bob"),
        ("zz", ""),
        ("%", ""),
        ("_", ""),
        ("\"", ""),
        ("*", ""),
        ("ü", ""),
    ])
    .await;
    let name = |name| place.store.set_display_name(place.accounts[0], name, by());
    name(Some("Jürgen Ü")).await.unwrap();
    by_search(&[("jü", "alice"), ("ü", "alice"), (" Ü", "alice")]).await;
    name(Some("Q")).await.unwrap();
    by_search(&[("ü", ""), ("q", "alice"), ("n ", "")]).await;
    let ways = by_password();
    let deleted = place.store.delete_user(place.accounts[0], &ways, by());
    deleted.await.unwrap();
    by_search(&[("q", ""), ("al", ""), ("bo", "bob")]).await;
}
