//! `postern restore`, while no server runs.

use postern::audit::Actor;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clock::Timestamp;
use insta::assert_snapshot;
use postern::cli::Keyboard;
use postern::config::{self, Config};
use postern::one_time_link::{LinkToken, NewLink};
use postern::session::{Client, Origin, Session, SessionToken};
use postern::store::{AuditFilter, Store, copy_sqlite};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tempfile::TempDir;
use tests::command_line::{Said, type_on_file};
use tests::logins::enter;
use tests::poll::{self, PATIENCE};
use tests::site::user;

const NOW: Timestamp = Timestamp::from_unix(1_750_000_000);

/// A data folder with a database, and a backup of it.
struct Place {
    folder: TempDir,
    config: Config,
    session: SessionToken,
    link: LinkToken,
}

impl Place {
    /// Creates a backup in which alice is logged in and has a link; bob joins afterwards.
    async fn new() -> Self {
        let folder = TempDir::new().expect("a file of the test");
        let data = folder.path().join("data");
        let vars = [("DATA_DIR".to_owned(), data.display().to_string())];
        let (config, _) = Config::from_vars(vars).unwrap_or_else(|faults| panic!("{faults}"));
        let (session, link) = (SessionToken::generate(), LinkToken::generate());
        let place = Self {
            folder,
            config,
            session,
            link,
        };
        let store = place.open().await;
        let id = store
            .create_user(&user("alice").await, None, Actor::server(NOW))
            .await
            .expect("nothing is in the way");
        let lives = &place.config.sessions;
        let session = Session::start(id, Origin::Password, Client::default(), lives, NOW);
        let hash = place.session.hash();
        assert!(enter(&store, &session, hash, None, Actor::server(NOW)).await);
        let link = NewLink::of(&place.link, NOW);
        store
            .create_welcome_link(id, link, Actor::server(NOW))
            .await
            .expect("nothing is in the way");
        store.close().await;
        drop(store);
        copy_sqlite(&place.database(), &place.backup())
            .await
            .expect("a file of the test");
        let store = place.open().await;
        store
            .create_user(&user("bob").await, None, Actor::server(NOW))
            .await
            .expect("nothing is in the way");
        store.close().await;
        drop(store);
        // A connection of the pool may still be about to take its files away.
        let is_alone = async || {
            let is_alone = !place.names().iter().any(|name| name.ends_with("-shm"));
            Ok(is_alone.then_some(()))
        };
        poll::until("the database alone", PATIENCE, is_alone)
            .await
            .expect("everything is closed");
        place
    }

    fn database(&self) -> PathBuf {
        self.config.data_dir.join("postern.db")
    }

    fn backup(&self) -> PathBuf {
        self.folder.path().join("backup.db")
    }

    async fn open(&self) -> Store {
        Store::connect(&config::Database::Sqlite(self.database()))
            .await
            .expect("a file of the test")
    }

    async fn restore(&self, file: &Path, more: &[&str], keyboard: Keyboard) -> Said {
        let mut words = vec!["restore", file.to_str().expect("a file of the test")];
        words.extend(more);
        type_on_file(&self.config, NOW, &words, keyboard).await
    }

    async fn restore_now(&self, file: &Path) -> Said {
        self.restore(file, &["--yes"], piped()).await
    }

    /// Returns true if there is an account with that name.
    async fn has(&self, name: &str) -> bool {
        let store = self.open().await;
        let has = has(&store, name).await;
        store.close().await;
        has
    }

    /// Returns the names in the data folder.
    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.config.data_dir).expect("a file of the test");
        let names = names.map(|name| {
            name.expect("a file of the test")
                .file_name()
                .into_string()
                .expect("a file of the test")
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// Opens a file as another program does.
    async fn other_program(path: &Path) -> sqlx::SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new();
        let options = options.filename(path).create_if_missing(true);
        options.connect().await.expect("a file of the test")
    }
}

fn piped() -> Keyboard {
    Keyboard::Piped(String::new())
}

