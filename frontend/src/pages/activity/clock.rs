//! Days and times of day, as the browser's `Intl` says them in the page's language.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::browser;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Returns the day of a time in Unix seconds: "today", "yesterday", or its date.
pub(super) fn day(at: i64) -> String {
    let days = days_ago(at);
    if (0..=1).contains(&days) {
        return browser::relative_time(-days, "day");
    }
    let long = options(&[
        ("weekday", "long"),
        ("year", "numeric"),
        ("month", "long"),
        ("day", "numeric"),
    ]);
    let day = date(at).to_locale_date_string(&browser::language(), &long);
    day.into()
}

/// Returns the time of day: "3:31 PM".
pub(super) fn clock(at: i64) -> String {
    let short = options(&[("timeStyle", "short")]);
    let time = date(at).to_locale_time_string_with_options(&browser::language(), &short);
    time.into()
}

/// Returns how many midnights have passed since then, here.
fn days_ago(at: i64) -> i64 {
    number_of(browser::now()) - number_of(at)
}

/// Returns the number of a time's day here.
fn number_of(at: i64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is a whole number of minutes"
    )]
    let offset = date(at).get_timezone_offset() as i64;
    (at - offset * 60).div_euclid(DAY)
}

/// Returns the date of a time.
fn date(at: i64) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
    let milliseconds = at as f64 * 1000.0;
    Date::new(&JsValue::from_f64(milliseconds))
}

/// Makes an object of these properties.
fn options(properties: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in properties {
        // It cannot fail on an object of our own.
        let _ = Reflect::set(
            &options,
            &JsValue::from_str(name),
            &JsValue::from_str(value),
        );
    }
    options
}
