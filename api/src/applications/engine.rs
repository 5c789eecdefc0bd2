//! The engine: what a rule has to know of an application, and what a decision does, in the transaction of the request that decides.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use chrono::NaiveDate;
use shared::access::Role;
use shared::accounts::Me;
use shared::applications::{
    Application, ApplicationState, Case, Decider, Decision, Filling, Grant, KnownFact, Origin, Rejection, Settled, due_again, outlook,
    submit,
};
use shared::calendar::{Holiday, Holidays, working_days_after};
use shared::eligibility::{Condition, Facts, Finding, Ground, examine};
use shared::entitlements::{Ended, Entitlement, current};
use shared::families::{Child, Family, classes_on};
use shared::ids::{ApplicationId, ChildId, EntitlementId};
use shared::municipalities::MunicipalityCode;
use shared::procedures::Keep;
use shared::time::{days_after, days_before, tokyo_day};

use super::may_read;
use super::store::{self, Numbered};
use crate::db::AnyConnection;
use crate::entitlements::store::NewEntitlement;
use crate::error::ApiError;
use crate::idempotency::Answer;
use crate::municipalities::store::list_holidays;
use crate::outbox::Act;
use crate::{App, documents, entitlements, families, new_id};

/// An application and all that is known for deciding it.
pub struct Known {
    /// The application, with its documents.
    pub application: Application,
    /// What is known on the day of sending.
    pub facts: Facts,
    /// The child's certifications by this city for the procedure's programme.
    pub entitlements: Vec<Entitlement>,
}

impl Known {
    /// What was filled in.
    pub fn filling(&self) -> Filling {
        Filling { answers: self.application.answers.clone(), declared: self.application.declared.clone() }
    }

    /// The case that the rules decide.
    pub fn case<'a>(&'a self, filling: &'a Filling) -> Case<'a> {
        let procedure = &self.application.procedure;
        let current = current(self.entitlements.iter(), &procedure.terms.effect, self.facts.day);
        Case { procedure, facts: self.facts.clone(), filling, current }
    }

