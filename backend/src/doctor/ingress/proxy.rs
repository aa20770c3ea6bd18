//! What the reverse proxy makes of a request. Pure but for the answer's type.

use shared::text::Text;

use super::question::CLAIMED;
use crate::config::PublicUrl;
use crate::config::cookie_name;
use crate::doctor::finding::Finding;
use crate::doctor::probe::reflection::{COOKIE, Reflection};
use crate::doctor::subject::{PROXY_ADDRESS, PROXY_COOKIE, PROXY_HOST, PROXY_SCHEME, THIS_REQUEST};
use crate::message::{Message, say};
use oidc::answer::Answer;
use oidc::for_log;

pub(super) fn host(seen: &Reflection, public: &PublicUrl) -> Finding {
    let shown = for_log(&seen.host);
    if public.is_authority(&seen.host) {
        return PROXY_HOST.pass(say(Text::FOUND_HOST_GOOD).with("host", shown));
    }
    let found = say(Text::FOUND_HOST_DIFFERS).with("asked", public.host());
    PROXY_HOST.warn(
        found.with("came", shown),
        say(Text::FIX_HOST).with("nginx", "nginx: proxy_set_header Host $host"),
    )
}

pub(super) fn scheme(seen: &Reflection, public: &PublicUrl) -> Finding {
    let own = if public.is_https() { "https" } else { "http" };
    let came = seen.forwarded_proto.as_str();
    if came == own {
        return PROXY_SCHEME.pass(say(Text::FOUND_SCHEME_GOOD).with("scheme", own));
    }
    if came.is_empty() {
        return PROXY_SCHEME.pass(say(Text::FOUND_SCHEME_NONE).with("scheme", own));
    }
    let found = say(Text::FOUND_SCHEME_DIFFERS).with("asked", own);
    PROXY_SCHEME.warn(found.with("came", for_log(came)), Text::FIX_SCHEME)
}

pub(super) fn address(
    first: &Reflection,
    second: Option<&Reflection>,
    public: &PublicUrl,
) -> Finding {
    let (peer, client) = (&first.peer, &first.client);
    let has_proxy = public.is_https()
        || first.has_other_signs
        || !first.forwarded_for.is_empty()
        || !first.forwarded_proto.is_empty();
    if !has_proxy {
        let found = say(Text::FOUND_FROM).with("client", client);
        return PROXY_ADDRESS.pass(found.and(Text::FOUND_NO_PROXY));
    }
    let of_peer = |text| say(text).with("peer", peer);
    if first.forwarded_for.is_empty() {
        return PROXY_ADDRESS.warn(
            of_peer(Text::FOUND_ADDRESS_UNSAID),
            say(Text::FIX_ADDRESS_UNSAID).with("nginx", APPEND),
        );
    }
    if !first.is_peer_trusted {
        let setting = format!("POSTERN_TRUSTED_PROXIES={peer}");
        return PROXY_ADDRESS.warn(
            of_peer(Text::FOUND_ADDRESS_UNTRUSTED),
            say(Text::FIX_ADDRESS_UNTRUSTED).with("setting", setting),
        );
    }
    if second.is_some_and(|second| second.client == CLAIMED) {
        return PROXY_ADDRESS.fail(
            Text::FOUND_ADDRESS_FORGED,
            say(Text::FIX_ADDRESS_FORGED).with("nginx", APPEND),
        );
    }
    PROXY_ADDRESS.pass(of_peer(Text::FOUND_ADDRESS_GOOD).with("client", client))
}

/// How nginx adds the client to the header.
const APPEND: &str = "nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for";

/// Returns the cookie as browsers send it back.
///
/// # Errors
/// Why browsers would not keep it.
pub(super) fn set_cookie(answer: &Answer, public: &PublicUrl) -> Result<String, Text> {
    let name = cookie_name(public.is_https(), public.own_port(), COOKIE);
    let lines = answer.headers.get_all("set-cookie");
    let line = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .find(|line| line.starts_with(&format!("{name}=")))
        .ok_or(Text::FOUND_COOKIE_MISSING)?;
    let mut parts = line.split(';').map(str::trim);
    let pair = parts.next().unwrap_or_default().to_owned();
    let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    let has = |attribute: &str| attributes.iter().any(|own| own == attribute);
    if public.is_https() && !has("secure") {
        return Err(Text::FOUND_COOKIE_NOT_SECURE);
    }
    if !has("path=/") || attributes.iter().any(|own| own.starts_with("domain=")) {
        return Err(Text::FOUND_COOKIE_PLACE);
    }
    Ok(pair)
}

pub(super) fn cookies(
    fault: Option<Text>,
    second: Option<&Reflection>,
    public: &PublicUrl,
) -> Finding {
    let lost = |text| PROXY_COOKIE.fail(say(text).and(Text::FOUND_COOKIE_NOBODY), Text::FIX_COOKIE);
    if let Some(fault) = fault {
        return lost(fault);
    }
    match second {
        Some(second) if second.has_cookie => PROXY_COOKIE.pass(if public.is_https() {
            Text::FOUND_COOKIE_SECURE
        } else {
            Text::FOUND_COOKIE_GOOD
        }),
        Some(_) => lost(Text::FOUND_COOKIE_NOT_BACK),
        None => PROXY_COOKIE.warn(Text::FOUND_COOKIE_UNKNOWN, Text::FIX_COOKIE),
    }
}

/// Says how the request of the admin arrived.
pub(super) fn this_request(seen: &Reflection, public: Option<&PublicUrl>) -> Finding {
    let mut found = say(Text::FOUND_FROM).with("client", &seen.client);
    if seen.peer != seen.client {
        found = found.and(say(Text::FOUND_FROM_PROXY).with("peer", &seen.peer));
    }
    found = found.and(say(Text::FOUND_FOR_HOST).with("host", for_log(&seen.host)));
    for (name, value) in [
        ("X-Forwarded-For", &seen.forwarded_for),
        ("X-Forwarded-Proto", &seen.forwarded_proto),
        ("X-Forwarded-Host", &seen.forwarded_host),
    ] {
        if !value.is_empty() {
            found = found.and(Message::exact(format!("{name}: {}.", for_log(value))));
        }
    }
    let is_own = public.is_none_or(|public| public.is_authority(&seen.host));
    if !is_own {
        return THIS_REQUEST.warn(found.and(Text::FOUND_REQUEST_HOST), Text::FIX_REQUEST_HOST);
    }
    if !seen.is_peer_trusted && !seen.forwarded_for.is_empty() {
        let setting = format!("POSTERN_TRUSTED_PROXIES={}", seen.peer);
        return THIS_REQUEST.warn(
            found.and(Text::FOUND_REQUEST_UNTRUSTED),
            say(Text::FIX_REQUEST_UNTRUSTED).with("setting", setting),
        );
    }
    THIS_REQUEST.pass(found)
}
