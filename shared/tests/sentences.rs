//! Every code has its sentence in every language, and every sentence has what it needs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use shared::bookings::Busy;
use shared::locale::{Locale, Localised, ruby, without_ruby};
use shared::problem::{Datum, Reason, sentence};
use shared::programmes::{AgeBasis, AgeEnd, Ages, LimitUnit, Period};
use shared::{
    accounts, applications, attachments, attendance, audit, bookings, calendar, campaigns, changes, claims, clients, consents, devices,
    eligibility, entitlements, events, facilities, families, figures, identity, interviews, journal, messages, municipalities, notices,
    outreach, passkeys, places, problem, procedures, programmes, proxy, registers, residence, retention, sandboxes, series, settlements,
    slots, tablets, text, waitlist,
};
use world::{day, tokyo};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every sentence as its file has it: key, language tag, text. Read here once more by hand, because the library would put another
/// language where one is missing.
fn sentences() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let files = ["locales", "locales/first_visit"].into_iter().flat_map(|folder| std::fs::read_dir(here(folder)).unwrap());
    for file in files.map(|file| file.unwrap().path()).filter(|file| file.is_file()) {
        let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut key = String::new();
        for line in std::fs::read_to_string(&file).unwrap().lines().filter(|line| *line != "_version: 2" && !line.starts_with('#')) {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{file:?}: {line}"));
            if let Some(language) = name.strip_prefix("  ") {
                let text: String = serde_json::from_str(value.trim()).unwrap_or_else(|_| panic!("{file:?}: {line}"));
                assert!(!text.trim().is_empty(), "{key} is empty in {language}");
                assert!(all.get_mut(&key).unwrap().insert(language.to_owned(), text).is_none(), "{key} stands twice in {language}");
            } else {
                assert!(value.is_empty() && name.starts_with(&format!("{stem}.")), "{file:?}: {line}");
                key = name.to_owned();
                assert!(all.insert(key.clone(), BTreeMap::new()).is_none(), "{key} stands twice");
            }
        }
    }
    assert!(all.len() > 50);
    all
}

/// The names in `%{name}` of a sentence.
fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("%{").skip(1).map(|rest| rest.split_once('}').expect(text).0.to_owned()).collect()
}

/// One reason of each variant. A variant without a sample does not compile; a sample of another variant fails.
macro_rules! samples {
    ($kind:ty: $($pattern:pat => $sample:expr),+ $(,)?) => {{
        fn every(rejection: &$kind) {
            match rejection { $($pattern => {})+ }
        }
        let samples: Vec<$kind> = vec![$({
            let sample: $kind = $sample;
            assert!(matches!(&sample, $pattern), "{sample:?} is no {}", stringify!($pattern));
            sample
        }),+];
        samples.iter().for_each(every);
        samples.iter().map(|sample| sample.reason()).collect::<Vec<Reason>>()
    }};
}

