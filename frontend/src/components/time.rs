//! Times for people: how long ago, with the exact time as the title.

use leptos::prelude::*;

use crate::browser::{self, TimeForm};

/// A minute, an hour, a day, a month and a year, in seconds.
const UNITS: [(i64, &str); 5] = [
    (31_536_000, "year"),
    (2_592_000, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
];

/// How far away a time is: a number of units, negative in the past.
fn distance(seconds: i64) -> (i64, &'static str) {
    let unit = UNITS.iter().find(|(length, _)| seconds.abs() >= *length);
    unit.map_or((0, "second"), |(length, name)| (seconds / length, name))
}

/// A time in Unix seconds.
pub(crate) fn ago(at: i64) -> AnyView {
    let (count, unit) = distance(at - browser::now());
    let exact = browser::time_text(at, TimeForm::Both);
    view! { <time title=exact>{browser::relative_time(count, unit)}</time> }.into_any()
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

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn a_time_is_told_in_the_largest_unit_that_fits() {
        for (seconds, expected) in [
            (0, (0, "second")),
            (-59, (0, "second")),
            (-60, (-1, "minute")),
            (-7_300, (-2, "hour")),
            (90_000, (1, "day")),
            (-40 * 86_400, (-1, "month")),
            (-800 * 86_400, (-2, "year")),
        ] {
            assert_eq!(distance(seconds), expected, "{seconds}");
        }
    }
}
