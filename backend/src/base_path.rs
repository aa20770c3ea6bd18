//! Below which path Postern's own pages and API are on its host.

use shared::routes;

/// The path below which Postern's own pages and API are, without a slash at its end: empty, or
/// `/_postern` if an application has the rest of the host.
///
/// Routes are written without it everywhere. Whatever a browser or a person is given gets it by
/// [`BasePath::of`], and requests lose it by [`BasePath::within`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BasePath(&'static str);

impl BasePath {
    /// Postern has its host for itself.
    pub const ROOT: Self = Self("");
    /// An application has the host.
    pub const BELOW: Self = Self(routes::BASE);

    /// Returns the path as text; empty if Postern has its host for itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Returns one of Postern's own paths, with whatever query it has, as a browser asks for it.
    #[must_use]
    pub fn of(self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Returns the path of a route; `None` if the path is not below this one.
    #[must_use]
    pub fn within(self, path: &str) -> Option<&str> {
        let rest = path.strip_prefix(self.0)?;
        rest.starts_with('/').then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::BasePath;

    #[test]
    fn path_of_a_route_is_found_again() {
        for base in [BasePath::ROOT, BasePath::BELOW] {
            for path in ["/", "/login?next=%2F", "/api/session"] {
                assert_eq!(base.within(&base.of(path)), Some(path));
            }
        }
        assert_eq!(BasePath::BELOW.of("/login"), "/_postern/login");
        for path in ["/login", "/_postern", "/_posterns/login", "/", ""] {
            assert_eq!(BasePath::BELOW.within(path), None, "{path}");
        }
    }
}
