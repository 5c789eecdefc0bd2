//! The files: CSV (UTF-8 with its mark), JSON and GeoJSON of the same rows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::facilities::Listing;
use shared::facilities::columns::Column;
use shared::facilities::writing::record;
use shared::figures::{Amounts, FigureRow, Figures, Measure, View};
use shared::locale::{Locale, without_ruby};
use shared::municipalities::Municipality;

use super::Format;

/// A field: a text, a number, or nothing.
enum Field {
    Text(String),
    Number(i64),
    Nothing,
}

impl Field {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Nothing => String::new(),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Nothing => Value::Null,
        }
    }
}

/// Rows as CSV or JSON.
fn write(head: &[&str], rows: &[Vec<Field>], format: Format) -> String {
    if format == Format::Csv {
        return csv(head, rows.iter().map(|row| row.iter().map(Field::text).collect()));
    }
    let object = |row: &Vec<Field>| head.iter().zip(row).map(|(name, field)| ((*name).to_owned(), field.value())).collect::<Map<_, _>>();
    let rows: Vec<Value> = rows.iter().map(|row| Value::Object(object(row))).collect();
    format!("{}\n", Value::Array(rows))
}

/// UTF-8 with its mark, so that spreadsheets read it as such. Texts stand as they are: they are read back by programs.
fn csv(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail, and every row is as long as the head.
    let _ = writer.write_record(head);
    for row in rows {
        let _ = writer.write_record(row);
    }
    let text = writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    format!("\u{FEFF}{text}")
}

/// The list of facilities: 53 columns of the national form, as objects with these names, or as points with what a map shows.
pub fn facilities(city: &Municipality, listings: &[Listing], format: Format) -> String {
    let head: Vec<&str> = Column::ALL.iter().map(|column| column.official()).collect();
    if format == Format::GeoJson {
        let features: Vec<Value> = listings.iter().map(feature).collect();
        return format!("{}\n", json!({ "type": "FeatureCollection", "features": features }));
    }
    let field = |text: String| if text.is_empty() { Field::Nothing } else { Field::Text(text) };
    let rows: Vec<Vec<Field>> = listings.iter().map(|listing| record(listing, &city.name.ja).into_iter().map(field).collect()).collect();
    write(&head, &rows, format)
}

/// A facility as a point; one that is on no map has no geometry.
fn feature(listing: &Listing) -> Value {
    let geometry = listing.position.map(|at| json!({ "type": "Point", "coordinates": [at.longitude, at.latitude] }));
    json!({
        "type": "Feature",
        "id": format!("{}-{}", listing.municipality, listing.source_id),
        "geometry": geometry,
        "properties": {
            "municipality": listing.municipality,
            "id": listing.source_id,
            "name": listing.name,
            "kana": listing.kana,
            "kind": listing.kind,
            "address": listing.address.line(),
            "phone": listing.contact.phone,
            "capacity": listing.capacity,
            "url": listing.url,
            "notes": listing.notes,
        },
    })
}

const FIGURES: [&str; 12] = [
    "全国地方公共団体コード",
    "地方公共団体名",
    "年月",
    "指標コード",
    "指標",
    "区分コード",
    "区分",
    "項目コード",
    "項目",
    "件数",
    "合計",
    "秘匿",
];

fn said(words: &str) -> Field {
    Field::Text(without_ruby(words))
}

/// Whether the sum of a measure says anything.
const fn has_sum(measure: Measure) -> bool {
    matches!(measure, Measure::Stays | Measure::Offered | Measure::Free | Measure::Decided)
}

/// Every cell that is published, one a row. What is 0 has no row where its part never occurred.
pub fn figures(known: &Figures, format: Format) -> String {
    let row = |(measure, view, row, place, shown): (Measure, View, &FigureRow, usize, Option<Amounts>)| {
        vec![
            Field::Text(known.municipality.to_string()),
            said(&known.name.ja),
            known.months.get(place).map_or(Field::Nothing, |month| Field::Text(month.to_string())),
            Field::Text(measure.word().to_owned()),
            said(&measure.say(Locale::Ja)),
            Field::Text(view.word().to_owned()),
            said(&view.say(Locale::Ja)),
            Field::Text(row.key.clone()),
            said(&view.say_part(&row.key, row.name.as_ref(), Locale::Ja)),
            shown.map_or(Field::Nothing, |amounts| Field::Number(amounts.count)),
            shown.filter(|_| has_sum(measure)).map_or(Field::Nothing, |amounts| Field::Number(amounts.sum)),
            Field::Number(i64::from(shown.is_none())),
        ]
    };
    let cells = known.tables.iter().flat_map(|table| {
        let rows = table.rows.iter();
        rows.flat_map(move |row| row.months.iter().enumerate().map(move |(place, shown)| (table.measure, table.view, row, place, *shown)))
    });
    write(&FIGURES, &cells.map(row).collect::<Vec<_>>(), format)
}

