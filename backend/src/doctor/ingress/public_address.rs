//! What answers at the public address.

use shared::doctor::Step;

use super::proxy::{address, cookies, host, scheme, set_cookie};
use super::question::{Reply, ask};
use crate::base_path::BasePath;
use crate::config::PublicUrl;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::page::page;
use crate::doctor::subject::{PROXY_ADDRESS, PROXY_COOKIE, PROXY_HOST, PROXY_SCHEME, PUBLIC};
use crate::keys::Keys;
use clock::Clock;
use oidc::answer::Answer;
use oidc::for_log;

/// Skips all steps about the public address.
pub(super) fn skipped(why: &str) -> Vec<Step> {
    let all = [
        PUBLIC,
        PROXY_HOST,
        PROXY_SCHEME,
        PROXY_ADDRESS,
        PROXY_COOKIE,
    ];
    all.map(|subject| subject.skip(why)).to_vec()
}

/// Asks at the public address, as browsers do.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    public: &PublicUrl,
    base: BasePath,
    (keys, clock): (&Keys, &Clock),
    runs: bool,
) -> Vec<Step> {
    let origin = format!("{}{}", public.origin(), base.as_str());
    let (reflection, answer) = match ask(probe, &origin, keys, clock, None).await {
        Reply::Own(reflection, answer) => (reflection, answer),
        Reply::Other(answer) => return not_this_one(&origin, &answer, public, runs),
        Reply::Nothing(cause) if runs => {
            let mut steps = skipped("the public address cannot be reached from here");
            steps[0] = PUBLIC.warn(
                format!("{origin} cannot be reached from this machine: {cause}"),
                "see that the host name leads to the reverse proxy, that the proxy runs and that its \
                 certificate is good. Where only this machine cannot come in that way (a router \
                 without hairpin NAT, a private CA), all may be well: try it in a browser",
            );
            return steps;
        }
        Reply::Nothing(_) => return skipped("no server runs"),
    };
    let cookie = set_cookie(&answer, public);
    let second = match &cookie {
        Ok(cookie) => ask(probe, &origin, keys, clock, Some(cookie)).await,
        Err(_) => ask(probe, &origin, keys, clock, Some("postern_other=1")).await,
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

/// Says what answers at the public address instead of this server.
fn not_this_one(origin: &str, answer: &Answer, public: &PublicUrl, runs: bool) -> Vec<Step> {
    let status = answer.status;
    let mut steps = skipped("the public address does not lead to this server");
    let what = format!("{origin} answers {status}, {}", page(answer));
    steps[0] = match status.as_u16() {
        502..=504 if !runs => return skipped("no server runs"),
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
