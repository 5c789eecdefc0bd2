//! The small, crowded world that the laws are tried in: two cities with little of everything, so that everything runs out.

use std::collections::BTreeMap;

use api::schema::{accounts, children as rows, programmes};
use api::slots;
use chrono::NaiveDate;
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use shared::ids::OfferingId;
use shared::municipalities::MunicipalityCode;
use shared::programmes::{Confirmation, IfSilent, StaffRatio, Staffing, Terms};
use shared::slots::{BandPlaces, PlanOutcome, PlannedSlot};
use shared::time::at;

use super::invariants::Facts;
use crate::app::{Person, SAKAIMINATO, TestApp, YONAGO, code, date, families, open_nursery, temporary_care, time};

/// On which days which offerings have slots: a month's border lies between the first two, and Tuesdays repeat.
const DAYS: [(&str, &[&str]); 5] = [
    ("2026-11-30", &["yonago_care", "yonago_open", "sakai_open"]),
    ("2026-12-01", &["yonago_care", "yonago_open", "sakai_care", "sakai_open"]),
    ("2026-12-02", &["sakai_care", "yonago_open"]),
    ("2026-12-08", &["yonago_care", "yonago_open", "sakai_care", "sakai_open"]),
    ("2026-12-09", &["yonago_care", "sakai_open"]),
];
/// The numbers of those that everybody wants, so that there are lines for them.
pub const POPULAR: [usize; 3] = [4, 5, 6];
/// Where each family lives, and when its children were born.
const FAMILIES: [(&str, &[&str]); 10] = [
    (YONAGO, &["2025-05-01", "2024-06-15"]),
    (YONAGO, &["2025-03-01", "2022-06-15"]),
    (YONAGO, &["2024-09-01"]),
    (SAKAIMINATO, &["2025-05-01", "2025-05-01"]),
    (SAKAIMINATO, &["2024-05-01", "2022-05-01"]),
    (SAKAIMINATO, &["2025-01-01"]),
    (YONAGO, &["2025-04-01"]),
    (YONAGO, &["2024-10-01"]),
    (SAKAIMINATO, &["2025-02-01"]),
    (SAKAIMINATO, &["2024-11-01", "2025-06-01"]),
];
/// What a child has in a month, by city and programme: anywhere, and more at home.
const LIMITS: [(&str, &str, (i64, i64)); 4] = [
    (YONAGO, "temporary_care", (3, 1)),
    (YONAGO, "open_nursery", (270, 90)),
    (SAKAIMINATO, "temporary_care", (3, 0)),
    (SAKAIMINATO, "open_nursery", (210, 150)),
];

/// A family that acts.
#[derive(Clone)]
pub struct Family {
    pub person: Person,
    pub id: String,
    pub children: Vec<String>,
    /// How another system knows each child: reading, day of birth, the guardian's mail address.
    pub known: Vec<String>,
}

/// A slot as it was laid out.
#[derive(Clone, Debug)]
pub struct Laid {
    pub id: String,
    pub facility: &'static str,
    pub programme: &'static str,
    pub day: &'static str,
}

impl Laid {
    pub fn is_hours(&self) -> bool {
        self.programme == "open_nursery"
    }
}

/// Who and what is there.
#[derive(Clone)]
pub struct Ground {
    pub families: Vec<Family>,
    pub slots: Vec<Laid>,
    pub facts: Facts,
}

/// The tests' rules with little in a month, carers by age, and a facility in Sakaiminato that decides for itself.
fn terms(city: &str, programme: &str, (base, local): (i64, i64)) -> Terms {
    let is_hours = programme == "open_nursery";
    let mut terms = if is_hours { open_nursery() } else { temporary_care() };
    terms.limits.iter_mut().for_each(|limit| (limit.base, limit.local) = (base, local));
    let ratio = |from_age, under_age, children| StaffRatio { from_age, under_age, children };
    terms.staffing = Some(Staffing { minimum: 1, ratios: vec![ratio(0, Some(3), 2), ratio(3, None, 3)] });
    terms.cancellation.exempt = temporary_care().cancellation.exempt;
    if city == SAKAIMINATO {
        let if_silent = if is_hours { IfSilent::Confirm } else { IfSilent::Decline };
        terms.confirmation = Confirmation::ByFacility { hours: 3, if_silent };
    }
    terms
}

