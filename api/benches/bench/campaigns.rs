//! Whom a campaign is for, over all families of a city, against the plain reading of the same rows.

use std::time::{Duration, Instant};

use api::campaigns::engine;
use api::db::AnyConnection;
use api::schema::{accounts, children, entitlements, families, usages};
use api::{new_id, programmes};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::json;
use shared::campaigns::CampaignPlan;
use shared::ids::{CampaignId, ProgrammeVersionId};
use shared::locale::Localised;
use shared::municipalities::MunicipalityCode;
use shared::programmes::{AgeBasis, AgeEnd, Ages, Limit, LimitPeriod, LimitUnit, Programme, ProgrammeKey, Terms, Unit};
use shared::time::{Month, tokyo_day};

use crate::Plan;
use crate::database::Kind;
use crate::world;

/// The programme of which hours are left.
const OPEN: &str = "open_nursery";
/// So often each is measured; the middle counts.
const RUNS: usize = 5;

/// One line of the table.
pub struct Line {
    pub kind: Kind,
    pub families: usize,
    pub selected: usize,
    pub selection: Duration,
    pub plain: Duration,
}

/// Ten hours a month.
fn programme(city: &MunicipalityCode, today: NaiveDate) -> Programme {
    let ages = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
    let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
    let limit = Limit {
        pool: OPEN.to_owned(),
        counts: LimitUnit::Minutes,
        per: LimitPeriod::Month,
        base: 600,
        local: 0,
        multiple_birth: None,
        reason: None,
    };
    let name = Localised::new("誰でも通園", "[誰|だれ]でも[通園|つうえん]", "Open nursery");
    Programme {
        id: ProgrammeVersionId::new(new_id()),
        key: ProgrammeKey::new(OPEN),
        municipality: city.clone(),
        valid_from: today - TimeDelta::days(200),
        valid_until: None,
        name: name.clone(),
        summary: name,
        terms: Terms { limits: vec![limit], ..Terms::new(ages, unit) },
    }
}

/// Every second family has a brother or sister, every third child is certified, every fourth has used most of its hours.
fn grow(conn: &mut AnyConnection, known: &[world::Family], today: NaiveDate) {
    let (now, born) = (world::text(Utc::now()), today - TimeDelta::days(1500));
    let details = r#"{"sex":null,"allergies":[],"care_notes":"","emergency_contacts":[],"pick_up_people":[]}"#;
    let brothers: Vec<String> = known
        .iter()
        .step_by(2)
        .map(|family| format!("('{}', '{}', '角 あおい', 'スミ アオイ', '{born}', '{details}', 1, '{now}')", new_id(), family.id))
        .collect();
    world::insert(conn, "children (id, family_id, name, kana, born, details, version, created_at)", &brothers);
    let (from, until) = (today - TimeDelta::days(100), today + TimeDelta::days(100));
    let certified: Vec<String> = known
        .iter()
        .step_by(3)
        .map(|family| {
            format!(
                "('{0}', '{0}', '{1}', '{2}', '{OPEN}', '{3}', '{from}', '{until}', 1, '{now}')",
                new_id(),
                family.id,
                family.child,
                world::HOME
            )
        })
        .collect();
    let columns = "entitlements (id, number, family_id, child_id, programme, municipality, valid_from, valid_until, version, created_at)";
    world::insert(conn, columns, &certified);
    let month = Month::of(today);
    let used: Vec<String> = known
        .iter()
        .step_by(4)
        .map(|family| format!("('{}', '{OPEN}', '{month}', 'minutes', 480, 0, 600, 600, 0)", family.child))
        .collect();
    world::insert(conn, "usages (child_id, pool, period, unit, total, away, limit_total, limit_away, over_limit)", &used);
}

/// Certified, with six hours left this month, and not the only child.
fn offer() -> CampaignPlan {
    let name = json!({ "ja": "誰でも通園", "en": "Open nursery" });
    serde_json::from_value(json!({
        "name": "残り時間", "texts": { "ja": { "subject": "残り時間", "text": "残り時間" } },
        "step": { "kind": "notices" }, "when": { "kind": "once" },
        "audience": { "kind": "all", "of": [
            { "kind": "age", "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } } },
            { "kind": "certified", "programme": OPEN, "name": name },
            { "kind": "unused", "programme": OPEN, "name": name, "at_least_minutes": 360 },
            { "kind": "days_left_in_month", "at_most": 31 },
            { "kind": "siblings", "at_least": 2 },
            { "kind": "not", "of": { "kind": "has_used", "programme": world::CARE, "name": name, "at_least": 3, "within_days": 90 } },
        ] },
    }))
    .unwrap()
}

/// The rows that a selection needs, read one table after the other and looked at no further; says how many there are.
fn read(conn: &mut AnyConnection) -> usize {
    let families: Vec<(String, Option<String>, NaiveDateTime, NaiveDateTime)> = families::table
        .select((families::id, families::residence_proof, families::residence_confirmed_at, families::created_at))
        .load(conn)
        .unwrap();
    let children: Vec<(String, String, NaiveDate)> =
        children::table.select((children::family_id, children::id, children::born)).load(conn).unwrap();
    let certified: Vec<(String, String, NaiveDate, NaiveDate)> = entitlements::table
        .select((entitlements::child_id, entitlements::programme, entitlements::valid_from, entitlements::valid_until))
        .load(conn)
        .unwrap();
    let used: Vec<(String, String, i64, i64)> =
        usages::table.select((usages::child_id, usages::pool, usages::total, usages::away)).load(conn).unwrap();
    let guardians: Vec<(Option<String>, String)> =
        accounts::table.filter(accounts::role.eq("guardian")).select((accounts::family_id, accounts::id)).load(conn).unwrap();
    families.len() + children.len() + certified.len() + used.len() + guardians.len()
}

fn middle(mut work: impl FnMut()) -> Duration {
    let mut took: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed()
        })
        .collect();
    took.sort();
    took[RUNS / 2]
}

pub fn measure(kind: Kind, plan: &Plan) -> Line {
    let (database, world::Bookable { families, .. }) = world::bookable(kind, plan.selected);
    let mut conn = database.connection();
    let now: DateTime<Utc> = Utc::now();
    let (city, today) = (MunicipalityCode::parse(world::HOME).unwrap(), tokyo_day(now));
    programmes::store::insert_programme(&mut conn, &programme(&city, today)).unwrap();
    grow(&mut conn, &families, today);
    world::settle(&mut conn);
    let (id, offer) = (CampaignId::new(new_id()), offer());
    let mut selected = 0;
    let selection = middle(|| selected = engine::recipients(&mut conn, (&id, &city), &offer, now).unwrap().0.len());
    // Of twelve families one is certified, has hours left and a second child: every sixth, less every twelfth.
    assert_eq!(selected, families.len().div_ceil(6) - families.len().div_ceil(12));
    let plain = middle(|| assert!(read(&mut conn) > families.len()));
    Line { kind, families: families.len(), selected, selection, plain }
}
