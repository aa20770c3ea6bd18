//! What a login starts with: `next` from a page of our own, or the parameters of a third party,
//! such as the OP's own list of applications (Core §4).

use shared::next::with_encoded_next;
use shared::routes;
use url::Url;

use crate::base_path::BasePath;
use crate::config::PublicUrl;
use crate::login::error::LoginError;
use crate::return_to::ReturnTo;

/// The longest query that is read.
const MAX_QUERY: usize = 16 * 1024;
/// The longest login hint; an email address fits.
const MAX_HINT: usize = 255;

/// The parameters, as they came.
#[derive(Default)]
pub(crate) struct Initiation {
    next: Option<String>,
    iss: Option<String>,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
    confirm: Option<String>,
}

impl Initiation {
    /// Parses a query or a form.
    ///
    /// # Errors
    /// `BadRequest` if it is too long, or has a parameter twice. A doubled `next` leads to the home
    /// page instead: it is no reason for a login to fail.
    pub(crate) fn parse(query: &[u8]) -> Result<Self, LoginError> {
        let refuse = |detail| Err(LoginError::BadRequest(detail));
        if query.len() > MAX_QUERY {
            return refuse("what should begin a login is too long");
        }
        let mut initiation = Self::default();
        let query = String::from_utf8_lossy(query);
        let query = with_encoded_next(&query);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "next" => &mut initiation.next,
                "iss" => &mut initiation.iss,
                "login_hint" => &mut initiation.login_hint,
                "target_link_uri" => &mut initiation.target_link_uri,
                "confirm" => &mut initiation.confirm,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                if name == "next" {
                    initiation.next = Some(String::new());
                    continue;
                }
                return refuse("what should begin a login is there twice");
            }
        }
        Ok(initiation)
    }

    /// Returns the issuer that a third party names for the login.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.iss.as_deref()
    }

    /// Returns true if a page of our own wants the OP to have its user log in anew.
    pub(crate) fn is_confirmation(&self) -> bool {
        self.confirm.is_some()
    }

    /// Returns the login hint if it is fit to be sent to the OP.
    pub(crate) fn login_hint(&self) -> Option<&str> {
        let is_fit = |hint: &&str| {
            !hint.is_empty() && hint.len() <= MAX_HINT && !hint.contains(char::is_control)
        };
        self.login_hint.as_deref().filter(is_fit)
    }

    /// Returns where to go after the login: `next`, or the path of a target at our own origin.
    pub(crate) fn return_to(&self, own: &PublicUrl, base: BasePath) -> ReturnTo {
        if let Some(next) = &self.next {
            return ReturnTo::parse(next, base);
        }
        let target = self.target_link_uri.as_deref();
        let target = target.and_then(|target| Url::parse(target).ok());
        match target.filter(|url| url.origin().ascii_serialization() == own.origin()) {
            Some(url) => ReturnTo::parse(&url[url::Position::BeforePath..], base),
            None => ReturnTo::home(base),
        }
    }

    /// Returns the address that starts the same login by a GET.
    pub(crate) fn as_get(&self, base: BasePath) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("next", &self.next),
            ("iss", &self.iss),
            ("login_hint", &self.login_hint),
            ("target_link_uri", &self.target_link_uri),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("{}?{}", base.of(routes::API_LOGIN_OPENID), query.finish())
    }
}
