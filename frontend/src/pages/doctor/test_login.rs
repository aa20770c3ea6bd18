//! The test login: begins one, and shows what the last one showed.

use leptos::prelude::*;
use shared::api::{StartTestLogin, TestLoginQuery};
use shared::routes;
use shared::test_login::{LastTestLogin, SeenClaim, Source, TestLogin as Report, Verdict};
use shared::text::Text;

use crate::api;
use crate::base::own;
use crate::browser::{self, History};
use crate::components::form::busy;
use crate::components::inside::Panel;
use crate::components::plain::{plain, worded};
use crate::components::problem::{ProblemNote, Unavailable};
use crate::components::time::ago;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::next::with_query;
use crate::remote::Remote;
use crate::text::{around, say};

/// The test login.
#[component]
pub(super) fn TestLogin(
    /// The last one.
    last: Remote<LastTestLogin>,
) -> impl IntoView {
    let prompt = StoredValue::new(None);
    let begin = Mutation::new(move || async move {
        let prompt = prompt.get_value();
        let query = TestLoginQuery { prompt };
        let answer = api::find(StartTestLogin {}, &query).send().await?;
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
                    on:click=move |_| {
                        prompt.set_value(None);
                        begin.start();
                    }
                >
                    {say(Text::TEST_BEGIN)}
                </button>
                <button
                    type="button"
                    class="button"
                    id="test-other"
                    aria-disabled=busy(begin)
                    on:click=move |_| {
                        prompt.set_value(Some("login".to_owned()));
                        begin.start();
                    }
                >
                    {say(Text::TEST_OTHER)}
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
    let mut verdict = vec![before.into_any()];
    verdict.extend(report.account.map(|account| worded("bdi", "", account)));
    verdict.push(after.into_any());
    verdict.extend(report.code.map(|code| {
        let attributes = [("class", "badge badge-bad"), ("data-code", &code)];
        plain("code", &attributes, vec![code.clone().into_any()])
    }));
    let reasons = report.reasons.into_iter();
    let reasons = reasons.map(|reason| plain("li", &[("dir", "auto")], vec![reason.into_any()]));
    let entries = with_query(&own(routes::ACTIVITY), &[("ref", &report.reference)]);
    let reference = worded("code", "", report.reference);
    let when = vec![
        ago(report.at),
        [" · ", say(Text::REFERENCE), " "].concat().into_any(),
        plain("a", &[("href", &entries)], vec![reference]),
    ];
    let verdict_is = [("class", class), ("role", "status"), ("data-verdict", "")];
    let mut parts = vec![
        plain("p", &verdict_is, verdict),
        plain("p", &[("class", "hint")], when),
        worded("h3", "", say(Text::TEST_WHY)),
        plain("ol", &[("class", "reasons")], reasons.collect()),
    ];
    if let Some(remedy) = report.remedy {
        parts.push(worded("h3", "", say(Text::ACTIVITY_REMEDY)));
        parts.push(worded("p", "", remedy));
    }
    if !report.claims.is_empty() {
        let claims = report.claims.into_iter().flat_map(claim).collect();
        parts.push(worded("h3", "", say(Text::TEST_CLAIMS)));
        parts.push(plain("dl", &[("class", "facts claims")], claims));
    }
    parts.into_any()
}

/// A claim that came, and whether it decided.
fn claim(claim: SeenClaim) -> [AnyView; 2] {
    // The terms of the specification, in every language.
    let source = match claim.source {
        Source::IdToken => "id_token",
        Source::Userinfo => "userinfo",
        Source::Both => "id_token, userinfo",
    };
    let mut value = vec![
        worded("code", "", claim.value),
        " ".into_any(),
        worded("span", "hint", source),
    ];
    if claim.decided {
        let attributes = [("class", "badge"), ("data-decided", "")];
        value.push(plain(
            "span",
            &attributes,
            vec![say(Text::TEST_DECIDED).into_any()],
        ));
    }
    let value = plain("dd", &[("data-claim", &claim.name)], value);
    [
        plain("dt", &[], vec![worded("code", "", claim.name)]),
        value,
    ]
}
