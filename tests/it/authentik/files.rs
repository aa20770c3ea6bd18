//! The env file, and that Postern works with it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use postern::authentik::connect::End;
use serde_json::json;
use tests::site::{CLIENT_ID, CLIENT_SECRET, Site};

use super::{PROVIDERS, Setup};

/// Reads a file as a shell does: `set -a; . FILE`.
fn read_by_a_shell(file: &Path) -> BTreeMap<String, String> {
    let script = "set -a; . \"$0\"; env -0";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(file)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let pairs = text.split('\0').filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Reads a file as `docker --env-file` does: every line as it is, quotes and all.
fn read_by_docker(file: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(file).expect("the env file");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[tokio::test]
async fn postern_logs_people_in_with_the_file_alone() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();
    // The demo OP plays Authentik, and knows Postern by these.
    let known = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
    setup.api.edit(PROVIDERS, "Postern", &known);
    setup.run(&setup.job()).await.end();

    let mut settings = read_by_a_shell(&setup.env_file());
    settings.retain(|name, _| name.starts_with("OIDC_"));
    let url = settings.get_mut("OIDC_SERVER_APPLICATION_URL").unwrap();
    *url = url.replace("https://auth.example.com", "{op}");
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let site = Site::with(&settings).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;

    assert_eq!(settings.len(), 7);
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn every_reader_reads_the_same() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();
    let secret = "spaces, a $dollar, `ticks`, #, \"quotes\" and ; more";
    setup
        .api
        .edit(PROVIDERS, "Postern", &json!({ "client_secret": secret }));

    setup.run(&setup.job()).await.end();

    let shell = read_by_a_shell(&setup.env_file());
    assert_eq!(shell["OIDC_CLIENT_SECRET"], secret);
    let docker = read_by_docker(&setup.env_file());
    let (config, _) = postern::config::Config::from_vars(docker).unwrap();
    let read = config.oidc.unwrap().rp.client_secret;
    assert_eq!(secrecy::ExposeSecret::expose_secret(&read), secret);
}

#[tokio::test]
async fn other_lines_of_the_file_stay() {
    let setup = Setup::start().await;
    let before = "# mine\nPOSTERN_LISTEN=127.0.0.1:9999\n\nexport OIDC_ENABLED=false\n\
                  #OIDC_PROVIDER=other\nOIDC_CLIENT_ID=old\nOIDC_CLIENT_ID=older\n\
                  OIDC_CLIENT_SECRET_FILE=/run/secret";
    fs::write(setup.env_file(), before).unwrap();
    fs::set_permissions(setup.env_file(), fs::Permissions::from_mode(0o644)).unwrap();

    setup.run(&setup.job()).await.end();

    let id = setup.api.object(PROVIDERS, "Postern")["client_id"].clone();
    let text = setup.env_text();
    let expected = format!(
        "# mine\nPOSTERN_LISTEN=127.0.0.1:9999\n\nOIDC_ENABLED=true\n#OIDC_PROVIDER=other\n\
         OIDC_CLIENT_ID={}\n# OIDC_CLIENT_SECRET_FILE=/run/secret\nOIDC_PROVIDER=authentik\n",
        id.as_str().unwrap()
    );
    assert!(text.starts_with(&expected), "{text}");
    assert_eq!(
        fs::metadata(setup.env_file()).unwrap().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(setup.folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn interval_that_somebody_chose_stays() {
    for line in [
        "OIDC_RECHECK_SECONDS=60\n",
        "OIDC_RECHECK_SECONDS_FILE=/run/interval\n",
    ] {
        let setup = Setup::start().await;
        fs::write(setup.env_file(), line).unwrap();

        setup.run(&setup.job()).await.end();

        let text = setup.env_text();
        assert!(text.starts_with(line), "{text}");
        assert_eq!(text.matches("OIDC_RECHECK_SECONDS").count(), 1, "{text}");
        assert_eq!(setup.run(&setup.job()).await.end(), End::NothingToDo);
    }
}

#[tokio::test]
async fn file_that_others_can_read_is_closed() {
    let setup = Setup::start().await;
    setup.run(&setup.job()).await.end();
    fs::set_permissions(setup.env_file(), fs::Permissions::from_mode(0o644)).unwrap();

    let ran = setup.run(&setup.job()).await;

    assert_eq!(ran.end(), End::Done);
    assert_eq!(
        fs::metadata(setup.env_file()).unwrap().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn file_that_cannot_be_written_is_found_out_before_anything_is_made() {
    let setup = Setup::start().await;
    let folder = setup.folder.path();
    symlink(folder.join("elsewhere"), folder.join("link")).unwrap();
    fs::create_dir(folder.join("folder")).unwrap();
    let at = async |name: &str| {
        let ran = setup.run_with(|job| job.env_file = folder.join(name)).await;
        ran.trouble()
    };

    let link = at("link").await;
    let directory = at("folder").await;
    let missing = at("missing/postern.env").await;

    assert!(link.contains("is a symbolic link"), "{link}");
    assert!(directory.contains("is no file"), "{directory}");
    assert!(missing.contains("cannot be written"), "{missing}");
    assert!(setup.api.writes().is_empty());
    assert!(!folder.join("elsewhere").exists());
}
