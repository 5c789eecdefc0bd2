//! Extracts of the register of residents: looked at as a whole, then row by row in transactions of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use shared::eligibility::{ENROLMENT, Enrolment, RESIDENT_SINCE};
use shared::facilities::FileReport;
use shared::families::{HouseholdClass, ProofKind, ResidenceProof};
use shared::ids::{ChildId, FamilyId, RegisterRunId};
use shared::municipalities::MunicipalityCode;
use shared::registers::residents::same_reading;
use shared::registers::{
    Choice, Held, Kind, Linked, Outcome, RegisterReport, Rejection, Residence, ResidentReader, ResidentRow, RowDifference, Said, compare,
    link,
};
use shared::time::tokyo_day;

use super::Sent;
use super::store::{self, KeptRow, Resident};
use super::taking::{Came, all, finish, read_rows, retried};
use crate::App;
use crate::db::{AnyConnection, DbError, from_json, to_json};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::tables::Table;
use crate::{entitlements, families};

/// What is known of the children of a municipality, read at once.
struct Town {
    residents: BTreeMap<ChildId, Resident>,
    by_birth: BTreeMap<(String, NaiveDate), Vec<Linked>>,
    classes: BTreeMap<FamilyId, Vec<HouseholdClass>>,
    enrolments: BTreeMap<ChildId, Enrolment>,
    rows: BTreeMap<String, KeptRow>,
    keyed: BTreeSet<ChildId>,
}

impl Town {
    fn read(conn: &mut AnyConnection, municipality: &MunicipalityCode) -> Result<Self, DbError> {
        let (mut residents, mut by_birth) = (BTreeMap::new(), BTreeMap::<_, Vec<Linked>>::new());
        for found in store::list_residents(conn, municipality)? {
            by_birth.entry((same_reading(&found.linked.kana), found.linked.born)).or_default().push(found.linked.clone());
            residents.insert(found.linked.child.clone(), found);
        }
        let mut classes = BTreeMap::<_, Vec<HouseholdClass>>::new();
        for (family, class) in store::list_classes(conn, municipality)? {
            classes.entry(family).or_default().push(class);
        }
        let rows = store::list_rows(conn, Kind::Residents, municipality)?;
        let keyed = rows.iter().map(|row| row.child.clone()).collect();
        let enrolments = store::list_enrolments(conn, municipality)?.into_iter().collect();
        Ok(Self { residents, by_birth, classes, enrolments, rows: rows.into_iter().map(|row| (row.key.clone(), row)).collect(), keyed })
    }

    /// The child that a row means, what the row said last time, and what is held of the child.
    fn find(&mut self, conn: &mut AnyConnection, row: &ResidentRow) -> Result<Result<(Linked, Said, Held), Rejection>, DbError> {
        let kept = self.rows.get(&row.key);
        let known = match kept {
            Some(kept) => match self.residents.get(&kept.child) {
                Some(resident) => Some(resident.linked.clone()),
                // The family says that it lives elsewhere now.
                None => store::find_resident(conn, &kept.child)?.map(|resident| resident.linked),
            },
            None => None,
        };
        let none = Vec::new();
        let candidates = self.by_birth.get(&(same_reading(&row.kana), row.born)).unwrap_or(&none);
        let linked = match link((&row.kana, row.born), known.as_ref(), candidates, |child| self.keyed.contains(child)) {
            Ok(linked) => linked.clone(),
            Err(rejection) => return Ok(Err(rejection)),
        };
        let said = kept.map(|kept| from_json(&kept.said)).transpose()?.unwrap_or_default();
        let held = match self.residents.get(&linked.child) {
            Some(resident) => Held {
                residence: if resident.is_proven { Residence::Here } else { Residence::Unknown },
                classes: self.classes.get(&linked.family).cloned().unwrap_or_default(),
                enrolment: self.enrolments.get(&linked.child).copied(),
            },
            None => held(conn, &linked, &row.municipality)?,
        };
        self.keyed.insert(linked.child.clone());
        Ok(Ok((linked, said, held)))
    }
}

/// What is held of one child.
fn held(conn: &mut AnyConnection, linked: &Linked, municipality: &MunicipalityCode) -> Result<Held, DbError> {
    let found = store::find_resident(conn, &linked.child)?;
    let residence = match found {
        Some(found) if found.municipality != municipality.as_str() => Residence::Away,
        Some(found) if found.is_proven => Residence::Here,
        _ => Residence::Unknown,
    };
    let classes = families::store::list_household(conn, &linked.family)?;
    Ok(Held { residence, classes, enrolment: store::find_enrolment(conn, &linked.child)? })
}

/// A row with the child that it means, and what would come of it.
struct Planned {
    row: ResidentRow,
    linked: Linked,
    outcome: Outcome,
    /// Whether nothing has to be written, not even what the row says now.
    is_known: bool,
}

impl Planned {
    fn came(&self) -> Came {
        let difference = RowDifference {
            line: self.row.line,
            key: self.row.key.clone(),
            child: self.linked.name.clone(),
            born: self.linked.born,
            differences: self.outcome.differences.clone(),
            undecided: self.outcome.undecided,
        };
        Came { difference, writes: self.outcome.writes() }
    }
}

/// What would come of a row, or why nothing can.
type Plan = Result<Planned, (ResidentRow, Rejection)>;

