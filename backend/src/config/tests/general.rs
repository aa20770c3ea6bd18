//! Settings that are not about the OP, the defaults, and the list of faults.

use std::path::PathBuf;
use std::time::Duration;

use super::super::{
    Config, Database, LogFormat, VARIABLES, Variable, Weight, help, markdown_table,
};
use super::{GOOD, PUBLIC_URL, UPSTREAM, WIKI_URL, check, config, read, said};

#[test]
fn nothing_set_is_a_good_setup() {
    let (config, notices) = Config::from_vars([]).unwrap();

    assert_eq!(notices, []);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url, None);
    assert_eq!(config.trusted_proxies, []);
    assert_eq!(config.data_dir, PathBuf::from("./data"));
    assert!(matches!(&config.database, Database::Sqlite(path) if path.ends_with("postern.db")));
    assert!(config.secret_key.is_none());
    assert_eq!(config.sessions.max_age, Duration::from_hours(14 * 24));
    assert_eq!(config.sessions.idle, Duration::from_hours(7 * 24));
    assert!(config.password_login);
    assert_eq!(config.log.filter, "info");
    assert_eq!(config.log.format, LogFormat::Text);
    assert!(config.oidc.is_none());
}

#[test]
fn every_variable_of_the_table_is_read() {
    for Variable { name, .. } in VARIABLES {
        let name = &name.replace("<NAME>", "WIKI");
        let said = said(&[PUBLIC_URL, WIKI_URL, UPSTREAM, (name, "a\u{7}b")]);

        assert!(
            said.contains("holds a line break or another control character"),
            "{name}: {said}"
        );
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn booleans() {
    for (text, expected) in [
        ("1", true),
        ("TRUE", true),
        ("yes", true),
        ("On", true),
        ("0", false),
        ("off", false),
    ] {
        let oidc = config(&[("OIDC_AUTOLOGIN", text)]).oidc.unwrap();

        assert_eq!(oidc.autologin, expected, "{text}");
    }
    check(
        "DISABLE_USERPASS_LOGIN",
        &[
            ("no", ""),
            (
                "ture",
                "DISABLE_USERPASS_LOGIN=\"ture\" is neither true nor false. Fix: write true or \
                 false.",
            ),
        ],
    );
}

#[test]
fn no_way_to_log_in_is_refused() {
    assert!(!config(&[("DISABLE_USERPASS_LOGIN", "true")]).password_login);
    let vars = [("DISABLE_USERPASS_LOGIN".to_owned(), "true".to_owned())];
    let faults = Config::from_vars(vars).unwrap_err();

    assert_eq!(
        faults.faults[0].problem,
        "leaves no way to log in, since OIDC_ENABLED is not true"
    );
}

#[test]
fn sessions() {
    let short = config(&[("SESSION_MAX_AGE_SECONDS", "3600")]).sessions;

    assert_eq!(
        short.idle,
        Duration::from_hours(1),
        "the default idle life yields"
    );
    check(
        "SESSION_IDLE_SECONDS",
        &[
            ("60", ""),
            (
                "7d",
                "SESSION_IDLE_SECONDS=\"7d\" is not a whole number of seconds. Fix: write a \
                 number from 60 to 34560000, without a unit.",
            ),
            (
                "59",
                "SESSION_IDLE_SECONDS=\"59\" is out of range. Fix: write a number from 60 to \
                 34560000, without a unit.",
            ),
            (
                "1209601",
                "SESSION_IDLE_SECONDS=\"1209601\" is longer than SESSION_MAX_AGE_SECONDS \
                 (1209600). Fix: write at most 1209600, or raise SESSION_MAX_AGE_SECONDS.",
            ),
            (
                "99999999999999999999999",
                "SESSION_IDLE_SECONDS=\"99999999999999999999999\" is out of range. Fix: write a \
                 number from 60 to 34560000, without a unit.",
            ),
        ],
    );
}

#[test]
fn addresses_to_listen_on() {
    for good in ["0.0.0.0:80", "[::]:8080", "127.0.0.1:0"] {
        assert_eq!(config(&[("POSTERN_LISTEN", good)]).listen.to_string(), good);
    }
    for bad in [":9000", "9000", "localhost:9000"] {
        let said = said(&[("POSTERN_LISTEN", bad)]);

        assert!(
            said.contains("is not an IP address with a port. Fix: write"),
            "{said}"
        );
        assert!(
            said.contains("127.0.0.1:9000 for this machine alone, 0.0.0.0:9000"),
            "{said}"
        );
    }
}

#[test]
fn metrics_have_a_place_of_their_own() {
    let both = |listen, ops| [("POSTERN_LISTEN", listen), ("POSTERN_OPS_LISTEN", ops)];
    assert_eq!(config(&[]).ops_listen, None);
    for (listen, ops) in [
        ("127.0.0.1:8080", "127.0.0.1:9090"),
        ("10.0.0.1:8080", "127.0.0.1:8080"),
        ("127.0.0.1:0", "127.0.0.1:0"),
    ] {
        let config = config(&both(listen, ops));
        assert_eq!(
            config.ops_listen.map(|ops| ops.to_string()).as_deref(),
            Some(ops)
        );
    }
    for (listen, ops) in [
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("0.0.0.0:8080", "127.0.0.1:8080"),
        ("127.0.0.1:8080", "[::]:8080"),
    ] {
        let said = said(&both(listen, ops));
        assert!(said.contains("is the same as POSTERN_LISTEN"), "{said}");
    }
    assert!(said(&[("POSTERN_OPS_LISTEN", "metrics")]).contains("127.0.0.1:9090"));
}

#[test]
fn public_urls() {
    let given = config(&[("POSTERN_PUBLIC_URL", "https://APP.example.com:443/")]);
    let derived = config(&[]);

    assert_eq!(given.public_url, derived.public_url);
    assert_eq!(
        derived.public_url.unwrap().origin(),
        "https://app.example.com"
    );
    check(
        "POSTERN_PUBLIC_URL",
        &[
            (
                "https://other.example.com",
                "POSTERN_PUBLIC_URL=\"https://other.example.com\" differs from the origin of \
                 OIDC_REDIRECT_URI, https://app.example.com. Fix: write the origin that people \
                 type into their browser into both, or take POSTERN_PUBLIC_URL away.",
            ),
            (
                "https://app.example.com/login",
                "POSTERN_PUBLIC_URL=\"https://app.example.com/login\" has something after the \
                 host; Postern lives at the root of its host. Fix: write \
                 https://app.example.com.",
            ),
            (
                "app.example.com",
                "POSTERN_PUBLIC_URL=\"app.example.com\" does not begin with https://. Fix: begin \
                 it with https:// (or http:// on this machine).",
            ),
        ],
    );
}

#[test]
fn origins_without_an_op() {
    let cases = [
        ("https://a.example", "https://a.example", true, false),
        ("http://[::1]:8080", "http://[::1]:8080", false, true),
        ("http://localhost:80", "http://localhost", false, true),
        ("http://10.0.0.9:8080", "http://10.0.0.9:8080", false, false),
    ];
    for (text, origin, is_https, is_loopback) in cases {
        let vars = [("POSTERN_PUBLIC_URL".to_owned(), text.to_owned())];
        let (config, notices) = Config::from_vars(vars).unwrap();
        let public = config.public_url.unwrap();

        assert_eq!(public.origin(), origin);
        assert_eq!(
            (public.is_https(), public.is_loopback()),
            (is_https, is_loopback),
            "{text}"
        );
        assert_eq!(
            notices.len(),
            usize::from(!is_https && !is_loopback),
            "{text}"
        );
    }
}

#[test]
fn trusted_proxies() {
    let config = config(&[("POSTERN_TRUSTED_PROXIES", "10.1.2.3, 172.16.5.0/12 ::1")]);

    let shown: Vec<_> = config
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["10.1.2.3/32", "172.16.0.0/12", "::1/128"]);
    check(
        "POSTERN_TRUSTED_PROXIES",
        &[
            (
                "traefik",
                "POSTERN_TRUSTED_PROXIES=\"traefik\" holds \"traefik\", which is neither a \
                 network nor an address. Fix: write such as 172.16.0.0/12 or 10.0.0.5, \
                 separated by commas.",
            ),
            (
                "0.0.0.0/0",
                "- POSTERN_TRUSTED_PROXIES trusts every address: whoever reaches the port can \
                 claim any client address and host",
            ),
        ],
    );
}

#[test]
fn databases() {
    for (text, expected) in [
        ("sqlite:some.db", "some.db"),
        ("sqlite://some.db", "some.db"),
        ("sqlite:///var/lib/some.db", "/var/lib/some.db"),
        ("sqlite:/var/lib/some.db?mode=rwc", "/var/lib/some.db"),
    ] {
        let database = config(&[("DATABASE_URL", text)]).database;

        assert!(matches!(&database, Database::Sqlite(path) if path.as_os_str() == expected));
    }
    for good in [
        "postgres://u:p@h/n",
        "postgresql://u:p@h:5432/n?sslmode=require",
    ] {
        let database = config(&[("DATABASE_URL", good)]).database;

        assert!(matches!(database, Database::Postgres(_)), "{good}");
    }
    for (bad, problem) in [
        (
            "mysql://u:pass@h/n",
            "is of a database that Postern does not know",
        ),
        (
            "/var/lib/some.db",
            "is not a database URL (value not shown)",
        ),
        (
            "postgres://u:pa/ss@h/n",
            "is cut off at a /, which must be encoded in a password (value not shown)",
        ),
        ("postgres:n", "is not a URL (value not shown)"),
        (
            "sqlite::memory:",
            "is a database in memory, which forgets everybody at every start",
        ),
        ("sqlite:", "has no file name"),
        ("sqlite:a.db?cache=shared", "has options after ?"),
    ] {
        assert!(said(&[("DATABASE_URL", bad)]).contains(problem), "{bad}");
    }
}

#[test]
fn the_sqlite_file_is_in_the_data_folder() {
    let database = config(&[("DATA_DIR", "/srv/postern")]).database;

    assert!(
        matches!(database, Database::Sqlite(path) if path.as_os_str() == "/srv/postern/postern.db")
    );
}

#[test]
fn log_filters() {
    for (text, expected) in [
        ("debug", "debug"),
        ("info, postern_oidc=debug", "info,postern_oidc=debug"),
        ("off", "off"),
    ] {
        assert_eq!(config(&[("POSTERN_LOG", text)]).log.filter, expected);
    }
    for bad in [
        "warning",
        "verbose",
        "true",
        "info,backend=loud",
        "é=info",
        ",",
    ] {
        assert!(
            said(&[("POSTERN_LOG", bad)]).contains("Fix: write error, warn"),
            "{bad}"
        );
    }
    check(
        "POSTERN_LOG_FORMAT",
        &[
            ("JSON", ""),
            (
                "logfmt",
                "POSTERN_LOG_FORMAT=\"logfmt\" is not one of the values it can have. Fix: write \
                 text or json.",
            ),
        ],
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let changes = [
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_LINK_BY_EMAIL", "always"),
        ("POSTERN_PORT", "80"),
        ("OICD_CLIENT_ID", "postern"),
    ];
    let faults = read(&changes).unwrap_err();

    assert_eq!(
        faults.to_string(),
        r#"Postern cannot start: 2 settings need fixing.

1. OIDC_CLIENT_ID is not set, and OIDC_ENABLED=true needs it.
   Fix: rename OICD_CLIENT_ID to OIDC_CLIENT_ID.
2. OIDC_LINK_BY_EMAIL="always" is not one of the values it can have.
   Fix: write confirm, verified or never.

Also noticed:
- OICD_CLIENT_ID is not a setting; OIDC_CLIENT_ID is probably meant.
- POSTERN_PORT is not a setting; POSTERN_LISTEN is probably meant.

All settings: `postern --help`, or docs/settings.md."#
    );
}

#[test]
fn an_empty_value_is_not_set() {
    assert_eq!(
        said(&[
            ("POSTERN_LISTEN", ""),
            ("OIDC_AUTOLOGIN", "  "),
            ("DATA_DIR", "\"\"")
        ]),
        ""
    );
}

#[test]
fn what_stands_around_a_value_is_left_out() {
    let (config, notices) = read(&[("OIDC_CLIENT_ID", " \"abc\" "), ("DATA_DIR", "x ")]).unwrap();

    assert_eq!(config.oidc.unwrap().rp.client_id, "abc");
    let said: Vec<_> = notices.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "OIDC_CLIENT_ID is read without the quotes around its value",
            "DATA_DIR is read without the white space around its value",
        ]
    );
    assert!(notices.iter().all(|notice| notice.weight == Weight::Info));
}

#[test]
fn help_and_readme_name_every_variable() {
    let (help, table) = (help(), markdown_table());

    for Variable { name, .. } in VARIABLES {
        assert!(help.contains(&format!("\n  {name} [")), "{name}");
        assert!(table.contains(&format!("\n| `{name}` | ")), "{name}");
    }
    assert!(help.lines().all(|line| line.len() <= 80));
    assert!(help.contains("  OIDC_PROVIDER [required when OIDC_ENABLED=true]\n"));
    assert!(help.contains("  POSTERN_LISTEN [default: 127.0.0.1:8080]\n"));
    assert_eq!(table.lines().count(), VARIABLES.len() + 2);
    assert!(
        table
            .lines()
            .all(|line| line.replace("\\|", "").matches('|').count() == 4)
    );
    assert_eq!(said(GOOD), "");
}
