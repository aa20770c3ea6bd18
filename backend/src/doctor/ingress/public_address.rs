//! What answers at the public address.

use shared::text::Text;

use super::proxy::{address, cookies, host, scheme, set_cookie};
use super::question::{Reply, ask};
use crate::base_path::BasePath;
use crate::config::PublicUrl;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::page::outline;
use crate::doctor::subject::{PROXY_ADDRESS, PROXY_COOKIE, PROXY_HOST, PROXY_SCHEME, PUBLIC};
use crate::keys::Keys;
use crate::message::{Message, say};
use clock::Clock;
use oidc::answer::Answer;
use oidc::for_log;

/// Skips all steps about the public address.
pub(super) fn skipped(why: &Message) -> Vec<Finding> {
    let all = [
        PUBLIC,
        PROXY_HOST,
        PROXY_SCHEME,
        PROXY_ADDRESS,
        PROXY_COOKIE,
    ];
    all.map(|subject| subject.skip(why.clone())).to_vec()
}

/// Asks at the public address, as browsers do.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    public: &PublicUrl,
    base: BasePath,
    (keys, clock): (&Keys, &Clock),
    runs: bool,
) -> Vec<Finding> {
    let origin = format!("{}{}", public.origin(), base.as_str());
    let (reflection, answer) = match ask(probe, &origin, keys, clock, None).await {
        Reply::Own(reflection, answer) => (reflection, answer),
        Reply::Other(answer) => return not_this_one(&origin, &answer, public, runs),
        Reply::Nothing(cause) if runs => {
            let mut steps = skipped(&Text::SKIP_PUBLIC_UNREACHABLE.into());
            let found = say(Text::FOUND_UNREACHABLE_HERE).with("origin", &origin);
            steps[0] = PUBLIC.warn(found.with("cause", cause), Text::FIX_PUBLIC_UNREACHABLE);
            return steps;
        }
        Reply::Nothing(_) => return skipped(&Text::SKIP_NO_SERVER.into()),
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
        PUBLIC.pass(say(Text::FOUND_PUBLIC_GOOD).with("origin", &origin)),
        host(&reflection, public),
        scheme(&reflection, public),
        address(&reflection, second.as_deref(), public),
        cookies(cookie.err(), second.as_deref(), public),
    ]
}

/// Says what answers at the public address instead of this server.
fn not_this_one(origin: &str, answer: &Answer, public: &PublicUrl, runs: bool) -> Vec<Finding> {
    let mut steps = skipped(&Text::SKIP_PUBLIC_OTHER.into());
    let answers = |text| {
        let found = say(text).with("origin", origin);
        found.with("answer", outline(answer))
    };
    steps[0] = match answer.status.as_u16() {
        502..=504 if !runs => return skipped(&Text::SKIP_NO_SERVER.into()),
        502..=504 => PUBLIC.fail(
            answers(Text::FOUND_PUBLIC_GATEWAY),
            Text::FIX_PUBLIC_GATEWAY,
        ),
        300..=399 => redirected(origin, answer, public),
        401 | 403 => PUBLIC.fail(answers(Text::FOUND_PUBLIC_LOGIN), Text::FIX_PUBLIC_LOGIN),
        404 if answer.media_type == "application/problem+json" => PUBLIC.warn(
            answers(Text::FOUND_PUBLIC_POSTERN),
            Text::FIX_PUBLIC_POSTERN,
        ),
        _ => PUBLIC.fail(answers(Text::FOUND_PUBLIC_OTHER), Text::FIX_PUBLIC_OTHER),
    };
    steps
}

fn redirected(origin: &str, answer: &Answer, public: &PublicUrl) -> Finding {
    let location = for_log(answer.header("location"));
    let place = location.split('?').next().unwrap_or_default();
    let found = say(Text::FOUND_REDIRECT).with("url", origin);
    let is_to_https = !public.is_https() && place.starts_with("https://");
    PUBLIC.fail(
        found.with("target", place),
        if is_to_https {
            Text::FIX_PUBLIC_HTTPS
        } else {
            Text::FIX_PUBLIC_REDIRECT
        },
    )
}
