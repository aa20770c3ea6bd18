//! One thing that happened.

use leptos::prelude::*;
use shared::audit::{AuditEntry, Party};
use shared::routes;
use shared::text::Text;

use crate::base::own;
use crate::browser::{self, TimeForm};
use crate::components::plain::{plain, worded};
use crate::next::with_query;
use crate::pages::activity::clock::clock;
use crate::pages::activity::sentence::{doer, name, sentence};
use crate::text::{fill, say};

/// Returns an entry: one line, which opens to all that is known of it.
pub(super) fn entry_row(entry: AuditEntry, is_open: bool) -> AnyView {
    let said = sentence(&entry);
    let doer = doer(&entry).map(|doer| worded("span", "hint", [" ", &doer].concat()));
    let AuditEntry {
        at,
        kind,
        code,
        actor,
        operator,
        account,
        address,
        reference,
        detail,
        cause,
        remedy,
        ..
    } = entry;
    let is_same = actor == account;
    let explained = cause.map(|cause| worded("p", "", cause));
    let class = if code.is_some() {
        "event event-failed"
    } else {
        "event"
    };
    let exact = browser::time_text(at, TimeForm::Both);
    let facts = [
        fact("time", Text::ACTIVITY_TIME, Some(exact.clone().into_any())),
        fact("account", Text::ACTIVITY_ACCOUNT, account.map(party)),
        fact(
            "by",
            Text::ACTIVITY_BY,
            actor.filter(|_| !is_same).map(party),
        ),
        fact("operator", Text::ACTIVITY_BY, operator.map(at_command_line)),
        fact("detail", Text::ACTIVITY_DETAIL, detail.map(free_text)),
        fact("remedy", Text::ACTIVITY_REMEDY, remedy.map(own_text)),
        fact(
            "address",
            Text::ACTIVITY_ADDRESS,
            address.clone().map(own_text),
        ),
        fact("reference", Text::REFERENCE, reference.map(reference_link)),
    ];
    let mut words = vec![said.into_any()];
    words.extend(doer);
    words.extend(code.map(|code| worded("code", "badge badge-bad", code)));
    let line = vec![
        plain(
            "time",
            &[("class", "event-time"), ("title", &exact)],
            vec![clock(at).into_any()],
        ),
        worded("span", "event-icon", ""),
        plain("span", &[("class", "event-said")], words),
        worded("bdi", "event-address", address.unwrap_or_default()),
    ];
    let facts = facts.into_iter().flatten().collect();
    let mut all: Vec<AnyView> = explained.into_iter().collect();
    all.push(plain("dl", &[("class", "facts")], facts));
    let open: &[(&str, &str)] = if is_open { &[("open", "")] } else { &[] };
    let parts = vec![
        plain("summary", &[("data-row", "")], line),
        plain("div", &[("class", "event-facts")], all),
    ];
    let details = plain("details", open, parts);
    plain(
        "li",
        &[("class", class), ("data-kind", &kind)],
        vec![details],
    )
}

/// A fact, if there is one, under its name.
fn fact(id: &'static str, name: Text, value: Option<AnyView>) -> Vec<AnyView> {
    let value = value.map(|value| plain("dd", &[("data-fact", id)], vec![value]));
    let value = value.map(|value| vec![worded("dt", "", say(name)), value]);
    value.unwrap_or_default()
}

/// The account, as the way to all that it did.
fn party(party: Party) -> AnyView {
    let name = name(&party);
    let href = with_query(&own(routes::ACTIVITY), &[("account", name)]);
    plain("a", &[("href", &href)], vec![worded("bdi", "", name)])
}

/// Whoever typed a command on the server.
fn at_command_line(name: String) -> AnyView {
    own_text(fill(Text::ACTIVITY_COMMAND_LINE, &[("name", &name)]))
}

/// The reference, as the way to all that has it.
fn reference_link(reference: String) -> AnyView {
    let href = with_query(&own(routes::ACTIVITY), &[("ref", &reference)]);
    let code = plain(
        "code",
        &[("data-ref", &reference)],
        vec![reference.clone().into_any()],
    );
    plain("a", &[("href", &href)], vec![code])
}

/// What the log says too: in English, whatever the page's language.
fn free_text(text: String) -> AnyView {
    plain(
        "span",
        &[("lang", "en"), ("dir", "auto")],
        vec![text.into_any()],
    )
}

/// Text of no language.
fn own_text(text: String) -> AnyView {
    worded("bdi", "", text)
}
