//! The way in: what answers at the public address, and what the reverse proxy makes of a request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use shared::doctor::Step;
use shared::routes::API_DOCTOR_REFLECTION;

use super::asker::Asker;
use super::discovery::page;
use super::reflection::{HEADER, Question, Reflection};
use super::subject::{
    PROXY_ADDRESS, PROXY_COOKIE, PROXY_HOST, PROXY_SCHEME, PUBLIC, SERVER, THIS_REQUEST,
};
use super::{Stand, random_text};
use crate::config::{Config, PublicUrl};
use crate::http::cookie::CookieStyle;
use crate::keys::Keys;
use clock::Clock;
use oidc::answer::Answer;
use oidc::for_log;

/// What the client calls it.
const NAME: &str = "server";
/// An address that is nobody's (RFC 5737): the doctor claims to come from there.
const CLAIMED: &str = "192.0.2.77";

/// What answers to the doctor's question.
enum Reply {
    /// This very server.
    Own(Box<Reflection>, Answer),
    /// Something else.
    Other(Answer),
    /// Nothing.
    Nothing(String),
}

/// Looks at the way in.
pub(super) async fn examine(
    config: &Config,
    keys: Option<&Keys>,
    clock: &Clock,
    stand: &Stand<'_>,
) -> Vec<Step> {
    let asker = match Asker::new(config.oidc.as_ref(), clock) {
        Ok(asker) => asker,
        Err(error) => return skipped(&format!("no HTTP client can be made: {error:#}")),
    };
    // Without one no server is this one; whether any runs can be seen all the same.
    let nobodys = Keys::derive(&random_text().into_bytes().into());
    let keys = keys.unwrap_or(&nobodys);
    let mut steps = Vec::new();
    let runs = match stand {
        Stand::Beside => {
            let (step, runs) = server(&asker, config, keys, clock).await;
            steps.push(step);
            runs
        }
        Stand::Inside { .. } => {
            steps.push(SERVER.pass("this one runs"));
            true
        }
    };
    steps.extend(match &config.public_url {
        Some(public) => from_outside(&asker, public, keys, clock, runs).await,
        None => proxy_steps("no public address is set (POSTERN_PUBLIC_URL)"),
    });
    if let Stand::Inside {
        request: Some(request),
        ..
    } = stand
    {
        steps.push(this_request(request, config.public_url.as_ref()));
    }
    steps
}

fn skipped(why: &str) -> Vec<Step> {
    let mut steps = vec![SERVER.skip(why)];
    steps.extend(proxy_steps(why));
    steps
}

fn proxy_steps(why: &str) -> Vec<Step> {
    let all = [
        PUBLIC,
        PROXY_HOST,
        PROXY_SCHEME,
        PROXY_ADDRESS,
        PROXY_COOKIE,
    ];
    all.map(|subject| subject.skip(why)).to_vec()
}