fn reasons() -> Vec<Reason> {
    let at = tokyo("2026-12-03 9:00");
    let names = Localised::new("境港市", "[境港市|さかいみなとし]", "Sakaiminato");
    let busy = Busy { starts_at: at, ends_at: tokyo("2026-12-03 12:00"), facility: "はまなす保育園".to_owned() };
    let month: Period = "2026-12".parse().unwrap();
    let limit = |period, unit| bookings::Rejection::Limit { period, unit, left: 1, wanted: 2 };
    let mut all = samples! { bookings::Rejection:
        bookings::Rejection::PartySize => bookings::Rejection::PartySize,
        bookings::Rejection::SlotClosed => bookings::Rejection::SlotClosed,
        bookings::Rejection::Offering => bookings::Rejection::Offering,
        bookings::Rejection::NotABlock => bookings::Rejection::NotABlock,
        bookings::Rejection::OutsideSlot { .. } => bookings::Rejection::OutsideSlot { starts_at: at, ends_at: at },
        bookings::Rejection::TooShort { .. } => bookings::Rejection::TooShort { minimum: 60 },
        bookings::Rejection::TooLong { .. } => bookings::Rejection::TooLong { maximum: 240 },
        bookings::Rejection::NotInSteps { .. } => bookings::Rejection::NotInSteps { step: 30 },
        bookings::Rejection::InThePast => bookings::Rejection::InThePast,
        bookings::Rejection::NotYetOpen { .. } => bookings::Rejection::NotYetOpen { opens_at: at },
        bookings::Rejection::NotReleased { .. } => bookings::Rejection::NotReleased { opens_at: at },
        bookings::Rejection::BookingClosed { .. } => bookings::Rejection::BookingClosed { closed_at: at },
        bookings::Rejection::NoCompact { .. } => bookings::Rejection::NoCompact { residence: names.clone() },
        bookings::Rejection::TooYoung { .. } => bookings::Rejection::TooYoung { from: day("2026-12-04") },
        bookings::Rejection::TooOld { .. } => bookings::Rejection::TooOld { last: day("2026-12-02") },
        bookings::Rejection::NoBand { .. } => bookings::Rejection::NoBand { age: 6 },
        bookings::Rejection::SlotFull { .. } => bookings::Rejection::SlotFull { left: 1, wanted: 2 },
        bookings::Rejection::Overlap { .. } => bookings::Rejection::Overlap { busy: busy.clone() },
        bookings::Rejection::Limit { .. } => limit(month, LimitUnit::HalfDays),
        bookings::Rejection::InterviewNeeded { .. } => bookings::Rejection::InterviewNeeded { facility: "はまなす保育園".to_owned() },
        bookings::Rejection::InterviewNotPossible { .. } => bookings::Rejection::InterviewNotPossible { words: "看護師がいません。".to_owned() },
        bookings::Rejection::NotCertified => bookings::Rejection::NotCertified,
        bookings::Rejection::CertifiedFrom { .. } => bookings::Rejection::CertifiedFrom { from: day("2026-12-03") },
        bookings::Rejection::CertifiedUntil { .. } => bookings::Rejection::CertifiedUntil { until: day("2026-12-03") },
        bookings::Rejection::NotEligible { .. } =>
            bookings::Rejection::NotEligible { because: Reason::new("eligibility.lives_elsewhere") },
        bookings::Rejection::EligibilityUnknown { .. } =>
            bookings::Rejection::EligibilityUnknown { because: Reason::new("eligibility.residence_unproven") },
        bookings::Rejection::NoFee => bookings::Rejection::NoFee,
        bookings::Rejection::ReasonMissing => bookings::Rejection::ReasonMissing,
        bookings::Rejection::AnswerMissing { .. } => bookings::Rejection::AnswerMissing { question: names.clone() },
        bookings::Rejection::AnswerUnknown => bookings::Rejection::AnswerUnknown,
        bookings::Rejection::ExtraUnknown => bookings::Rejection::ExtraUnknown,
        bookings::Rejection::ChangedMeanwhile => bookings::Rejection::ChangedMeanwhile,
        bookings::Rejection::SameStay => bookings::Rejection::SameStay,
        bookings::Rejection::OtherFacility => bookings::Rejection::OtherFacility,
        bookings::Rejection::NotMovable => bookings::Rejection::NotMovable,
        bookings::Rejection::OverrideReasonMissing => bookings::Rejection::OverrideReasonMissing,
        bookings::Rejection::RescheduleLate { .. } => bookings::Rejection::RescheduleLate { free_until: at },
    };
    for period in [month, "2026-W49".parse().unwrap(), Period::Birth] {
        all.extend([LimitUnit::HalfDays, LimitUnit::Minutes, LimitUnit::Uses].map(|unit| limit(period, unit).reason()));
    }
    all.extend(samples! { bookings::ImportRejection:
        bookings::ImportRejection::DateUnread => bookings::ImportRejection::DateUnread,
        bookings::ImportRejection::TimeUnread => bookings::ImportRejection::TimeUnread,
        bookings::ImportRejection::NumberTwice { .. } => bookings::ImportRejection::NumberTwice { line: 4 },
        bookings::ImportRejection::FacilityUnknown => bookings::ImportRejection::FacilityUnknown,
        bookings::ImportRejection::SlotUnknown => bookings::ImportRejection::SlotUnknown,
        bookings::ImportRejection::GuardianUnknown => bookings::ImportRejection::GuardianUnknown,
        bookings::ImportRejection::ChildUnknown => bookings::ImportRejection::ChildUnknown,
        bookings::ImportRejection::Changed => bookings::ImportRejection::Changed,
    });
    all.extend(samples! { bookings::CancelRejection:
        bookings::CancelRejection::Already => bookings::CancelRejection::Already,
        bookings::CancelRejection::IsOffer => bookings::CancelRejection::IsOffer,
        bookings::CancelRejection::Started => bookings::CancelRejection::Started,
        bookings::CancelRejection::Over => bookings::CancelRejection::Over,
        bookings::CancelRejection::TermsChanged => bookings::CancelRejection::TermsChanged,
        bookings::CancelRejection::ReasonUnknown => bookings::CancelRejection::ReasonUnknown,
    });
    all.extend(samples! { bookings::DecideRejection:
        bookings::DecideRejection::NotRequested => bookings::DecideRejection::NotRequested,
        bookings::DecideRejection::TooLate { .. } => bookings::DecideRejection::TooLate { decide_by: at },
    });
    all.extend(samples! { claims::Finding:
        claims::Finding::MissingCheckOut { .. } => claims::Finding::MissingCheckOut { at },
        claims::Finding::Unconfirmed { .. } => claims::Finding::Unconfirmed { at },
        claims::Finding::NoRate { .. } => claims::Finding::NoRate { at },
        claims::Finding::NotCertified { .. } => claims::Finding::NotCertified { at },
        claims::Finding::NoCompact { .. } => claims::Finding::NoCompact { at },
        claims::Finding::OverLimit { .. } => claims::Finding::OverLimit { at },
        claims::Finding::LateCancelled { .. } => claims::Finding::LateCancelled { at, yen: 600 },
        claims::Finding::Absent { .. } => claims::Finding::Absent { at, yen: 600 },
        claims::Finding::LatePickUp { .. } => claims::Finding::LatePickUp { at, minutes: 20 },
    });
    all.extend(samples! { clients::Rejection:
        clients::Rejection::Revoked => clients::Rejection::Revoked,
        clients::Rejection::TooManySecrets => clients::Rejection::TooManySecrets,
        clients::Rejection::TooManyKeys => clients::Rejection::TooManyKeys,
        clients::Rejection::KeyPrivate => clients::Rejection::KeyPrivate,
        clients::Rejection::KeyUnusable => clients::Rejection::KeyUnusable,
        clients::Rejection::NothingGranted => clients::Rejection::NothingGranted,
        clients::Rejection::TooManyRequests { .. } => clients::Rejection::TooManyRequests { seconds: 3 },
        clients::Rejection::TooManyWrong { .. } => clients::Rejection::TooManyWrong { seconds: 60 },
    });
    all.extend(samples! { clients::Denial:
        clients::Denial::OperationClosed => clients::Denial::OperationClosed,
        clients::Denial::ScopeMissing { .. } => clients::Denial::ScopeMissing { scope: clients::Scope::SlotsRead },
        clients::Denial::FacilityMissing => clients::Denial::FacilityMissing,
        clients::Denial::NotGranted => clients::Denial::NotGranted,
    });
    all.extend(samples! { sandboxes::Rejection:
        sandboxes::Rejection::ClockBack { .. } => sandboxes::Rejection::ClockBack { clock: at },
        sandboxes::Rejection::ClockTooFar { .. } => sandboxes::Rejection::ClockTooFar { days: 31 },
        sandboxes::Rejection::ClockIsReal => sandboxes::Rejection::ClockIsReal,
        sandboxes::Rejection::Full => sandboxes::Rejection::Full,
        sandboxes::Rejection::TooBig => sandboxes::Rejection::TooBig,
        sandboxes::Rejection::TooMany { .. } => sandboxes::Rejection::TooMany { seconds: 90 },
    });
    all.extend(samples! { claims::Rejection:
        claims::Rejection::AlreadyLocked => claims::Rejection::AlreadyLocked,
        claims::Rejection::NotOver { .. } => claims::Rejection::NotOver { from: day("2027-01-01") },
        claims::Rejection::Nothing => claims::Rejection::Nothing,
        claims::Rejection::NotLocked => claims::Rejection::NotLocked,
        claims::Rejection::SameMark => claims::Rejection::SameMark,
    });
    all.extend(samples! { settlements::Rejection:
        settlements::Rejection::NotOver { .. } => settlements::Rejection::NotOver { from: day("2027-01-01") },
        settlements::Rejection::Nothing => settlements::Rejection::Nothing,
        settlements::Rejection::AlreadyLocked => settlements::Rejection::AlreadyLocked,
        settlements::Rejection::Changed => settlements::Rejection::Changed,
        settlements::Rejection::CommentsOpen { .. } => settlements::Rejection::CommentsOpen { count: 2 },
        settlements::Rejection::Closed => settlements::Rejection::Closed,
        settlements::Rejection::NotOwnComment => settlements::Rejection::NotOwnComment,
        settlements::Rejection::CommentClosed => settlements::Rejection::CommentClosed,
    });
    all.extend(attachments::Rejection::ALL.map(attachments::Rejection::reason));
    all.extend(samples! { proxy::Rejection:
        proxy::Rejection::AlreadyOpen { .. } => proxy::Rejection::AlreadyOpen { guardian: "弓浜 花子".to_owned() },
        proxy::Rejection::NotOpen => proxy::Rejection::NotOpen,
        proxy::Rejection::ReasonUnknown => proxy::Rejection::ReasonUnknown,
        proxy::Rejection::WordsMissing => proxy::Rejection::WordsMissing,
        proxy::Rejection::NotForThis => proxy::Rejection::NotForThis,
    });
    all.extend(samples! { retention::Rejection:
        retention::Rejection::StaysOpen { .. } => retention::Rejection::StaysOpen { count: 2 },
        retention::Rejection::WaitingOpen { .. } => retention::Rejection::WaitingOpen { count: 1 },
        retention::Rejection::ApplicationsOpen { .. } => retention::Rejection::ApplicationsOpen { count: 1 },
        retention::Rejection::Closed => retention::Rejection::Closed,
        retention::Rejection::KindTwice => retention::Rejection::KindTwice,
        retention::Rejection::MonthsInvalid { .. } => retention::Rejection::MonthsInvalid { least: 3, most: 360 },
    });
    all.extend(samples! { audit::Rejection:
        audit::Rejection::TooMany { .. } => audit::Rejection::TooMany { most: 50_000 },
    });
    all.extend(samples! { residence::Rejection:
        residence::Rejection::NoLetter => residence::Rejection::NoLetter,
        residence::Rejection::CodeWrong { .. } => residence::Rejection::CodeWrong { left: 4 },
        residence::Rejection::TooOften => residence::Rejection::TooOften,
    });
    all.extend(samples! { consents::Rejection:
        consents::Rejection::OtherWords => consents::Rejection::OtherWords,
        consents::Rejection::Withdrawn => consents::Rejection::Withdrawn,
        consents::Rejection::ChangedAgain => consents::Rejection::ChangedAgain,
    });
    all.extend(samples! { notices::Rejection:
        notices::Rejection::ChannelUnknown { .. } => notices::Rejection::ChannelUnknown { channel: "fax".to_owned() },
        notices::Rejection::PlaceholderUnknown { .. } => notices::Rejection::PlaceholderUnknown { name: "child".to_owned() },
        notices::Rejection::PlaceholderOnLock { .. } => notices::Rejection::PlaceholderOnLock { name: "facility".to_owned() },
        notices::Rejection::BraceOpen => notices::Rejection::BraceOpen,
        notices::Rejection::NoChannel => notices::Rejection::NoChannel,
        notices::Rejection::AckNotAsked => notices::Rejection::AckNotAsked,
        notices::Rejection::MailNotAsked => notices::Rejection::MailNotAsked,
        notices::Rejection::MailTooSoon => notices::Rejection::MailTooSoon,
    });
    all.extend(samples! { interviews::Rejection:
        interviews::Rejection::NotAnInterview => interviews::Rejection::NotAnInterview,
        interviews::Rejection::NotHeld => interviews::Rejection::NotHeld,
        interviews::Rejection::NotYet { .. } => interviews::Rejection::NotYet { starts_at: at },
        interviews::Rejection::WordsMissing => interviews::Rejection::WordsMissing,
    });
    all.extend(samples! { messages::Rejection:
        messages::Rejection::Over { .. } => messages::Rejection::Over { until: at },
        messages::Rejection::TooMany => messages::Rejection::TooMany,
    });
    all.extend(samples! { journal::Rejection:
        journal::Rejection::BegunAlready => journal::Rejection::BegunAlready,
        journal::Rejection::Finished => journal::Rejection::Finished,
        journal::Rejection::NotFinished => journal::Rejection::NotFinished,
        journal::Rejection::Nobody => journal::Rejection::Nobody,
        journal::Rejection::DayAhead => journal::Rejection::DayAhead,
        journal::Rejection::WordsMissing => journal::Rejection::WordsMissing,
    });
    all.extend(samples! { series::Rejection:
        series::Rejection::Until { .. } => series::Rejection::Until { last: day("2027-06-01") },
        series::Rejection::TooManyDates => series::Rejection::TooManyDates,
        series::Rejection::HasConflicts { .. } => series::Rejection::HasConflicts { dates: 2 },
        series::Rejection::NoneBookable => series::Rejection::NoneBookable,
        series::Rejection::DateChanged { .. } => series::Rejection::DateChanged { day: day("2026-12-03") },
        series::Rejection::NoSlot => series::Rejection::NoSlot,
        series::Rejection::Holiday { .. } => series::Rejection::Holiday { name: names.clone() },
        series::Rejection::ClosedDay => series::Rejection::ClosedDay,
        series::Rejection::NothingToCancel => series::Rejection::NothingToCancel,
        series::Rejection::NothingToMove => series::Rejection::NothingToMove,
        series::Rejection::MoveConflicts { .. } => series::Rejection::MoveConflicts { dates: 2 },
    });
    all.extend(samples! { bookings::UndoRejection:
        bookings::UndoRejection::Changed => bookings::UndoRejection::Changed,
        bookings::UndoRejection::Over { .. } => bookings::UndoRejection::Over { until: at },
    });
    all.extend(samples! { slots::Rejection:
        slots::Rejection::RangeInvalid => slots::Rejection::RangeInvalid,
        slots::Rejection::TimesInvalid => slots::Rejection::TimesInvalid,
        slots::Rejection::BandsInvalid => slots::Rejection::BandsInvalid,
        slots::Rejection::NoBlock => slots::Rejection::NoBlock,
        slots::Rejection::BelowBooked { .. } => slots::Rejection::BelowBooked { booked: 2 },
        slots::Rejection::CarersTooFew { .. } => slots::Rejection::CarersTooFew { at, needed: 2 },
        slots::Rejection::CarersInvalid => slots::Rejection::CarersInvalid,
        slots::Rejection::BandUnknown => slots::Rejection::BandUnknown,
        slots::Rejection::Past => slots::Rejection::Past,
        slots::Rejection::AffectedChanged => slots::Rejection::AffectedChanged,
        slots::Rejection::PlacesOfClasses => slots::Rejection::PlacesOfClasses,
        slots::Rejection::ClassesInvalid => slots::Rejection::ClassesInvalid,
    });
    all.extend(samples! { places::Rejection:
        places::Rejection::NameTaken => places::Rejection::NameTaken,
        places::Rejection::DutyInvalid => places::Rejection::DutyInvalid,
        places::Rejection::WeeksInvalid => places::Rejection::WeeksInvalid,
        places::Rejection::NothingAsked => places::Rejection::NothingAsked,
        places::Rejection::TooMany => places::Rejection::TooMany,
        places::Rejection::PlanChanged => places::Rejection::PlanChanged,
        places::Rejection::AlreadyUndone => places::Rejection::AlreadyUndone,
        places::Rejection::Begun => places::Rejection::Begun,
        places::Rejection::Holiday { .. } => places::Rejection::Holiday { name: names.clone() },
        places::Rejection::ClosedWeekday => places::Rejection::ClosedWeekday,
        places::Rejection::OutsideHours => places::Rejection::OutsideHours,
        places::Rejection::Overlaps => places::Rejection::Overlaps,
        places::Rejection::Differs => places::Rejection::Differs,
        places::Rejection::SlotClosed => places::Rejection::SlotClosed,
        places::Rejection::WaitedFor => places::Rejection::WaitedFor,
        places::Rejection::TimesBooked => places::Rejection::TimesBooked,
        places::Rejection::Gone => places::Rejection::Gone,
        places::Rejection::ChangedSince => places::Rejection::ChangedSince,
        places::Rejection::UsedSince => places::Rejection::UsedSince,
        places::Rejection::CarersLimit { .. } => places::Rejection::CarersLimit { at, there: 2, needed: 3 },
    });
    let closure = |reason| slots::Closure { reason, message: "台風10号のため".to_owned() };
    all.extend(slots::ClosureReason::ALL.map(|reason| closure(reason).reason()));
    all.extend(samples! { attendance::Rejection:
        attendance::Rejection::Cancelled => attendance::Rejection::Cancelled,
        attendance::Rejection::NotConfirmed => attendance::Rejection::NotConfirmed,
        attendance::Rejection::OtherDay { .. } => attendance::Rejection::OtherDay { day: day("2026-12-03") },
        attendance::Rejection::AlreadyIn { .. } => attendance::Rejection::AlreadyIn { at },
        attendance::Rejection::AlreadyOut { .. } => attendance::Rejection::AlreadyOut { at },
        attendance::Rejection::NotIn => attendance::Rejection::NotIn,
        attendance::Rejection::InFuture => attendance::Rejection::InFuture,
        attendance::Rejection::BeforeCheckIn { .. } => attendance::Rejection::BeforeCheckIn { at },
        attendance::Rejection::MarkedAbsent => attendance::Rejection::MarkedAbsent,
        attendance::Rejection::NotBegun { .. } => attendance::Rejection::NotBegun { starts_at: at },
        attendance::Rejection::TermsChanged => attendance::Rejection::TermsChanged,
        attendance::Rejection::ReasonUnknown => attendance::Rejection::ReasonUnknown,
        attendance::Rejection::PersonMissing => attendance::Rejection::PersonMissing,
        attendance::Rejection::PersonUnknown => attendance::Rejection::PersonUnknown,
        attendance::Rejection::StaffDecide => attendance::Rejection::StaffDecide,
        attendance::Rejection::NothingToUndo => attendance::Rejection::NothingToUndo,
        attendance::Rejection::PlaceGiven => attendance::Rejection::PlaceGiven,
        attendance::Rejection::ChildElsewhere => attendance::Rejection::ChildElsewhere,
        attendance::Rejection::NothingToCorrect => attendance::Rejection::NothingToCorrect,
        attendance::Rejection::CodeUnknown => attendance::Rejection::CodeUnknown,
        attendance::Rejection::WallUnknown => attendance::Rejection::WallUnknown,
        attendance::Rejection::PinWrong => attendance::Rejection::PinWrong,
        attendance::Rejection::PinLocked { .. } => attendance::Rejection::PinLocked { minutes: 4 },
    });
    all.extend(samples! { families::Rejection:
        families::Rejection::BornInFuture => families::Rejection::BornInFuture,
        families::Rejection::BornTooLongAgo => families::Rejection::BornTooLongAgo,
        families::Rejection::HasBookings => families::Rejection::HasBookings,
        families::Rejection::BornFixed => families::Rejection::BornFixed,
        families::Rejection::TooMany => families::Rejection::TooMany,
        families::Rejection::HasAccount => families::Rejection::HasAccount,
    });
    all.extend(samples! { registers::Rejection:
        registers::Rejection::IndividualNumber => registers::Rejection::IndividualNumber,
        registers::Rejection::OtherForm => registers::Rejection::OtherForm,
        registers::Rejection::UnknownKind => registers::Rejection::UnknownKind,
        registers::Rejection::KeyUnread => registers::Rejection::KeyUnread,
        registers::Rejection::KeyTwice { .. } => registers::Rejection::KeyTwice { line: 4 },
        registers::Rejection::HouseholdDiffers { .. } => registers::Rejection::HouseholdDiffers { line: 4 },
        registers::Rejection::DaysTurned => registers::Rejection::DaysTurned,
        registers::Rejection::Incomplete => registers::Rejection::Incomplete,
        registers::Rejection::WordUnknown => registers::Rejection::WordUnknown,
        registers::Rejection::OtherMunicipality => registers::Rejection::OtherMunicipality,
        registers::Rejection::NotRegistered => registers::Rejection::NotRegistered,
        registers::Rejection::Ambiguous => registers::Rejection::Ambiguous,
        registers::Rejection::KeyOfAnother => registers::Rejection::KeyOfAnother,
        registers::Rejection::ChildHasKey => registers::Rejection::ChildHasKey,
        registers::Rejection::ProgrammeUnknown => registers::Rejection::ProgrammeUnknown,
        registers::Rejection::CertifiedOtherwise => registers::Rejection::CertifiedOtherwise,
        registers::Rejection::NotInEncoding => registers::Rejection::NotInEncoding,
    });
    all.extend(register_words());
    all.extend(samples! { accounts::Rejection:
        accounts::Rejection::EmailTaken => accounts::Rejection::EmailTaken,
        accounts::Rejection::LoginWrong => accounts::Rejection::LoginWrong,
        accounts::Rejection::TooManyAttempts { .. } => accounts::Rejection::TooManyAttempts { minutes: 4 },
        accounts::Rejection::MunicipalityUnknown => accounts::Rejection::MunicipalityUnknown,
        accounts::Rejection::PasswordWrong => accounts::Rejection::PasswordWrong,
        accounts::Rejection::CodeUnknown => accounts::Rejection::CodeUnknown,
    });
    all.extend(samples! { tablets::Rejection:
        tablets::Rejection::Locked => tablets::Rejection::Locked,
        tablets::Rejection::NotShared => tablets::Rejection::NotShared,
        tablets::Rejection::NotLocked => tablets::Rejection::NotLocked,
        tablets::Rejection::NoPin => tablets::Rejection::NoPin,
        tablets::Rejection::PinWrong => tablets::Rejection::PinWrong,
        tablets::Rejection::TooManyAttempts { .. } => tablets::Rejection::TooManyAttempts { minutes: 4 },
        tablets::Rejection::OwnDeviceOnly => tablets::Rejection::OwnDeviceOnly,
        tablets::Rejection::PinInvalid => tablets::Rejection::PinInvalid,
        tablets::Rejection::PinEasy => tablets::Rejection::PinEasy,
    });
    all.extend(devices::Rejection::ALL.map(devices::Rejection::reason));
    all.extend(samples! { passkeys::Rejection:
        passkeys::Rejection::NotOffered => passkeys::Rejection::NotOffered,
        passkeys::Rejection::CeremonyOver => passkeys::Rejection::CeremonyOver,
        passkeys::Rejection::NotVerified => passkeys::Rejection::NotVerified,
        passkeys::Rejection::UserNotVerified => passkeys::Rejection::UserNotVerified,
        passkeys::Rejection::AlgorithmUnknown => passkeys::Rejection::AlgorithmUnknown,
        passkeys::Rejection::AlreadyAdded => passkeys::Rejection::AlreadyAdded,
        passkeys::Rejection::TooMany => passkeys::Rejection::TooMany,
        passkeys::Rejection::LastWay => passkeys::Rejection::LastWay,
        passkeys::Rejection::Unknown => passkeys::Rejection::Unknown,
        passkeys::Rejection::Copied => passkeys::Rejection::Copied,
        passkeys::Rejection::TooManyAttempts { .. } => passkeys::Rejection::TooManyAttempts { minutes: 4 },
    });
    all.extend(samples! { waitlist::Rejection:
        waitlist::Rejection::HasPlaces => waitlist::Rejection::HasPlaces,
        waitlist::Rejection::Already => waitlist::Rejection::Already,
        waitlist::Rejection::TooMany => waitlist::Rejection::TooMany,
        waitlist::Rejection::WishDays => waitlist::Rejection::WishDays,
        waitlist::Rejection::WishTimes => waitlist::Rejection::WishTimes,
        waitlist::Rejection::WishUnknown => waitlist::Rejection::WishUnknown,
        waitlist::Rejection::NotWaiting => waitlist::Rejection::NotWaiting,
        waitlist::Rejection::NotOffered => waitlist::Rejection::NotOffered,
        waitlist::Rejection::OfferOver { .. } => waitlist::Rejection::OfferOver { until: at },
        waitlist::Rejection::HasOffer => waitlist::Rejection::HasOffer,
        waitlist::Rejection::NoTime => waitlist::Rejection::NoTime,
    });
    all.extend(samples! { outreach::Rejection:
        outreach::Rejection::Resolved => outreach::Rejection::Resolved,
        outreach::Rejection::Closed => outreach::Rejection::Closed,
        outreach::Rejection::WorkerUnknown => outreach::Rejection::WorkerUnknown,
        outreach::Rejection::SameDesk => outreach::Rejection::SameDesk,
        outreach::Rejection::NextPast => outreach::Rejection::NextPast,
        outreach::Rejection::NotReached => outreach::Rejection::NotReached,
        outreach::Rejection::TooFewAttempts { .. } => outreach::Rejection::TooFewAttempts { least: 3 },
        outreach::Rejection::WordsMissing => outreach::Rejection::WordsMissing,
        outreach::Rejection::LadderInvalid => outreach::Rejection::LadderInvalid,
        outreach::Rejection::WeightInvalid => outreach::Rejection::WeightInvalid,
        outreach::Rejection::AttemptsInvalid => outreach::Rejection::AttemptsInvalid,
        outreach::Rejection::ScriptInvalid => outreach::Rejection::ScriptInvalid,
        outreach::Rejection::RulesPast => outreach::Rejection::RulesPast,
    });
    all.extend(samples! { changes::Rejection:
        changes::Rejection::NotWaiting => changes::Rejection::NotWaiting,
        changes::Rejection::NotAgreed => changes::Rejection::NotAgreed,
        changes::Rejection::OwnChange => changes::Rejection::OwnChange,
        changes::Rejection::OtherCity => changes::Rejection::OtherCity,
        changes::Rejection::NotOwn => changes::Rejection::NotOwn,
        changes::Rejection::WordsMissing => changes::Rejection::WordsMissing,
        changes::Rejection::Begun => changes::Rejection::Begun,
        changes::Rejection::Followed => changes::Rejection::Followed,
        changes::Rejection::Used { .. } => changes::Rejection::Used { count: 3 },
        changes::Rejection::NotAhead { .. } => changes::Rejection::NotAhead { from: day("2026-12-02") },
        changes::Rejection::DayTwice => changes::Rejection::DayTwice,
        changes::Rejection::NameInvalid => changes::Rejection::NameInvalid,
        changes::Rejection::Nothing => changes::Rejection::Nothing,
        changes::Rejection::SameCity => changes::Rejection::SameCity,
        changes::Rejection::PriorityInvalid => changes::Rejection::PriorityInvalid,
        changes::Rejection::CompactUnknown => changes::Rejection::CompactUnknown,
        changes::Rejection::ProgrammeUnknown => changes::Rejection::ProgrammeUnknown,
        changes::Rejection::TierUnknown => changes::Rejection::TierUnknown,
        changes::Rejection::FacilityUnknown => changes::Rejection::FacilityUnknown,
        changes::Rejection::ListedAlready => changes::Rejection::ListedAlready,
        changes::Rejection::FacilityClosed { .. } => changes::Rejection::FacilityClosed { last: day("2027-03-31") },
        changes::Rejection::FacilityNotOpen { .. } => changes::Rejection::FacilityNotOpen { from: day("2027-04-01") },
        changes::Rejection::DayTaken { .. } => changes::Rejection::DayTaken { from: day("2027-04-01") },
        changes::Rejection::PositionInvalid => changes::Rejection::PositionInvalid,
        changes::Rejection::CapacityInvalid => changes::Rejection::CapacityInvalid,
        changes::Rejection::HoursInvalid => changes::Rejection::HoursInvalid,
        changes::Rejection::UrlInvalid => changes::Rejection::UrlInvalid,
    });
    all.extend(samples! { campaigns::Rejection:
        campaigns::Rejection::NotDraft => campaigns::Rejection::NotDraft,
        campaigns::Rejection::NotProposed => campaigns::Rejection::NotProposed,
        campaigns::Rejection::NotUnderWay => campaigns::Rejection::NotUnderWay,
        campaigns::Rejection::OwnCampaign => campaigns::Rejection::OwnCampaign,
        campaigns::Rejection::Grown { .. } => campaigns::Rejection::Grown { seen: 100, found: 120 },
        campaigns::Rejection::Nobody => campaigns::Rejection::Nobody,
        campaigns::Rejection::NameMissing => campaigns::Rejection::NameMissing,
        campaigns::Rejection::WordsMissing => campaigns::Rejection::WordsMissing,
        campaigns::Rejection::Brace => campaigns::Rejection::Brace,
        campaigns::Rejection::TimePast => campaigns::Rejection::TimePast,
        campaigns::Rejection::DaysReversed => campaigns::Rejection::DaysReversed,
        campaigns::Rejection::DeadlineInvalid => campaigns::Rejection::DeadlineInvalid,
        campaigns::Rejection::HoldOutInvalid => campaigns::Rejection::HoldOutInvalid,
        campaigns::Rejection::RulesPast => campaigns::Rejection::RulesPast,
        campaigns::Rejection::RulesInvalid => campaigns::Rejection::RulesInvalid,
    });
    let factors = [
        outreach::Factor::FirstChild,
        outreach::Factor::NeverUsed,
        outreach::Factor::UnopenedInRow,
        outreach::Factor::Undeliverable,
        outreach::Factor::Household { class: "single_parent".to_owned(), name: names.clone() },
    ];
    all.extend(factors.map(|factor| outreach::PriorityPart { factor, times: 2, points: 30 }.reason()));
    let key = "night".to_owned();
    all.extend(samples! { programmes::VersionRejection:
        programmes::VersionRejection::NotAhead { .. } => programmes::VersionRejection::NotAhead { from: day("2026-12-03") },
        programmes::VersionRejection::EndsBeforeStart => programmes::VersionRejection::EndsBeforeStart,
        programmes::VersionRejection::Overlaps { .. } => programmes::VersionRejection::Overlaps { from: day("2026-12-03") },
    });
    all.extend(samples! { entitlements::Rejection:
        entitlements::Rejection::LastDayOutside { .. } => {
            entitlements::Rejection::LastDayOutside { from: day("2026-12-03"), until: day("2027-03-31") }
        },
        entitlements::Rejection::Over => entitlements::Rejection::Over,
        entitlements::Rejection::AffectedChanged => entitlements::Rejection::AffectedChanged,
    });
    let last = || Datum::Day(day("2027-03-31"));
    let ends = ["ends_moved", "ends_moved_out", "ends_asked", "ends_register", "ends_age", "ends_year", "ends_day"];
    all.extend(ends.map(|why| Reason { code: format!("entitlements.{why}").into(), ..Reason::new("") }.with("day", last())));
    all.push(Reason::new("entitlements.ends_revoked").with("day", last()).with("words", Datum::Text("保育所に入園".to_owned())));
    all.push(Reason::new("entitlements.ends_birth").with("day", last()).with("months", Datum::Count(12)));
    all.push(Reason::new("entitlements.next_apply").with("from", last()));
    all.extend(samples! { slots::OfferRejection:
        slots::OfferRejection::ProgrammeUnknown => slots::OfferRejection::ProgrammeUnknown,
        slots::OfferRejection::Already => slots::OfferRejection::Already,
        slots::OfferRejection::BlockUnknown { .. } => slots::OfferRejection::BlockUnknown { key: key.clone() },
        slots::OfferRejection::NoBlocks => slots::OfferRejection::NoBlocks,
        slots::OfferRejection::BlockTimes => slots::OfferRejection::BlockTimes,
        slots::OfferRejection::DecideHours => slots::OfferRejection::DecideHours,
        slots::OfferRejection::SpareAlready => slots::OfferRejection::SpareAlready,
    });
    all.extend(samples! { programmes::Rejection:
        programmes::Rejection::Range { .. } => programmes::Rejection::Range { least: 0, most: 100 },
        programmes::Rejection::NameMissing => programmes::Rejection::NameMissing,
        programmes::Rejection::KeyInvalid => programmes::Rejection::KeyInvalid,
        programmes::Rejection::KeyTwice { .. } => programmes::Rejection::KeyTwice { key: key.clone() },
        programmes::Rejection::AgesEmpty => programmes::Rejection::AgesEmpty,
        programmes::Rejection::NoBlock => programmes::Rejection::NoBlock,
        programmes::Rejection::NotInSteps { .. } => programmes::Rejection::NotInSteps { step: 30 },
        programmes::Rejection::MaximumBelow { .. } => programmes::Rejection::MaximumBelow { minimum: 60 },
        programmes::Rejection::BlockUnknown { .. } => programmes::Rejection::BlockUnknown { key: key.clone() },
        programmes::Rejection::HourInBlocks => programmes::Rejection::HourInBlocks,
        programmes::Rejection::LimitUncountable => programmes::Rejection::LimitUncountable,
        programmes::Rejection::LimitTwice => programmes::Rejection::LimitTwice,
        programmes::Rejection::ReasonUnknown { .. } => programmes::Rejection::ReasonUnknown { key: key.clone() },
        programmes::Rejection::OpeningDays => programmes::Rejection::OpeningDays,
        programmes::Rejection::RatioTwice { .. } => programmes::Rejection::RatioTwice { age: 3 },
        programmes::Rejection::NoChoice => programmes::Rejection::NoChoice,
        programmes::Rejection::NoRate => programmes::Rejection::NoRate,
    });
    all.extend(samples! { text::Rejection:
        text::Rejection::Missing => text::Rejection::Missing,
        text::Rejection::TooLong => text::Rejection::TooLong,
        text::Rejection::Email => text::Rejection::Email,
        text::Rejection::Kana => text::Rejection::Kana,
        text::Rejection::Phone => text::Rejection::Phone,
        text::Rejection::PostalCode => text::Rejection::PostalCode,
        text::Rejection::PasswordShort => text::Rejection::PasswordShort,
        text::Rejection::PasswordLong => text::Rejection::PasswordLong,
        text::Rejection::PasswordCommon => text::Rejection::PasswordCommon,
    });
    all.extend(samples! { municipalities::Rejection:
        municipalities::Rejection::Malformed => municipalities::Rejection::Malformed,
        municipalities::Rejection::CheckDigit => municipalities::Rejection::CheckDigit,
    });
    all.extend(samples! { applications::Rejection:
        applications::Rejection::AnswerUnknown => applications::Rejection::AnswerUnknown,
        applications::Rejection::AnswerInvalid { .. } => applications::Rejection::AnswerInvalid { question: names.clone() },
        applications::Rejection::AnswerMissing { .. } => applications::Rejection::AnswerMissing { question: names.clone() },
        applications::Rejection::AttachmentMissing { .. } => applications::Rejection::AttachmentMissing { name: names.clone() },
        applications::Rejection::DeclarationMissing => applications::Rejection::DeclarationMissing,
        applications::Rejection::DeclarationUnknown => applications::Rejection::DeclarationUnknown,
        applications::Rejection::NotOpen => applications::Rejection::NotOpen,
        applications::Rejection::ChildMissing => applications::Rejection::ChildMissing,
        applications::Rejection::ChildNotAsked => applications::Rejection::ChildNotAsked,
        applications::Rejection::TooEarly { .. } => applications::Rejection::TooEarly { from: day("2026-12-03") },
        applications::Rejection::AlreadyCertified { .. } => applications::Rejection::AlreadyCertified { until: day("2026-12-03") },
        applications::Rejection::NotCertified => applications::Rejection::NotCertified,
        applications::Rejection::AlreadyRelieved => applications::Rejection::AlreadyRelieved,
        applications::Rejection::LastDayOutside { .. } =>
            applications::Rejection::LastDayOutside { from: day("2026-12-03"), until: day("2026-12-04") },
        applications::Rejection::UnderWay => applications::Rejection::UnderWay,
        applications::Rejection::OtherCity => applications::Rejection::OtherCity,
    });
    all.extend(samples! { applications::ReviewRejection:
        applications::ReviewRejection::NotInReview => applications::ReviewRejection::NotInReview,
        applications::ReviewRejection::WordsMissing => applications::ReviewRejection::WordsMissing,
        applications::ReviewRejection::RuleSaysNo => applications::ReviewRejection::RuleSaysNo,
        applications::ReviewRejection::NothingLeft => applications::ReviewRejection::NothingLeft,
        applications::ReviewRejection::Proposed => applications::ReviewRejection::Proposed,
        applications::ReviewRejection::NotProposed => applications::ReviewRejection::NotProposed,
        applications::ReviewRejection::SameOfficer => applications::ReviewRejection::SameOfficer,
        applications::ReviewRejection::ResidenceNotOpen => applications::ReviewRejection::ResidenceNotOpen,
        applications::ReviewRejection::FactUnknown => applications::ReviewRejection::FactUnknown,
        applications::ReviewRejection::CommentMissing => applications::ReviewRejection::CommentMissing,
        applications::ReviewRejection::CommentUnknown => applications::ReviewRejection::CommentUnknown,
        applications::ReviewRejection::AssigneeUnknown => applications::ReviewRejection::AssigneeUnknown,
        applications::ReviewRejection::FactInvalid { .. } => applications::ReviewRejection::FactInvalid { question: names.clone() },
    });
    all.extend(samples! { eligibility::Rejection:
        eligibility::Rejection::TooDeep => eligibility::Rejection::TooDeep,
        eligibility::Rejection::PartCount => eligibility::Rejection::PartCount,
        eligibility::Rejection::KeyUnknown { .. } => eligibility::Rejection::KeyUnknown { key: key.clone() },
        eligibility::Rejection::NoValue => eligibility::Rejection::NoValue,
        eligibility::Rejection::OutOfRange { .. } => eligibility::Rejection::OutOfRange { least: 1, most: 20 },
    });
    all.extend(world::findings());
    let three_years = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
    let school = Ages { until: AgeEnd::SchoolEntry, ..three_years.clone() };
    all.extend([three_years.outside(0), three_years.outside(40), school.outside(90)].map(Option::unwrap));
    all.extend(calendar::read_holidays("date,name\n2026-xx,休日\n").unwrap_err());
    all.extend(calendar::read_holidays("date,name\n").unwrap_err());
    all
}

