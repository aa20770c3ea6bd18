//! `postern backup`, beside a server that runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use postern::config::{self, Config, Database};
use postern::store::{Store, check_sqlite};
use tempfile::TempDir;
use tests::command_line::{Said, type_in};
use tests::site::{Site, user};

/// A site on SQLite with an account; `None` if the tests run on PostgreSQL.
async fn site() -> Option<Site> {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    matches!(site.app.config.database, Database::Sqlite(_)).then_some(site)
}

async fn back_up(site: &Site, file: &Path, more: &str) -> Said {
    type_in(site, &format!("backup {} {more}", file.display())).await
}

#[tokio::test]
async fn copy_is_whole_and_private_and_a_database() {
    let Some(site) = site().await else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("copy.db");

    let said = back_up(&site, &file, "").await;

    assert!(
        said.good()
            .starts_with(&format!("Copied 1 accounts to {} (", file.display()))
    );
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing else is left"
    );
    let contents = check_sqlite(&file).await.unwrap();
    assert_eq!(contents.last_entry_at, Some(site.now()));
    let store = Store::connect(&config::Database::Sqlite(file))
        .await
        .unwrap();
    assert!(store.account_by_username("alice").await.unwrap().is_some());
}

#[tokio::test]
async fn file_that_is_there_stays_unless_told() {
    let Some(site) = site().await else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("copy.db");
    fs::write(&file, "mine").unwrap();

    let refused = back_up(&site, &file, "").await;
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    let forced = back_up(&site, &file, "--force --json").await.json();

    assert!(
        refused
            .failure()
            .ends_with("exists: name another file, or write over it with --force")
    );
    assert_eq!(forced["accounts"], 1);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    check_sqlite(&file).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_written_is_told_and_leaves_nothing() {
    let Some(site) = site().await else { return };
    let folder = TempDir::new().unwrap();
    let database = site.app.config.data_dir.join("postern.db");

    let nowhere = back_up(&site, &folder.path().join("no/copy.db"), "").await;
    let a_folder = back_up(&site, folder.path(), "").await;
    let itself = back_up(&site, &database, "--force").await;

    assert!(
        nowhere
            .failure()
            .contains("no/copy.db.partial: No such file"),
        "{}",
        nowhere.failure()
    );
    assert!(
        a_folder
            .failure()
            .ends_with("is a folder: name a file in it")
    );
    assert_eq!(itself.failure(), "this is the database itself");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn left_over_half_is_written_over_and_one_under_way_is_not() {
    let Some(site) = site().await else { return };
    let folder = TempDir::new().unwrap();
    let (file, half) = (
        folder.path().join("copy.db"),
        folder.path().join("copy.db.partial"),
    );
    fs::write(&half, "half a backup").unwrap();
    let other = fs::File::open(&half).unwrap();
    other.lock().unwrap();

    let busy = back_up(&site, &file, "").await;
    drop(other);
    let said = back_up(&site, &file, "").await;

    assert!(busy.failure().starts_with("another backup is writing "));
    said.good();
    assert!(file.exists() && !half.exists());
}

#[tokio::test]
async fn standard_output_gets_the_copy_and_nothing_else() {
    let Some(site) = site().await else { return };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = postern::cli::Console {
        out: &mut out,
        err: &mut err,
        keyboard: postern::cli::Keyboard::Piped(String::new()),
    };
    let code = postern::cli::run_line(&["backup", "-"], &site.app, &mut console).await;
    code.unwrap();

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("copy.db");
    fs::write(&file, out).unwrap();

    assert_eq!(check_sqlite(&file).await.unwrap().accounts, 1);
    let names: Vec<_> = fs::read_dir(&site.app.config.data_dir).unwrap().collect();
    assert!(names.iter().all(|name| {
        let name = name.as_ref().unwrap().file_name();
        !name.to_string_lossy().contains("partial")
    }));
    let json = type_in(&site, "backup - --json").await;
    assert!(json.failure().contains("do not both fit"));
}

#[tokio::test]
async fn database_of_an_earlier_version_is_copied_and_not_brought_up_to_date() {
    use sqlx::{ConnectOptions as _, Connection as _};
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("postern.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&database)
        .create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    let all = sqlx::migrate!("../backend/migrations/sqlite");
    let first = sqlx::migrate::Migrator {
        migrations: all.migrations[..1].to_vec().into(),
        ..sqlx::migrate::Migrator::DEFAULT
    };
    first.run_direct(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let vars = [("DATA_DIR".to_owned(), folder.path().display().to_string())];
    let (config, _) = Config::from_vars(vars).unwrap_or_else(|faults| panic!("{faults}"));
    let file = folder.path().join("copy.db");

    let words = ["backup", file.to_str().unwrap()];
    let keyboard = postern::cli::Keyboard::Piped(String::new());
    let now = clock::Timestamp::from_unix(0);
    let said = tests::command_line::type_on_file(&config, now, &words, keyboard).await;

    said.good();
    for path in [&file, &database] {
        assert_eq!(check_sqlite(path).await.unwrap().version, 1);
    }
}

#[tokio::test]
async fn postgresql_has_programs_of_its_own() {
    let vars = [(
        "DATABASE_URL".to_owned(),
        "postgres://me:secret@127.0.0.1/x".to_owned(),
    )];
    let (config, _) = Config::from_vars(vars).unwrap_or_else(|faults| panic!("{faults}"));
    for (line, program) in [
        (
            ["backup", "x.dump"],
            "pg_dump --format=custom --file=x.dump \"$DATABASE_URL\"",
        ),
        (
            ["restore", "x.dump"],
            "pg_restore --clean --if-exists --no-owner --dbname=\"$DATABASE_URL\" x.dump",
        ),
    ] {
        let keyboard = postern::cli::Keyboard::Piped(String::new());
        let now = clock::Timestamp::from_unix(0);
        let said = tests::command_line::type_on_file(&config, now, &line, keyboard).await;
        assert!(said.failure().contains(program), "{}", said.failure());
        assert!(!said.failure().contains("secret"));
    }
}
