//! What the family used, asked for and was told, who worked with it, and who looked.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::applications::ApplicationState;
use shared::archive::{ArchivedApplication, ArchivedBooking, FamilyArchive};
use shared::audit::say;
use shared::ids::BookingId;
use shared::interviews::Outcome;
use shared::locale::minutes;
use shared::messages::Side;
use shared::programmes::Terms;
use shared::waitlist::Wanted;

use super::family::{Questions, questions};
use super::{Html, Page, escaped, lines, words};
use crate::archive::files::{attachment_path, letter_path};

impl Page {
    pub(super) fn bookings(&mut self, archive: &FamilyArchive, terms: &BTreeMap<BookingId, Arc<Terms>>) {
        self.part("bookings", "archive.part.bookings");
        let rows: Vec<Vec<Html>> = archive.bookings.iter().map(|one| self.booking(one, terms.get(&one.booking.id))).collect();
        let columns = [
            "archive.col.stay",
            "archive.col.child",
            "archive.col.facility",
            "archive.col.programme",
            "archive.col.state",
            "archive.col.fee",
            "archive.col.told",
            "archive.col.booked",
        ];
        self.table(&columns, &rows);
        let of = |one: &ArchivedBooking| (self.span(one.booking.starts_at, one.booking.ends_at), escaped(&one.booking.child.name));
        let (mut records, mut messages) = (Vec::new(), Vec::new());
        for one in &archive.bookings {
            let (stay, child) = of(one);
            for record in &one.attendance {
                let by = self.said(if record.by_family { "archive.word.by_family" } else { "archive.word.by_facility" });
                let what = self.word("record", &record.kind);
                records.push(vec![stay.clone(), child.clone(), what, self.moment(record.occurred_at), by, words(&record.reason)]);
            }
            for message in &one.messages {
                let from = self.said(match message.from {
                    Side::Family => "archive.word.by_family",
                    Side::Facility => "archive.word.by_facility",
                });
                let read = message.reads.first().map(|read| self.moment(read.at)).unwrap_or_default();
                messages.push(vec![stay.clone(), from, self.moment(message.at), words(&message.words), read]);
            }
        }
        let columns =
            ["archive.col.stay", "archive.col.child", "archive.col.record", "archive.col.at", "archive.col.by", "archive.col.why"];
        self.more("archive.more.attendance", &columns, &records);
        let columns = ["archive.col.stay", "archive.col.by", "archive.col.at", "archive.col.content", "archive.col.read"];
        self.more("archive.more.messages", &columns, &messages);
        let rows: Vec<Vec<Html>> =
            archive.series.iter().map(|one| vec![escaped(&one.facility), self.day(one.asked.until), self.moment(one.created_at)]).collect();
        self.more("archive.more.series", &["archive.col.facility", "archive.col.until", "archive.col.booked"], &rows);
    }

    fn booking(&self, one: &ArchivedBooking, terms: Option<&Arc<Terms>>) -> Vec<Html> {
        let booking = &one.booking;
        let asked: Questions<'_> =
            terms.iter().flat_map(|terms| &terms.questions).map(|question| (question.key.as_str(), question)).collect();
        let reason = terms.iter().flat_map(|terms| &terms.reasons).find(|known| Some(&known.key) == booking.reason.as_ref());
        let reason = reason.map(|known| self.marked(known.name.get(self.locale))).unwrap_or_default();
        let interview = one.interview.as_ref().map(|outcome| {
            let said = match outcome {
                Outcome::Accepted => "",
                Outcome::Conditions { words } | Outcome::NotPossible { words } => words,
            };
            lines([self.word("interview", outcome), words(said)])
        });
        let answers = booking
            .answers
            .iter()
            .map(|answer| format!("{}: {}", self.question(&asked, &answer.key), self.answer(&asked, &answer.key, &answer.value)));
        let number = one.imported_as.as_deref().map(|number| format!("{} {}", self.said("archive.col.imported"), escaped(number)));
        let told = lines(std::iter::once(reason).chain(answers).chain([
            words(&booking.notes),
            interview.unwrap_or_default(),
            number.unwrap_or_default(),
        ]));
        vec![
            self.span(booking.starts_at, booking.ends_at),
            escaped(&booking.child.name),
            escaped(&booking.facility.name),
            self.marked(booking.programme_name.get(self.locale)),
            self.word("booking", &booking.state),
            self.yen(booking.due().0),
            told,
            self.moment(booking.created_at),
        ]
    }

