//! Tests the redirect URI: sends an authorization request that shows no page (`prompt=none`,
//! Core §3.1.2.1), and compares the answer with that for a redirect URI that cannot be registered.

use openidconnect::PkceCodeChallenge;
use shared::text::Text;
use url::Url;

use crate::config::OidcConfig;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::{self, ProbeClient};
use crate::doctor::probe::page::outline;
use crate::doctor::probe::random::random_text;
use crate::doctor::subject::REDIRECT_URI;
use crate::failure::{Cause, remedy};
use crate::message::{Message, say};
use crate::presets::{self, Advice};
use oidc::answer::Answer;
use oidc::metadata::Metadata;
use oidc::provider::authorization_request;
use oidc::{for_log, pushed_request};

/// The name of the endpoint in errors.
const NAME: &str = "authorization endpoint";

/// What the browser would see after a request.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// The browser would be sent back.
    Back {
        /// With this error; empty for none.
        error: String,
        /// By this issuer (RFC 9207); `None` if it does not say.
        issuer: Option<String>,
    },
    /// It would be sent on to a page of the OP's.
    On(String),
    /// It would see a page at once.
    Page {
        /// The status.
        status: u16,
        /// What the page is.
        what: String,
        /// What it seems to be about.
        about: About,
    },
    /// The push was refused (RFC 9126 §2.3).
    NotPushed(String),
    /// The push was refused because of the client.
    NotKnown,
    /// Nothing came.
    Nothing(String),
}

/// What an error page seems to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The redirect URI, and so the client is known.
    RedirectUri,
    /// The client id.
    Client,
    /// It does not say.
    Unknown,
}

/// Sends both requests, and compares the answers. Also returns what a refusal is about; `None`
/// without one.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
) -> (Finding, Option<About>) {
    let own = &config.rp.redirect_uri;
    // A name that can never be anybody's (RFC 2606 §2).
    let label: String = random_text()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect();
    let foreign = format!(
        "https://doctor-{}.invalid/callback",
        label.to_ascii_lowercase()
    );
    let (seen, control) = tokio::join!(
        request(probe, metadata, config, own),
        request(probe, metadata, config, &foreign)
    );
    let about = seen.is_refusal().then(|| seen.about());
    if let Seen::Back { issuer, .. } = &seen
        && issuer.as_ref().is_some_and(|iss| *iss != metadata.issuer)
    {
        let other = issuer.as_deref().unwrap_or_default();
        return (foreign_client(other, config), about);
    }
    (compare(&seen, &control, config), about)
}

/// Handles a client whose answers come from another issuer than that of the discovery document.
fn foreign_client(issuer: &str, config: &OidcConfig) -> Finding {
    let found = say(Text::FOUND_URI_FOREIGN).with("issuer", for_log(issuer));
    REDIRECT_URI.fail(found, remedy(Cause::TokenForeign, config.provider.as_str()))
}

async fn request(
    probe: &ProbeClient<'_>,
    metadata: &Metadata,
    config: &OidcConfig,
    redirect_uri: &str,
) -> Seen {
    let (scope, state, nonce) = (config.rp.scopes.join(" "), random_text(), random_text());
    let (challenge, _) = PkceCodeChallenge::new_random_sha256();
    let strings = [state.as_str(), nonce.as_str(), challenge.as_str()];
    let mut fields = authorization_request(&config.rp.client_id, redirect_uri, &scope, strings);
    fields.push(("prompt", "none"));
    let mut url = metadata.authorization_endpoint.clone();
    if let Some(endpoint) = &metadata.pushed_request_endpoint {
        let pushed =
            pushed_request::push(&probe.http, endpoint, metadata, &config.rp, &fields).await;
        let request_uri = match pushed {
            Ok(request_uri) => request_uri,
            Err(oidc::Error::OpUnreachable { endpoint, cause }) => {
                return Seen::Nothing(format!("{endpoint}: {cause}"));
            }
            Err(oidc::Error::ClientRejected(_)) => return Seen::NotKnown,
            Err(error) => return Seen::NotPushed(error.to_string()),
        };
        url.query_pairs_mut()
            .append_pair("client_id", &config.rp.client_id)
            .append_pair("request_uri", &request_uri);
    } else {
        url.query_pairs_mut().extend_pairs(fields);
    }
    let get = probe.http.get(url.as_str()).header("accept", "text/html");
    match probe.ask(get, NAME).await {
        Ok(answer) => classify(&answer, &url, redirect_uri),
        Err(failure) => Seen::Nothing(client::cause(failure)),
    }
}

