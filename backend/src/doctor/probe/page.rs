//! Answers that are something other than what was asked for.

use oidc::answer::Answer;
use oidc::for_log;

/// Says what an answer is that is no JSON object.
pub(crate) fn page(answer: &Answer) -> String {
    if answer.body.is_empty() {
        return "nothing".to_owned();
    }
    let kind = match answer.media_type.as_str() {
        "text/html" | "application/xhtml+xml" => "a page".to_owned(),
        "" => "something without a type".to_owned(),
        "application/json" => "JSON that ends too early or is malformed".to_owned(),
        other => for_log(other),
    };
    match answer.title() {
        Some(title) => format!("{kind} ({title:?})"),
        None => kind,
    }
}
