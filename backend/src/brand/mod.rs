//! The look of the pages as the administrator sets it: name, logo, colors, footer. Pure.
//!
//! Unreadable colors are never used: the palette has the nearest readable ones.

mod color;
mod image;
mod palette;

pub use color::{Color, READABLE};
pub use image::{Image, Kind};
pub use palette::{Accent, Backdrop, Scheme};

/// The name if none is given.
pub const NAME: &str = "Postern";

/// A logo that is wider than this many times its height is a word mark, which contains the name.
const WORD_MARK: f64 = 2.0;
/// How high a logo is shown, in CSS pixels.
const LOGO_HEIGHT: u32 = 32;
/// The widest place for a logo, in CSS pixels.
const LOGO_MOST_WIDTH: f64 = 320.0;

/// The administrator's choices.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// The name of the site; `None` is [`NAME`].
    pub name: Option<String>,
    /// The logo, which replaces the mark.
    pub logo: Option<Image>,
    /// The color of links and of the main button.
    pub accent: Option<Accent>,
    /// What is behind the card.
    pub backdrop: Option<Backdrop>,
    /// The footer.
    pub footer: Option<Footer>,
}

/// The line below all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footer {
    /// Its text.
    pub text: String,
    /// Where it leads: http, https or mailto. `None` is text alone.
    pub url: Option<String>,
}

impl Brand {
    /// Returns the name of the site.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(NAME)
    }

    /// Returns true if the name is shown beside the logo. A word mark shows it already.
    pub fn shows_name(&self) -> bool {
        self.logo.as_ref().is_none_or(|logo| !is_word_mark(logo))
    }

    /// Returns the logo's width and height on the page, in CSS pixels.
    pub fn logo_size(logo: &Image) -> (u32, u32) {
        let width = f64::from(LOGO_HEIGHT) * logo.ratio.unwrap_or(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 1 and 320"
        )]
        let width = width.clamp(1.0, LOGO_MOST_WIDTH).round() as u32;
        (width, LOGO_HEIGHT)
    }

    /// Returns the CSS that comes after the page's own; empty if nothing changes.
    pub fn css(&self) -> String {
        let mut css = self.accent.map_or(String::new(), Accent::css);
        if let Some(backdrop) = &self.backdrop {
            css.push_str(&backdrop.css());
        }
        css
    }

    /// Returns the background color in that scheme, which browsers show around the pages.
    pub fn theme_color(&self, scheme: Scheme) -> Color {
        match &self.backdrop {
            Some(Backdrop::Color { light, dark }) => match scheme {
                Scheme::Light => *light,
                Scheme::Dark => *dark,
            },
            Some(Backdrop::Image(_)) | None => scheme.ground(),
        }
    }

    /// Returns the image for that path.
    pub fn image_at(&self, path: &str) -> Option<&Image> {
        let backdrop = match &self.backdrop {
            Some(Backdrop::Image(image)) => Some((image, Backdrop::NAME)),
            _ => None,
        };
        let logo = self.logo.as_ref().map(|logo| (logo, Self::LOGO));
        let mut images = logo.into_iter().chain(backdrop);
        images
            .find(|(image, what)| image.path(what) == path)
            .map(|(image, _)| image)
    }

    /// The logo's file name.
    pub const LOGO: &str = "logo";
}

/// True if the logo contains the name.
fn is_word_mark(logo: &Image) -> bool {
    logo.ratio.is_some_and(|ratio| ratio > WORD_MARK)
}
