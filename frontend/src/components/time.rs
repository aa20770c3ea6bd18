//! Times for people: how long ago, with the exact time as the title.

use leptos::prelude::*;

use crate::browser::{self, TimeForm};

/// A time in Unix seconds.
pub(crate) fn ago(at: i64) -> AnyView {
    let exact = browser::time_text(at, TimeForm::Both);
    view! { <time title=exact>{browser::time_ago(at)}</time> }.into_any()
}

/// A text with times in its placeholders, by their names.
pub(crate) fn with_times(text: &str, times: &[(&str, i64)]) -> AnyView {
    let mut views = Vec::new();
    let mut rest = text;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        views.push(before.to_owned().into_any());
        let time = times.iter().find(|(known, _)| *known == name);
        views.extend(time.map(|(_, at)| ago(*at)));
        rest = after;
    }
    views.push(rest.to_owned().into_any());
    views.into_any()
}
