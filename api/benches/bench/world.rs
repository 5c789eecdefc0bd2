//! The worlds that are measured: families and slots for bookings, cities full of facilities for the search.

use std::fmt::Write as _;

use api::db::AnyConnection;
use api::{municipalities, new_id, programmes, session, slots};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use shared::ids::{CompactId, FacilityId, OfferingId, ProgrammeVersionId};
use shared::locale::Localised;
use shared::municipalities::{Compact, CompactTerm, Municipality, MunicipalityCode, Position};
use shared::programmes::{
    AgeBasis, AgeEnd, Ages, Block, Cancellation, Deadline, ExemptReason, Fee, FeeUnit, Limit, LimitPeriod, LimitUnit, Opens, PriceTier,
    Programme, ProgrammeKey, Relief, ReliefUnit, StaffRatio, Staffing, Terms, Unit,
};
use shared::slots::{BandPlaces, BlockTimes, Offering, PlanOutcome, PlannedSlot};
use shared::time::{at, days_after, tokyo_day};

use crate::database::{Database, Kind};

/// Where the families live.
pub const HOME: &str = "312029";
/// Where they book, and what is searched.
pub const HOST: &str = "312045";
/// The programme.
pub const CARE: &str = "temporary_care";
/// So many facilities a city has.
pub const FACILITIES_OF_A_CITY: usize = 22;
/// So many rows go into one statement.
const ROWS: usize = 500;

/// A family with one child and a signed-in guardian.
pub struct Family {
    pub id: String,
    pub account: String,
    pub child: String,
    pub token: String,
    pub token_hash: String,
}

/// What bookings are made from.
pub struct Bookable {
    pub families: Vec<Family>,
    /// Slots with their facilities.
    pub slots: Vec<(String, String)>,
}

pub fn today() -> NaiveDate {
    tokyo_day(Utc::now())
}

