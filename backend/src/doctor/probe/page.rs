//! Answers that are something other than what was asked for.

use oidc::answer::Answer;
use oidc::for_log;

/// Says what an answer is that is no JSON object: its status, its type and the title of a page. In
/// the terms of HTTP, which are the same in every language.
pub(crate) fn outline(answer: &Answer) -> String {
    let status = answer.status;
    if answer.body.is_empty() {
        return format!("{status}, 0 bytes");
    }
    let kind = match answer.media_type.as_str() {
        "" => "no Content-Type".to_owned(),
        "application/json" => "malformed JSON".to_owned(),
        other => for_log(other),
    };
    match answer.title() {
        Some(title) => format!("{status}, {kind}, {title:?}"),
        None => format!("{status}, {kind}"),
    }
}
