//! One thing that happened.

use leptos::prelude::*;
use shared::audit::{AuditEntry, Party};
use shared::error::ErrorCode;
use shared::routes;
use shared::text::Text;

use crate::base::own;
use crate::browser::{self, TimeForm};
use crate::next::with_query;
use crate::pages::activity::kinds::in_words;
use crate::text::{fill, say};

/// An entry.
#[component]
pub(super) fn Entry(
    /// As the server has it.
    entry: AuditEntry,
) -> impl IntoView {
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
        remedy,
        ..
    } = entry;
    let is_same = actor == account;
    // The code's own sentence, where it has one here: those of the OP's logins are in the detail.
    let sentence = code
        .as_deref()
        .and_then(ErrorCode::parse)
        .map(|code| view! { <p>{say(code.message())}</p> });
    let code = code.map(|code| view! { <code class="badge badge-bad">{code}</code> });
    let class = if code.is_some() {
        "entry-item entry-failed"
    } else {
        "entry-item"
    };
    let facts = [
        fact(Text::ACTIVITY_ACCOUNT, account.map(party)),
        fact(Text::ACTIVITY_BY, actor.filter(|_| !is_same).map(party)),
        fact(Text::ACTIVITY_BY, operator.map(at_command_line)),
        fact(Text::ACTIVITY_DETAIL, detail.map(free_text)),
        fact(Text::ACTIVITY_REMEDY, remedy.map(free_text)),
        fact(Text::ACTIVITY_ADDRESS, address.map(own_text)),
        fact(Text::REFERENCE, reference.map(reference_link)),
    ];
    view! {
        <li class=class data-kind=kind.clone()>
            <div class="entry-head">
                <h3 tabindex="-1" data-row>
                    {in_words(&kind)}
                </h3>
                {code}
                <p class="hint">{browser::time_text(at, TimeForm::Both)}</p>
            </div>
            {sentence}
            <dl class="facts">{facts.into_iter().collect::<Vec<_>>()}</dl>
        </li>
    }
    .into_any()
}

/// A fact, if there is one, under its name.
fn fact(name: Text, value: Option<AnyView>) -> AnyView {
    value
        .map(|value| {
            view! {
                <dt>{say(name)}</dt>
                <dd data-fact=name.key()>{value}</dd>
            }
        })
        .into_any()
}

/// The account, as the way to all that it did.
fn party(party: Party) -> AnyView {
    let Party { id, username } = party;
    let name = username.clone().unwrap_or_else(|| id.clone());
    let href = with_query(
        &own(routes::ACTIVITY),
        &[("account", &username.unwrap_or(id))],
    );
    view! {
        <a href=href>
            <bdi>{name}</bdi>
        </a>
    }
    .into_any()
}

/// Whoever typed a command on the server.
fn at_command_line(name: String) -> AnyView {
    own_text(fill(Text::ACTIVITY_COMMAND_LINE, &[("name", &name)]))
}

/// The reference, as the way to all that has it.
fn reference_link(reference: String) -> AnyView {
    let href = with_query(&own(routes::ACTIVITY), &[("ref", &reference)]);
    view! {
        <a href=href>
            <code data-ref=reference.clone()>{reference.clone()}</code>
        </a>
    }
    .into_any()
}

/// What the log says too: in English, whatever the page's language.
fn free_text(text: String) -> AnyView {
    view! { <span lang="en" dir="auto">{text}</span> }.into_any()
}

/// Text of no language.
fn own_text(text: String) -> AnyView {
    view! { <bdi>{text}</bdi> }.into_any()
}
