use crate::account::{Account, EmailMatch, Voucher};
use crate::config::LinkByEmail;
use crate::login::decide::{Decision, Facts, LinkRequest, Policy, Reason, Ways, decide};
use crate::login::role::RoleAnswer;
use clock::Timestamp;
use shared::failure::FailureCode::{
    AccountDisabled, EmailMissing, EmailUnverified, LinkConflict, LinkFirst, RegistrationClosed,
    RoleMissing,
};
use shared::session::Role;
use uuid::Uuid;

const POLICY: Policy = Policy {
    link_by_email: LinkByEmail::Confirm,
    allow_registration: true,
    password_login: true,
};
const VERIFIED: Policy = Policy {
    link_by_email: LinkByEmail::Verified,
    ..POLICY
};
const NEVER: Policy = Policy {
    link_by_email: LinkByEmail::Never,
    ..POLICY
};
const CLOSED: Policy = Policy {
    allow_registration: false,
    ..POLICY
};

fn account() -> Account {
    Account {
        id: Uuid::from_u128(1),
        username: "alice".to_owned(),
        display_name: None,
        email: Some("alice@example.com".to_owned()),
        email_voucher: None,
        lost_email: None,
        role: Role::User,
        password_hash: Some("hash".to_owned()),
        disabled_at: None,
        groups: Vec::new(),
    }
}

/// Both ways.
const BOTH: Decision = Decision::AskWho(Ways {
    has_account: true,
    is_new: true,
});

fn vouched() -> Account {
    Account {
        email_voucher: Some(Voucher::Op),
        ..account()
    }
}

fn without_password(account: Account) -> Account {
    Account {
        password_hash: None,
        ..account
    }
}

fn admin() -> Account {
    Account {
        role: Role::Admin,
        ..account()
    }
}

fn other() -> Account {
    Account {
        id: Uuid::from_u128(2),
        ..account()
    }
}

fn disabled() -> Account {
    Account {
        disabled_at: Some(Timestamp::from_unix(1)),
        ..account()
    }
}

fn stranger() -> Facts {
    Facts {
        role: RoleAnswer::NotAsked,
        linked: None,
        by_email: Vec::new(),
        has_email: true,
        is_email_verified: true,
        link_request: None,
    }
}

fn known(account: Account) -> Facts {
    Facts {
        linked: Some(account),
        ..stranger()
    }
}

fn same_email(account: Account) -> Facts {
    Facts {
        by_email: vec![EmailMatch {
            account,
            is_bound_at_issuer: false,
        }],
        ..stranger()
    }
}

fn unverified(facts: Facts) -> Facts {
    Facts {
        is_email_verified: false,
        ..facts
    }
}

fn bound_elsewhere(account: Account) -> Facts {
    Facts {
        by_email: vec![EmailMatch {
            account,
            is_bound_at_issuer: true,
        }],
        ..stranger()
    }
}

fn asked_by(account: Account, is_bound_at_issuer: bool, facts: Facts) -> Facts {
    Facts {
        link_request: Some(LinkRequest {
            account,
            is_bound_at_issuer,
        }),
        ..facts
    }
}

#[track_caller]
fn check(facts: &Facts, policy: Policy, expected: Decision) {
    assert_eq!(decide(facts, policy).decision, expected, "{facts:#?}");
}

#[test]
fn a_known_identity_is_its_account_whatever_its_email() {
    for policy in [POLICY, VERIFIED, NEVER, CLOSED] {
        check(&known(account()), policy, Decision::LogIn(account().id));
        check(
            &unverified(known(account())),
            policy,
            Decision::LogIn(account().id),
        );
    }
    let mail_of_another = Facts {
        linked: Some(account()),
        ..same_email(other())
    };
    check(&mail_of_another, POLICY, Decision::LogIn(account().id));
}

#[test]
fn a_disabled_account_is_refused_on_every_path() {
    let refused = Decision::Refuse(AccountDisabled);
    let vouched = Account {
        email_voucher: Some(Voucher::Admin),
        ..disabled()
    };
    check(&known(disabled()), POLICY, refused);
    for policy in [POLICY, VERIFIED, NEVER] {
        check(&same_email(vouched.clone()), policy, refused);
        check(&unverified(same_email(vouched.clone())), policy, refused);
    }
    check(&asked_by(disabled(), false, stranger()), POLICY, refused);
}

#[test]
fn only_an_email_that_both_sides_vouch_for_links_at_once() {
    for (policy, otherwise, claimed) in [
        (POLICY, BOTH, BOTH),
        (
            VERIFIED,
            Decision::Refuse(EmailUnverified),
            Decision::Refuse(LinkFirst),
        ),
        (
            NEVER,
            Decision::Refuse(LinkFirst),
            Decision::Refuse(LinkFirst),
        ),
    ] {
        for account in [admin(), vouched(), without_password(vouched())] {
            let at_once = match policy.link_by_email {
                LinkByEmail::Never => otherwise,
                _ => Decision::LinkAndLogIn(account.id),
            };
            check(&same_email(account.clone()), policy, at_once);
            check(&unverified(same_email(account)), policy, otherwise);
        }
        check(&same_email(account()), policy, claimed);
        check(&unverified(same_email(account())), policy, otherwise);
    }
}

