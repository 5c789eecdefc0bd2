//! Open data: what anybody may read and use, under stable addresses without sign-in: the list of facilities in the national form, monthly
//! figures and the history of free places, with a catalogue for machines and a page for people.

mod catalogue;
mod page;
mod store;
mod tables;

use std::str::FromStr;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, get, web};
use shared::figures::{Figures, View, last_due};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::time::tokyo_day;

use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::municipalities::store::{find_municipality, list_municipalities};
use crate::{App, figures, session};

/// Under which everything stands.
pub const ROOM: &str = "/open-data";
/// The licence of all of it: CC BY 4.0, as the national open data (公共データ利用規約 1.0) allows and the standard set asks for.
const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";
/// So long nobody need ask again, in seconds.
const FRESH: &str = "public, max-age=3600";

/// What is offered, beside the API.
pub fn configure_rest(config: &mut web::ServiceConfig) {
    config.service(get_page).service(get_style).service(get_catalogue).service(get_file);
}

/// What there is of each city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dataset {
    /// The list of facilities in the national form (子育て施設一覧).
    Facilities,
    /// Monthly figures.
    Figures,
    /// On how many days there were free places.
    FreePlaces,
}

impl Dataset {
    const ALL: [Self; 3] = [Self::Facilities, Self::Figures, Self::FreePlaces];

    const fn word(self) -> &'static str {
        match self {
            Self::Facilities => "facilities",
            Self::Figures => "figures",
            Self::FreePlaces => "free-places",
        }
    }

    const fn formats(self) -> &'static [Format] {
        match self {
            Self::Facilities => &[Format::Csv, Format::Json, Format::GeoJson],
            Self::Figures | Self::FreePlaces => &[Format::Csv, Format::Json],
        }
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// UTF-8 with its mark, lines ended by CR and LF.
    Csv,
    Json,
    /// RFC 7946.
    GeoJson,
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::GeoJson => "geojson",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Json => "application/json",
            Self::GeoJson => "application/geo+json",
        }
    }
}

/// A file as its address names it: `facilities.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct File {
    dataset: Dataset,
    format: Format,
}

impl FromStr for File {
    type Err = ApiError;

    fn from_str(name: &str) -> Result<Self, ApiError> {
        let all =
            Dataset::ALL.into_iter().flat_map(|dataset| dataset.formats().iter().map(move |format| Self { dataset, format: *format }));
        all.into_iter().find(|file| file.name() == name).ok_or(ApiError::NotFound)
    }
}

impl File {
    fn name(self) -> String {
        format!("{}.{}", self.dataset.word(), self.format.ending())
    }

    /// Its address below that of the app.
    fn path(self, city: &MunicipalityCode) -> String {
        format!("{ROOM}/{city}/{}", self.name())
    }
}

/// Answers with a text, or that it is known already. The tag is weak: it may go packed or not.
fn answer(req: &HttpRequest, media_type: &str, text: String) -> HttpResponse {
    let tag = EntityTag::new_weak(session::hash(&text));
    let is_known = match IfNoneMatch::parse(req) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    // Pages of others may read it as well: there is nothing in it that is anybody's.
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, FRESH)).insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    if is_known {
        return response.finish();
    }
    let charset = if media_type.starts_with("text/") { "; charset=utf-8" } else { "" };
    response.insert_header((CONTENT_TYPE, format!("{media_type}{charset}"))).body(text)
}

/// The page for people.
#[get("/open-data")]
async fn get_page(app: web::Data<App>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    let text = app.db.read(|conn| Ok::<_, ApiError>(page::write(&known(conn)?))).await?;
    Ok(answer(&req, "text/html", text))
}

#[get("/open-data/page.css")]
async fn get_style(req: HttpRequest) -> HttpResponse {
    answer(&req, "text/css", include_str!("page.css").to_owned())
}

/// The catalogue for machines (DCAT 2, JSON-LD).
#[get("/open-data/catalog.jsonld")]
async fn get_catalogue(app: web::Data<App>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    let site = app.config.public_url.trim_end_matches('/').to_owned();
    let text = app.db.read(move |conn| Ok::<_, ApiError>(format!("{:#}\n", catalogue::write(&known(conn)?, &site)))).await?;
    Ok(answer(&req, "application/ld+json", text))
}

/// One file of a city.
#[get("/open-data/{municipality}/{file}")]
async fn get_file(app: web::Data<App>, path: web::Path<(String, String)>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (code, name) = path.into_inner();
    let (code, file) = (MunicipalityCode::parse(&code).map_err(|_| ApiError::NotFound)?, name.parse::<File>()?);
    let now = app.now();
    let today = tokyo_day(now);
    let text = app.db.read(move |conn| {
        let city = find_municipality(conn, &code)?.ok_or(ApiError::NotFound)?;
        Ok::<_, ApiError>(match file.dataset {
            Dataset::Facilities => tables::facilities(&city, &store::list_facilities(conn, &city.code, now)?, file.format),
            Dataset::Figures => tables::figures(&published(conn, city, today, |_| true)?, file.format),
            Dataset::FreePlaces => {
                let found = published(conn, city, today, |view| view == View::Facility)?;
                tables::free_places(&found, &store::source_ids(conn, &found.municipality)?, file.format)
            }
        })
    });
    Ok(answer(&req, file.format.media_type(), text.await?))
}

/// Everything that is published of a city, from the first month on.
fn published(
    conn: &mut AnyConnection,
    city: Municipality,
    today: chrono::NaiveDate,
    is_wanted: impl Fn(View) -> bool,
) -> Result<Figures, ApiError> {
    let last = last_due(today);
    let first = figures::store::first_published(conn)?.unwrap_or(last);
    Ok(figures::read(conn, city, (first, last), is_wanted)?)
}

/// What page and catalogue tell of the data.
struct Known {
    cities: Vec<City>,
    /// First and last published month, and when the last one was.
    months: Option<(shared::time::Month, shared::time::Month, chrono::DateTime<chrono::Utc>)>,
}

/// A city that publishes.
struct City {
    municipality: Municipality,
    /// When a facility changed last.
    changed_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Some of its facilities are made up for a demonstration.
    is_fictional: bool,
}

fn known(conn: &mut AnyConnection) -> Result<Known, ApiError> {
    let mut cities = Vec::new();
    for municipality in list_municipalities(conn)? {
        let (changed_at, is_fictional) = store::find_change(conn, &municipality.code)?;
        cities.push(City { municipality, changed_at, is_fictional });
    }
    let (first, last) = (figures::store::first_published(conn)?, figures::store::last_published(conn)?);
    Ok(Known { cities, months: first.zip(last).map(|(first, (last, at))| (first, last, at)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_file_or_none() {
        for dataset in Dataset::ALL {
            for format in dataset.formats() {
                let file = File { dataset, format: *format };
                assert_eq!(file.name().parse::<File>().unwrap(), file);
            }
        }
        for name in ["figures.geojson", "facilities", "facilities.xlsx", "../facilities.csv", ""] {
            assert!(name.parse::<File>().is_err(), "{name}");
        }
    }
}