/// Lays it out; places, room and carers of each slot by chance.
pub async fn lay_out(test: &TestApp, seed: u64) -> Ground {
    test.at("2026-11-28T10:00:00+09:00");
    let mut rng = StdRng::seed_from_u64(seed);
    let now = test.app.now();
    let mut wanted = Vec::new();
    for (day, offerings) in DAYS {
        for offering in offerings {
            let small = if POPULAR.contains(&wanted.len()) { 1 } else { rng.random_range(1..4) };
            let bands = vec![
                BandPlaces { from_age: 0, under_age: 3, capacity: small },
                BandPlaces { from_age: 3, under_age: 7, capacity: rng.random_range(0..3) },
            ];
            let (room, carers) =
                (rng.random_bool(0.3).then(|| rng.random_range(1..4)), rng.random_bool(0.5).then(|| rng.random_range(1..3)));
            wanted.push((day, *offering, bands, room, carers));
        }
    }
    let rows = wanted.clone();
    let ids: Vec<String> = test
        .write(move |conn| {
            for (city, programme, limits) in LIMITS {
                let mine = programmes::table.filter(programmes::municipality.eq(city)).filter(programmes::key.eq(programme));
                let text = serde_json::to_string(&terms(city, programme, limits)).unwrap();
                diesel::update(mine).set(programmes::terms.eq(text)).execute(conn)?;
            }
            let mut ids = Vec::new();
            for (day, offering, bands, room, carers) in &rows {
                let (known, city): (_, MunicipalityCode) = slots::store::find_offering(conn, &OfferingId::from(*offering))?.unwrap();
                let (starts_at, ends_at) = (at(date(day), time("08:30")), at(date(day), time("17:00")));
                let planned =
                    PlannedSlot { starts_at, ends_at, bands: bands.clone(), room: *room, carers: *carers, outcome: PlanOutcome::New };
                ids.push(slots::store::insert_slot(conn, &known, &city, &planned, now)?.to_string());
            }
            Ok(ids)
        })
        .await;
    let laid = ids.into_iter().zip(&wanted).map(|(id, (day, offering, ..))| {
        let facility = if offering.starts_with("sakai") { "sakai" } else { "yonago" };
        let programme = if offering.ends_with("open") { "open_nursery" } else { "temporary_care" };
        Laid { id, facility, programme, day }
    });
    let slots = laid.collect();
    let mut facts = Facts { ratio: (2, 3, 1), ..Facts::default() };
    for (city, programme, limits) in LIMITS {
        facts.limits.insert((city.to_owned(), programme.to_owned()), limits);
    }
    let mut all = Vec::new();
    for (city, born) in FAMILIES {
        let (person, first) = families(test, 1, city, born[0]).await.pop().unwrap();
        let mut children = vec![first];
        for day in &born[1..] {
            children.push(person.child(day).await);
        }
        let ages: BTreeMap<String, i64> =
            children.iter().zip(born).map(|(child, day)| (child.clone(), if day.starts_with("2022") { 4 } else { 1 })).collect();
        facts.ages.extend(ages);
        let id = person.get("/family").await.body["id"].as_str().unwrap().to_owned();
        facts.cities.insert(id.clone(), code(city).to_string());
        let (of, ids) = (id.clone(), children.clone());
        let known = test
            .write(move |conn| {
                let mail: String = accounts::table.filter(accounts::family_id.eq(&of)).select(accounts::email).first(conn)?;
                ids.iter()
                    .map(|id| {
                        let mine = rows::table.filter(rows::id.eq(id)).select((rows::kana, rows::born));
                        let (kana, born): (String, NaiveDate) = mine.first(conn)?;
                        Ok(format!("{kana},{},{mail}", born.format("%Y/%-m/%-d")))
                    })
                    .collect::<Result<Vec<String>, api::db::DbError>>()
            })
            .await;
        all.push(Family { person, id, children, known });
    }
    Ground { families: all, slots, facts }
}
