//! Properties of every message for the log.

/// Fails if a message for the log could break out of its line, or fill it: what outsiders send
/// is in it.
pub(crate) fn assert_fits_the_log(message: &str) {
    assert!(
        !message.contains(char::is_control),
        "the log gets control characters: {message:?}"
    );
    assert!(message.len() < 4096, "the log gets {} bytes", message.len());
}