/// What a difference with a register says, as the rule itself says it.
fn register_words() -> Vec<Reason> {
    let class = |name: &str, until| families::HouseholdClass { class: name.to_owned(), valid_from: day("2026-04-01"), valid_until: until };
    let row = registers::ResidentRow {
        line: 2,
        municipality: municipalities::MunicipalityCode::parse("312029").unwrap(),
        key: "R-1".to_owned(),
        household: "H-1".to_owned(),
        kana: text::Kana::parse("ソラ").unwrap(),
        born: day("2025-05-01"),
        since: day("2025-05-01"),
        until: None,
        classes: vec![class("a", None), class("b", Some(day("2027-03-31")))],
        enrolment: Some(registers::residents::Enrolled {
            kind: eligibility::Enrolment::Kindergarten,
            valid_from: day("2026-04-01"),
            valid_until: None,
        }),
    };
    let outcome = registers::compare(&row, &registers::Said::default(), &registers::Held::default(), None, day("2026-12-01"));
    let certified = registers::certified::CertifiedRow {
        line: 2,
        municipality: row.municipality.clone(),
        number: "1".to_owned(),
        programme: programmes::ProgrammeKey::new("open_nursery"),
        kana: row.kana.clone(),
        born: row.born,
        span: registers::certified::Span { from: day("2026-04-01"), until: day("2027-03-31") },
        month: "2026-12".parse().unwrap(),
        used: registers::certified::Minutes { home: 60, away: 0 },
        source: "city".to_owned(),
    };
    let used = registers::certified::compare_certified(&certified, &registers::certified::SaidCertified::default(), None, None);
    let sides = outcome.differences.into_iter().chain(used.differences).flat_map(|told| [told.before, told.file, told.ours].concat());
    let report = registers::RegisterReport::refused(facilities::FileReport::default(), None, true);
    sides.chain([report.counted()]).collect()
}

