//! What a visitor prefers: a language, light or dark. Kept in this browser, in cookies that the
//! server reads, so that the next page comes in it from the first byte.

use leptos::prelude::*;
use shared::text::Language;
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

use crate::browser;

/// The cookie of the language.
const LANGUAGE: &str = "postern_language";
/// The cookie of the theme.
const THEME: &str = "postern_theme";
/// How long they are kept, in seconds: a year.
const KEPT: u32 = 31_536_000;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Returns its name in the cookie and in `data-theme`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Returns the one that these cookies ask for.
    fn of(cookies: &str) -> Self {
        let kept = value(cookies, THEME);
        let is_kept = |theme: &Self| Some(theme.as_str()) == kept;
        Self::ALL.into_iter().find(is_kept).unwrap_or(Self::System)
    }
}

/// Returns the theme that this browser was told to use.
pub(crate) fn theme() -> Theme {
    Theme::of(&cookies())
}

/// Uses a theme, now and on the pages to come.
pub(crate) fn use_theme(theme: Theme) {
    let root = document().document_element();
    // The name is valid, so neither call fails.
    if theme == Theme::System {
        keep(THEME, "", 0);
        let _ = root.map(|root| root.remove_attribute("data-theme"));
    } else {
        keep(THEME, theme.as_str(), KEPT);
        let _ = root.map(|root| root.set_attribute("data-theme", theme.as_str()));
    }
    // The color of what the browser draws around the page: one meta for light, then one for dark.
    for (scheme, element) in [Theme::Light, Theme::Dark]
        .into_iter()
        .zip(browser::theme_colors())
    {
        let media = if theme == scheme {
            "all".to_owned()
        } else if theme == Theme::System {
            ["(prefers-color-scheme: ", scheme.as_str(), ")"].concat()
        } else {
            "not all".to_owned()
        };
        let _ = element.set_attribute("media", &media);
    }
}

/// Returns the language of this page.
pub(crate) fn language() -> Language {
    Language::parse(&browser::language()).unwrap_or(Language::ENGLISH)
}

/// Uses a language on the pages to come, this one included: it is loaded anew.
pub(crate) fn use_language(language: Language) {
    keep(LANGUAGE, language.code(), KEPT);
    browser::reload();
}

/// Sets a cookie.
fn keep(name: &str, value: &str, seconds: u32) {
    let seconds = seconds.to_string();
    let cookie = [
        name,
        "=",
        value,
        "; path=/; max-age=",
        &seconds,
        "; samesite=lax",
    ]
    .concat();
    if let Some(document) = document().dyn_ref::<HtmlDocument>() {
        // A browser without cookies only costs the preference; and the login, which says so.
        let _ = document.set_cookie(&cookie);
    }
}

/// Returns the cookies that scripts may see.
fn cookies() -> String {
    let document = document();
    let document = document.dyn_ref::<HtmlDocument>();
    document
        .and_then(|document| document.cookie().ok())
        .unwrap_or_default()
}

/// Returns the value of the cookie of that name.
fn value<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies
        .split(';')
        .filter_map(|cookie| cookie.trim_start().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::Theme;

    #[test]
    fn theme_is_read_from_its_cookie() {
        let check = |cookies, theme| assert_eq!(Theme::of(cookies), theme, "{cookies:?}");
        check("", Theme::System);
        check("postern_theme=dark", Theme::Dark);
        check("a=b; postern_theme=light; c", Theme::Light);
        check("postern_theme=blue", Theme::System);
        check("not_postern_theme=dark", Theme::System);
    }
}
