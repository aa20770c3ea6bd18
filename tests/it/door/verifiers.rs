//! The verifiers in `docs/verifiers/`, given what a running Postern signs.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tempfile::TempDir;
use tests::places::{require, tools, workspace};
use tests::site::{Site, user};

use super::upstream;
use super::visitor::{CHAT, Visitor, WIKI, site};

/// Says who asks, or "refused". Its arguments are the folder, the application's origin, the address
/// of the keys and the assertion.
const PYTHON: &str = "\
import sys
sys.path.insert(0, sys.argv[1])
import jwt
from postern import Verifier
try:
    print(Verifier(sys.argv[2], sys.argv[3]).identity([sys.argv[4]])['username'])
except jwt.InvalidTokenError:
    print('refused')
";

/// The same.
const NODE: &str = "\
const [folder, origin, keys, assertion] = process.argv.slice(1);
const { Verifier } = await import(`file://${folder}/postern.mjs`);
const identity = new Verifier(origin, keys).identity([assertion]);
console.log(await identity.then(({ username }) => username, () => 'refused'));
";

/// The same, with a file for the keys at the end.
const PHP: &str = "\
require \"$argv[1]/postern.php\";
try {
    echo (new Postern\\Verifier($argv[2], $argv[3], $argv[5]))->identity($argv[4])['username'];
} catch (Exception) {
    echo 'refused';
}
";

/// The same.
const GO: &str = "\
package main

import (
\t\"fmt\"
\t\"net/http\"
\t\"os\"
\t\"time\"

\t\"example.com/postern\"
)

func main() {
\tverifier := postern.Verifier{Origin: os.Args[2], Keys: os.Args[3]}
\theader := http.Header{\"Postern-Assertion\": os.Args[4:5]}
\tidentity, err := verifier.Identity(&http.Request{Header: header}, time.Now())
\tif err != nil {
\t\tfmt.Println(\"refused\")
\t\treturn
\t}
\tfmt.Println(identity.Username)
}
";

/// Returns the folder of a verifier.
fn folder(language: &str) -> PathBuf {
    let folder = workspace().join("docs/verifiers").join(language);
    folder.canonicalize().unwrap()
}

/// Runs a program to its end, and returns what it says.
async fn said(mut command: Command, arguments: &[&str]) -> String {
    command.args(arguments);
    // The server is in this process.
    let run = tokio::task::spawn_blocking(move || command.output());
    let output = run.await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Fails unless the verifier takes an assertion of that site, and no other. `command` makes one that
/// takes the arguments of [`PYTHON`].
async fn assert_verifies(language: &str, command: impl Fn() -> Command) {
    const OLD: Duration = Duration::from_secs(120);
    let upstream = upstream::start().await;
    let (site, other) = (site(&upstream, &[]).await, site(&upstream, &[]).await);
    // The verifiers look at the machine's clock.
    let begun = Duration::from_secs(u64::try_from(site.now().unix()).unwrap());
    let ahead = SystemTime::now()
        .duration_since(UNIX_EPOCH + begun)
        .unwrap();
    site.pass(ahead.checked_sub(OLD).unwrap());
    other.pass(ahead);
    let mut alice = alice(&site).await;
    let expired = token(&mut alice, WIKI).await;
    site.pass(OLD);
    let good = token(&mut alice, WIKI).await;
    let for_chat = token(&mut alice, CHAT).await;
    let other_key = token(&mut self::alice(&other).await, WIKI).await;
    let claims = good.split('.').nth(1).unwrap();
    let header = json!({"alg": "none", "typ": "postern+jwt"}).to_string();
    let unsigned = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(header));

    let keys = format!("{}/.well-known/postern/jwks.json", site.origin());
    let folder = folder(language).display().to_string();
    for (assertion, expected) in [
        (&good, "alice"),
        (&for_chat, "refused"),
        (&expired, "refused"),
        (&other_key, "refused"),
        (&unsigned, "refused"),
    ] {
        let cache = TempDir::new().unwrap();
        let cache = cache.path().join("keys").display().to_string();
        let arguments = [&folder, WIKI, &keys, assertion, &cache];
        assert_eq!(said(command(), &arguments).await, expected, "{assertion}");
    }
}

async fn alice(site: &Site) -> Visitor {
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(site);
    alice.log_in("alice").await;
    alice
}

/// Returns what an application is told of the visitor.
async fn token(visitor: &mut Visitor, origin: &str) -> String {
    let (_, shown) = visitor.visit(origin).await;
    let token = shown.sent_header("postern-assertion");
    token.as_str().unwrap().to_owned()
}

#[tokio::test]
#[ignore = "needs Python with PyJWT; cargo xtask test runs it"]
async fn verifier_in_python_takes_what_postern_signs_and_nothing_else() {
    let python = tools().join("verifier/bin/python");
    let python = require(python, "cargo xtask test").unwrap();
    let command = || {
        let mut command = Command::new(&python);
        command.args(["-B", "-c", PYTHON]);
        command
    };
    assert_verifies("python", command).await;
}

#[tokio::test]
#[ignore = "needs Node.js; cargo xtask test runs it"]
async fn verifier_in_node_takes_what_postern_signs_and_nothing_else() {
    let command = || {
        let mut command = Command::new("node");
        command.args(["--input-type=module", "--eval", NODE, "--"]);
        command
    };
    assert_verifies("node", command).await;
}

#[tokio::test]
#[ignore = "needs PHP; cargo xtask test runs it"]
async fn verifier_in_php_takes_what_postern_signs_and_nothing_else() {
    let command = || {
        let mut command = Command::new("php");
        command.args(["-r", PHP, "--"]);
        command
    };
    assert_verifies("php", command).await;
}

#[tokio::test]
#[ignore = "needs Go; cargo xtask test runs it"]
async fn verifier_in_go_takes_what_postern_signs_and_nothing_else() {
    let module_folder = TempDir::new().unwrap();
    let module = format!(
        "module example.com/check\n\ngo 1.19\n\nrequire example.com/postern v0.0.0\n\
         \nreplace example.com/postern => {}\n",
        folder("go").display()
    );
    std::fs::write(module_folder.path().join("go.mod"), module).unwrap();
    std::fs::write(module_folder.path().join("main.go"), GO).unwrap();
    let mut go = Command::new("go");
    go.current_dir(module_folder.path());
    // An absolute path, of a folder that exists.
    let cache = tools().canonicalize().unwrap().join("go");
    go.env("GOCACHE", cache);
    go.env("GOPROXY", "off").env("GOFLAGS", "-mod=mod");
    said(go, &["build", "-o", "check", "."]).await;
    let program = module_folder.path().join("check");
    assert_verifies("go", || Command::new(&program)).await;
}