#[test]
fn every_sentence_is_there_in_every_language() {
    let tags: BTreeSet<String> = Locale::ALL.iter().map(|locale| locale.tag().to_owned()).collect();
    for (key, texts) in sentences() {
        assert_eq!(texts.keys().cloned().collect::<BTreeSet<_>>(), tags, "{key}");
        for locale in Locale::ALL {
            assert_eq!(sentence(&key, locale), texts[locale.tag()], "{key}");
        }
    }
}

#[test]
fn every_language_needs_the_same_data() {
    for (key, texts) in sentences() {
        let needed: BTreeSet<_> = texts.values().map(|text| placeholders(text)).collect();
        assert_eq!(needed.len(), 1, "{key}: {needed:?}");
    }
}

#[test]
fn every_reason_has_a_sentence_with_all_its_data() {
    let sentences = sentences();
    for reason in reasons() {
        let texts = sentences.get(reason.code.as_ref()).unwrap_or_else(|| panic!("{} has no sentence", reason.code));
        let given: BTreeSet<String> = reason.data.keys().cloned().collect();
        assert_eq!(placeholders(&texts["ja"]), given, "{}", reason.code);
        for locale in Locale::ALL {
            let said = reason.sentence(locale);
            assert!(!said.contains("%{") && !said.contains(reason.code.as_ref()), "{said}");
            if locale == Locale::Easy {
                check_furigana(reason.code.as_ref(), &said, false);
            }
        }
    }
}

