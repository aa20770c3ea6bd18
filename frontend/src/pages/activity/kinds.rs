//! What people call the kinds of entries.

use std::borrow::Cow;

use shared::audit::AuditKind;
use shared::text::Text;

use crate::components::choice::Options;
use crate::text::say;

/// Returns the kind in words, or as it is.
pub(super) fn in_words(kind: &str) -> Cow<'static, str> {
    match AuditKind::parse(kind) {
        Some(kind) => Cow::Borrowed(say(kind.text())),
        None => Cow::Owned(kind.to_owned()),
    }
}

/// Returns what there is to choose from, with the one that is asked for now, known or not.
pub(super) fn options(asked: &str) -> Options {
    let mut options = vec![(String::new(), say(Text::ACTIVITY_ALL_KINDS).to_owned())];
    let unknown = Some(asked).filter(|kind| !kind.is_empty() && AuditKind::parse(kind).is_none());
    for kind in AuditKind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .chain(unknown)
    {
        options.push((kind.to_owned(), in_words(kind).into_owned()));
    }
    options
}

#[cfg(test)]
mod tests {
    use shared::audit::AuditKind;

    use super::{in_words, options};

    #[test]
    fn unknown_kind_stays_as_it_is() {
        assert_eq!(in_words("account_merged"), "account_merged");
        let options = options("account_merged");
        assert_eq!(options.last().unwrap().0, "account_merged");
        assert_eq!(options.len(), AuditKind::ALL.len() + 2);
    }
}