async fn has(store: &Store, name: &str) -> bool {
    store
        .account_by_username(name)
        .await
        .expect("a file of the test")
        .is_some()
}

#[tokio::test]
async fn backup_takes_the_place_and_the_one_before_is_kept() {
    let place = Place::new().await;

    let said = place.restore_now(&place.backup()).await;

    let text = said
        .good()
        .replace(place.folder.path().to_str().unwrap(), "FOLDER");
    assert_snapshot!(text, @r"
    Restored FOLDER/data/postern.db: 1 accounts, 0 connections, last changed 2025-06-15 15:06 UTC.
    Logins and links have ended (1 logins), since some of them may have been ended after the backup.
    The one before is FOLDER/data/postern.db.before-restore-20250615-150640.
    Start the server now.
    ");
    let kept = "postern.db.before-restore-20250615-150640";
    assert_eq!(place.names(), ["postern.db", kept, "postern.db.lock"]);
    let mode = place.database().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let store = place.open().await;
    assert!(has(&store, "alice").await && !has(&store, "bob").await);
    let filter = AuditFilter {
        limit: 1,
        ..AuditFilter::default()
    };
    let entry = store.audit(&filter).await.unwrap().remove(0).0;
    assert_eq!(
        (&*entry.kind, entry.detail.as_deref()),
        ("database_restored", Some("1 logins ended"))
    );
    assert!(entry.operator.is_some());
    let before = config::Database::Sqlite(place.config.data_dir.join(kept));
    assert!(has(&Store::connect(&before).await.unwrap(), "bob").await);
}

#[tokio::test]
async fn logins_and_links_of_the_backup_have_ended_unless_they_are_kept() {
    for (more, lives) in [
        (&["--yes"][..], false),
        (&["--yes", "--keep-sessions"], true),
    ] {
        let place = Place::new().await;

        place.restore(&place.backup(), more, piped()).await.good();

        let store = place.open().await;
        let session = store.session_by_token(place.session.hash()).await.unwrap();
        let link = store.welcome_link(place.link.hash(), NOW).await.unwrap();
        assert_eq!(
            (session.is_some(), link.is_some()),
            (lives, lives),
            "{more:?}"
        );
    }
}

#[tokio::test]
async fn database_in_use_is_left_alone() {
    let place = Place::new().await;
    let store = place.open().await;

    let served = place.restore_now(&place.backup()).await;
    drop(store);
    // An earlier version holds no lock but SQLite's own.
    let mut other = Place::other_program(&place.database()).await;
    other.execute("select * from account").await.unwrap();
    let other_holds = place.restore_now(&place.backup()).await;
    other.close().await.unwrap();
    let alone = place.restore_now(&place.backup()).await;

    for refused in [served, other_holds] {
        assert!(
            refused
                .failure()
                .starts_with("a server, or another command, uses "),
            "{}",
            refused.failure()
        );
    }
    alone.good();
}

#[tokio::test]
async fn nobody_starts_in_the_middle() {
    let place = Place::new().await;
    let lock = postern::store::exclude(&place.database()).unwrap().unwrap();

    let database = config::Database::Sqlite(place.database());
    let waits = tokio::spawn(async move { Store::connect(&database).await });
    tokio::task::yield_now().await;
    assert!(!waits.is_finished());
    drop(lock);

    waits.await.unwrap().unwrap();
}

#[tokio::test]
async fn file_that_is_no_good_changes_nothing() {
    let place = Place::new().await;
    let file = |name: &str| place.folder.path().join(name);
    fs::write(file("text"), "no database\n".repeat(100)).unwrap();
    fs::write(file("empty"), "").unwrap();
    let whole = fs::read(place.backup()).unwrap();
    fs::write(file("half"), &whole[..whole.len() / 2]).unwrap();
    Place::other_program(&file("other"))
        .await
        .execute("create table x (y)")
        .await
        .unwrap();
    for (name, statement) in [
        (
            "newer",
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, x'00', 0)",
        ),
        (
            "altered",
            "update _sqlx_migrations set checksum = x'00' where version = 2",
        ),
    ] {
        fs::copy(place.backup(), file(name)).unwrap();
        let mut connection = Place::other_program(&file(name)).await;
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }
    let before = (place.names(), fs::read(place.database()).unwrap());

    for (name, words) in [
        ("text", "it is damaged, or no SQLite database"),
        ("empty", "it is no database of Postern"),
        ("half", "it is damaged, or no SQLite database"),
        ("other", "it is no database of Postern"),
        (
            "newer",
            "a later version of Postern made it: it has the migration 9999",
        ),
        ("altered", "the migration 2 differs"),
        ("missing", "No such file"),
        ("data", "is a folder"),
        ("data/postern.db", "this is the database itself"),
    ] {
        let said = place.restore_now(&file(name)).await;
        assert!(said.failure().contains(words), "{name}: {}", said.failure());
        let after = (place.names(), fs::read(place.database()).unwrap());
        assert!(
            before == after,
            "{name} left something behind: {:?}",
            after.0
        );
    }
}

