//! RP-initiated logout (`OpenID` Connect RP-Initiated Logout 1.0 §2). Pure, but for a random `state`.

use url::Url;

use super::metadata::Metadata;
use super::random::random_text;
use super::settings::Settings;

/// The longest URL that has the ID token in it as a hint: what reverse proxies and browsers take
/// without being asked. A user in 200 groups has a token of 12 kB.
pub const MAX_URL: usize = 2000;

/// Returns the URL that logs the browser out at the OP and asks it to come back to
/// `return_url`; `None` where the OP has no such endpoint.
///
/// The session here has ended by then: OPs exist that never come back.
#[must_use]
pub(super) fn end_session_url(
    metadata: &Metadata,
    settings: &Settings,
    id_token: Option<&str>,
    return_url: &str,
) -> Option<Url> {
    let endpoint = metadata.end_session_endpoint.as_ref()?;
    // Nothing depends on its coming back: the session has ended. OPs exist that want one.
    let state = random_text();
    let url = |hint: Option<&str>| {
        let mut url = endpoint.clone();
        // The endpoint may have a query of its own, which stays.
        url.query_pairs_mut()
            .extend_pairs(hint.map(|hint| ("id_token_hint", hint)))
            .append_pair("client_id", &settings.client_id)
            .append_pair("post_logout_redirect_uri", return_url)
            .append_pair("state", &state);
        url
    };
    let hinted = url(id_token);
    Some(if hinted.as_str().len() < MAX_URL {
        hinted
    } else {
        url(None)
    })
}
