//! The two cities and their compact. Names, codes and places of the cities are real; the compact is for demonstration.

use chrono::NaiveDate;
use shared::calendar::known_holidays;
use shared::ids::CompactId;
use shared::locale::Localised;
use shared::municipalities::{Compact, CompactTerm, Municipality, MunicipalityCode, Position};
use shared::programmes::ProgrammeKey;
use shared::retention::{Kind as Records, Period, RetentionRules};
use shared::time::fiscal_year;

use super::programmes::{self, ABROAD};
use super::{Kind, Moment, id, procedures, read};
use crate::calendar::store::replace_holidays;
use crate::db::{AnyConnection, DbError};
use crate::{municipalities, retention};

/// A city of the demo world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum City {
    /// 米子市
    #[default]
    Yonago,
    /// 境港市
    Sakaiminato,
}

/// Its code.
pub fn code(city: City) -> Result<MunicipalityCode, DbError> {
    read(MunicipalityCode::parse(match city {
        City::Yonago => "312029",
        City::Sakaiminato => "312045",
    }))
}

/// Writes cities, compact, programmes and holidays.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), DbError> {
    for (city, name, kana, latitude, longitude) in [
        (City::Yonago, Localised::new("米子市", "[米子市|よなごし]", "Yonago"), "ヨナゴシ", 35.42806, 133.33111),
        (City::Sakaiminato, Localised::new("境港市", "[境港市|さかいみなとし]", "Sakaiminato"), "サカイミナトシ", 35.53972, 133.23167),
    ] {
        let position = Position { latitude, longitude };
        municipalities::store::insert_municipality(conn, &Municipality { code: code(city)?, name, kana: kana.to_owned(), position })?;
    }
    let this_year = april(fiscal_year(moment.today));
    municipalities::store::insert_compact(conn, &compact(april(fiscal_year(moment.today) - 1))?)?;
    programmes::insert(conn, this_year)?;
    procedures::insert(conn, this_year)?;
    replace_holidays(conn, &known_holidays().into_iter().collect())?;
    for city in [City::Yonago, City::Sakaiminato] {
        retention::store::insert_rules(conn, &code(city)?, &retention_rules(this_year))?;
    }
    Ok(())
}

/// For how long a city keeps what: invented, but five years for what money hangs on, as cities commonly keep their records.
fn retention_rules(valid_from: NaiveDate) -> RetentionRules {
    let source = Localised::new(
        "文書の保存期間の基準（架空）",
        "[書類|しょるい]を [残|のこ]す きまり（[作|つく]り[物|もの]です）",
        "Schedule of records (fictional)",
    );
    let law = Localised::new(
        "地方自治法第236条（債権の時効5年）",
        "[法律|ほうりつ]（[地方自治法|ちほうじちほう]）の きまり",
        "Local Autonomy Act, art. 236 (claims lapse after five years)",
    );
    let months = [
        (Records::Drafts, 6),
        (Records::Messages, 12),
        (Records::Notices, 24),
        (Records::Outreach, 24),
        (Records::Journal, 60),
        (Records::Applications, 60),
        (Records::Families, 60),
    ];
    let period = |(kind, months)| Period { kind, months, source: if kind == Records::Families { law.clone() } else { source.clone() } };
    RetentionRules { valid_from, periods: months.into_iter().map(period).collect() }
}

/// The first day of a fiscal year.
pub fn april(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 4, 1).unwrap_or(NaiveDate::MIN)
}

/// Each city opens its places to the other's families. 産後ケア is left out: it stays a service of the own city.
fn compact(valid_from: NaiveDate) -> Result<Compact, DbError> {
    let compact_id = CompactId::new(id(Kind::Compact, 1));
    let mut terms = Vec::new();
    for (residence, host) in [(City::Yonago, City::Sakaiminato), (City::Sakaiminato, City::Yonago)] {
        for (programme, resident_priority_days) in ABROAD {
            terms.push(CompactTerm {
                compact_id: compact_id.clone(),
                residence: code(residence)?,
                host: code(host)?,
                programme: ProgrammeKey::new(programme),
                valid_from,
                valid_until: None,
                resident_priority_days,
                price_tier: programmes::neighbour(),
            });
        }
    }
    let name = Localised::new(
        "米子市・境港市 広域利用協定（架空）",
        "[米子市|よなごし]と[境港市|さかいみなとし]の[広域利用協定|こういきりようきょうてい]（[作|つく]り[物|もの]です）",
        "Yonago–Sakaiminato compact on shared use (fictional)",
    );
    Ok(Compact { id: compact_id, name, terms })
}