#[tokio::test]
async fn somebody_must_say_yes() {
    let place = Place::new().await;
    let typed = |answer: &str| Keyboard::Typed([format!("{answer}\n")].into());

    let nobody = place.restore(&place.backup(), &[], piped()).await;
    let no = place.restore(&place.backup(), &[], typed("no")).await;
    assert!(place.has("bob").await);
    let yes = place
        .restore(&place.backup(), &["--json"], typed("y"))
        .await;

    assert!(nobody.failure().contains("There is no terminal to ask on"));
    assert_eq!(no.failure(), "nothing was done");
    assert!(
        no.err.contains("backup.db: 1 accounts, 0 connections"),
        "{}",
        no.err
    );
    assert_eq!(yes.json()["sessions_ended"], 1);
    assert!(!place.has("bob").await);
}

#[tokio::test]
async fn damaged_or_missing_database_is_replaced_and_a_stale_log_with_it() {
    let place = Place::new().await;
    fs::write(place.database(), "damaged ".repeat(2000)).unwrap();
    fs::write(place.config.data_dir.join("postern.db-wal"), "stale").unwrap();

    place.restore_now(&place.backup()).await.good();

    assert!(place.has("alice").await);
    let kept = "postern.db.before-restore-20250615-150640";
    let kept = place.config.data_dir.join(kept);
    assert!(fs::read_to_string(&kept).unwrap().starts_with("damaged"));
    fs::remove_dir_all(&place.config.data_dir).unwrap();
    let said = place.restore(&place.backup(), &[], piped()).await;
    said.good();
    assert!(place.has("alice").await, "a new server's folder");
}

#[tokio::test]
async fn copied_files_of_a_live_database_are_taken_with_their_log() {
    let place = Place::new().await;
    let store = place.open().await;
    store
        .create_user(&user("carol").await, None, Actor::server(NOW))
        .await
        .unwrap();
    let copy = place.folder.path().join("files.db");
    fs::copy(place.database(), &copy).unwrap();
    fs::copy(
        place.config.data_dir.join("postern.db-wal"),
        place.folder.path().join("files.db-wal"),
    )
    .unwrap();
    store.close().await;
    drop(store);

    place.restore_now(&copy).await.good();

    assert!(place.has("carol").await);
}

#[tokio::test]
async fn backup_of_an_earlier_version_is_brought_up_to_date() {
    let place = Place::new().await;
    let old = place.folder.path().join("old.db");
    let mut connection = Place::other_program(&old).await;
    let all = sqlx::migrate!("../backend/migrations/sqlite");
    let first = sqlx::migrate::Migrator {
        migrations: all.migrations[..1].to_vec().into(),
        ..sqlx::migrate::Migrator::DEFAULT
    };
    first.run_direct(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    place.restore_now(&old).await.good();

    let store = place.open().await;
    assert!(!has(&store, "alice").await);
    store
        .create_user(&user("dora").await, None, Actor::server(NOW))
        .await
        .unwrap();
}