    /// The application as its readers see it: with what is known, and with its outlook while it is open.
    pub fn shown(mut self) -> Application {
        let asked: BTreeSet<&str> = self.application.procedure.terms.questions.iter().map(|asked| asked.question.key.as_str()).collect();
        let known = self
            .facts
            .known
            .iter()
            .filter(|(key, _)| asked.contains(key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if self.application.state.is_open() {
            let filling = self.filling();
            self.application.outlook = Some(outlook(&self.case(&filling)));
        }
        Application { known, state: self.application.state.for_family(), ..self.application }
    }
}

/// Answers with an application as its readers see it.
pub fn answer(conn: &mut AnyConnection, status: StatusCode, application: Application, today: NaiveDate) -> Result<Answer, ApiError> {
    let version = application.version;
    Ok(Answer::new(status, &look(conn, application, today)?.shown())?.with_version(version))
}

/// Reads what an application is decided by. What was sent is decided by its day of sending, whoever decides it later.
pub fn look(conn: &mut AnyConnection, application: Application, today: NaiveDate) -> Result<Known, ApiError> {
    let family = families::store::find_family(conn, &application.family_id)?.ok_or(ApiError::NotFound)?;
    let day = application.submitted_at.filter(|_| !application.state.is_open()).map_or(today, tokyo_day);
    let child = application.child.as_ref().map(|child| families::store::find_child(conn, &family.id, &child.id)).transpose()?.flatten();
    let all = entitlements::store::list_entitlements(conn, &family.id)?;
    let facts = Facts {
        attached: application.attached_keys(),
        ..facts((&family, child.as_ref()), &all, &store::list_known(conn, &family.id)?, (&application.municipality, day))
    };
    let programme = application.procedure.terms.effect.programme();
    let mine = |held: &&Entitlement| {
        child.as_ref().is_some_and(|child| held.child.id == child.id)
            && held.municipality == application.municipality
            && Some(&held.programme) == programme
    };
    let entitlements = all.iter().filter(mine).cloned().collect();
    Ok(Known { application, facts, entitlements })
}

/// What is known of a family and one of its children for the rules of a city on a day.
fn facts(
    (family, child): (&Family, Option<&Child>),
    held: &[Entitlement],
    known: &[KnownFact],
    (city, day): (&MunicipalityCode, NaiveDate),
) -> Facts {
    let (mut values, mut confirmed) = (BTreeMap::new(), BTreeSet::new());
    // What is known of the child comes before what is known of its family.
    let of_family = known.iter().filter(|fact| fact.child_id.is_none());
    let of_child = known.iter().filter(|fact| fact.child_id.is_some() && fact.child_id.as_ref() == child.map(|child| &child.id));
    for fact in of_family.chain(of_child) {
        values.insert(fact.key.clone(), fact.value.clone());
        match fact.origin {
            Origin::Officer | Origin::Register => confirmed.insert(fact.key.clone()),
            Origin::Declared => confirmed.remove(&fact.key),
        };
    }
    let mine = |held: &&Entitlement| child.is_some_and(|child| held.child.id == child.id);
    Facts {
        day,
        city: city.clone(),
        born: child.map(|child| child.known.born),
        residence: family.municipality.clone(),
        is_residence_proven: family.residence_proof.is_some(),
        classes: classes_on(&family.household, day),
        certified: held.iter().filter(mine).map(|held| (held.programme.clone(), held.days())).collect(),
        known: values,
        confirmed,
        attached: BTreeSet::new(),
        // What only campaigns look up: here it is for an officer to see.
        children: None,
        moved_in: None,
        used: BTreeMap::new(),
        left: BTreeMap::new(),
    }
}

/// What is found for a condition of a city, for each child of a family on a day.
pub fn examine_children(
    conn: &mut AnyConnection,
    family: &Family,
    children: &[Child],
    condition: &Condition,
    at: (&MunicipalityCode, NaiveDate),
) -> Result<Vec<(ChildId, Finding)>, ApiError> {
    // A family that was locked comes without its household.
    let family = Family { household: families::store::list_household(conn, &family.id)?, ..family.clone() };
    let held = entitlements::store::list_entitlements(conn, &family.id)?;
    let known = store::list_known(conn, &family.id)?;
    let one = |child: &Child| (child.id.clone(), examine(condition, &facts((&family, Some(child)), &held, &known, at)));
    Ok(children.iter().map(one).collect())
}

/// Sends an application: decided at once, or handed to an officer. The family must be locked.
pub fn send(conn: &mut AnyConnection, mut known: Known, act: &Act) -> Result<Application, ApiError> {
    let today = tokyo_day(act.now);
    if !known.application.state.is_open() {
        return Err(Rejection::NotOpen.into());
    }
    if known.facts.residence != known.application.municipality {
        return Err(Rejection::OtherCity.into());
    }
    let filling = known.filling();
    let submitted = submit(&known.case(&filling)).map_err(|parts| match parts.iter().all(|part| part.pointer.is_none()) {
        true => ApiError::Refused(parts),
        false => ApiError::Invalid(parts),
    })?;
    let family = known.application.family_id.clone();
    // A clerk who files writes down what the family declares, too; what was confirmed stays until an officer says otherwise.
    let is_new = |key: &String, value: &String| !known.facts.confirmed.contains(key) && known.facts.known.get(key) != Some(value);
    for (keep, key, value) in submitted.kept.into_iter().filter(|(_, key, value)| is_new(key, value)) {
        let child_id = known.application.child.as_ref().filter(|_| keep == Keep::Child).map(|child| child.id.clone());
        store::write_known(conn, &family, &KnownFact { child_id, key, value, origin: Origin::Declared, since: today })?;
    }
    let due_on = due_now(conn, &known.application, today)?;
    let application = &mut known.application;
    application.due_on = due_on;
    application.answers = submitted.answers;
    application.submitted_at = application.submitted_at.or(Some(act.now));
    application.comments = Vec::new();
    application.version += 1;
    if application.number.is_none() {
        application.number = Some(store::next_number(conn, &application.municipality, Numbered::Receipt, today)?);
    }
    match submitted.settled {
        Settled::Granted { grant, grounds } => decide(conn, known, Some(grant), (Decider::Rules, grounds, ""), act),
        Settled::Refused { grounds } => decide(conn, known, None, (Decider::Rules, grounds, ""), act),
        Settled::Review { points } => {
            let holidays = holidays_from(conn, today, today)?;
            let application = &mut known.application;
            application.due_on = application.due_on.or(Some(working_days_after(today, application.procedure.terms.target_days, &holidays)));
            application.state = ApplicationState::InReview { points, proposed: None };
            store::update_application(conn, application)?;
            act.record(conn, "application.in_review", (&application.municipality, None), application.id.as_str())?;
            Ok(known.shown())
        }
    }
}

/// The holidays from a day on, as far as a target can lie after another.
fn holidays_from(conn: &mut AnyConnection, from: NaiveDate, today: NaiveDate) -> Result<Holidays, ApiError> {
    let listed = list_holidays(conn, from, days_after(today, 120))?;
    Ok(listed.into_iter().map(|(date, name)| Holiday { date, name }).collect())
}

/// Until when to decide what the family now sends again: the days that it had it back are not the city's.
fn due_now(conn: &mut AnyConnection, application: &Application, today: NaiveDate) -> Result<Option<NaiveDate>, ApiError> {
    match (&application.state, application.due_on) {
        (ApplicationState::Returned { at }, Some(due)) => {
            let back = tokyo_day(*at);
            let holidays = holidays_from(conn, back.min(due), today.max(due))?;
            Ok(Some(due_again(due, (back, today), &holidays)))
        }
        (_, due) => Ok(due),
    }
}

/// Writes a decision and what it does; no grant: refused. The family must be locked, and the application's version counted on.
pub fn decide(
    conn: &mut AnyConnection,
    mut known: Known,
    grant: Option<Grant>,
    (by, grounds, words): (Decider, Vec<Ground>, &str),
    act: &Act,
) -> Result<Application, ApiError> {
    let today = tokyo_day(act.now);
    let city = known.application.municipality.clone();
    let mut decision = Decision {
        number: String::new(),
        decided_at: act.now,
        by,
        grounds,
        words: words.to_owned(),
        days: None,
        entitlement_id: None,
        entitlement_number: None,
    };
    decision.days = grant.as_ref().and_then(Grant::days);
    let granted = grant.is_some();
    if let Some((id, number)) = grant.map(|grant| carry_out(conn, &known, grant, act)).transpose()?.flatten() {
        (decision.entitlement_id, decision.entitlement_number) = (Some(id), Some(number));
    }
    decision.number = store::next_number(conn, &city, Numbered::Notice, today)?;
    let (state, event) = if granted {
        (ApplicationState::Granted { decision }, "application.granted")
    } else {
        (ApplicationState::Refused { decision }, "application.refused")
    };
    known.application.state = state;
    store::update_application(conn, &known.application)?;
    documents::write(conn, &known.application, known.facts.born)?;
    act.record(conn, event, (&city, None), known.application.id.as_str())?;
    // Stays that waited for this decision now stand or end.
    entitlements::life::settle_stays(conn, &known.application.family_id, act)?;
    Ok(known.shown())
}

/// Does what a grant does; gives the certification that it is about, with its number.
fn carry_out(conn: &mut AnyConnection, known: &Known, grant: Grant, act: &Act) -> Result<Option<(EntitlementId, String)>, ApiError> {
    let Application { family_id, municipality, id, child, .. } = &known.application;
    let number_of =
        |id: &EntitlementId| known.entitlements.iter().find(|held| held.id == *id).map(|held| held.number.clone()).unwrap_or_default();
    match grant {
        Grant::Certify { programme, days } => {
            let new = NewEntitlement {
                id: EntitlementId::new(new_id()),
                number: store::next_number(conn, municipality, Numbered::Entitlement, tokyo_day(act.now))?,
                family: family_id.clone(),
                child: child.as_ref().map(|child| child.id.clone()).ok_or(Rejection::ChildMissing)?,
                programme,
                municipality: municipality.clone(),
                days,
                application: Some(id.clone()),
            };
            entitlements::store::insert_entitlement(conn, &new, act.now)?;
            act.record(conn, "entitlement.granted", (municipality, None), new.id.as_str())?;
            Ok(Some((new.id, new.number)))
        }
        Grant::Revise { entitlement_id, .. } => {
            entitlements::store::touch_entitlement(conn, &entitlement_id)?;
            act.record(conn, "entitlement.revised", (municipality, None), entitlement_id.as_str())?;
            let number = number_of(&entitlement_id);
            Ok(Some((entitlement_id, number)))
        }
        Grant::End { entitlement_id, last_day } => {
            entitlements::store::end_entitlement(conn, &entitlement_id, last_day, &Ended::Asked)?;
            act.record(conn, "entitlement.ended", (municipality, None), entitlement_id.as_str())?;
            let number = number_of(&entitlement_id);
            Ok(Some((entitlement_id, number)))
        }
        Grant::Relieve { class, days } => {
            // What the city has written for later stays as it is.
            let later = families::store::list_household(conn, family_id)?;
            let next = later.iter().filter(|held| held.class == class && days.from < held.valid_from).map(|held| held.valid_from).min();
            let until = next.map_or(days.until, |next| days.until.min(days_before(next, 1)));
            families::store::insert_class(conn, family_id, &class, (days.from, Some(until)))?;
            act.record(conn, "family.household_set", (municipality, None), family_id.as_str())?;
            Ok(None)
        }
    }
}

/// Gives somebody who may read an application what is asked of it. A look of an officer is written down; a family's is not.
pub async fn look_at<T: Send + 'static>(
    app: &App,
    me: Me,
    id: ApplicationId,
    kind: &'static str,
    pick: impl Fn(&mut AnyConnection, &Application) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let (is_officer, now) = (matches!(me.role, Role::Officer { .. }), app.now());
    let act = Act::of_request(me.id.as_str(), now);
    let find = move |conn: &mut AnyConnection| {
        let found = store::find_application(conn, &id)?.filter(|found| may_read(&me, found)).ok_or(ApiError::NotFound)?;
        let picked = pick(conn, &found)?;
        if is_officer {
            act.record_look(conn, kind, id.as_str())?;
        }
        Ok(picked)
    };
    if is_officer { app.db.write(find).await } else { app.db.read(find).await }
}

/// Locks the family of an application, and reads the application as it then is.
pub fn lock(conn: &mut AnyConnection, id: &ApplicationId) -> Result<Application, ApiError> {
    let found = store::find_application(conn, id)?.ok_or(ApiError::NotFound)?;
    families::store::lock_family(conn, &found.family_id)?.ok_or(ApiError::NotFound)?;
    store::find_application(conn, id)?.ok_or(ApiError::NotFound)
}
