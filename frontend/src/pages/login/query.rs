//! What the login page's address says, and when the page leaves at once. Pure.

use shared::config::PublicConfig;
use shared::failure::{FailureCode, Lost, is_reference};
use shared::routes;
use shared::session::LOGGED_OUT_HERE;

use crate::base::own;
use crate::next;

/// The login page's query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LoginQuery {
    /// `error`, as it is written.
    pub(crate) error: Option<String>,
    /// The same, if it is a code that this page knows.
    pub(crate) code: Option<FailureCode>,
    /// `ref`: names the log line of the error.
    pub(crate) reference: Option<String>,
    /// `because`: why the browser lost its login, with some codes.
    pub(crate) lost: Option<Lost>,
    /// `next`: where to go after the login, a path on this site.
    pub(crate) next: Option<String>,
    /// `logged_out`: the visitor comes from a logout.
    pub(crate) logged_out: bool,
    /// The same, and the server still has the session.
    pub(crate) logged_out_here: bool,
    /// `local`: stay here although autologin is on.
    pub(crate) local: bool,
}

impl LoginQuery {
    /// Reads it from the parameters, none of which is to be trusted.
    ///
    /// The reference is shown, so only what looks like one passes: anybody can send a link with
    /// words of their own in it.
    pub(crate) fn read(parameter: &dyn Fn(&str) -> Option<String>) -> Self {
        let error = parameter("error").filter(|error| !error.is_empty());
        Self {
            code: error.as_deref().and_then(FailureCode::parse),
            error,
            reference: parameter("ref").filter(|reference| is_reference(reference)),
            lost: parameter("because").as_deref().and_then(Lost::parse),
            next: parameter("next").filter(|next| next::local_path(next).is_some()),
            logged_out: parameter("logged_out").is_some(),
            logged_out_here: parameter("logged_out").as_deref() == Some(LOGGED_OUT_HERE),
            local: parameter("local").is_some(),
        }
    }

    /// Returns the query for a page that was opened at `origin`: another one than the server's own
    /// is an error by itself.
    pub(crate) fn at(self, origin: &str, config: &PublicConfig) -> Self {
        let is_own = config.public_url.as_ref().is_none_or(|own| own == origin);
        if is_own || self.error.is_some() {
            return self;
        }
        let code = FailureCode::WrongAddress;
        Self {
            error: Some(code.as_str().to_owned()),
            code: Some(code),
            ..self
        }
    }
}

/// Returns where the login page leads to without being asked; `None` stays.
///
/// An error is always shown. Autologin leaves out whoever just logged out, an OP or a database that
/// is known to be away, and a server that has yet to be set up.
pub(crate) fn departure(config: &PublicConfig, query: &LoginQuery) -> Option<String> {
    if query.error.is_some() {
        return None;
    }
    if config.signed_in {
        return Some(query.next.clone().unwrap_or_else(|| own(routes::HOME)));
    }
    let provider = config.openid.as_ref()?;
    let leaves = provider.autologin
        && provider.unreachable_since.is_none()
        && !(query.logged_out
            || query.local
            || config.setup_needed
            || config.ended_by_provider
            || config.database_away);
    leaves.then(|| next::openid_href(query.next.as_deref()))
}

#[cfg(test)]
mod tests {
    use shared::config::{PublicConfig, PublicProvider};
    use shared::failure::FailureCode;

    use super::{LoginQuery, departure};

    fn query(pairs: &[(&str, &str)]) -> LoginQuery {
        LoginQuery::read(&|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    fn autologin() -> PublicConfig {
        PublicConfig {
            password_login: true,
            provider_first: false,
            setup_needed: false,
            signed_in: false,
            ended_by_provider: false,
            database_away: false,
            openid: Some(PublicProvider {
                provider: "authentik".to_owned(),
                label: "Authentik".to_owned(),
                icon: String::new(),
                autologin: true,
                links_by_email: true,
                unreachable_since: None,
            }),
            public_url: None,
            hint: None,
        }
    }

    #[test]
    fn words_of_strangers_are_not_shown() {
        assert_eq!(
            query(&[("ref", "k3v9q2")]).reference.as_deref(),
            Some("k3v9q2")
        );
        assert_eq!(query(&[("ref", "call 0900-1234")]).reference, None);
        assert_eq!(query(&[("ref", &"a".repeat(65))]).reference, None);
        assert_eq!(query(&[("next", "//evil.example")]).next, None);
    }

    #[test]
    fn page_at_another_origin_is_an_error() {
        let config = PublicConfig {
            public_url: Some("https://app.example.com".to_owned()),
            ..autologin()
        };
        let code = |origin| query(&[]).at(origin, &config).code;
        assert_eq!(code("https://app.example.com"), None);
        assert_eq!(
            code("http://app.example.com"),
            Some(FailureCode::WrongAddress)
        );
        assert_eq!(query(&[]).at("http://a", &autologin()).code, None);
    }

    #[test]
    fn unknown_code_is_still_an_error() {
        let unknown = query(&[("error", "brand_new")]);
        assert_eq!((unknown.error.is_some(), unknown.code), (true, None));
        let known = query(&[("error", "access_denied")]);
        assert_eq!(known.code, Some(FailureCode::AccessDenied));
    }

    #[test]
    fn autologin_goes_to_the_provider_with_next() {
        let target = departure(&autologin(), &query(&[("next", "/profile")]));
        assert_eq!(target.as_deref(), Some("/api/login/openid?next=%2Fprofile"));
    }

    #[test]
    fn autologin_stays_after_logout_error_and_on_demand() {
        for stay in [("logged_out", "1"), ("local", "1"), ("error", "op_error")] {
            assert_eq!(departure(&autologin(), &query(&[stay])), None, "{stay:?}");
        }
        let mut config = autologin();
        config.setup_needed = true;
        assert_eq!(departure(&config, &query(&[])), None);
        let mut config = autologin();
        config.ended_by_provider = true;
        assert_eq!(departure(&config, &query(&[])), None);
        config = autologin();
        config.database_away = true;
        assert_eq!(departure(&config, &query(&[])), None);
    }

    #[test]
    fn live_session_goes_on_unless_there_is_an_error() {
        let mut config = autologin();
        config.signed_in = true;
        let target = departure(&config, &query(&[("logged_out", "1")]));
        assert_eq!(target.as_deref(), Some("/"));
        assert_eq!(
            departure(&config, &query(&[("error", "link_conflict")])),
            None
        );
    }
}