/// Says where the browser would end up.
fn classify(answer: &Answer, asked: &Url, redirect_uri: &str) -> Seen {
    if answer.status.is_redirection() {
        let location = answer.header("location");
        if let Some(rest) = location.strip_prefix(redirect_uri)
            && (rest.is_empty() || rest.starts_with(['?', '#', '&']))
        {
            let pairs = rest.trim_start_matches(['?', '#', '&']).as_bytes();
            let find = |wanted: &str| {
                let mut pairs = form_urlencoded::parse(pairs);
                let found = pairs.find(|(name, _)| name == wanted);
                found.map(|(_, value)| value.into_owned())
            };
            return Seen::Back {
                error: for_log(&find("error").unwrap_or_default()),
                issuer: find("iss"),
            };
        }
        // Without the query: it has the request in it, which differs each time.
        return Seen::On(asked.join(location).map_or_else(
            |_| for_log(location),
            |target| {
                let origin = target.origin().ascii_serialization();
                for_log(&format!("{origin}{}", target.path()))
            },
        ));
    }
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    let title = answer.title().unwrap_or_default().to_ascii_lowercase();
    Seen::Page {
        status: answer.status.as_u16(),
        what: outline(answer),
        about: About::of(&title).or(|| About::of(&text)),
    }
}

impl About {
    /// Guesses from the words of the page.
    fn of(text: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&[
            "redirect uri",
            "redirect_uri",
            "redirect-uri",
            "callback url",
            "redirecturi",
        ]) {
            Self::RedirectUri
        } else if has(&[
            "client id",
            "client_id",
            "invalid_client",
            "unknown client",
            "client not found",
        ]) {
            Self::Client
        } else {
            Self::Unknown
        }
    }

    fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self == Self::Unknown { other() } else { self }
    }
}

impl Seen {
    /// Is the request refused?
    fn is_refusal(&self) -> bool {
        match self {
            Self::Page { status, .. } => (400..500).contains(status),
            Self::NotPushed(_) => true,
            Self::On(place) => place.to_ascii_lowercase().contains("error"),
            Self::Back { .. } | Self::NotKnown | Self::Nothing(_) => false,
        }
    }

    /// Returns what a page seems to be about.
    fn about(&self) -> About {
        match self {
            Self::Page { about, .. } => *about,
            _ => About::Unknown,
        }
    }

    /// Says it in the terms of HTTP, which are the same in every language.
    fn outline(&self) -> String {
        match self {
            Self::Back { error, .. } if error.is_empty() => "\u{2192} redirect_uri".to_owned(),
            Self::Back { error, .. } => format!("\u{2192} redirect_uri?error={error}"),
            Self::On(place) => format!("\u{2192} {place}"),
            Self::Page { what, .. } => what.clone(),
            Self::NotKnown => "invalid_client".to_owned(),
            Self::NotPushed(detail) | Self::Nothing(detail) => detail.clone(),
        }
    }
}

/// Tells from both answers whether the redirect URI is registered.
fn compare(seen: &Seen, control: &Seen, config: &OidcConfig) -> Finding {
    let uri = &config.rp.redirect_uri;
    let remedy = presets::advice(config.provider.as_str(), Advice::RedirectUri);
    match (seen, control) {
        (Seen::Nothing(cause), _) => REDIRECT_URI.warn(
            say(Text::FOUND_URI_UNCLEAR).with("cause", cause),
            presets::advice(config.provider.as_str(), Advice::OpUnreachable),
        ),
        (Seen::NotKnown, _) => REDIRECT_URI.skip(Text::SKIP_URI),
        (Seen::Back { .. }, Seen::Back { .. }) => REDIRECT_URI.warn(
            Text::FOUND_URI_ANYWHERE,
            say(Text::FIX_URI_ANYWHERE).and(remedy),
        ),
        (Seen::Back { error, .. }, _) => registered(uri, error, config),
        (seen, _) if seen.is_refusal() => refused(seen, config, remedy),
        (seen, control) => {
            let both = |text| {
                say(text)
                    .with("uri", uri)
                    .with("seen", seen.outline())
                    .with("control", control.outline())
            };
            if control.is_refusal() {
                REDIRECT_URI.pass(both(Text::FOUND_URI_ACCEPTED))
            } else {
                let by_eye = say(Text::FIX_URI_ALIKE).and(remedy);
                REDIRECT_URI.warn(both(Text::FOUND_URI_ALIKE), by_eye)
            }
        }
    }
}

