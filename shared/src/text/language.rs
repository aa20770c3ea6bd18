//! The languages, and the choice for a browser.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(u8);

/// The direction of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

impl Direction {
    /// Returns HTML's `dir`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// Code in file names and the cookie, tag for HTML's `lang`, and the language's name in itself.
const LANGUAGES: [(&str, &str, &str); 12] = [
    ("en", "en", "English"),
    ("de", "de", "Deutsch"),
    ("fr", "fr", "Français"),
    ("es", "es", "Español"),
    ("it", "it", "Italiano"),
    ("pt", "pt", "Português"),
    ("nl", "nl", "Nederlands"),
    ("pl", "pl", "Polski"),
    ("uk", "uk", "Українська"),
    ("ja", "ja", "日本語"),
    ("zh", "zh-Hans", "简体中文"),
    ("ar", "ar", "العربية"),
];

impl Language {
    /// The fallback for every other language.
    pub const ENGLISH: Self = Self(0);

    /// Returns all of them, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).zip(LANGUAGES).map(|(index, _)| Self(index))
    }

    /// Returns its position in the tables.
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Returns its code: file names, the cookie, paths.
    #[must_use]
    pub fn code(self) -> &'static str {
        LANGUAGES[self.index()].0
    }

    /// Returns HTML's `lang` (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        LANGUAGES[self.index()].1
    }

    /// Returns its name in itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        LANGUAGES[self.index()].2
    }

    /// Returns its direction.
    #[must_use]
    pub fn direction(self) -> Direction {
        if self.code() == "ar" {
            Direction::Rtl
        } else {
            Direction::Ltr
        }
    }

    /// Returns the language of that tag, by its first part (RFC 4647 §3.4): `de-AT` is German.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::all().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// Chooses for a browser: what its user chose, else the best of `Accept-Language` (RFC 9110
    /// §12.5.4), else English.
    #[must_use]
    pub fn choose(chosen: Option<&str>, accepted: &str) -> Self {
        if let Some(language) = chosen.and_then(Self::parse) {
            return language;
        }
        let mut best = (0.0, Self::ENGLISH);
        for item in accepted.split(',') {
            let mut parts = item.split(';');
            let Some(language) = parts.next().and_then(Self::parse) else {
                continue;
            };
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |weight| weight.trim().parse::<f32>().unwrap_or(0.0));
            // Of equals, the first wins.
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}