#[test]
fn rejections_without_data_have_a_sentence_that_needs_none() {
    let sentences = sentences();
    for reason in calendar::Rejection::ALL.iter().map(|rejection| rejection.reason()) {
        assert!(sentences.contains_key(reason.code.as_ref()), "{}", reason.code);
    }
    for reason in figures::Rejection::ALL.iter().map(|rejection| rejection.reason()) {
        assert!(sentences.contains_key(reason.code.as_ref()), "{}", reason.code);
    }
    for reason in identity::Rejection::ALL.iter().map(|rejection| rejection.reason()) {
        assert!(sentences.contains_key(reason.code.as_ref()), "{}", reason.code);
    }
    let codes = facilities::Rejection::ALL.iter().map(|rejection| rejection.code());
    for code in codes.chain(procedures::Rejection::ALL.iter().map(|rejection| rejection.code())) {
        assert!(sentences.contains_key(code), "{code}");
    }
}

#[test]
fn a_sentence_that_needs_data_belongs_to_a_reason_that_is_tried_here() {
    let tried: BTreeSet<String> = reasons().into_iter().map(|reason| reason.code.into_owned()).collect();
    for (key, texts) in sentences() {
        // The reader of open data tries its own on real files, statements theirs in a file of every item, documents in every letter, feeds in
        // every state, claims and settlements in their papers, figures in their tables.
        if ["facilities.", "calendar.", "statements.", "documents.", "feeds.", "claims.word.", "settlements.word.", "figures.word."]
            .iter()
            .any(|room| key.starts_with(room))
        {
            continue;
        }
        assert!(placeholders(&texts["ja"]).is_empty() || tried.contains(&key), "{key}: no rejection is known to give it its data");
    }
}

