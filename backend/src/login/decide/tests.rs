use crate::account::Account;
use crate::config::LinkByEmail;
use crate::login::decide::{Decision, EmailMatch, Facts, LinkRequest, Policy, Reason, decide};
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
        email_set_by_admin: false,
        role: Role::User,
        password_hash: Some("hash".to_owned()),
        disabled_at: None,
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
        by_email: None,
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
        by_email: Some(EmailMatch {
            account,
            is_bound_at_issuer: false,
        }),
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
        by_email: Some(EmailMatch {
            account,
            is_bound_at_issuer: true,
        }),
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
    check(
        &known(disabled()),
        POLICY,
        Decision::Refuse(AccountDisabled),
    );
    for policy in [POLICY, VERIFIED, NEVER] {
        check(
            &same_email(disabled()),
            policy,
            Decision::Refuse(AccountDisabled),
        );
    }
    check(
        &asked_by(disabled(), false, stranger()),
        POLICY,
        Decision::Refuse(AccountDisabled),
    );
}

#[test]
fn confirm_links_at_once_only_a_verified_email_that_an_admin_vouches_for() {
    let vouched = Account {
        email_set_by_admin: true,
        ..account()
    };
    check(
        &same_email(admin()),
        POLICY,
        Decision::LinkAndLogIn(admin().id),
    );
    check(
        &same_email(vouched.clone()),
        POLICY,
        Decision::LinkAndLogIn(vouched.id),
    );
    check(
        &unverified(same_email(admin())),
        POLICY,
        Decision::AskForPassword(admin().id),
    );
    check(
        &unverified(same_email(vouched.clone())),
        POLICY,
        Decision::AskForPassword(vouched.id),
    );
    check(
        &same_email(account()),
        POLICY,
        Decision::AskForPassword(account().id),
    );
}

#[test]
fn confirm_without_a_password_to_ask_for_points_to_the_profile_page() {
    let without = Account {
        password_hash: None,
        ..account()
    };
    check(&same_email(without), POLICY, Decision::Refuse(LinkFirst));
    let no_passwords = Policy {
        password_login: false,
        ..POLICY
    };
    check(
        &same_email(account()),
        no_passwords,
        Decision::Refuse(LinkFirst),
    );
}

#[test]
fn verified_and_never_do_as_they_say() {
    check(
        &same_email(account()),
        VERIFIED,
        Decision::LinkAndLogIn(account().id),
    );
    check(
        &unverified(same_email(account())),
        VERIFIED,
        Decision::Refuse(EmailUnverified),
    );
    check(&same_email(admin()), NEVER, Decision::Refuse(LinkFirst));
}

#[test]
fn an_account_bound_at_the_issuer_is_never_bound_anew_by_email() {
    for policy in [POLICY, VERIFIED, NEVER] {
        check(
            &bound_elsewhere(admin()),
            policy,
            Decision::Refuse(LinkConflict),
        );
    }
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
            Reason::EmailOf(alice()),
            Reason::LinkByEmail(LinkByEmail::Confirm),
            Reason::VouchedFor,
            Reason::PasswordAsked,
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
