//! The tests that speak HTTP and those of the store once more, on PostgreSQL.

use std::process::{Command, Stdio};

/// Their modules.
const MODULES: [&str; 9] = [
    "store::",
    "login::",
    "account::",
    "admin::",
    "misbehaving_op::",
    "oidf::",
    "command_line::",
    "page::headers::",
    "advisories::",
];

#[test]
fn everything_holds_on_postgresql_too() {
    if std::env::var_os("TEST_POSTGRES_URL").is_none() {
        eprintln!("skipped: TEST_POSTGRES_URL names no server");
        return;
    }
    let this = std::env::current_exe().unwrap();

    let output = Command::new(this)
        .args(MODULES)
        .env("TEST_SITES_ON", "postgres")
        .stdin(Stdio::null())
        .output()
        .unwrap();

    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "on PostgreSQL:\n{text}\n{errors}");
    let ran = text
        .lines()
        .filter(|line| line.starts_with("test ") && line.ends_with(" ok"))
        .count();
    assert!(ran > 100, "only {ran} tests ran");
}
