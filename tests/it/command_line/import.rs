//! `postern import`: accounts of another program, whose owners log in with the passwords they have.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use tests::command_line::{Said, type_in};
use tests::site::{PASSWORD, Site};

/// A file to import.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("users");
    fs::write(&path, text).expect("a file");
    (folder, path)
}

async fn import(site: &Site, from: &str, text: &str, more: &str) -> Said {
    let (_folder, path) = file(text);
    type_in(site, &format!("import {from} {} {more}", path.display())).await
}

/// A hash of [`PASSWORD`] as other programs make them.
fn bcrypt_hash() -> String {
    bcrypt::hash(PASSWORD, 4).expect("a hash")
}

async fn hash_of(site: &Site, username: &str) -> String {
    let account = site.app.store.account_by_username(username).await;
    let account = account.expect("an answer").expect("an account");
    account.password_hash.expect("a password")
}

#[tokio::test]
async fn owners_log_in_with_their_passwords_and_the_hash_is_then_ours() {
    let site = Site::start().await;
    let hash = bcrypt_hash();
    let text = format!(
        "username,email,display_name,role,password_hash\n\
         alice,alice@example.com,\"Alice, of here\",admin,{hash}\n\
         bob,,,user,\n"
    );

    let said = import(&site, "csv", &text, "").await;

    assert_eq!(
        said.good(),
        "Imported 2 accounts, 1 of them with a password.\n"
    );
    assert_eq!(hash_of(&site, "alice").await, hash);
    let wrong = site.browser().log_in("alice", "another password").await;
    assert_eq!(wrong.status, 401);
    assert_eq!(site.browser().log_in("alice", PASSWORD).await.status, 200);
    assert!(hash_of(&site, "alice").await.starts_with("$argon2id$"));
    assert_eq!(site.browser().log_in("alice", PASSWORD).await.status, 200);
    let account = site.app.store.account_by_username("alice").await;
    let account = account.expect("an answer").expect("an account");
    assert_eq!(account.display_name.as_deref(), Some("Alice, of here"));
    assert_eq!(account.email_voucher, None, "its owner claims the email");
}

#[tokio::test]
async fn users_of_romm_come_as_its_database_prints_them() {
    let site = Site::start().await;
    let text = format!(
        "username\temail\trole\tenabled\thashed_password\n\
         alice\tNULL\tADMIN\t1\t{}\n\
         bob\tbob@example.com\tVIEWER\t1\t0b4c2f7e-3d0a-4a53-8f0e-0a4f6a1c9d11\n\
         carol\tNULL\tEDITOR\t0\t{}\n",
        bcrypt_hash(),
        bcrypt_hash()
    );

    let said = import(&site, "romm", &text, "").await;

    assert_eq!(
        said.good(),
        "Imported 2 accounts, 1 of them with a password.\n\
         carol was left out: it is disabled there.\n"
    );
    assert_eq!(site.browser().log_in("alice", PASSWORD).await.status, 200);
    let shown = type_in(&site, "user show alice --json").await.json();
    assert_eq!(shown["role"], "admin");
}

#[tokio::test]
async fn file_with_a_fault_imports_nothing_and_every_fault_is_told() {
    let site = Site::start().await;
    let text = "username,email,role,password_hash\n\
                alice,alice@example.com,admin,$2b$31$KIXQ4S0VgHqYd7b0Zb1xZeQwH8oQ1x3m8zq0sZ4uYlq0m2m4f5n8K\n\
                a name,,user,\n\
                bob,no address,user,\n\
                carol,,owner,\n\
                dora,,user,\n\
                DORA,,user,\n";

    let said = import(&site, "csv", text, "").await;

    let failure = said.failure();
    for part in [
        "line 2: the password_hash of alice",
        "line 3: \"a name\"",
        "line 4: ",
        "line 5: ",
        "line 7: DORA is in line 6 too",
    ] {
        assert!(failure.contains(part), "{part}: {failure}");
    }
    assert!(!failure.contains("$2b$"), "{failure}");
    assert_eq!(
        type_in(&site, "user list --json")
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(0)
    );
}

#[tokio::test]
async fn second_import_leaves_out_who_is_here_if_it_is_told_to() {
    let site = Site::start().await;
    let text = "username\nalice\nbob\n";
    import(&site, "csv", "username\nalice\n", "").await.good();

    let said = import(&site, "csv", text, "").await;
    assert!(
        said.failure()
            .contains("there is an account already for alice"),
        "{}",
        said.failure()
    );

    let said = import(&site, "csv", text, "--skip-existing").await;
    assert_eq!(
        said.good(),
        "Imported 1 accounts, 0 of them with a password.\nalice was left out: it is here already.\n"
    );
}