const FREE_PLACES: [&str; 6] =
    ["全国地方公共団体コード", "年月", "施設ID", "施設名", "開所日数（事業ごとの延べ）", "空きのあった日数（事業ごとの延べ）"];

/// On how many days each facility had a free place.
pub fn free_places(known: &Figures, source_ids: &BTreeMap<String, String>, format: Format) -> String {
    let rows = known.table(Measure::Free, View::Facility).map(|table| table.rows.as_slice()).unwrap_or_default();
    let cells = rows.iter().flat_map(|row| row.months.iter().zip(&known.months).map(move |(shown, month)| (row, shown, month)));
    let rows = cells.filter_map(|(row, shown, month)| Some((row, (*shown)?, month))).filter(|(_, amounts, _)| amounts.count > 0);
    let rows = rows.map(|(row, amounts, month)| {
        vec![
            Field::Text(known.municipality.to_string()),
            Field::Text(month.to_string()),
            Field::Text(source_ids.get(&row.key).cloned().unwrap_or_default()),
            said(&View::Facility.say_part(&row.key, row.name.as_ref(), Locale::Ja)),
            Field::Number(amounts.count),
            Field::Number(amounts.sum),
        ]
    });
    write(&FREE_PLACES, &rows.collect::<Vec<_>>(), format)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::facilities::import::read_list;
    use shared::facilities::FacilityKind;
    use shared::locale::Localised;
    use shared::municipalities::{MunicipalityCode, Position};

    fn city(code: &str) -> Municipality {
        Municipality {
            code: MunicipalityCode::parse(code).unwrap(),
            name: Localised::new("市", "[市|し]", "City"),
            kana: "シ".to_owned(),
            position: Position { latitude: 35.0, longitude: 133.0 },
        }
    }

    /// The real list of a city of 600,000, where the folder of data stands beside the project: what is exported reads as the same listings,
    /// and is exported as the same bytes again.
    #[test]
    fn the_list_of_kawaguchi_comes_back_unchanged() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/112038_preschool_kawaguchi.csv");
        let Ok(bytes) = std::fs::read(file) else { return };
        let (_, listings) = read_list("kawaguchi.csv", &bytes);
        assert_eq!(listings.len(), 302);
        let written = facilities(&city("112038"), &listings, Format::Csv);
        let (report, again) = read_list("again.csv", written.as_bytes());
        assert_eq!((report.read, report.bad, report.unknown_columns.len()), (302, 0, 0));
        assert_eq!(again, listings);
        assert_eq!(facilities(&city("112038"), &again, Format::Csv), written);
    }

    #[test]
    fn a_list_has_its_mark_and_is_the_same_in_every_format() {
        let mut listing = Listing::named(MunicipalityCode::parse("312029").unwrap(), "7", "弓浜園", FacilityKind::LicensedNursery);
        listing.position = Some(Position { latitude: 35.5, longitude: 133.25 });
        listing.notes = Some("一行目\n\"二行目\", =3".to_owned());
        let nowhere = Listing { position: None, source_id: "8".to_owned(), ..listing.clone() };
        let all = [listing.clone(), nowhere];
        let csv = facilities(&city("312029"), &all, Format::Csv);
        assert!(csv.starts_with("\u{FEFF}全国地方公共団体コード,ID,地方公共団体名,名称,") && csv.ends_with("\r\n"));
        assert!(csv.contains("\"一行目\n\"\"二行目\"\", =3\""));
        let json: Value = serde_json::from_str(&facilities(&city("312029"), &all, Format::Json)).unwrap();
        assert_eq!((json[0].as_object().unwrap().len(), &json[0]["緯度"], &json[1]["緯度"]), (53, &json!("35.5"), &Value::Null));
        let map: Value = serde_json::from_str(&facilities(&city("312029"), &all, Format::GeoJson)).unwrap();
        assert_eq!(map["features"][0]["geometry"], json!({ "type": "Point", "coordinates": [133.25, 35.5] }));
        assert_eq!((&map["features"][1]["geometry"], &map["features"][1]["id"]), (&Value::Null, &json!("312029-8")));
        let (_, again) = read_list("a.csv", csv.as_bytes());
        assert_eq!(again[0].kind, FacilityKind::LicensedNursery);
    }
}