    pub(super) fn waitlist(&mut self, archive: &FamilyArchive) {
        self.part("waitlist", "archive.part.waitlist");
        let rows: Vec<Vec<Html>> = archive
            .waitlist
            .iter()
            .map(|entry| {
                let when = match &entry.wanted {
                    Wanted::Wish(wish) => format!("{} – {}", self.day(wish.from), self.day(wish.until)),
                    Wanted::Slot(slot) => match (slot.starts_at, slot.ends_at) {
                        (Some(from), Some(until)) => self.span(from, until),
                        _ => Html::new(),
                    },
                };
                let children = lines(entry.children.iter().map(|child| escaped(&child.name)));
                let facility = entry.facility.as_ref().map(|facility| escaped(&facility.name)).unwrap_or_default();
                let programme = self.marked(entry.programme_name.get(self.locale));
                vec![when, children, programme, facility, self.word("waitlist", &entry.state), self.moment(entry.created_at)]
            })
            .collect();
        let columns = [
            "archive.col.stay",
            "archive.col.child",
            "archive.col.programme",
            "archive.col.facility",
            "archive.col.state",
            "archive.col.booked",
        ];
        self.table(&columns, &rows);
    }

    pub(super) fn applications(&mut self, archive: &FamilyArchive) {
        self.part("applications", "archive.part.applications");
        if archive.applications.is_empty() {
            self.table(&[], &[]);
        }
        let asked = questions(archive);
        for one in &archive.applications {
            let name = self.marked(one.application.procedure.name.get(self.locale));
            self.heading(&name);
            self.application(one, &asked);
        }
        self.part("entitlements", "archive.part.entitlements");
        let rows: Vec<Vec<Html>> = archive
            .entitlements
            .iter()
            .map(|held| {
                let ended = held.ended.as_ref().map(|ended| self.word("ended", ended)).unwrap_or_default();
                let days = format!("{} – {}", self.day(held.valid_from), self.day(held.valid_until));
                let programme = self.marked(held.programme_name.get(self.locale));
                vec![escaped(&held.number), escaped(&held.child.name), programme, days, ended]
            })
            .collect();
        let columns = ["archive.col.number", "archive.col.child", "archive.col.programme", "archive.col.days", "archive.col.ended"];
        self.table(&columns, &rows);
    }

    fn application(&mut self, one: &ArchivedApplication, asked: &Questions<'_>) {
        let application = &one.application;
        let decision = application.state.decision();
        let grounds =
            decision.map(|decision| lines(decision.grounds.iter().map(|ground| self.marked(&ground.reason.sentence(self.locale)))));
        let open = match &application.state {
            ApplicationState::InReview { points, .. } => {
                lines(points.iter().map(|point| self.marked(&point.ground.reason.sentence(self.locale))))
            }
            _ => Html::new(),
        };
        let letter = (!one.letters.is_empty()).then(|| {
            let path = letter_path(&application.id);
            format!("<a href=\"{path}\">{path}</a>")
        });
        let attached = application.attached.iter().map(|file| {
            let path = attachment_path(file);
            format!("<a href=\"{path}\">{}</a>", escaped(&file.name))
        });
        let comments =
            application.comments.iter().map(|comment| format!("{}: {}", self.question(asked, &comment.key), words(&comment.words)));
        let declared = application.procedure.terms.declarations.iter().filter(|one| application.declared.contains(&one.key));
        let facts = [
            ("archive.col.number", escaped(application.number.as_deref().unwrap_or_default())),
            ("archive.col.child", application.child.as_ref().map(|child| escaped(&child.name)).unwrap_or_default()),
            ("archive.col.state", self.word("application", &application.state)),
            ("archive.col.begun", self.moment(application.created_at)),
            ("archive.col.sent", self.moment_of(application.submitted_at)),
            ("archive.col.decided", self.moment_of(decision.map(|decision| decision.decided_at))),
            ("archive.col.grounds", grounds.unwrap_or(open)),
            ("archive.col.words", decision.map(|decision| words(&decision.words)).unwrap_or_default()),
            ("archive.col.comments", lines(comments)),
            ("archive.col.declared", lines(declared.map(|one| self.marked(one.name.get(self.locale))))),
            ("archive.col.letter", letter.unwrap_or_default()),
            ("archive.col.attached", lines(attached)),
        ];
        self.facts(&facts);
        let answers: Vec<Vec<Html>> =
            application.answers.iter().map(|(key, value)| vec![self.question(asked, key), self.answer(asked, key, value)]).collect();
        if !answers.is_empty() {
            self.table(&["archive.col.item", "archive.col.answer"], &answers);
        }
    }

