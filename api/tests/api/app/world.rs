//! The tests' small world: two cities, a compact, two programmes, and a facility in each city.

use api::db::{AnyConnection, DbError};
use api::{facilities, municipalities, new_id, programmes, slots};
use serde_json::{Value, json};
use shared::facilities::{FacilityKind, Listing};
use shared::ids::{CompactId, FacilityId, OfferingId, ProgrammeVersionId};
use shared::locale::Localised;
use shared::municipalities::{Compact, CompactTerm, Municipality, Position};
use shared::programmes::{
    AgeBasis, AgeEnd, Ages, Benefit, BenefitRate, Block, Cancellation, Deadline, ExemptReason, Fee, FeeUnit, LatePickUp, Limit,
    LimitPeriod, LimitUnit, Opens, PriceTier, Programme, ProgrammeKey, Terms, Unit,
};
use shared::slots::{BlockTimes, Offering};

use super::{SAKAIMINATO, START, YONAGO, code, date, moment, time};

fn fee(tier: &str, from_age: u32, under_age: Option<u32>, per: FeeUnit, yen: i64) -> Fee {
    Fee { tier: PriceTier::new(tier), from_age, under_age, per, yen }
}

fn block(key: &str) -> FeeUnit {
    FeeUnit::Block { block: key.to_owned() }
}

fn month_limit(pool: &str, counts: LimitUnit, base: i64) -> Limit {
    Limit { pool: pool.to_owned(), counts, per: LimitPeriod::Month, base, local: 0, multiple_birth: None, reason: None }
}

/// A playroom by the hour, as a city publishes it: a programme that the code knows nothing of.
pub fn programme(key: &str, from: &str) -> Value {
    let name = json!({ "ja": "遊び場", "easy": "[遊|あそ]び[場|ば]", "en": "Playroom" });
    json!({
        "key": key, "valid_from": from, "name": name, "summary": name,
        "terms": {
            "ages": { "from_months": 12, "until": { "kind": "school_entry" } },
            "unit": { "kind": "flexible", "minimum_minutes": 30, "maximum_minutes": 120, "step_minutes": 30 },
            "limits": [{ "pool": key, "counts": "uses", "per": "week", "base": 2 }],
            "fees": [{ "tier": "resident", "from_age": 0, "per": { "kind": "use" }, "yen": 200 }],
            "extras": [{ "key": "snack", "name": name, "yen": 100 }],
            "questions": [{ "key": "fever", "text": name, "answer": { "kind": "yes_no" }, "required": true }],
            "at_once": 3,
        },
    })
}

