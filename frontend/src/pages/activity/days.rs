//! The entries, under the days on which they happened.

use leptos::prelude::*;
use shared::audit::AuditEntry;

use crate::components::plain::{plain, worded};
use crate::pages::activity::clock::day;
use crate::pages::activity::entry::entry_row;

/// Draws entries, the latest first.
pub(super) fn days(entries: Vec<AuditEntry>, is_open: bool) -> AnyView {
    let mut days: Vec<(String, Vec<AnyView>)> = Vec::new();
    for entry in entries {
        let day = day(entry.at);
        if days.last().is_none_or(|(last, _)| *last != day) {
            days.push((day, Vec::new()));
        }
        if let Some((_, rows)) = days.last_mut() {
            rows.push(entry_row(entry, is_open));
        }
    }
    let days = days.into_iter().map(|(day, rows)| {
        let rows = plain("ul", &[("class", "rows events")], rows);
        plain(
            "section",
            &[("class", "day")],
            vec![worded("h3", "", day), rows],
        )
    });
    days.collect::<Vec<_>>().into_any()
}
