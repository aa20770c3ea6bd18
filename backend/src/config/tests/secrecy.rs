//! No input makes the reader panic, and no output contains a secret.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use proptest::prelude::*;
use secrecy::ExposeSecret as _;

use super::super::{Config, VARIABLES};
use super::{GOOD, config, said};

/// Returns everything that can be printed about a setup.
fn everything(vars: Vec<(String, String)>) -> String {
    match Config::from_vars(vars) {
        Ok((config, notices)) => format!("{config:?}\n{config:#?}\n{notices:?}"),
        Err(faults) => format!("{faults}\n{faults:?}"),
    }
}

/// One of our names, a file twin, a name with a letter changed, or any text.
fn name() -> impl Strategy<Value = String> {
    let ours = (0..VARIABLES.len()).prop_map(|index| VARIABLES[index].name.to_owned());
    let swapped = (0..VARIABLES.len(), 0_usize..30).prop_map(|(index, at)| {
        let mut letters: Vec<char> = VARIABLES[index].name.chars().collect();
        let at = at % (letters.len() - 1);
        letters.swap(at, at + 1);
        letters.into_iter().collect()
    });
    prop_oneof![4 => ours, 1 => swapped, 1 => "(OIDC_|POSTERN_|OICD_)?[A-Zé_]{0,12}(_FILE)?"]
}

/// A value that may mean something, or any text.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \"']{0,2}[a-z0-9:/.,=@?#*%\\[\\]{}é -]{0,24}[ \"']{0,2}",
        "(https?|postgres|sqlite)(:|://|:///)[a-z0-9.:@/\\[\\]%é?#-]{0,24}",
    ]
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(vars in prop::collection::vec((name(), value()), 0..12)) {
        let good = GOOD.iter().map(|&(name, text)| (name.to_owned(), text.to_owned()));
        let _ = everything(vars.clone());
        let _ = everything(good.chain(vars).collect());
    }

    #[test]
    fn no_secret_is_printed(
        secret in "[A-Za-z0-9+/=]{12,60}",
        around in "[ \"'\u{7}<]{0,2}",
        url in "(postgres|sqlite|mysql|redis|http)?(:|://)?(u:)?",
        others in prop::collection::vec((name(), value()), 0..6),
        op in "(https://)?u:",
    ) {
        let text = format!("{around}{secret}{around}");
        let mut vars: Vec<_> =
            GOOD.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
        vars.extend(others);
        vars.push(("OIDC_CLIENT_SECRET".to_owned(), text.clone()));
        vars.push(("POSTERN_SECRET_KEY".to_owned(), text.clone()));
        vars.push(("DATABASE_URL".to_owned(), format!("{url}{secret}@host/{secret}")));
        let all = everything(vars.clone());
        // A SQLite path is no secret, and is printed.
        if !url.starts_with("sqlite") {
            prop_assert!(!all.contains(&secret), "{}", all);
        }

        vars.retain(|(name, _)| name != "DATABASE_URL");
        vars.push(("OIDC_SERVER_METADATA_URL".to_owned(), format!("{op}{secret}@host/x")));
        vars.push(("OIDC_CLIENT_SECERT".to_owned(), text.clone()));
        vars.push(("POSTERN_FANCY_TOKEN".to_owned(), text));
        let all = everything(vars);
        prop_assert!(!all.contains(&secret), "{}", all);
    }
}

#[test]
fn a_good_setup_prints_no_secret() {
    let secrets = [
        "s3cr3t-of-the-client",
        "eleven purple llamas; none of them knits",
        "pa55w0rd",
    ];
    let database = format!("postgres://user:{}@host/name", secrets[2]);
    let changes = [
        ("OIDC_CLIENT_SECRET", secrets[0]),
        ("POSTERN_SECRET_KEY", secrets[1]),
        ("DATABASE_URL", database.as_str()),
    ];

    let all = format!("{:?}\n{:#?}", config(&changes), config(&changes).clone());

    assert!(all.contains("postern-client"), "{all}");
    for secret in secrets {
        assert!(!all.contains(secret), "{all}");
    }
}

