//! What a static page is built from.

use maud::{Markup, html};
use shared::config::PublicConfig;
use shared::link::PendingLink;
use shared::routes;
use shared::session::{AppTile, Role};
use shared::text::{Language, Text, fill};

use crate::base_path::BasePath;
use crate::brand::Brand;
use crate::return_to::ReturnTo;

/// The inputs of a page: the path, what the server offers, and the query.
pub(crate) struct StaticPage<'a> {
    /// The language that the browser gets.
    pub(crate) language: Language,
    /// The path that was asked for.
    pub(crate) path: &'a str,
    /// What the server offers, with the hint for `error`.
    pub(crate) config: &'a PublicConfig,
    /// Below which path Postern's own paths are.
    pub(crate) base: BasePath,
    /// The brand.
    pub(crate) brand: &'a Brand,
    /// The query's `error`, as it came.
    pub(crate) error: Option<&'a str>,
    /// The query's `ref`, as it came.
    pub(crate) reference: Option<&'a str>,
    /// The query's `because`, as it came.
    pub(crate) because: Option<&'a str>,
    /// The query's `next`, as it came.
    pub(crate) next: Option<&'a str>,
    /// The query's `logged_out`, as it came.
    pub(crate) logged_out: Option<&'a str>,
    /// True if the query has `login`, as in a link that logs in.
    pub(crate) is_login_link: bool,
    /// The applications that the visitor may open, on the home page.
    pub(crate) applications: &'a [AppTile],
    /// Who is logged in; `None` where that is not known, and on the pages before the login.
    pub(crate) viewer: Option<Viewer>,
    /// The identity that waits in this browser to be linked.
    pub(crate) link: Option<&'a PendingLink>,
}

/// Who sees a page behind the login, as far as it matters before the app is there.
pub(crate) struct Viewer {
    /// Their role.
    pub(crate) role: Role,
    /// On the profile: the name of the provider that the account is connected to.
    pub(crate) connected: Option<String>,
}

impl StaticPage<'_> {
    /// Returns a text in the page's language.
    pub(super) fn say(&self, text: Text) -> &'static str {
        self.language.text(text)
    }

    /// Returns a text with values inserted.
    pub(super) fn fill(&self, text: Text, values: &[(&str, &str)]) -> String {
        fill(self.say(text), values)
    }

    /// Returns where to go after the login, unless that is the home page.
    pub(super) fn next(&self) -> Option<ReturnTo> {
        self.next
            .map(|next| ReturnTo::parse(next, self.base))
            .filter(|next| *next != ReturnTo::home(self.base))
    }

    /// Returns one of Postern's own paths as links and forms have it.
    pub(super) fn at(&self, path: &str) -> String {
        self.base.of(path)
    }

    /// Returns a link to the login page.
    pub(super) fn to_login(&self) -> Markup {
        html! { a href=(self.at(routes::LOGIN)) { (self.say(Text::TO_LOGIN)) } }
    }
}
