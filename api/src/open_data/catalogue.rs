//! The catalogue: DCAT 2 (W3C) as JSON-LD, so that portals of open data find the files by themselves.

use serde_json::{Value, json};
use shared::locale::Locale;
use shared::problem::sentence;

use super::{City, Dataset, File, Known, LICENCE, ROOM};

/// The standard data sets of municipalities (自治体標準オープンデータセット), whose form the list of facilities has.
const STANDARD: &str = "https://www.digital.go.jp/resources/open_data/municipal-standard-data-set-test";
/// How often a month is added (EU Vocabularies, as DCAT recommends).
const MONTHLY: &str = "http://publications.europa.eu/resource/authority/frequency/MONTHLY";
/// Changed whenever something changes.
const CONTINUOUS: &str = "http://publications.europa.eu/resource/authority/frequency/CONT";

fn both(key: &str) -> Value {
    json!([
        { "@language": "ja", "@value": sentence(key, Locale::Ja) },
        { "@language": "en", "@value": sentence(key, Locale::En) },
    ])
}

/// Everything that is offered. `site` is the address of the app.
pub fn write(known: &Known, site: &str) -> Value {
    let datasets: Vec<Value> = known.cities.iter().flat_map(|city| Dataset::ALL.map(|dataset| one(known, city, dataset, site))).collect();
    json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("{site}{ROOM}/catalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": both("open_data.page.title"),
        "dct:description": both("open_data.page.lead"),
        "dct:language": "ja",
        "dct:license": { "@id": LICENCE },
        "foaf:homepage": { "@id": format!("{site}{ROOM}") },
        "dcat:dataset": datasets,
    })
}

fn one(known: &Known, city: &City, dataset: Dataset, site: &str) -> Value {
    let code = &city.municipality.code;
    let modified = match dataset {
        Dataset::Facilities => city.changed_at,
        Dataset::Figures | Dataset::FreePlaces => known.months.map(|(.., at)| at),
    };
    let files = dataset.formats().iter().map(|format| File { dataset, format: *format });
    let distributions: Vec<Value> = files
        .map(|file| {
            let address = format!("{site}{}", file.path(code));
            json!({
                "@id": address,
                "@type": "dcat:Distribution",
                "dcat:accessURL": { "@id": address },
                "dcat:downloadURL": { "@id": address },
                "dcat:mediaType": file.format.media_type(),
                "dct:format": file.format.ending(),
                "dct:license": { "@id": LICENCE },
            })
        })
        .collect();
    let mut told = json!({
        "@id": format!("{site}{ROOM}/{code}/{}", dataset.word()),
        "@type": "dcat:Dataset",
        "dct:identifier": format!("{code}-{}", dataset.word()),
        "dct:title": both(dataset.title()),
        "dct:description": both(dataset.lead()),
        "dct:publisher": { "@type": "foaf:Organization", "foaf:name": city.municipality.name.ja, "dct:identifier": code },
        "dct:license": { "@id": LICENCE },
        "dct:language": "ja",
        "dct:accrualPeriodicity": { "@id": if dataset == Dataset::Facilities { CONTINUOUS } else { MONTHLY } },
        "dcat:keyword": ["子育て", "保育", city.municipality.name.ja],
        "dcat:distribution": distributions,
    });
    let Some(fields) = told.as_object_mut() else { return told };
    if let Some(at) = modified {
        fields.insert("dct:modified".to_owned(), json!({ "@type": "xsd:dateTime", "@value": at.to_rfc3339() }));
    }
    match (dataset, known.months) {
        (Dataset::Facilities, _) => {
            fields.insert("dct:conformsTo".to_owned(), json!({ "@id": STANDARD }));
        }
        (_, Some((first, last, _))) => {
            let date = |day: chrono::NaiveDate| json!({ "@type": "xsd:date", "@value": day.to_string() });
            let (start, end) = (date(first.first_day()), date(shared::time::days_before(last.next_first_day(), 1)));
            let period = json!({ "@type": "dct:PeriodOfTime", "dcat:startDate": start, "dcat:endDate": end });
            fields.insert("dct:temporal".to_owned(), period);
        }
        (_, None) => {}
    }
    if city.is_fictional {
        fields.insert("dct:provenance".to_owned(), both("open_data.page.fictional"));
    }
    told
}

impl Dataset {
    /// The key of its name.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Facilities => "open_data.word.facilities",
            Self::Figures => "open_data.word.figures",
            Self::FreePlaces => "open_data.word.free_places",
        }
    }

    /// The key of what is in it.
    pub(super) const fn lead(self) -> &'static str {
        match self {
            Self::Facilities => "open_data.word.facilities_lead",
            Self::Figures => "open_data.word.figures_lead",
            Self::FreePlaces => "open_data.word.free_places_lead",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::locale::Localised;
    use shared::municipalities::{Municipality, MunicipalityCode, Position};

    #[test]
    fn every_file_stands_in_the_catalogue_once_under_its_address() {
        let municipality = Municipality {
            code: MunicipalityCode::parse("312029").unwrap(),
            name: Localised::new("米子市", "米子市", "Yonago"),
            kana: "ヨナゴシ".to_owned(),
            position: Position { latitude: 35.4, longitude: 133.3 },
        };
        let at = "2027-01-10T00:00:00Z".parse().unwrap();
        let known = Known {
            cities: vec![City { municipality, changed_at: Some(at), is_fictional: true }],
            months: Some(("2026-01".parse().unwrap(), "2026-12".parse().unwrap(), at)),
        };
        let told = write(&known, "https://example.jp");
        let datasets = told["dcat:dataset"].as_array().unwrap();
        let files: Vec<&str> = datasets
            .iter()
            .flat_map(|one| one["dcat:distribution"].as_array().unwrap())
            .map(|file| file["dcat:downloadURL"]["@id"].as_str().unwrap())
            .collect();
        assert_eq!(files.len(), 7);
        assert!(files.contains(&"https://example.jp/open-data/312029/facilities.geojson"));
        assert!(datasets.iter().all(|one| one["dct:license"]["@id"] == LICENCE && one.get("dct:provenance").is_some()));
        assert_eq!(datasets[1]["dct:temporal"]["dcat:endDate"]["@value"], "2026-12-31");
    }
}