#[test]
fn secret_keys() {
    let hex = "0123456789abcdef".repeat(4);
    let base64 = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";
    let phrase = "eleven purple llamas; none of them knits";
    for good in [hex.as_str(), base64, phrase] {
        let key = config(&[("POSTERN_SECRET_KEY", good)]).secret_key.unwrap();

        assert_eq!(key.expose_secret(), good.as_bytes());
    }
    for (bad, problem) in [
        (&hex[..63], "it needs 64 hexadecimal digits"),
        (&base64[..42], "it needs 43 characters of base64"),
        (&phrase[..31], "it needs 32 characters"),
        ("changeme", "it needs 43 characters of base64"),
        (&"ab".repeat(40), "repeats the same few characters"),
    ] {
        let said = said(&[("POSTERN_SECRET_KEY", bad)]);

        assert!(
            said.starts_with("POSTERN_SECRET_KEY is too short") || bad.len() == 80,
            "{said}"
        );
        assert!(said.contains(problem), "{said}");
        assert!(
            said.ends_with("Fix: make one with: openssl rand -base64 48."),
            "{said}"
        );
        assert!(!said.contains(bad), "{said}");
    }
}

#[test]
fn what_looks_like_something_else_than_a_secret_is_said() {
    for (text, words) in [
        ("${CLIENT_SECRET}", "a variable that nothing has filled in"),
        (
            "${CLIENT_SECRET:-}",
            "a variable that nothing has filled in",
        ),
        ("$CLIENT_SECRET", "a variable that nothing has filled in"),
        ("$2b$12$abcdefghijklmnopqrstuv", "the hash of a secret"),
        ("$argon2id$v=19$m=65536", "the hash of a secret"),
        ("/run/secrets/client", "is named by OIDC_CLIENT_SECRET_FILE"),
        ("/proc/self/status", "is named by OIDC_CLIENT_SECRET_FILE"),
        (
            "hunter2 # of Authentik",
            "a comment needs a line of its own",
        ),
    ] {
        let said = said(&[("OIDC_CLIENT_SECRET", text)]);

        assert!(said.starts_with("- OIDC_CLIENT_SECRET "), "{text}: {said}");
        assert!(
            said.contains(words) && !said.contains(text),
            "{text}: {said}"
        );
    }
    for good in ["p$ss", "a#b", "/x9+q83vEjRWeJCrze8SNFZ4", "$1", "pa${}ss"] {
        assert_eq!(said(&[("OIDC_CLIENT_SECRET", good)]), "", "{good}");
    }
}

#[test]
fn password_that_cuts_a_database_url_short_is_told_and_not_shown() {
    for (url, character) in [
        ("postgres://u:p@ss#w/rd@host/db", "#"),
        ("postgres://u:zebra#zebra@host/db", "#"),
        ("postgres://u:12/zebra@host/db", "/"),
        ("postgres://u:12?zebra@host/db", "?"),
        ("postgresql://u:zebra@host/db #zebra", "#"),
    ] {
        let said = said(&[("DATABASE_URL", url)]);

        let problem = format!("DATABASE_URL is cut off at a {character}, which");
        assert!(said.contains(&problem), "{url}: {said}");
        assert!(said.contains("# is %23"), "{url}: {said}");
        for part in ["p@ss", "w/rd", "zebra"] {
            assert!(!said.contains(part), "{url}: {said}");
        }
    }
    for good in [
        "postgres://u:p%40ss%23w%2Frd@host/db",
        "postgres://u:p@ss@host/db",
        "postgres://host/db?user=a@b",
        "postgres:///db?host=/run/postgresql",
    ] {
        assert_eq!(said(&[("DATABASE_URL", good)]), "", "{good}");
    }
}

#[test]
fn placeholders_are_refused() {
    let said = said(&[("OIDC_CLIENT_SECRET", "<client secret>")]);

    assert_eq!(
        said,
        "OIDC_CLIENT_SECRET is still the placeholder of an example. Fix: write your own value."
    );
}

#[test]
fn what_is_not_text_is_a_fault_where_it_is_ours() {
    let not_text = || OsString::from_vec(b"\xff\xfe".to_vec());
    let ours = [(OsString::from("DATA_DIR"), not_text())];
    let theirs = [
        (OsString::from("THEIRS"), not_text()),
        (not_text(), not_text()),
    ];

    let faults = Config::from_os_vars(ours.into_iter()).unwrap_err();
    assert_eq!(faults.faults[0].problem, "is not valid UTF-8");
    assert!(Config::from_os_vars(theirs.into_iter()).is_ok());
}