/// What would come of every row: in the order of the file, all from one look at the database.
fn plan(
    conn: &mut AnyConnection,
    rows: &[ResidentRow],
    choices: &BTreeMap<String, Choice>,
    today: NaiveDate,
) -> Result<Vec<Plan>, DbError> {
    let mut towns: BTreeMap<MunicipalityCode, Town> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let town = match towns.entry(row.municipality.clone()) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(new) => new.insert(Town::read(conn, &row.municipality)?),
            };
            Ok(match town.find(conn, row)? {
                Ok((linked, said, held)) => {
                    let outcome = compare(row, &said, &held, choices.get(&row.key).copied(), today);
                    let is_known = town.rows.contains_key(&row.key) && outcome.said == said && !outcome.writes();
                    Ok(Planned { row: row.clone(), linked, outcome, is_known })
                }
                Err(rejection) => Err((row.clone(), rejection)),
            })
        })
        .collect()
}

/// Takes in one row in a transaction of its own: what is held is read again under the family's lock, and decided anew.
async fn write(app: &App, sent: &Arc<Sent>, run: &RegisterRunId, planned: Planned) -> Result<Planned, ApiError> {
    if planned.is_known {
        return Ok(planned);
    }
    let planned = Arc::new(planned);
    let choice = sent.choices.get(&planned.row.key).copied();
    let act = Act { note: Some(format!("register {run}")), ..sent.act(app) };
    let (wanted, run) = (Arc::clone(&planned), run.clone());
    let outcome = retried(app, move |conn| apply(conn, &wanted, choice, &run, &act)).await?;
    Ok(Planned { row: planned.row.clone(), linked: planned.linked.clone(), outcome, is_known: true })
}

fn apply(
    conn: &mut AnyConnection,
    Planned { row, linked, .. }: &Planned,
    choice: Option<Choice>,
    run: &RegisterRunId,
    act: &Act,
) -> Result<Outcome, ApiError> {
    let mut family = families::store::lock_family(conn, &linked.family)?.ok_or(ApiError::NotFound)?;
    let kept = store::find_row(conn, Kind::Residents, &row.municipality, &row.key)?;
    if kept.as_ref().is_some_and(|kept| kept.child != linked.child) {
        // Another file has linked the key meanwhile: look again.
        return Err(ApiError::Retry);
    }
    let said: Said = kept.map(|kept| from_json(&kept.said)).transpose()?.unwrap_or_default();
    let held = held(conn, linked, &row.municipality)?;
    let outcome = compare(row, &said, &held, choice, tokyo_day(act.now));
    if let Some(residence) = outcome.residence {
        let is_here = residence == Residence::Here;
        family.residence_proof = is_here.then_some(ResidenceProof { by: ProofKind::Register, at: act.now });
        if is_here {
            family.municipality = row.municipality.clone();
        }
        family.version += 1;
        families::write(conn, &family, act)?;
        let kind = if is_here { "family.residence_proven" } else { "family.moved_out" };
        act.record(conn, kind, (&row.municipality, None), family.id.as_str())?;
        if !is_here {
            entitlements::life::follow_leaving(conn, (&family.id, &linked.child), &row.municipality, act)?;
        }
    }
    if let Some(classes) = &outcome.classes {
        families::store::delete_household(conn, &family.id)?;
        for known in classes {
            families::store::insert_class(conn, &family.id, &known.class, (known.valid_from, known.valid_until))?;
        }
        act.record(conn, "family.household_set", (&row.municipality, None), family.id.as_str())?;
    }
    if let Some(enrolment) = outcome.enrolment {
        store::write_fact(conn, linked, (ENROLMENT, enrolment.key()), tokyo_day(act.now))?;
        act.record(conn, "child.enrolment_set", (&row.municipality, None), linked.child.as_str())?;
    }
    let today = tokyo_day(act.now);
    if row.residence_on(today) == Residence::Here {
        store::write_fact(conn, linked, (RESIDENT_SINCE, &row.since.to_string()), today)?;
    }
    let kept = KeptRow { key: row.key.clone(), child: linked.child.clone(), said: to_json(&outcome.said)? };
    store::write_row(conn, (Kind::Residents, &row.municipality), &kept, run, act.now)?;
    Ok(outcome)
}

/// Looks at an extract, and takes it in unless it is only looked at.
pub async fn take(app: &App, sent: &Arc<Sent>, table: &Table, mut file: FileReport, dry_run: bool) -> Result<RegisterReport, ApiError> {
    let read = read_rows(table, &mut file, ResidentReader::new, |reader, line, fields| match reader.read(line, fields)? {
        Some(row) if !sent.sender.may_send(&row.municipality) => Err(vec![reader.finding(&row, Rejection::OtherMunicipality)]),
        row => Ok(row),
    });
    let mut report = RegisterReport::refused(file, Some(Kind::Residents), dry_run);
    let Some((reader, rows)) = read else { return Ok(report) };
    let (sending, today) = (Arc::clone(sent), tokyo_day(app.now()));
    let planned = app.db.read(move |conn| plan(conn, &rows, &sending.choices, today).map_err(ApiError::from)).await?;
    let going = report.sort_out(planned, |(row, rejection)| (rejection, reader.finding(&row, rejection)));
    if dry_run {
        return finish(app, sent, report, None, going.iter().map(Planned::came).collect()).await;
    }
    let run = sent.begin(app, Kind::Residents).await?;
    let done = all(going.into_iter().map(|planned| write(app, sent, &run, planned))).await?;
    finish(app, sent, report, Some(run), done.iter().map(Planned::came).collect()).await
}
