//! The applications behind the door: `POSTERN_UPSTREAM` and `POSTERN_APP_<NAME>_…`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use shared::text::Text;
use url::Url;

use super::application_names::{PREFIX, split};
use super::faults::{Weight, Wrong};
use super::source::Reader;
use super::{urls, values};
use crate::application::allow::Allow;
use crate::application::public_path::PublicPath;
use crate::application::registry::{Application, Applications, HOME};
use crate::application::told::IdentityHeaders;
use crate::application::upstream::Upstream;
use crate::public_url::PublicUrl;

/// Where the application on Postern's own host listens.
const UPSTREAM: &str = "POSTERN_UPSTREAM";
/// What else can be said of it.
const HOME_SETTINGS: [&str; 5] = [
    "POSTERN_UPSTREAM_ALLOW",
    "POSTERN_UPSTREAM_PUBLIC",
    "POSTERN_UPSTREAM_HEADERS",
    "POSTERN_UPSTREAM_LABEL",
    "POSTERN_UPSTREAM_ICON",
];

/// Reads all applications.
pub(super) fn read(reader: &mut Reader, public: Option<&PublicUrl>) -> Applications {
    let names: BTreeSet<String> = reader
        .names()
        .filter_map(|(name, _)| split(name.strip_suffix("_FILE").unwrap_or(name)))
        .map(|(application, _)| application.to_owned())
        .collect();
    let home = read_home(reader, public);
    let others = names.iter();
    let others: Vec<Application> = others
        .filter_map(|name| read_other(reader, name, public))
        .collect();
    if home.is_some() && others.iter().any(|other| other.name == HOME) {
        let variable = setting(HOME, "_URL");
        let problem = "has the name of the application of POSTERN_UPSTREAM";
        reader.fault(variable, Wrong::new(problem, "give it another name"));
    }
    for (at, other) in others.iter().enumerate() {
        if others[..at].iter().any(|earlier| earlier.url == other.url) {
            let variable = setting(&other.name, "_URL");
            let problem = "is also the URL of another application";
            reader.fault(variable, Wrong::new(problem, "give each a host of its own"));
        }
    }
    Applications(home.into_iter().chain(others).map(Arc::new).collect())
}

/// Reads the application on Postern's own host.
fn read_home(reader: &mut Reader, public: Option<&PublicUrl>) -> Option<Application> {
    if !reader.is_set(UPSTREAM) {
        for name in HOME_SETTINGS {
            if reader.is_set(name) {
                let problem = "is set, and POSTERN_UPSTREAM is not";
                let remedy = "say where the application listens, such as http://127.0.0.1:3000";
                reader.fault(name, Wrong::new(problem, remedy));
            }
        }
        return None;
    }
    let upstream = reader.get(UPSTREAM, upstream)?;
    let Some(public) = public else {
        reader.fault(UPSTREAM, without_public_origin());
        return None;
    };
    let home = read_rest(reader, HOME, home_setting, public.clone(), Some(upstream));
    Some(Application {
        is_on_own_host: true,
        ..home
    })
}

/// Returns the name of a setting of the application on Postern's own host.
fn home_setting(suffix: &str) -> &'static str {
    let found = HOME_SETTINGS.iter().find(|name| name.ends_with(suffix));
    found.copied().unwrap_or(UPSTREAM)
}

fn without_public_origin() -> Wrong {
    Wrong::new(
        "needs a public origin of Postern's own",
        "set POSTERN_PUBLIC_URL to what people type into their browser to log in",
    )
}

/// Reads an application with a host of its own.
fn read_other(reader: &mut Reader, name: &str, public: Option<&PublicUrl>) -> Option<Application> {
    let name = name.to_lowercase();
    let variable = setting(&name, "_URL");
    if !reader.is_set(variable) {
        let problem = "is not set, and other settings of this application are";
        let remedy = "write the public origin of the application, such as https://app.example.com";
        reader.fault(variable, Wrong::new(problem, remedy));
        return None;
    }
    let url = reader.get(variable, urls::origin_url)?;
    let Some(public) = public else {
        reader.fault(variable, without_public_origin());
        return None;
    };
    if url.authority() == public.authority() {
        let problem = "is Postern's own host";
        let remedy = "give the application a host of its own, or name it by POSTERN_UPSTREAM";
        reader.fault(variable, Wrong::new(problem, remedy));
        return None;
    }
    if public.is_https() && !url.is_https() {
        let problem =
            "is http, and Postern's own origin is https: its logins could be read on the way";
        reader.fault(variable, Wrong::new(problem, "begin it with https://"));
    }
    let upstream = reader.get(setting(&name, "_UPSTREAM"), upstream);
    let setting = |suffix: &str| setting(&name, suffix);
    Some(read_rest(reader, &name, setting, url, upstream))
}

