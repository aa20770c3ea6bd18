//! The commands as a person types them.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use tests::authentik_api::TOKEN;
use tests::places::program;

use super::Setup;

/// Runs `postern authentik` with these words, and that on standard input.
fn postern(words: &[&str], input: &str, variables: &[(&str, &str)]) -> Output {
    let program = program(
        "POSTERN_BIN",
        "target/debug/postern",
        "cargo build -p postern",
    );
    let mut command = Command::new(program.expect("the program"));
    command.arg("authentik").args(words).env_clear();
    let mut running = command
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // It may end without having read.
    let _ = running
        .stdin
        .take()
        .expect("its input")
        .write_all(input.as_bytes());
    running.wait_with_output().expect("it ends")
}

/// Returns exit code, standard output and standard error.
fn parts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("an exit code");
    (code, text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn program_connects_asks_and_exits_as_it_says() {
    let setup = Setup::start().await;
    let file = setup.env_file().display().to_string();
    let usual = |more: &[&'static str]| -> Vec<String> {
        let url = setup.api.origin();
        let words = ["connect", "--url", url, "--env-file", &file];
        words
            .into_iter()
            .chain(more.iter().copied())
            .map(str::to_owned)
            .collect()
    };
    let run = |more: &[&'static str], input: &str, variables: &[(&str, &str)]| {
        let words = usual(more);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        parts(&postern(&words, input, variables))
    };
    let public = ("POSTERN_PUBLIC_URL", "https://app.example.com");

    let (no_url, _, no_url_said) = run(&["--token", "-"], TOKEN, &[]);
    let (no_token, _, no_token_said) = run(&[], "", &[public]);
    let (wrong, _, wrong_said) = run(&["--token", "hunter2-wrong"], "", &[public]);
    let (unasked, plan, unasked_said) = run(&["--token", "-"], TOKEN, &[public]);
    assert!(setup.api.writes().is_empty());
    let (done, said, _) = run(&["--token", "-", "--yes"], TOKEN, &[public]);
    let redirect = (
        "OIDC_REDIRECT_URI",
        "https://app.example.com/api/oauth/openid",
    );
    let by_env = [redirect, ("AUTHENTIK_TOKEN", TOKEN)];
    let (again, json, _) = run(&["--json"], "", &by_env);
    let (clear, _, clear_said) = parts(&postern(
        &[
            "connect",
            "--url",
            "http://auth.example.com",
            "--token",
            "x",
        ],
        "",
        &[public],
    ));

    assert_eq!((no_url, no_token, clear), (2, 2, 2));
    assert!(no_url_said.contains("--public-url"), "{no_url_said}");
    assert!(no_token_said.contains("--token-file"), "{no_token_said}");
    assert!(clear_said.contains("--insecure-http"), "{clear_said}");
    assert_eq!((wrong, unasked), (1, 1));
    assert!(
        wrong_said.contains("does not accept the token"),
        "{wrong_said}"
    );
    assert!(!wrong_said.contains("hunter2"), "{wrong_said}");
    assert!(plan.contains("make    provider"), "{plan}");
    assert!(unasked_said.contains("add --yes"), "{unasked_said}");
    assert_eq!((done, again), (0, 0), "{said}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["result"], "nothing_to_do");
}

#[test]
#[ignore = "needs the built server; cargo xtask test runs it"]
fn program_prints_a_blueprint() {
    let public = ("POSTERN_PUBLIC_URL", "https://app.example.com");

    let (good, yaml, _) = parts(&postern(&["blueprint"], "", &[public]));
    let (bad, _, said) = parts(&postern(&["blueprint", "--slug", "a b"], "", &[public]));

    assert_eq!(good, 0);
    assert!(
        yaml.contains("\"https://app.example.com/api/oauth/openid\""),
        "{yaml}"
    );
    assert_eq!(bad, 2);
    assert!(said.contains("letters a-z"), "{said}");
}