/// Every file of sources under a folder.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Every text in quotes that looks like `room.code`.
fn codes_in(source: &str, rooms: &BTreeSet<&str>) -> BTreeSet<String> {
    let of_code = |text: &&str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_'));
    source
        .split('"')
        .filter(of_code)
        .filter(|text| text.split_once('.').is_some_and(|(room, rest)| rooms.contains(room) && !rest.is_empty() && !rest.ends_with('.')))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_code_in_the_sources_has_a_sentence() {
    let sentences = sentences();
    let rooms: BTreeSet<&str> = sentences.keys().filter_map(|key| key.split('.').next()).collect();
    let mut files = Vec::new();
    sources(&here("src"), &mut files);
    let codes: BTreeSet<String> = files.iter().flat_map(|file| codes_in(file, &rooms)).collect();
    assert!(codes.len() > 50);
    // Some events are called like a room of sentences.
    for code in codes.into_iter().filter(|code| !notices::is_told(code) && events::find(code).is_none()) {
        assert!(sentences.contains_key(&code), "{code} has no sentence");
    }
}

#[test]
fn the_list_of_codes_has_every_reason_and_nothing_that_only_a_page_says() {
    let codes: BTreeSet<String> = problem::codes().into_iter().collect();
    let is_word = |reason: &Reason| [".import.", "registers.value.", "registers.report."].iter().any(|part| reason.code.contains(part));
    for reason in reasons().into_iter().filter(|reason| !is_word(reason)) {
        assert!(codes.contains(reason.code.as_ref()), "{}", reason.code);
    }
    assert!(codes.contains("problem.not_found") && codes.contains("slots.full"));
    assert!(codes.iter().all(|code| !code.starts_with("calendar.") && !code.starts_with("problem.page")), "{codes:?}");
}

#[test]
fn no_sentence_is_left_over() {
    // Where only this crate is at hand, nobody can tell.
    if !here("../api/src").is_dir() || !here("../web/src").is_dir() {
        return;
    }
    let mut files = Vec::new();
    for folder in ["src", "../api/src", "../web/src"] {
        sources(&here(folder), &mut files);
    }
    for key in sentences().keys() {
        // Said by its whole key, or by its last word after a prefix that the same file spells out.
        let (room, word) = key.rsplit_once('.').unwrap();
        let (whole, prefix, word) = (format!("\"{key}\""), format!("\"{room}.{{"), format!("\"{word}\""));
        assert!(files.iter().any(|file| file.contains(&whole) || (file.contains(&prefix) && file.contains(&word))), "nobody says {key}");
    }
}

const fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '々' | '\u{f900}'..='\u{faff}')
}

