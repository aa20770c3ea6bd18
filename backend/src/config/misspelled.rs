//! Variables that look meant for Postern but are not read by it.
//!
//! No check of values can find a mistyped name: the setting silently keeps its default. So every
//! variable of the process is compared with the table.

use strsim::damerau_levenshtein;

use super::table::{UNSUPPORTED, VARIABLES, variable};

/// How the names of Postern's own variables begin.
const PREFIXES: [&str; 2] = ["OIDC_", "POSTERN_"];
/// The suffix of a name's file twin.
const FILE_SUFFIX: &str = "_FILE";
/// Names that other programs use for the same thing, too different from ours to be found by
/// spelling.
const ELSEWHERE: &[(&str, &str)] = &[
    ("OIDC_ISSUER", "OIDC_SERVER_APPLICATION_URL"),
    ("OIDC_ISSUER_URL", "OIDC_SERVER_APPLICATION_URL"),
    ("OIDC_ISSUER_URI", "OIDC_SERVER_APPLICATION_URL"),
    ("OIDC_AUTHORITY", "OIDC_SERVER_APPLICATION_URL"),
    ("OIDC_SERVER_URL", "OIDC_SERVER_APPLICATION_URL"),
    ("OIDC_PROVIDER_URL", "OIDC_SERVER_APPLICATION_URL"),
    ("OIDC_DISCOVERY_URL", "OIDC_SERVER_METADATA_URL"),
    ("OIDC_WELL_KNOWN_URL", "OIDC_SERVER_METADATA_URL"),
    ("OIDC_METADATA_URL", "OIDC_SERVER_METADATA_URL"),
    ("OIDC_CALLBACK_URL", "OIDC_REDIRECT_URI"),
    ("OIDC_PROVIDER_NAME", "OIDC_PROVIDER"),
    ("OIDC_AUTO_REGISTER", "OIDC_ALLOW_REGISTRATION"),
    ("OIDC_ADMIN_GROUP", "OIDC_ROLE_ADMIN"),
    ("OIDC_GROUPS_CLAIM", "OIDC_CLAIM_ROLES"),
    ("OIDC_LOGOUT_URL", "OIDC_END_SESSION_ENDPOINT"),
    ("POSTERN_PORT", "POSTERN_LISTEN"),
    ("POSTERN_HOST", "POSTERN_LISTEN"),
    ("POSTERN_BIND", "POSTERN_LISTEN"),
    ("POSTERN_ADDRESS", "POSTERN_LISTEN"),
    ("POSTERN_URL", "POSTERN_PUBLIC_URL"),
    ("POSTERN_BASE_URL", "POSTERN_PUBLIC_URL"),
    ("POSTERN_LOG_LEVEL", "POSTERN_LOG"),
    ("POSTERN_TRUSTED_PROXY", "POSTERN_TRUSTED_PROXIES"),
    ("POSTERN_BRAND_COLOR", "POSTERN_BRAND_ACCENT"),
    ("POSTERN_BRAND_COLOUR", "POSTERN_BRAND_ACCENT"),
    ("POSTERN_BRAND_TITLE", "POSTERN_BRAND_NAME"),
    ("POSTERN_BRAND_ICON", "POSTERN_BRAND_LOGO"),
];

/// The verdict on a variable's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// In the table, or unrelated to Postern.
    Fine,
    /// Promised for a later version.
    Unsupported,
    /// Probably meant to be the named variable.
    Near(String),
    /// Has our prefix, but resembles nothing in the table.
    Unknown,
}

/// Judges the name of a variable that is set to `text`.
pub(super) fn judge(name: &str, text: &str) -> Name {
    let base = name.strip_suffix(FILE_SUFFIX).unwrap_or(name);
    if is_known(name) || is_known(base) || is_of_kubernetes(name, text) {
        return Name::Fine;
    }
    if UNSUPPORTED.contains(&base) {
        return Name::Unsupported;
    }
    let twin = base.len() < name.len();
    if let Some(near) = near(name) {
        return Name::Near(near.to_owned());
    }
    if let Some(near) = near(base).filter(|_| twin) {
        return Name::Near(format!("{near}{FILE_SUFFIX}"));
    }
    let upper = name.to_ascii_uppercase();
    let ours = PREFIXES.iter().any(|prefix| upper.starts_with(prefix));
    if ours || with_prefix_fixed(&upper).is_some() {
        Name::Unknown
    } else {
        Name::Fine
    }
}

/// Returns true if the name is in the table.
fn is_known(name: &str) -> bool {
    variable(name).is_some()
}

/// Kubernetes gives every pod of a service named `postern` variables such as `POSTERN_SERVICE_HOST`
/// and `POSTERN_PORT=tcp://…`, which are not mistakes.
fn is_of_kubernetes(name: &str, text: &str) -> bool {
    name.starts_with("POSTERN_SERVICE_")
        || name.starts_with("POSTERN_PORT_")
        || (name == "POSTERN_PORT" && text.contains("://"))
}

/// Finds the name in the table that was probably meant.
fn near(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let fixed = with_prefix_fixed(&upper).unwrap_or(upper);
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(other, _)| *other == fixed)
        .map(|&(_, ours)| ours);
    elsewhere
        .or_else(|| nearest(&fixed))
        .or_else(|| cut_short(&fixed))
        .or_else(|| {
            // DATA_DIR and others have no prefix, and people easily add one.
            let bare = PREFIXES
                .iter()
                .find_map(|prefix| fixed.strip_prefix(prefix))?;
            VARIABLES
                .iter()
                .map(|variable| variable.name)
                .find(|&known| known == bare)
        })
}

/// Finds the closest name in the table, if it is close enough.
fn nearest(name: &str) -> Option<&'static str> {
    VARIABLES
        .iter()
        .map(|variable| (damerau_levenshtein(name, variable.name), variable.name))
        .filter(|&(distance, known)| distance <= tolerance(known))
        .min()
        .map(|(_, known)| known)
}

/// Returns how many letters may differ. Short names without our prefix are close to names that
/// other programs use, such as `DATABASE_SSL`.
fn tolerance(known: &str) -> usize {
    let ours = PREFIXES.iter().any(|prefix| known.starts_with(prefix));
    if ours || known.len() > 12 { 2 } else { 1 }
}

/// Finds the only name in the table that begins with this, as `OIDC_USERNAME_ATTR`.
fn cut_short(name: &str) -> Option<&'static str> {
    let rest = PREFIXES
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))?;
    let mut longer = VARIABLES
        .iter()
        .map(|v| v.name)
        .filter(|known| known.starts_with(name));
    match (longer.next(), longer.next()) {
        (Some(only), None) if rest.len() >= 3 => Some(only),
        _ => None,
    }
}

/// Returns the name with its first word corrected, if that has the letters of one of our prefixes
/// in another order, as in `OICD_`; `None` if not.
fn with_prefix_fixed(name: &str) -> Option<String> {
    let (word, rest) = name.split_once('_')?;
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    PREFIXES
        .iter()
        .map(|prefix| prefix.trim_end_matches('_'))
        .find(|prefix| word != *prefix && sorted(word) == sorted(prefix))
        .map(|prefix| format!("{prefix}_{rest}"))
}
