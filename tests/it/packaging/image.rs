//! The container image, run without an engine.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::http_browser::HttpBrowser;
use tests::places::{free_port, workspace};
use tests::process::Process;
use tests::site::PASSWORD;
use tests::web::answers;

use super::release::{Root, as_root, done, file};

/// Returns the blob that a descriptor names, below the unpacked archive.
fn blob(archive: &Root, descriptor: &Value) -> Result<std::path::PathBuf> {
    let digest = descriptor["digest"].as_str().context("a digest")?;
    Ok(archive.path("blobs").join(digest.replace(':', "/")))
}

fn json_of(path: &Path) -> Result<Value> {
    Ok(serde_json::from_str(&done(as_root("cat").arg(path))?)?)
}

/// Returns the manifest and the configuration for x86-64.
fn image(archive: &Root) -> Result<(Value, Value)> {
    let index = json_of(&archive.path("index.json"))?;
    let images = json_of(&blob(archive, &index["manifests"][0])?)?;
    let images = images["manifests"].as_array().context("images")?.clone();
    let image = images
        .iter()
        .find(|image| image["platform"]["architecture"] == "amd64")
        .context("an image for amd64")?;
    let manifest = json_of(&blob(archive, image)?)?;
    let config = json_of(&blob(archive, &manifest["config"])?)?;
    Ok((manifest, config))
}

/// An unpacked image that is run as an engine would: by its user, nothing may be written but `/data`,
/// and nothing is allowed. Its network is this machine's, so that the test reaches it.
struct Container {
    image: Value,
    rootfs: Root,
    listen: String,
}

impl Container {
    /// Returns a command inside of it.
    fn command(&self, words: &[&str]) -> Result<Command> {
        let image = &self.image["config"];
        let (user, group) = image["User"]
            .as_str()
            .and_then(|user| user.split_once(':'))
            .context("a user and a group")?;
        let mut command = as_root("setpriv");
        command.args([
            &format!("--reuid={user}"),
            &format!("--regid={group}"),
            "--clear-groups",
            "--no-new-privs",
            "bwrap",
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--clearenv",
            "--ro-bind",
        ]);
        command.arg(self.rootfs.path("")).args(["/", "--bind"]);
        command
            .arg(self.rootfs.path("data"))
            .args(["/data", "--proc", "/proc"]);
        for pair in image["Env"].as_array().context("variables")? {
            let (name, value) = pair
                .as_str()
                .and_then(|pair| pair.split_once('='))
                .context("NAME=value")?;
            command.args(["--setenv", name, value]);
        }
        command.args(["--setenv", "POSTERN_LISTEN", &self.listen]);
        let folder = image["WorkingDir"].as_str().context("a folder")?;
        command.args(["--chdir", folder, "--"]).args(words);
        Ok(command)
    }

    /// Returns the words of a list in the image's configuration.
    fn words(list: &Value) -> Vec<&str> {
        let words = list.as_array().map(Vec::as_slice).unwrap_or_default();
        words.iter().filter_map(Value::as_str).collect()
    }
}

#[tokio::test]
#[ignore = "needs the image, bubblewrap and root; cargo xtask test runs it"]
async fn image_is_set_up_and_logs_its_admin_in() -> Result<()> {
    let archive = Root::unpack(&file("postern-", "-oci.tar")?)?;
    let (manifest, config) = image(&archive)?;
    let layer = blob(&archive, &manifest["layers"][0])?;
    let rootfs = Root::unpack(&layer)?;
    let owner = done(
        as_root("stat")
            .args(["--format=%u %a"])
            .arg(rootfs.path("data")),
    )?;
    ensure!(owner.trim() == "65532 700", "{owner}");
    // An engine makes this one, too.
    done(as_root("mkdir").arg(rootfs.path("proc")))?;
    let size = layer.metadata()?.len();
    ensure!(size <= 15_000_000, "the image has {size} bytes, compressed");

    let listen = format!("127.0.0.1:{}", free_port()?);
    let origin = format!("http://{listen}");
    let container = Container {
        image: config,
        rootfs,
        listen,
    };
    let config = &container.image["config"];
    let start = container.command(&Container::words(&config["Entrypoint"]))?;
    let mut process = Process::start("the image", start)?;
    process
        .until_ready(async || answers(&format!("{origin}/readyz")).await)
        .await?;

    let health = Container::words(&config["Healthcheck"]["Test"]);
    ensure!(health[0] == "CMD");
    done(&mut container.command(&health[1..])?)?;
    let token = done(&mut container.command(&["/postern", "setup-token"])?)?;
    let token = token.split_whitespace().last().context("a token")?;
    let browser = HttpBrowser::new(&origin, &origin, "http://no-op.invalid");
    let admin = json!({ "token": token, "username": "admin", "password": PASSWORD });
    let made = browser.post_json(shared::routes::API_SETUP, &admin).await;
    ensure!((200..300).contains(&made.status.as_u16()), "{}", made.body);
    let login = browser.log_in("admin", PASSWORD).await;
    ensure!(login.status == 200, "{}", login.body);
    let root = container
        .command(&["/postern", "backup", "/copy.db"])?
        .output()?;
    ensure!(!root.status.success(), "the root can be written to");
    Ok(())
}

#[test]
#[ignore = "needs the image, buildah and root; cargo xtask test runs it"]
fn containerfile_builds_the_same_image() -> Result<()> {
    let archive = Root::unpack(&file("postern-", "-oci.tar")?)?;
    let (_, ours) = image(&archive)?;
    let folder = TempDir::new()?;
    let buildah = |words: &[&str]| {
        let mut command = as_root("buildah");
        for (option, place) in [("--root", "root"), ("--runroot", "run")] {
            command.arg(option).arg(folder.path().join(place));
        }
        command.args(["--storage-driver", "vfs"]).args(words);
        command
    };
    let dist = file("postern-", "-oci.tar")?;
    let context = dist
        .ancestors()
        .nth(2)
        .context("a target folder")?
        .join("packing/image");
    done(
        buildah(&[
            "build",
            "--isolation",
            "chroot",
            "--format",
            "docker",
            "--tag",
            "postern",
        ])
        .arg("--file")
        .arg(workspace().join("deploy/container/Containerfile"))
        .arg(context),
    )?;

    let inspected = done(&mut buildah(&["inspect", "--type", "image", "postern"]))?;
    let built: Value = serde_json::from_str(&inspected)?;
    let built = &built["Docker"]["config"];

    let ours = &ours["config"];
    for field in [
        "User",
        "Entrypoint",
        "Volumes",
        "WorkingDir",
        "ExposedPorts",
        "Healthcheck",
        "StopSignal",
    ] {
        ensure!(ours[field] == built[field], "{field}: {ours} and {built}");
    }
    let set = |config: &Value| -> Vec<String> {
        let variables = config["Env"].as_array().cloned().unwrap_or_default();
        variables
            .iter()
            .filter_map(|pair| Some(pair.as_str()?.to_owned()))
            .collect()
    };
    for pair in set(ours) {
        ensure!(set(built).contains(&pair), "{pair} is not in {built}");
    }
    done(as_root("rm").arg("-rf").arg(folder.path().join("root")))?;
    Ok(())
}