/// Marks are whole, each has a text and a reading in kana, and (where asked) no kanji stands without one.
fn check_furigana(key: &str, text: &str, all_marked: bool) {
    for (base, reading) in ruby(text) {
        match reading {
            Some(reading) => {
                assert!(base.chars().any(is_kanji), "{key}: [{base}|{reading}] in {text}");
                assert!(reading.chars().all(|c| matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー')) && !reading.is_empty(), "{key}: {text}");
            }
            None => assert!(!all_marked || !base.chars().any(is_kanji), "{key}: {base} has no reading in {text}"),
        }
        assert!(!base.contains(['[', ']', '|']), "{key}: a mark is not closed in {text}");
    }
}

#[test]
fn furigana_is_whole_and_only_where_it_belongs() {
    for (key, texts) in sentences() {
        check_furigana(&key, &texts["ja-x-easy"], true);
        for tag in ["ja", "en"] {
            assert_eq!(without_ruby(&texts[tag]), texts[tag], "{key}");
            assert!(!texts[tag].contains(['[', ']']), "{key}");
        }
        assert!(texts["en"].chars().all(|c| !is_kanji(c) && !matches!(c, 'ぁ'..='ヺ' | '。' | '、')), "{key}");
    }
}

#[test]
fn what_a_datum_says_is_not_read_as_a_sentence() {
    let busy = Busy { starts_at: tokyo("2026-12-03 9:00"), ends_at: tokyo("2026-12-03 12:00"), facility: "%{span} %{".to_owned() };
    let said = bookings::Rejection::Overlap { busy }.reason().sentence(Locale::Ja);
    assert_eq!(said, "%{span} %{の予約（12月3日（木） 9:00〜12:00）と重なっています。");
    let without = Reason::new("bookings.overlap").sentence(Locale::Ja);
    assert_eq!(without, "%{facility}の予約（%{span}）と重なっています。");
}
