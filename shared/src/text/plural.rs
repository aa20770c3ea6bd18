//! Which form of a text a number takes. `build.rs` uses the same rule for the files of texts.

/// The cardinal plural categories of CLDR (UTS #35 part 3, §5.1), in the order of the forms in a
/// table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plural {
    /// Nothing; in Arabic.
    Zero,
    /// One; in Ukrainian also 21 and 31, in French also zero.
    One,
    /// Two things; in Arabic.
    Two,
    /// Some; in the Slavic languages 2 to 4, in Arabic 3 to 10.
    Few,
    /// Many; in the Romance languages whole millions.
    Many,
    /// All other numbers.
    Other,
}

impl Plural {
    /// Returns the category of a whole number, in the language with that code or tag.
    ///
    /// Portuguese is European here, as our texts are: "0 segundos", not "0 segundo".
    pub(super) fn of(language: &str, number: u64) -> Self {
        let (ten, hundred) = (number % 10, number % 100);
        let is_few = matches!(ten, 2..=4) && !matches!(hundred, 12..=14);
        match language.get(..2).unwrap_or_default() {
            "ja" | "zh" => Self::Other,
            "ar" => match (number, hundred) {
                (0, _) => Self::Zero,
                (1, _) => Self::One,
                (2, _) => Self::Two,
                (_, 3..=10) => Self::Few,
                (_, 11..) => Self::Many,
                _ => Self::Other,
            },
            "pl" if number == 1 => Self::One,
            "uk" if ten == 1 && hundred != 11 => Self::One,
            "pl" | "uk" if is_few => Self::Few,
            "pl" | "uk" => Self::Many,
            "fr" if number == 0 => Self::One,
            "fr" | "es" | "it" | "pt" if number > 0 && number.is_multiple_of(1_000_000) => {
                Self::Many
            }
            _ if number == 1 => Self::One,
            _ => Self::Other,
        }
    }
}
