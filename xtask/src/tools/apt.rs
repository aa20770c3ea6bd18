//! Debian's packages: browsers, PostgreSQL, reverse proxies and languages.

use crate::command::{Command, with_hint};
use crate::{place, say};
use anyhow::{Result, bail};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Something that must be on the machine, and its packages.
struct Need {
    /// Its name in a sentence.
    what: &'static str,
    /// True if it is there.
    is_installed: fn() -> bool,
    /// Debian's names.
    packages: &'static [&'static str],
}

/// Debian's path of Chromium.
pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";

/// Debian's path of nginx, which is on the `PATH` of root alone.
const NGINX: &str = "/usr/sbin/nginx";

/// Debian's path of Caddy.
const CADDY: &str = "/usr/bin/caddy";

/// What the tests need from Debian.
const FOR_TESTS: [Need; 13] = [
    Need {
        what: "Chromium and its driver",
        is_installed: || on_path("chromium") && on_path("chromedriver"),
        packages: &["chromium", "chromium-driver"],
    },
    Need {
        what: "PostgreSQL",
        is_installed: || crate::postgres::programs().is_some(),
        packages: &["postgresql"],
    },
    Need {
        what: "Python with venv",
        is_installed: || {
            Command::new("python3")
                .args(["-c", "import venv, ensurepip"])
                .succeeds()
        },
        packages: &["python3", "python3-venv"],
    },
    Need {
        what: "Node.js and npm",
        is_installed: || on_path("node") && on_path("npm"),
        packages: &["nodejs", "npm"],
    },
    Need {
        what: "nginx and Caddy",
        is_installed: || Path::new(NGINX).is_file() && Path::new(CADDY).is_file(),
        packages: &["nginx", "caddy"],
    },
    Need {
        what: "Go",
        is_installed: || on_path("go"),
        packages: &["golang-go"],
    },
    Need {
        what: "PHP",
        is_installed: || on_path("php"),
        packages: &["php-cli"],
    },
    Need {
        what: "systemd's programs",
        is_installed: || on_path("systemd-analyze") && on_path("systemd-socket-activate"),
        packages: &["systemd"],
    },
    Need {
        what: "Valgrind",
        is_installed: || on_path("valgrind") && on_path("vgdb"),
        packages: &["valgrind"],
    },
    Need {
        what: "a fresh Debian, started in a container",
        is_installed: || on_path("mmdebstrap") && on_path("systemd-nspawn"),
        packages: &["mmdebstrap", "systemd-container"],
    },
    Need {
        what: "Nix",
        is_installed: || on_path("nix-instantiate"),
        packages: &["nix-bin"],
    },
    Need {
        what: "programs for containers",
        is_installed: || on_path("bwrap") && on_path("buildah"),
        packages: &["bubblewrap", "buildah"],
    },
    Need {
        what: "an emulator of Arm",
        is_installed: || on_path(QEMU),
        packages: &["qemu-user-static"],
    },
];

/// The emulator of 64-bit Arm.
const QEMU: &str = "qemu-aarch64-static";

/// What packages and the program in them are made by: `make` builds its allocator.
const FOR_PACKAGES: [Need; 2] = [
    Need {
        what: "dpkg-deb and rpmbuild",
        is_installed: || on_path("dpkg-deb") && on_path("rpmbuild"),
        packages: &["dpkg", "rpm"],
    },
    Need {
        what: "make",
        is_installed: || on_path("make"),
        packages: &["make"],
    },
];

/// What the server is measured against.
const FOR_BENCH: [Need; 1] = [Need {
    what: "Apache with mod_auth_openidc",
    is_installed: || Path::new("/usr/lib/apache2/modules/mod_auth_openidc.so").is_file(),
    packages: &["apache2", "libapache2-mod-auth-openidc"],
}];

/// Installs what the server is measured against, if it is missing.
pub(crate) fn install_for_bench() -> Result<()> {
    install(FOR_BENCH.iter(), "a measurement needs")
}

/// Installs what the tests need and is missing, what they make packages by included.
pub(crate) fn install_for_tests() -> Result<()> {
    install(FOR_TESTS.iter().chain(&FOR_PACKAGES), "the tests need")
}

/// Installs what packages are made by, if it is missing.
pub(crate) fn install_for_packages() -> Result<()> {
    install(FOR_PACKAGES.iter(), "packages need")
}

/// Fetches a small Debian with systemd in it, in which packages are installed, if it is missing.
pub(crate) fn fetch_debian() -> Result<()> {
    let folder = place::tools().join("debian");
    let archive = folder.join("bookworm.tar");
    if archive.is_file() {
        return Ok(());
    }
    let Some(prefix) = root_prefix() else {
        bail!("the tests need root, to start a fresh Debian in a container");
    };
    say::line("      fetching a fresh Debian by mmdebstrap");
    std::fs::create_dir_all(&folder)?;
    let unfinished = folder.join("unfinished.tar");
    let words: Vec<&str> = prefix.iter().copied().chain(["mmdebstrap"]).collect();
    let fetched = Command::new(words[0])
        .args(&words[1..])
        .args(["--variant=minbase", "--include=systemd,procps", "bookworm"])
        .args([&unfinished])
        .run_into(&place::install_log("debian"), "fetching a fresh Debian");
    with_hint(fetched, "Is there a network?")?;
    Ok(std::fs::rename(&unfinished, &archive)?)
}

/// Held while packages are installed: `cargo xtask test` asks from two threads, and dpkg serves one.
static INSTALLING: Mutex<()> = Mutex::new(());

fn install<'a>(needs: impl Iterator<Item = &'a Need>, who: &str) -> Result<()> {
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let missing: Vec<&Need> = needs.filter(|need| !(need.is_installed)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let whats: Vec<&str> = missing.iter().map(|need| need.what).collect();
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.packages.iter().copied())
        .collect();
    let (whats, command) = (
        whats.join(", "),
        format!("apt-get install {}", packages.join(" ")),
    );
    if !on_path("apt-get") {
        bail!("{who} {whats}; on Debian that is `{command}`, here it is for you to install");
    }
    let Some(prefix) = root_prefix() else {
        bail!("{who} {whats}, and only root may install it: run `{command}` as root");
    };
    say::line(&format!("      installing {whats} by apt-get"));
    let apt = |arguments: &[&str]| {
        let words = prefix.iter().copied().chain(["env"]).collect::<Vec<_>>();
        let outcome = Command::new(words[0])
            .args(&words[1..])
            .args(["DEBIAN_FRONTEND=noninteractive"])
            // This tells Debian's scripts to start no service: the tests start their own.
            .args(["RUNLEVEL=1", "apt-get", "-q", "-y"])
            .args(arguments)
            .run_into(&place::install_log("apt"), &format!("installing {whats}"));
        with_hint(outcome, "Is there a network?")
    };
    apt(&["update"])?;
    apt(&[&["install", "--no-install-recommends"], &packages[..]].concat())
}

/// Returns the words before a command that make root run it; `None` if that is impossible.
fn root_prefix() -> Option<&'static [&'static str]> {
    if rustix::process::geteuid().is_root() {
        return Some(&[]);
    }
    Command::new("sudo")
        .args(["-n", "true"])
        .succeeds()
        .then_some(&["sudo", "-n"])
}

/// Returns whether a program is on the `PATH`.
pub(crate) fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| Path::new(&folder).join(program).is_file())
}