#[test]
fn a_claim_that_cannot_be_proved_excludes_nobody() {
    let no_passwords = Policy {
        password_login: false,
        ..POLICY
    };
    for policy in [POLICY, VERIFIED, NEVER] {
        for account in [without_password(account()), disabled()] {
            check(&same_email(account.clone()), policy, Decision::Register);
            check(&unverified(same_email(account)), policy, Decision::Register);
        }
    }
    check(&same_email(account()), no_passwords, Decision::Register);
}

#[test]
fn a_claim_stands_in_no_ones_way_who_vouches_for_the_email() {
    let found = |account, is_bound_at_issuer| EmailMatch {
        account,
        is_bound_at_issuer,
    };
    let both = Facts {
        by_email: vec![found(vouched(), false), found(other(), false)],
        ..stranger()
    };

    check(&both, POLICY, Decision::LinkAndLogIn(vouched().id));
    check(&unverified(both), POLICY, BOTH);
}

#[test]
fn only_the_ways_that_there_are_are_offered() {
    let facts = unverified(same_email(vouched()));
    let bare = unverified(same_email(without_password(vouched())));
    let ask = |has_account, is_new| {
        Decision::AskWho(Ways {
            has_account,
            is_new,
        })
    };
    let no_passwords = |policy| Policy {
        password_login: false,
        ..policy
    };

    check(&facts, POLICY, ask(true, true));
    check(&facts, CLOSED, ask(true, false));
    check(&facts, no_passwords(POLICY), ask(false, true));
    check(&facts, no_passwords(CLOSED), Decision::Refuse(LinkFirst));
    check(&bare, POLICY, ask(true, true));
    check(&bare, CLOSED, Decision::Refuse(LinkFirst));
}

#[test]
fn an_account_bound_at_the_issuer_is_never_bound_anew_by_email() {
    for policy in [POLICY, VERIFIED, NEVER] {
        for account in [admin(), vouched(), account()] {
            check(&bound_elsewhere(account), policy, Decision::Register);
        }
    }
    check(
        &bound_elsewhere(admin()),
        CLOSED,
        Decision::Refuse(RegistrationClosed),
    );
}

#[test]
fn a_stranger_registers_or_is_refused() {
    check(&stranger(), POLICY, Decision::Register);
    check(&unverified(stranger()), POLICY, Decision::Register);
    check(&stranger(), CLOSED, Decision::Refuse(RegistrationClosed));
    let nameless = Facts {
        has_email: false,
        ..stranger()
    };
    check(&nameless.clone(), POLICY, Decision::Register);
    check(&nameless, CLOSED, Decision::Refuse(EmailMissing));
}

#[test]
fn a_link_is_made_only_for_who_asked_and_after_consent() {
    check(
        &asked_by(account(), false, stranger()),
        NEVER,
        Decision::AskForConsent(account().id),
    );
    check(
        &asked_by(account(), false, same_email(other())),
        POLICY,
        Decision::AskForConsent(account().id),
    );
    check(
        &asked_by(account(), true, known(account())),
        POLICY,
        Decision::AlreadyLinked,
    );
    check(
        &asked_by(account(), false, known(other())),
        POLICY,
        Decision::Refuse(LinkConflict),
    );
    check(
        &asked_by(account(), true, stranger()),
        POLICY,
        Decision::Refuse(LinkConflict),
    );
}

#[test]
fn without_a_role_nobody_enters_whoever_it_is() {
    for facts in [
        known(admin()),
        stranger(),
        asked_by(account(), false, stranger()),
    ] {
        let facts = Facts {
            role: RoleAnswer::None,
            ..facts
        };
        check(&facts, POLICY, Decision::Refuse(RoleMissing));
    }
}

#[test]
fn reasons_lead_to_the_decision() {
    let reasons = |facts: &Facts, policy| decide(facts, policy).reasons;
    let alice = || "alice".to_owned();

    assert_eq!(
        reasons(&known(disabled()), POLICY),
        [Reason::Linked(alice()), Reason::Disabled(alice())]
    );
    assert_eq!(
        reasons(&unverified(same_email(admin())), POLICY),
        [
            Reason::NotLinked,
            Reason::Email,
            Reason::VouchedFor(alice()),
            Reason::LinkByEmail(LinkByEmail::Confirm),
            Reason::Asked(Ways {
                has_account: true,
                is_new: true,
            }),
        ]
    );
    assert_eq!(
        reasons(&stranger(), CLOSED),
        [
            Reason::NotLinked,
            Reason::Email,
            Reason::EmailOfNobody,
            Reason::Registration(false)
        ]
    );
}