/// A certification for a programme, as a city publishes it: for children of six months to under three who live there and are not enrolled.
pub fn certification(key: &str, programme: &str, from: &str) -> Value {
    let name = json!({ "ja": "認定申請", "easy": "[認定|にんてい]", "en": "Certification" });
    let choice = |key: &str| json!({ "key": key, "name": name });
    json!({
        "key": key, "valid_from": from, "name": name, "summary": name,
        "terms": {
            "effect": {
                "kind": "certify", "programme": programme,
                "validity": { "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } }, "ahead_days": 60 },
            },
            "questions": [{
                "key": "enrolled_in", "text": name, "required": true, "keep": "child",
                "answer": { "kind": "choice", "choices": [choice("none"), choice("nursery"), choice("unlicensed")] },
            }],
            "attachments": [{ "key": "proof", "name": name }],
            "declarations": [{ "key": "true", "name": name }],
            "rule": {
                "kind": "all", "source": name,
                "of": [{ "kind": "lives_in" }, { "kind": "not", "of": { "kind": "enrolled_in", "kinds": ["nursery", "centre"] } }],
            },
            "target_days": 5,
            "notice": {
                "issuer": "市長", "granted_title": "認定通知書", "granted": "認定しました。", "refused_title": "却下通知書",
                "refused": "却下しました。", "objection": "審査請求をすることができます。", "contact": "こども課",
            },
        },
    })
}

/// Rules of the tests' temporary care: 14 days a month.
pub fn temporary_care() -> Terms {
    let mut fees = Vec::new();
    for (tier, factor) in [("resident", 1), ("neighbour", 2)] {
        for key in ["day", "morning", "afternoon"] {
            let half = if key == "day" { 2 } else { 1 };
            fees.push(fee(tier, 0, Some(3), block(key), 1000 * half * factor));
            fees.push(fee(tier, 3, None, block(key), 500 * half * factor));
        }
    }
    let named = |key: &str, half_days| Block { key: key.to_owned(), name: Localised::new(key, key, key), half_days, uses: 1 };
    let ages = Ages { from_months: 6, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay };
    let unit = Unit::Blocks { blocks: vec![named("day", 2), named("morning", 1), named("afternoon", 1)] };
    Terms {
        limits: vec![month_limit("temporary_care", LimitUnit::HalfDays, 28)],
        fees,
        opens: Opens::DaysBefore { days: 56 },
        closes: Deadline::DaysBefore { days: 1, time: time("16:30") },
        cancellation: Cancellation {
            free_until: Deadline::OpenDaysBefore { days: 1, time: time("15:00") },
            late_fee_percent: 50,
            late_counts: true,
            undo_minutes: 10,
            exempt: [("child_ill", true), ("facility", false)]
                .map(|(key, by_family)| ExemptReason { key: key.to_owned(), name: Localised::new(key, key, key), by_family })
                .to_vec(),
        },
        bring: vec![Localised::new("着替え", "[着替|きが]え", "A change of clothes")],
        ..Terms::new(ages, unit)
    }
}

/// Rules of the tests' open nursery: 10 hours a month.
pub fn open_nursery() -> Terms {
    let ages = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
    let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
    Terms {
        limits: vec![month_limit("open_nursery", LimitUnit::Minutes, 600)],
        fees: vec![fee("resident", 0, None, FeeUnit::Hour, 300), fee("neighbour", 0, None, FeeUnit::Hour, 300)],
        opens: Opens::DaysBefore { days: 56 },
        closes: Deadline::MinutesBefore { minutes: 60 },
        cancellation: Cancellation {
            free_until: Deadline::DaysBefore { days: 1, time: time("17:00") },
            late_fee_percent: 0,
            late_counts: true,
            undo_minutes: 10,
            exempt: vec![],
        },
        late_pick_up: LatePickUp::Counts { grace_minutes: 0 },
        benefit: Some(Benefit {
            rates: [(0, Some(1), 1700), (1, Some(3), 1400)]
                .map(|(from_age, under_age, yen)| BenefitRate { from_age, under_age, per: FeeUnit::Hour, yen })
                .to_vec(),
            pays_absence: false,
        }),
        ..Terms::new(ages, unit)
    }
}

/// Two cities, a compact, two programmes, a facility in each city: `yonago` and `sakai`, offerings `<facility>_care` and `<facility>_open`.
pub fn world(conn: &mut AnyConnection) -> Result<(), DbError> {
    let from = date("2026-04-01");
    for (city, name, latitude, longitude) in [(YONAGO, "米子市", 35.42806, 133.33111), (SAKAIMINATO, "境港市", 35.53972, 133.23167)] {
        let position = Position { latitude, longitude };
        let name = Localised::new(name, name, city);
        municipalities::store::insert_municipality(conn, &Municipality { code: code(city), name, kana: "シ".to_owned(), position })?;
        for (key, terms) in [("temporary_care", temporary_care()), ("open_nursery", open_nursery())] {
            let programme = Programme {
                id: ProgrammeVersionId::new(new_id()),
                key: ProgrammeKey::new(key),
                municipality: code(city),
                valid_from: from,
                valid_until: None,
                name: Localised::new(key, key, key),
                summary: Localised::new("", "", ""),
                terms,
            };
            programmes::store::insert_programme(conn, &programme)?;
        }
    }
    let id = CompactId::from("compact");
    let mut terms = Vec::new();
    for (residence, host) in [(YONAGO, SAKAIMINATO), (SAKAIMINATO, YONAGO)] {
        for programme in ["temporary_care", "open_nursery"] {
            terms.push(CompactTerm {
                compact_id: id.clone(),
                residence: code(residence),
                host: code(host),
                programme: ProgrammeKey::new(programme),
                valid_from: from,
                valid_until: None,
                resident_priority_days: 5,
                price_tier: PriceTier::new("neighbour"),
            });
        }
    }
    municipalities::store::insert_compact(conn, &Compact { id, name: Localised::new("協定", "きょうてい", "Compact"), terms })?;
    for (facility, city) in [("yonago", YONAGO), ("sakai", SAKAIMINATO)] {
        facility_row(conn, facility, city)?;
        for (suffix, programme) in [("care", "temporary_care"), ("open", "open_nursery")] {
            let times =
                |key: &str, starts: &str, ends: &str| BlockTimes { key: key.to_owned(), starts: time(starts), ends: time(ends), nights: 0 };
            let blocks = if suffix == "care" {
                vec![times("day", "08:30", "17:00"), times("morning", "08:30", "12:30"), times("afternoon", "13:00", "17:00")]
            } else {
                Vec::new()
            };
            let offering = Offering {
                id: OfferingId::new(format!("{facility}_{suffix}")),
                facility_id: FacilityId::from(facility),
                programme: ProgrammeKey::new(programme),
                blocks,
                confirmation: None,
                hourly_yen: None,
                interview: false,
                spare: false,
            };
            slots::store::insert_offering(conn, &offering, &code(city))?;
        }
    }
    Ok(())
}

/// A facility that is closed on Sundays.
pub fn facility_row(conn: &mut AnyConnection, id: &str, city: &str) -> Result<(), DbError> {
    use chrono::Weekday::{Fri, Mon, Sat, Thu, Tue, Wed};
    let mut listing = Listing::named(code(city), id, &format!("{id}園"), FacilityKind::LicensedNursery);
    listing.position = Some(Position { latitude: 35.5, longitude: 133.3 });
    listing.opening.weekdays = Some(vec![Mon, Tue, Wed, Thu, Fri, Sat]);
    facilities::store::insert_facility(conn, &FacilityId::from(id), &listing, true, moment(START))
}