pub fn text(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn hour(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn code(text: &str) -> MunicipalityCode {
    MunicipalityCode::parse(text).unwrap()
}

/// Rules like those of a real city's temporary care.
pub fn terms() -> Terms {
    let fee = |tier: &str, key: &str, from_age, under_age, yen| Fee {
        tier: PriceTier::new(tier),
        from_age,
        under_age,
        per: FeeUnit::Block { block: key.to_owned() },
        yen,
    };
    let mut fees = Vec::new();
    for (tier, factor) in [("resident", 1), ("neighbour", 2)] {
        for (key, half_days) in [("day", 2), ("morning", 1), ("afternoon", 1)] {
            fees.push(fee(tier, key, 0, Some(3), 1200 * half_days * factor));
            fees.push(fee(tier, key, 3, None, 600 * half_days * factor));
        }
    }
    let block =
        |key: &str, ja: &str, en: &str, half_days| Block { key: key.to_owned(), name: Localised::new(ja, ja, en), half_days, uses: 1 };
    let ages = Ages { from_months: 6, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay };
    let unit = Unit::Blocks {
        blocks: vec![
            block("day", "一日", "Whole day", 2),
            block("morning", "午前", "Morning", 1),
            block("afternoon", "午後", "Afternoon", 1),
        ],
    };
    let limit =
        |pool: &str, counts, per, base| Limit { pool: pool.to_owned(), counts, per, base, local: 0, multiple_birth: None, reason: None };
    let exempt =
        |key: &str, ja: &str, en: &str, by_family| ExemptReason { key: key.to_owned(), name: Localised::new(ja, ja, en), by_family };
    let ratio = |from_age, under_age, children| StaffRatio { from_age, under_age, children };
    Terms {
        limits: vec![
            limit(CARE, LimitUnit::HalfDays, LimitPeriod::Month, 28),
            limit("temporary_care_week", LimitUnit::Uses, LimitPeriod::Week, 3),
        ],
        fees,
        reliefs: vec![Relief {
            class: "public_assistance".to_owned(),
            name: Localised::new("生活保護世帯", "[生活保護世帯|せいかつほごせたい]", "Household on public assistance"),
            off: ReliefUnit::Percent { percent: 100 },
        }],
        staffing: Some(Staffing {
            minimum: 2,
            ratios: vec![ratio(0, Some(1), 3), ratio(1, Some(3), 6), ratio(3, Some(4), 15), ratio(4, None, 25)],
        }),
        opens: Opens::DaysBefore { days: 56 },
        closes: Deadline::DaysBefore { days: 1, time: hour("16:30") },
        cancellation: Cancellation {
            free_until: Deadline::OpenDaysBefore { days: 1, time: hour("15:00") },
            late_fee_percent: 50,
            late_counts: true,
            undo_minutes: 10,
            exempt: vec![
                exempt("child_ill", "お子さんの病気", "The child is ill", true),
                exempt("facility", "施設の都合", "The facility's own reasons", false),
            ],
        },
        bring: vec![
            Localised::new("着替え", "[着替|きが]え", "A change of clothes"),
            Localised::new("お弁当", "お[弁当|べんとう]", "A packed lunch"),
        ],
        ..Terms::new(ages, unit)
    }
}

fn add_city(conn: &mut AnyConnection, city: &MunicipalityCode, name: &str) {
    let position = Position { latitude: 35.5, longitude: 133.3 };
    let new = Municipality { code: city.clone(), name: Localised::new(name, name, name), kana: "シ".to_owned(), position };
    municipalities::store::insert_municipality(conn, &new).unwrap();
    let programme = Programme {
        id: ProgrammeVersionId::new(new_id()),
        key: ProgrammeKey::new(CARE),
        municipality: city.clone(),
        valid_from: today() - TimeDelta::days(200),
        valid_until: None,
        name: Localised::new("一時預かり", "[一時預|いちじあず]かり", "Temporary care"),
        summary: Localised::new(
            "用事や休息のときに、子どもを預けられます。",
            "[子|こ]どもを[預|あず]けられます。",
            "Care for a day or half a day.",
        ),
        terms: terms(),
    };
    programmes::store::insert_programme(conn, &programme).unwrap();
}

/// Two cities with a compact, and a year's holidays.
pub fn add_base(conn: &mut AnyConnection) {
    add_city(conn, &code(HOME), "米子市");
    add_city(conn, &code(HOST), "境港市");
    let term = |residence: &str, host: &str| CompactTerm {
        compact_id: CompactId::from("compact"),
        residence: code(residence),
        host: code(host),
        programme: ProgrammeKey::new(CARE),
        valid_from: today() - TimeDelta::days(200),
        valid_until: None,
        resident_priority_days: 5,
        price_tier: PriceTier::new("neighbour"),
    };
    let terms = vec![term(HOME, HOST), term(HOST, HOME)];
    let compact = Compact { id: CompactId::from("compact"), name: Localised::new("協定", "きょうてい", "Compact"), terms };
    municipalities::store::insert_compact(conn, &compact).unwrap();
    let holidays: Vec<String> =
        (0..18).map(|number| format!("('{}', '祝日')", days_after(today() - TimeDelta::days(160), number * 21))).collect();
    conn.batch_execute(&format!("INSERT INTO holidays (day, name) VALUES {}", holidays.join(", "))).unwrap();
}

/// Writes rows of a table, many in one statement.
pub fn insert(conn: &mut AnyConnection, into: &str, rows: &[String]) {
    for chunk in rows.chunks(ROWS) {
        conn.batch_execute(&format!("INSERT INTO {into} VALUES {}", chunk.join(", "))).unwrap();
    }
}

pub const FACILITY: &str = "facilities (id, municipality, source_id, name, kana, kind, latitude, longitude, open_weekdays, fictional, search_text, details, \
                        version, created_at, updated_at)";

pub fn facility_row(number: usize, id: &str, city: &str, now: &str) -> String {
    let (north, east) = (number % 97, number % 89);
    format!(
        "('{id}', '{city}', '{number}', '第{number}みどり保育園', 'ダイ{number}ミドリホイクエン', 'licensed_nursery', 35.5{north:02}, 133.2{east:02}, \
         'Mon,Tue,Wed,Thu,Fri,Sat', TRUE, '第{number}みどり保育園', '{{}}', 1, '{now}', '{now}')"
    )
}

/// A database in which so many families can each book a place over the border, in one slot or in several.
pub fn bookable(kind: Kind, families: usize) -> (Database, Bookable) {
    let database = Database::new(kind);
    let mut conn = database.connection();
    conn.batch_execute("BEGIN").unwrap();
    add_base(&mut conn);
    let (now, day) = (text(Utc::now()), days_after(today(), 20));
    let times = (at(day, hour("08:30")), at(day, hour("17:00")));
    let blocks = [("day", "08:30", "17:00"), ("morning", "08:30", "12:30"), ("afternoon", "13:00", "17:00")]
        .map(|(key, starts, ends)| BlockTimes { key: key.to_owned(), starts: hour(starts), ends: hour(ends), nights: 0 });
    let mut slots = Vec::new();
    for number in 0..64 {
        let facility = new_id();
        insert(&mut conn, FACILITY, &[facility_row(number, &facility, HOST, &now)]);
        let offering = Offering {
            id: OfferingId::new(new_id()),
            facility_id: FacilityId::new(facility.clone()),
            programme: ProgrammeKey::new(CARE),
            blocks: blocks.to_vec(),
            hourly_yen: None,
            confirmation: None,
            interview: false,
            spare: false,
        };
        slots::store::insert_offering(&mut conn, &offering, &code(HOST)).unwrap();
        let bands = [(0, 3), (3, 7)].map(|(from_age, under_age)| BandPlaces { from_age, under_age, capacity: 1_000_000 }).to_vec();
        let (starts_at, ends_at) = times;
        // More than anybody takes, and looked at for every booking.
        let planned = PlannedSlot { starts_at, ends_at, bands, room: Some(1_000_000), carers: Some(1_000_000), outcome: PlanOutcome::New };
        let slot = slots::store::insert_slot(&mut conn, &offering, &code(HOST), &planned, Utc::now()).unwrap();
        slots.push((slot.to_string(), facility));
    }
    let families: Vec<Family> = (0..families)
        .map(|_| {
            let token = new_id();
            Family { id: new_id(), account: new_id(), child: new_id(), token_hash: session::hash(&token), token }
        })
        .collect();
    let rows = |row: &dyn Fn(&Family) -> String| families.iter().map(row).collect::<Vec<_>>();
    insert(
        &mut conn,
        "families (id, municipality, residence_confirmed_at, guardian_name, guardian_kana, phone, turn, version, created_at)",
        &rows(&|f| format!("('{}', '{HOME}', '{now}', '角 さくら', 'スミ サクラ', '0859000000', 0, 1, '{now}')", f.id)),
    );
    let born = day - TimeDelta::days(700);
    let details = r#"{"sex":null,"allergies":[],"care_notes":"","emergency_contacts":[],"pick_up_people":[]}"#;
    insert(
        &mut conn,
        "children (id, family_id, name, kana, born, details, version, created_at)",
        &rows(&|f| format!("('{}', '{}', '角 あおい', 'スミ アオイ', '{born}', '{details}', 1, '{now}')", f.child, f.id)),
    );
    insert(
        &mut conn,
        "accounts (id, email, password_hash, name, role, family_id, locale, failures, created_at)",
        &rows(&|f| format!("('{}', '{}@example.jp', 'none', '角 さくら', 'guardian', '{}', 'ja', 0, '{now}')", f.account, f.id, f.id)),
    );
    let until = text(Utc::now() + TimeDelta::days(1));
    insert(
        &mut conn,
        "sessions (token_hash, id, account_id, device, created_at, seen_at, expires_at)",
        &rows(&|f| {
            format!(r#"('{}', '{}', '{}', '{{"system":"","browser":""}}', '{now}', '{now}', '{until}')"#, f.token_hash, new_id(), f.account)
        }),
    );
    conn.batch_execute("COMMIT").unwrap();
    settle(&mut conn);
    (database, Bookable { families, slots })
}

/// Lets PostgreSQL do at once what it would do in the background, in the middle of a measurement.
pub fn settle(conn: &mut AnyConnection) {
    if matches!(conn, AnyConnection::Pg(_)) {
        conn.batch_execute("VACUUM ANALYZE").unwrap();
        conn.batch_execute("CHECKPOINT").unwrap();
    }
}

/// Cities full of facilities, each with an open day's slot on each of so many days; grown step by step.
pub struct Cities {
    pub database: Database,
    days: u32,
    facilities: Vec<String>,
    cities: Vec<String>,
}

impl Cities {
    pub fn new(kind: Kind, days: u32) -> Self {
        let database = Database::new(kind);
        let mut conn = database.connection();
        add_base(&mut conn);
        Self { database, days, facilities: Vec::new(), cities: vec![HOST.to_owned()] }
    }

    /// The first day that has slots.
    pub fn first_day() -> NaiveDate {
        days_after(today(), 1)
    }

    /// Grows to so many facilities, 22 a city. Durability is left aside meanwhile: what is being made can be made again.
    pub fn grow(&mut self, facilities: usize) {
        let mut conn = self.database.connection();
        conn.batch_execute(match self.database.kind {
            Kind::Sqlite => "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -1000000; BEGIN",
            Kind::Postgres => "SET synchronous_commit = off; SET session_replication_role = replica; SET statement_timeout = 0; BEGIN",
        })
        .unwrap();
        let (now, first) = (text(Utc::now()), self.facilities.len());
        let mut rows = Vec::new();
        for number in first..facilities {
            let city = number / FACILITIES_OF_A_CITY;
            if city == self.cities.len() {
                let new = city_code(city);
                add_city(&mut conn, &code(&new), &format!("第{city}市"));
                self.cities.push(new);
            }
            let id = new_id();
            rows.push(facility_row(number, &id, &self.cities[city], &now));
            self.facilities.push(id);
        }
        insert(&mut conn, FACILITY, &rows);
        let from = &self.facilities[first];
        conn.batch_execute(&format!(
            "INSERT INTO offerings (id, facility_id, municipality, programme, blocks) \
             SELECT id, id, municipality, '{CARE}', '[]' FROM facilities WHERE id >= '{from}'"
        ))
        .unwrap();
        for number in 0..self.days {
            conn.batch_execute(&slots_of_a_day(days_after(Self::first_day(), number), number, from, &now)).unwrap();
        }
        conn.batch_execute("COMMIT").unwrap();
        if self.database.kind == Kind::Sqlite {
            conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        }
        settle(&mut conn);
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.facilities.len() * usize::try_from(self.days).unwrap()
    }
}

/// A code with its check digit, of a city that is nobody's.
fn city_code(number: usize) -> String {
    let (prefecture, city) = (number % 47 + 1, number / 47 + 400);
    (0..10).map(|check| format!("{prefecture:02}{city:03}{check}")).find(|code| MunicipalityCode::parse(code).is_ok()).unwrap()
}

/// Statements that give every facility from this one on a slot with two bands on a day; of the younger half of the places is taken
/// in every second facility. Room and carers leave less than the bands: two carers in the morning and at the end of the day, three between.
fn slots_of_a_day(day: NaiveDate, number: u32, from: &str, now: &str) -> String {
    let (starts, ends) = (at(day, hour("08:30")), at(day, hour("17:00")));
    let mut blocks = String::new();
    for (key, starts, ends) in [("day", "08:30", "17:00"), ("morning", "08:30", "12:30"), ("afternoon", "13:00", "17:00")] {
        let comma = if blocks.is_empty() { "" } else { "," };
        let (starts, ends) = (at(day, hour(starts)), at(day, hour(ends)));
        write!(blocks, r#"{comma}{{"key":"{key}","starts_at":"{}","ends_at":"{}"}}"#, starts.to_rfc3339(), ends.to_rfc3339()).unwrap();
    }
    // Like real ids these grow with time.
    let id = format!("'{:08x}' || substr(id, 9)", 0x0200_0000_u32 + number);
    let (starts, ends) = (text(starts), text(ends));
    let taken = "CASE WHEN substr(id, 36) < '8' THEN '[]' ELSE '[[0,3],[510,0]]' END, CASE WHEN substr(id, 36) < '8' THEN 0 ELSE 3 END";
    format!(
        "INSERT INTO slots (id, offering_id, facility_id, municipality, programme, starts_at, ends_at, state, blocks, room, carers, peak, turn, \
         version, created_at) \
         SELECT {id}, id, id, municipality, '{CARE}', '{starts}', '{ends}', 'open', '[{blocks}]', 12, '[[0,2],[90,3],[450,2],[510,0]]', 3, 0, 1, '{now}' FROM facilities WHERE id >= '{from}' ORDER BY id; \
         INSERT INTO slot_bands (slot_id, from_age, under_age, capacity, occupancy, peak) \
         SELECT {id}, 0, 3, 12, {taken} FROM facilities WHERE id >= '{from}' ORDER BY id; \
         INSERT INTO slot_bands (slot_id, from_age, under_age, capacity, occupancy, peak) \
         SELECT {id}, 3, 7, 10, '[]', 0 FROM facilities WHERE id >= '{from}' ORDER BY id"
    )
}