    pub(super) fn notices(&mut self, archive: &FamilyArchive) {
        self.part("notices", "archive.part.notices");
        let rows: Vec<Vec<Html>> = archive
            .notices
            .iter()
            .map(|notice| {
                let text =
                    lines([self.marked(&notice.title), notice.body.lines().map(|line| self.marked(line)).collect::<Vec<_>>().join("<br>")]);
                vec![self.moment(notice.created_at), text, self.moment_of(notice.opened_at)]
            })
            .collect();
        self.table(&["archive.col.at", "archive.col.content", "archive.col.opened"], &rows);
        let rows: Vec<Vec<Html>> =
            archive.campaigns.iter().map(|one| vec![escaped(&one.name), self.word("campaign", &one.state), self.moment(one.at)]).collect();
        self.more("archive.more.campaigns", &["archive.col.name", "archive.col.state", "archive.col.at"], &rows);
        let tries = archive.outreach.iter().flat_map(|case| &case.attempts);
        let rows: Vec<Vec<Html>> =
            tries.map(|one| vec![self.moment(one.at), self.word("means", &one.means), self.word("result", &one.result)]).collect();
        let cases: Vec<Vec<Html>> = archive
            .outreach
            .iter()
            .map(|case| vec![self.moment(case.opened_at), self.word("case", &case.state), self.moment_of(case.ended_at)])
            .collect();
        self.more("archive.more.cases", &["archive.col.since", "archive.col.state", "archive.col.until"], &cases);
        self.more("archive.more.attempts", &["archive.col.at", "archive.col.means", "archive.col.result"], &rows);
    }

    pub(super) fn facilities(&mut self, archive: &FamilyArchive) {
        self.part("consents", "archive.part.consents");
        let rows: Vec<Vec<Html>> = archive
            .consents
            .iter()
            .map(|one| {
                let others = one.others.iter().map(|name| escaped(name));
                let facility = lines(std::iter::once(escaped(&one.facility)).chain(others));
                vec![facility, self.moment(one.given_at), self.moment_of(one.withdrawn_at)]
            })
            .collect();
        self.table(&["archive.col.facility", "archive.col.since", "archive.col.withdrawn"], &rows);
        let rows: Vec<Vec<Html>> = archive
            .facilities
            .iter()
            .map(|one| {
                let child = one.child_id.as_ref().map(|id| escaped(archive.name_of(id))).unwrap_or_default();
                vec![escaped(&one.facility), child, self.moment(one.at)]
            })
            .collect();
        self.more("archive.more.facilities", &["archive.col.facility", "archive.col.child", "archive.col.at"], &rows);
        let rows: Vec<Vec<Html>> = archive
            .journal
            .iter()
            .map(|one| {
                let child = escaped(archive.name_of(&one.child_id));
                vec![self.day(one.day), escaped(&one.facility), child, words(&one.words), words(&one.reason)]
            })
            .collect();
        let columns = ["archive.col.day", "archive.col.facility", "archive.col.child", "archive.col.content", "archive.col.why"];
        self.more("archive.more.journal", &columns, &rows);
    }

    pub(super) fn claims(&mut self, archive: &FamilyArchive) {
        self.part("claims", "archive.part.claims");
        let rows: Vec<Vec<Html>> = archive
            .claims
            .iter()
            .map(|one| {
                let line = &one.line;
                vec![
                    self.marked(&shared::locale::month(one.month, self.locale)),
                    escaped(&one.facility),
                    escaped(&line.child.name),
                    self.span(line.starts_at, line.ends_at),
                    self.word("usage", &line.usage),
                    self.marked(&minutes(line.amounts.minutes, self.locale)),
                    self.yen(line.amounts.fee_yen),
                    self.yen(line.amounts.relief_yen),
                    self.yen(line.amounts.benefit_yen),
                    self.moment_of(one.paid_at),
                ]
            })
            .collect();
        let columns = [
            "archive.col.month",
            "archive.col.facility",
            "archive.col.child",
            "archive.col.stay",
            "archive.col.kind",
            "archive.col.length",
            "archive.col.fee",
            "archive.col.relief",
            "archive.col.benefit",
            "archive.col.paid",
        ];
        self.table(&columns, &rows);
    }

    pub(super) fn accesses(&mut self, archive: &FamilyArchive) {
        self.part("accesses", "archive.part.accesses");
        let rows: Vec<Vec<Html>> = archive
            .accesses
            .iter()
            .map(|one| {
                let who = lines([self.marked(one.organisation.as_deref().unwrap_or_default()), self.marked(&one.kind.say(self.locale))]);
                let child = escaped(one.child_name.as_deref().unwrap_or_default());
                let why = words(one.why.as_deref().unwrap_or_default());
                vec![self.moment(one.at), who, self.marked(&say(&one.action, self.locale)), child, why]
            })
            .collect();
        self.table(&["archive.col.at", "archive.col.who", "archive.col.record", "archive.col.child", "archive.col.why"], &rows);
        self.part("acts", "archive.part.acts");
        let rows: Vec<Vec<Html>> = archive
            .acts
            .iter()
            .map(|one| {
                let child = escaped(one.child_name.as_deref().unwrap_or_default());
                let by = self.said(if one.by_family { "archive.word.by_family" } else { "archive.word.by_rules" });
                vec![self.moment(one.at), by, self.marked(&say(&one.action, self.locale)), child]
            })
            .collect();
        self.table(&["archive.col.at", "archive.col.by", "archive.col.record", "archive.col.child"], &rows);
    }
}
