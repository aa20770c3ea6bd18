//! The reference of an error page, as people hand it on.

/// Takes the reference out of what was pasted: the bare reference, the address of an error page, a
/// log line, or a sentence that ends in it.
pub(super) fn in_text(text: &str) -> &str {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    for (at, name) in text.match_indices("ref=") {
        let is_whole = !text[..at].ends_with(is_part);
        let rest = text[at + name.len()..].trim_start_matches(['"', '\'']);
        let end = rest.find(|character| !is_part(character));
        let reference = &rest[..end.unwrap_or(rest.len())];
        if is_whole && !reference.is_empty() {
            return reference;
        }
    }
    let last = text.split_whitespace().next_back().unwrap_or_default();
    last.trim_matches(|character| !is_part(character))
}

#[cfg(test)]
mod tests {
    use super::in_text;

    #[test]
    fn bare_reference_is_itself() {
        assert_eq!(in_text("k3v9q2"), "k3v9q2");
        assert_eq!(in_text("  k3v9q2\n"), "k3v9q2");
        assert_eq!(in_text(""), "");
        assert_eq!(in_text("   "), "");
    }

    #[test]
    fn addresses_and_log_lines_give_theirs() {
        for text in [
            "https://app.example.com/login?error=token_invalid&ref=k3v9q2",
            "https://app.example.com/login?ref=k3v9q2&error=token_invalid#top",
            "ref=k3v9q2",
            "WARN request{ref=k3v9q2 path=/}: login failed",
            "WARN request{ref=\"k3v9q2\"}: login failed",
            "https://app.example.com/login?href=x&ref=k3v9q2.",
            "?ref=&ref=k3v9q2",
        ] {
            assert_eq!(in_text(text), "k3v9q2", "{text}");
        }
    }

    #[test]
    fn sentences_end_in_theirs() {
        assert_eq!(in_text("Reference: k3v9q2."), "k3v9q2");
        assert_eq!(in_text("Reference k3v9q2"), "k3v9q2");
        assert_eq!(in_text("参照番号 “k3v9q2”"), "k3v9q2");
    }
}