fn read_rest(
    reader: &mut Reader,
    name: &str,
    setting: impl Fn(&str) -> &'static str,
    url: PublicUrl,
    upstream: Option<Upstream>,
) -> Application {
    let public_setting = setting("_PUBLIC");
    let public = reader.get(public_setting, public_paths).unwrap_or_default();
    if public.iter().any(PublicPath::is_everything) {
        reader.notice(Weight::Warning, public_setting, Text::NOTICE_PUBLIC);
    }
    let allow_setting = setting("_ALLOW");
    let allow: Vec<Allow> = reader.get(allow_setting, allow).unwrap_or_default();
    let names_group = allow.iter().any(|allow| matches!(allow, Allow::Group(_)));
    if names_group && !reader.is_set("OIDC_CLAIM_ROLES") {
        reader.notice(Weight::Warning, allow_setting, Text::NOTICE_GROUP);
    }
    let label = reader.get(setting("_LABEL"), |text| Ok(text.to_owned()));
    Application {
        name: name.to_owned(),
        url,
        is_on_own_host: false,
        upstream,
        allow,
        public,
        headers: reader.get(setting("_HEADERS"), headers).unwrap_or_default(),
        label: label.unwrap_or_else(|| name.replace('_', " ")),
        icon: reader.get(setting("_ICON"), urls::http_url),
    }
}

/// Returns the name of an application's setting. Names live as long as the process: each is made
/// once, however often the settings are read.
fn setting(application: &str, suffix: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let name = format!("{PREFIX}{}{suffix}", application.to_uppercase());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_str()) {
        return known;
    }
    let name: &'static str = name.leak();
    names.insert(name);
    name
}

/// Parses where an application listens.
fn upstream(text: &str) -> Result<Upstream, Wrong> {
    const FORMS: &str = "write http://127.0.0.1:3000, or unix:/run/app.sock";
    if let Some(path) = text.strip_prefix("unix:") {
        let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
        return if path.is_absolute() {
            Ok(Upstream::Unix(path))
        } else {
            Err(Wrong::new("is not an absolute path", FORMS))
        };
    }
    let url = urls::http_url(text)?;
    if url.scheme() != "http" {
        let problem = "is https, which Postern does not speak to applications";
        return Err(Wrong::new(problem, FORMS));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Wrong::new(
            "has a path",
            "write the host and the port alone",
        ));
    }
    Ok(Upstream::Tcp {
        host: host(&url),
        port: url.port_or_known_default().unwrap_or(80),
    })
}

/// Returns the host, an IPv6 address without its brackets.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.trim_matches(['[', ']']).to_owned()
}

fn allow(text: &str) -> Result<Vec<Allow>, Wrong> {
    let parse = |text: String| {
        Allow::parse(&text).ok_or_else(|| {
            let problem = format!("holds {text:?}, which names nobody");
            Wrong::new(
                problem,
                "write role:admin, group:family or user:alice, separated by commas",
            )
        })
    };
    let list: Vec<Allow> = values::value_list(text)?
        .into_iter()
        .map(parse)
        .collect::<Result<_, _>>()?;
    if list.is_empty() {
        let remedy = "take it away to let in everybody who is logged in";
        return Err(Wrong::new("is an empty list", remedy));
    }
    Ok(list)
}

fn public_paths(text: &str) -> Result<Vec<PublicPath>, Wrong> {
    let parse = |text: String| {
        PublicPath::parse(&text).ok_or_else(|| {
            let problem =
                format!("holds {text:?}, which is no path, or one that can be read in two ways");
            Wrong::new(
                problem,
                "write paths such as /health or /static/*, separated by commas",
            )
        })
    };
    values::value_list(text)?.into_iter().map(parse).collect()
}

fn headers(text: &str) -> Result<IdentityHeaders, Wrong> {
    let words = [
        ("remote", IdentityHeaders::Remote),
        ("x-forwarded", IdentityHeaders::XForwarded),
        ("none", IdentityHeaders::None),
    ];
    values::one_of(&words, text)
}
