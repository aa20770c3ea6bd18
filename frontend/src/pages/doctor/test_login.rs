//! The test login: begins one, and shows what the last one showed.

use leptos::prelude::*;
use shared::api::{ShowTestLogin, StartTestLogin};
use shared::routes;
use shared::test_login::{LastTestLogin, SeenClaim, Source, TestLogin as Report, Verdict};
use shared::text::Text;

use crate::api;
use crate::base::own;
use crate::browser::{self, History, TimeForm};
use crate::components::english::english;
use crate::components::form::busy;
use crate::components::inside::Panel;
use crate::components::problem::{ProblemNote, Unavailable};
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::next::with_query;
use crate::remote::Remote;
use crate::text::{around, say};

/// The test login.
#[component]
pub(super) fn TestLogin() -> impl IntoView {
    let last: Remote<LastTestLogin> = Remote::new(|| Some(api::call(ShowTestLogin {})));
    let begin = Mutation::new(move || async move {
        let answer = api::call(StartTestLogin {}).send().await?;
        if answer.redirect == own(routes::DOCTOR) {
            // It did not come as far as the OP, and why is in its report.
            last.refetch();
        } else {
            browser::go(&answer.redirect, History::Keep).await;
        }
        Ok(())
    });
    let report = dynamic(move || match last.get() {
        Some(Ok(Some(Some(report)))) => view! { <Shown report /> }.into_any(),
        Some(Ok(_)) => view! { <p class="hint">{say(Text::TEST_NONE)}</p> }.into_any(),
        None => view! { <p role="status">{say(Text::LOADING)}</p> }.into_any(),
        Some(Err(error)) => {
            let on_retry = Callback::new(move |()| last.refetch());
            view! { <Unavailable error on_retry /> }.into_any()
        }
    });
    view! {
        <Panel id="test-login" title=say(Text::TEST_TITLE)>
            <p>{say(Text::TEST_INTRO)}</p>
            <div class="row">
                <button
                    type="button"
                    class="button button-main"
                    id="test-begin"
                    aria-disabled=busy(begin)
                    on:click=move |_| begin.start()
                >
                    {say(Text::TEST_BEGIN)}
                </button>
            </div>
            <ProblemNote mutation=begin />
            {report}
        </Panel>
    }
    .into_any()
}

/// What the last one showed.
#[component]
fn Shown(
    /// Its report.
    report: Report,
) -> impl IntoView {
    let (sentence, class) = match report.verdict {
        Verdict::LogIn => (Text::TEST_LOG_IN, "note note-good"),
        Verdict::Link => (Text::TEST_LINK, "note note-good"),
        Verdict::AskForPassword => (Text::TEST_ASK, "note note-good"),
        Verdict::Register => (Text::TEST_REGISTER, "note note-good"),
        Verdict::Refuse => (Text::TEST_REFUSE, "note note-bad"),
        Verdict::Fail => (Text::TEST_FAIL, "note note-bad"),
    };
    let (before, after) = around(sentence);
    let account = report.account.map(|account| view! { <bdi>{account}</bdi> });
    let code = report
        .code
        .map(|code| view! { " " <code class="badge badge-bad" data-code=code.clone()>{code.clone()}</code> });
    let reasons = report
        .reasons
        .into_iter()
        .map(|reason| view! { <li>{english(reason)}</li> })
        .collect::<Vec<_>>();
    let remedy = report.remedy.map(|remedy| {
        view! {
            <h3>{say(Text::ACTIVITY_REMEDY)}</h3>
            <p>{english(remedy)}</p>
        }
    });
    let claims =
        (!report.claims.is_empty()).then(|| view! { <Claims claims=report.claims /> }.into_any());
    let entries = with_query(&own(routes::ACTIVITY), &[("ref", &report.reference)]);
    view! {
        <p class=class role="status" data-verdict>
            {before}
            {account}
            {after}
            {code}
        </p>
        <p class="hint">
            {browser::time_text(report.at, TimeForm::Both)} " · " {say(Text::REFERENCE)} " "
            <a href=entries>
                <code>{report.reference}</code>
            </a>
        </p>
        <h3>{say(Text::TEST_WHY)}</h3>
        <ol class="reasons">{reasons}</ol>
        {remedy}
        {claims}
    }
    .into_any()
}

/// The claims that came.
#[component]
fn Claims(
    /// By name.
    claims: Vec<SeenClaim>,
) -> impl IntoView {
    let rows = claims
        .into_iter()
        .map(|claim| {
            // The terms of the specification, in every language.
            let source = match claim.source {
                Source::IdToken => "id_token",
                Source::Userinfo => "userinfo",
                Source::Both => "id_token, userinfo",
            };
            let name = claim.name.clone();
            view! {
                <dt>
                    <code>{claim.name}</code>
                </dt>
                <dd data-claim=name>
                    <code>{claim.value}</code>
                    " "
                    <span class="hint">{source}</span>
                </dd>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    view! {
        <h3>{say(Text::TEST_CLAIMS)}</h3>
        <dl class="facts claims">{rows}</dl>
    }
    .into_any()
}