/// Returns where a client on this machine finds the listener.
fn local(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Does a server run beside the doctor, and is it the one of these settings?
async fn server(asker: &Asker<'_>, config: &Config, keys: &Keys, clock: &Clock) -> (Step, bool) {
    let address = local(config.listen);
    let origin = format!("http://{address}");
    match ask(asker, &origin, keys, clock, None).await {
        Reply::Own(..) => (SERVER.pass(format!("runs at {address}")), true),
        Reply::Other(answer) if answer.media_type == "application/problem+json" => (
            SERVER.warn(
                format!("a Postern answers at {address}, with another secret key or clock"),
                "give the doctor the server's own settings: DATA_DIR or POSTERN_SECRET_KEY differ, \
                 or the server is of an older version",
            ),
            false,
        ),
        Reply::Other(answer) => (
            SERVER.warn(
                format!(
                    "something else answers at {address}: {}, {}",
                    answer.status,
                    page(&answer)
                ),
                "the port of POSTERN_LISTEN is taken by another program",
            ),
            false,
        ),
        Reply::Nothing(_) => {
            let found =
                format!("none runs at {address}: start it, and run the doctor again beside it");
            (SERVER.skip(found), false)
        }
    }
}

/// Asks the question at an origin; with a cookie, also claims to come from elsewhere.
async fn ask(
    asker: &Asker<'_>,
    origin: &str,
    keys: &Keys,
    clock: &Clock,
    cookie: Option<&str>,
) -> Reply {
    let question = Question::new(keys, clock.now());
    let url = format!("{origin}{API_DOCTOR_REFLECTION}");
    let mut request = asker
        .client
        .get(&url)
        .header(HEADER, &question.text)
        .header("accept", "application/json");
    if let Some(cookie) = cookie {
        request = request
            .header("cookie", cookie)
            .header("x-forwarded-for", CLAIMED);
    }
    let answer = match asker.ask(request, NAME).await {
        Ok(answer) => answer,
        Err(cause) => return Reply::Nothing(cause),
    };
    let reflection: Option<Reflection> = serde_json::from_slice(&answer.body).ok();
    match reflection {
        Some(reflection)
            if answer.status.is_success() && question.is_answered_by(&reflection, keys) =>
        {
            Reply::Own(Box::new(reflection), answer)
        }
        _ => Reply::Other(answer),
    }
}

/// Comes in from the public address, as browsers do.
async fn from_outside(
    asker: &Asker<'_>,
    public: &PublicUrl,
    keys: &Keys,
    clock: &Clock,
    runs: bool,
) -> Vec<Step> {
    let origin = public.origin();
    let (reflection, answer) = match ask(asker, &origin, keys, clock, None).await {
        Reply::Own(reflection, answer) => (reflection, answer),
        Reply::Other(answer) => return not_this_one(&origin, &answer, public, runs),
        Reply::Nothing(cause) if runs => {
            let mut steps = proxy_steps("the public address cannot be reached from here");
            steps[0] = PUBLIC.warn(
                format!("{origin} cannot be reached from this machine: {cause}"),
                "see that the host name leads to the reverse proxy, that the proxy runs and that its \
                 certificate is good. Where only this machine cannot come in that way (a router \
                 without hairpin NAT, a private CA), all may be well: try it in a browser",
            );
            return steps;
        }
        Reply::Nothing(_) => return proxy_steps("no server runs"),
    };
    let cookie = set_cookie(&answer, public);
    let second = match &cookie {
        Ok(cookie) => ask(asker, &origin, keys, clock, Some(cookie)).await,
        Err(_) => ask(asker, &origin, keys, clock, Some("postern_other=1")).await,
    };
    let second = match second {
        Reply::Own(second, _) => Some(second),
        Reply::Other(_) | Reply::Nothing(_) => None,
    };
    vec![
        PUBLIC.pass(format!("{origin} leads to this server")),
        host(&reflection, public),
        scheme(&reflection, public),
        address(&reflection, second.as_deref(), public),
        cookies(cookie.err(), second.as_deref(), public),
    ]
}

/// Says what answers at the public address instead.
fn not_this_one(origin: &str, answer: &Answer, public: &PublicUrl, runs: bool) -> Vec<Step> {
    let status = answer.status;
    let mut steps = proxy_steps("the public address does not lead to this server");
    let what = format!("{origin} answers {status}, {}", page(answer));
    steps[0] = match status.as_u16() {
        502..=504 if !runs => return proxy_steps("no server runs"),
        502..=504 => PUBLIC.fail(
            format!("{what}: the reverse proxy does not reach this server"),
            "let the proxy pass requests on to POSTERN_LISTEN; in a container that must not be \
             127.0.0.1, but 0.0.0.0:8080",
        ),
        300..=399 => redirected(origin, answer, public),
        401 | 403 => PUBLIC.fail(
            format!("{what}: something before this server wants a login"),
            "take forward-auth away from Postern's own host: nobody could log in",
        ),
        404 if answer.media_type == "application/problem+json" => PUBLIC.warn(
            format!("a Postern answers at {origin}, but not the one of these settings"),
            "let the doctor have the same DATA_DIR or POSTERN_SECRET_KEY as the server there, the \
             same version and the right time; or let the reverse proxy lead to this one. A proxy \
             that drops the header `Postern-Doctor` looks the same",
        ),
        _ => PUBLIC.fail(
            format!("{what}: that is not Postern"),
            "let the reverse proxy pass this host on to Postern, all paths from / on",
        ),
    };
    steps
}

fn redirected(origin: &str, answer: &Answer, public: &PublicUrl) -> Step {
    let location = for_log(answer.header("location"));
    let place = location.split('?').next().unwrap_or_default();
    let found = format!("{origin} answers with a redirect to {place}");
    let is_to_https = !public.is_https() && place.starts_with("https://");
    PUBLIC.fail(
        found,
        if is_to_https {
            "the reverse proxy sends everybody to https: write https:// into OIDC_REDIRECT_URI (here \
             and at the provider) and POSTERN_PUBLIC_URL"
        } else {
            "write the host that the redirect leads to into OIDC_REDIRECT_URI (here and at the \
             provider), or let the reverse proxy pass this host on to Postern, without a login of its \
             own before it"
        },
    )
}

fn host(seen: &Reflection, public: &PublicUrl) -> Step {
    let shown = for_log(&seen.host);
    if public.is_authority(&seen.host) {
        return PROXY_HOST.pass(format!("{shown} arrives as it was sent"));
    }
    PROXY_HOST.warn(
        format!("{} was asked for, {shown} arrives", public.host()),
        "let the reverse proxy pass `Host` on (nginx: proxy_set_header Host $host). Without it this \
         server cannot tell who comes by a wrong name",
    )
}

fn scheme(seen: &Reflection, public: &PublicUrl) -> Step {
    let own = if public.is_https() { "https" } else { "http" };
    let came = seen.forwarded_proto.as_str();
    if came == own {
        return PROXY_SCHEME.pass(format!("X-Forwarded-Proto is {own}, as it should be"));
    }
    if came.is_empty() {
        return PROXY_SCHEME.pass(format!(
            "{own}, by the public address; no X-Forwarded-Proto comes, and none is needed"
        ));
    }
    PROXY_SCHEME.warn(
        format!("{own} was asked for, X-Forwarded-Proto is {}", for_log(came)),
        "let the reverse proxy that browsers meet set X-Forwarded-Proto, and those behind it keep it",
    )
}

fn address(first: &Reflection, second: Option<&Reflection>, public: &PublicUrl) -> Step {
    let (peer, client) = (&first.peer, &first.client);
    let has_proxy = public.is_https()
        || first.has_other_signs
        || !first.forwarded_for.is_empty()
        || !first.forwarded_proto.is_empty();
    if !has_proxy {
        return PROXY_ADDRESS.pass(format!("{client}; no proxy is to be seen"));
    }
    if first.forwarded_for.is_empty() {
        return PROXY_ADDRESS.warn(
            format!("the reverse proxy at {peer} does not say who asks: all people count as one"),
            "let it send X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For \
             $proxy_add_x_forwarded_for), and name it in POSTERN_TRUSTED_PROXIES",
        );
    }
    if !first.is_peer_trusted {
        return PROXY_ADDRESS.warn(
            format!(
                "the reverse proxy at {peer} is not trusted: all people count as one, and share one \
                 rate limit"
            ),
            format!("set POSTERN_TRUSTED_PROXIES={peer}, or the network of your proxies"),
        );
    }
    if second.is_some_and(|second| second.client == CLAIMED) {
        return PROXY_ADDRESS.fail(
            "whoever sends X-Forwarded-For is believed: the reverse proxy passes it on as it came",
            "let the proxy that browsers meet append the client's address, or write it anew (nginx: \
             $proxy_add_x_forwarded_for)",
        );
    }
    PROXY_ADDRESS.pass(format!(
        "{client}, as the trusted proxy {peer} says; without POSTERN_TRUSTED_PROXIES it were {peer}"
    ))
}

/// Returns the cookie as a browser would send it back.
///
/// # Errors
/// What the proxy made of it that no browser would keep.
fn set_cookie(answer: &Answer, public: &PublicUrl) -> Result<String, String> {
    let name = CookieStyle::new(public.is_https()).doctor();
    let lines = answer.headers.get_all("set-cookie");
    let line = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .find(|line| line.starts_with(&format!("{name}=")))
        .ok_or("the cookie that this server sets does not arrive")?;
    let mut parts = line.split(';').map(str::trim);
    let pair = parts.next().unwrap_or_default().to_owned();
    let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    let has = |attribute: &str| attributes.iter().any(|own| own == attribute);
    if public.is_https() && !has("secure") {
        return Err("the cookie arrives without Secure".to_owned());
    }
    if !has("path=/") || attributes.iter().any(|own| own.starts_with("domain=")) {
        return Err("the cookie arrives with another path or domain".to_owned());
    }
    Ok(pair)
}

fn cookies(fault: Option<String>, second: Option<&Reflection>, public: &PublicUrl) -> Step {
    let remedy = "let the reverse proxy leave Set-Cookie and Cookie alone (nginx: no proxy_cookie_…, \
                no proxy_hide_header; no cache before /api/)";
    if let Some(fault) = fault {
        return PROXY_COOKIE.fail(format!("{fault}: nobody stays logged in"), remedy);
    }
    match second {
        Some(second) if second.has_cookie => PROXY_COOKIE.pass(if public.is_https() {
            "a Secure cookie is set and comes back"
        } else {
            "a cookie is set and comes back, without Secure, since the public address is http"
        }),
        Some(_) => PROXY_COOKIE.fail(
            "the cookie does not come back: nobody stays logged in",
            remedy,
        ),
        None => PROXY_COOKIE.warn("a second request came to nothing", remedy),
    }
}

/// Says how the admin's own request arrived.
fn this_request(seen: &Reflection, public: Option<&PublicUrl>) -> Step {
    let mut found = format!("from {}", seen.client);
    if seen.peer != seen.client {
        found = format!("{found}, through {}", seen.peer);
    }
    found = format!("{found}, for the host {}", for_log(&seen.host));
    for (name, value) in [
        ("X-Forwarded-For", &seen.forwarded_for),
        ("X-Forwarded-Proto", &seen.forwarded_proto),
        ("X-Forwarded-Host", &seen.forwarded_host),
    ] {
        if !value.is_empty() {
            found = format!("{found}; {name}: {}", for_log(value));
        }
    }
    let is_own = public.is_none_or(|public| public.is_authority(&seen.host));
    if !is_own {
        let remedy = "open this page under the host of OIDC_REDIRECT_URI; if you did, let the reverse \
                    proxy pass `Host` on";
        return THIS_REQUEST.warn(format!("{found}, which is not the public address"), remedy);
    }
    if !seen.is_peer_trusted && !seen.forwarded_for.is_empty() {
        let remedy = format!(
            "set POSTERN_TRUSTED_PROXIES={}, if that is your proxy",
            seen.peer
        );
        return THIS_REQUEST.warn(format!("{found}; that proxy is not trusted"), remedy);
    }
    THIS_REQUEST.pass(found)
}
