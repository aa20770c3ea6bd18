//! What the reverse proxy makes of a request. Pure but for the answer's type.

use shared::doctor::Step;

use super::question::CLAIMED;
use crate::config::PublicUrl;
use crate::config::cookie_name;
use crate::doctor::probe::reflection::{COOKIE, Reflection};
use crate::doctor::subject::{PROXY_ADDRESS, PROXY_COOKIE, PROXY_HOST, PROXY_SCHEME, THIS_REQUEST};
use oidc::answer::Answer;
use oidc::for_log;

pub(super) fn host(seen: &Reflection, public: &PublicUrl) -> Step {
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

pub(super) fn scheme(seen: &Reflection, public: &PublicUrl) -> Step {
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

pub(super) fn address(first: &Reflection, second: Option<&Reflection>, public: &PublicUrl) -> Step {
    let (peer, client) = (&first.peer, &first.client);
    let has_proxy = public.is_https()
        || first.has_other_signs
        || !first.forwarded_for.is_empty()
        || !first.forwarded_proto.is_empty();
    if !has_proxy {
        return PROXY_ADDRESS.pass(format!("{client}; there is no sign of a proxy"));
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
            "anyone can set their own address: the reverse proxy passes X-Forwarded-For on unchanged",
            "let the proxy that browsers meet append the client's address, or write it anew (nginx: \
             $proxy_add_x_forwarded_for)",
        );
    }
    PROXY_ADDRESS.pass(format!(
        "{client}, as the trusted proxy {peer} says; without POSTERN_TRUSTED_PROXIES it would be {peer}"
    ))
}

/// Returns the cookie as browsers send it back.
///
/// # Errors
/// Why browsers would not keep it.
pub(super) fn set_cookie(answer: &Answer, public: &PublicUrl) -> Result<String, String> {
    let name = cookie_name(public.is_https(), public.own_port(), COOKIE);
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

pub(super) fn cookies(
    fault: Option<String>,
    second: Option<&Reflection>,
    public: &PublicUrl,
) -> Step {
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

/// Says how the request of the admin arrived.
pub(super) fn this_request(seen: &Reflection, public: Option<&PublicUrl>) -> Step {
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
