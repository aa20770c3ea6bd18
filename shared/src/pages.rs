//! The pages behind the login, as the bar and the home page list them.

use crate::routes;
use crate::section::Section;
use crate::session::Role;
use crate::text::Text;

/// A page of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Its path.
    pub path: &'static str,
    /// What the bar calls it.
    pub name: Text,
    /// What the home page says of it; `None` for the home page.
    pub about: Option<Text>,
}

/// All of them, in the order of the bar.
pub const PAGES: [Page; 5] = [
    Page {
        path: routes::HOME,
        name: Text::HOME,
        about: None,
    },
    Page {
        path: routes::PROFILE,
        name: Text::PROFILE,
        about: Some(Text::HOME_PROFILE_TEXT),
    },
    Page {
        path: routes::USERS,
        name: Text::USERS,
        about: Some(Text::HOME_USERS_TEXT),
    },
    Page {
        path: routes::ACTIVITY,
        name: Text::ACTIVITY,
        about: Some(Text::HOME_ACTIVITY_TEXT),
    },
    Page {
        path: routes::DOCTOR,
        name: Text::DOCTOR,
        about: Some(Text::HOME_DOCTOR_TEXT),
    },
];

impl Page {
    /// Do admins alone have it?
    #[must_use]
    pub fn is_for_admins(&self) -> bool {
        routes::section(self.path) == Section::Admin
    }
}

/// Returns the pages that this role has.
pub fn of(role: Role) -> impl Iterator<Item = Page> {
    let is_theirs = move |page: &Page| role == Role::Admin || !page.is_for_admins();
    PAGES.into_iter().filter(is_theirs)
}