/// Handles a browser that comes back: the redirect URI is registered, the error says the rest.
fn registered(uri: &str, error: &str, config: &OidcConfig) -> Finding {
    let of_uri = |text| say(text).with("uri", uri);
    let answers = || of_uri(Text::FOUND_URI_ERROR).with("error", error);
    match error {
        ""
        | "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required"
        | "access_denied" => REDIRECT_URI.pass(of_uri(Text::FOUND_URI)),
        "invalid_scope" => REDIRECT_URI.fail(answers(), Text::FIX_URI_SCOPES),
        "unauthorized_client" | "unsupported_response_type" => {
            REDIRECT_URI.fail(answers(), Text::FIX_URI_FLOW)
        }
        _ => REDIRECT_URI.warn(
            answers(),
            presets::advice(config.provider.as_str(), Advice::OpError),
        ),
    }
}

fn refused(seen: &Seen, config: &OidcConfig, remedy: Message) -> Finding {
    let told = |text| {
        say(text)
            .with("uri", &config.rp.redirect_uri)
            .with("seen", seen.outline())
    };
    match seen.about() {
        About::Client => REDIRECT_URI.fail(
            told(Text::FOUND_URI_CLIENT),
            presets::advice(config.provider.as_str(), Advice::ClientRejected),
        ),
        About::RedirectUri => {
            let found = told(Text::FOUND_URI_REFUSED).and(Text::FOUND_URI_ABOUT);
            REDIRECT_URI.fail(found, remedy)
        }
        About::Unknown => REDIRECT_URI.fail(told(Text::FOUND_URI_REFUSED), remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::{About, Seen, compare};
    use crate::config::Config;
    use shared::doctor::Outcome::{self, Fail, Pass, Skip, Warn};

    #[test]
    fn what_both_requests_come_to_is_compared() {
        let vars = [
            ("OIDC_ENABLED", "true"),
            ("OIDC_PROVIDER", "keycloak"),
            ("OIDC_CLIENT_ID", "a"),
            ("OIDC_CLIENT_SECRET", "b"),
            ("OIDC_REDIRECT_URI", "https://a.example/api/oauth/openid"),
            ("OIDC_SERVER_APPLICATION_URL", "https://b.example/realms/a"),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (config, _) = Config::from_vars(vars).unwrap();
        let oidc = config.oidc.unwrap();
        let check = |seen: &Seen, control: &Seen, outcome: Outcome, found: &str| {
            let step = compare(seen, control, &oidc);
            let is_right = step.outcome == outcome && step.found.english().contains(found);
            assert!(is_right, "{seen:?}, {control:?}: {step:?}");
        };
        let back = |error: &str| Seen::Back {
            error: error.to_owned(),
            issuer: None,
        };
        let on = |place: &str| Seen::On(place.to_owned());
        let page = |status, about| Seen::Page {
            status,
            what: "400 Bad Request, text/html".to_owned(),
            about,
        };
        let refused = page(400, About::Unknown);
        let nothing = Seen::Nothing("timed out".to_owned());

        check(&back("login_required"), &refused, Pass, "is registered");
        check(&back(""), &nothing, Pass, "is registered");
        check(&back("a"), &back("a"), Warn, "sends browsers anywhere");
        check(&back("invalid_scope"), &refused, Fail, "invalid_scope");
        check(&refused, &refused, Fail, "does not take");
        check(
            &page(400, About::RedirectUri),
            &refused,
            Fail,
            "about the redirect URI",
        );
        check(&page(400, About::Client), &refused, Fail, "client id");
        // An OP that ignores `prompt` and asks for a login.
        let login = on("https://b.example/login");
        check(&login, &refused, Pass, "is accepted");
        check(&login, &on("https://b.example/error"), Pass, "is accepted");
        check(
            &on("https://b.example/error"),
            &login,
            Fail,
            "does not take",
        );
        check(&login, &login, Warn, "Not clear");
        check(&page(200, About::Unknown), &refused, Pass, "is accepted");
        check(&page(200, About::Unknown), &login, Warn, "Not clear");
        check(&nothing, &refused, Warn, "timed out");
        check(&Seen::NotKnown, &Seen::NotKnown, Skip, "refuses the client");
    }
}
