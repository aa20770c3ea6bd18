//! Text of others, in our log.

/// The most characters of such a text that are logged.
const MAX_CHARS: usize = 200;

/// Makes text of the OP fit for one log line: no control characters, at most 200 characters.
#[must_use]
pub fn for_log(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(MAX_CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    shown
}
