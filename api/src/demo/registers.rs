//! An extract of each city's register that has gone in already: it proves where some families live who book by telephone.

use chrono::NaiveDate;
use diesel::prelude::*;
use shared::municipalities::MunicipalityCode;
use shared::registers::Kind as FileKind;
use shared::registers::residents::Column;
use shared::registers::sheet::Column as _;
use shared::time::days_before;

use super::cities::{self, City};
use super::{Moment, people};
use crate::App;
use crate::db::{AnyConnection, DbError};
use crate::error::ApiError;
use crate::registers::take_in_as;
use crate::schema::{accounts, children, families};

/// So many children are in an extract.
const CHILDREN: i64 = 12;

/// Family, reading, birth date.
type Known = (String, String, NaiveDate);

/// Children of families who never signed in.
fn by_telephone(conn: &mut AnyConnection, city: &MunicipalityCode) -> Result<Vec<Known>, DbError> {
    let signed: Vec<Option<String>> = accounts::table.select(accounts::family_id).load(conn)?;
    let found = children::table.inner_join(families::table).filter(families::municipality.eq(city.as_str()));
    let found = found.filter(families::id.ne_all(signed.into_iter().flatten().collect::<Vec<_>>()));
    Ok(found.order(children::id).limit(CHILDREN).select((children::family_id, children::kana, children::born)).load(conn)?)
}

/// Takes in an extract for each city, as its officer would.
pub async fn take_in(app: &App, moment: Moment) -> Result<(), ApiError> {
    for (n, city) in [City::Yonago, City::Sakaiminato].into_iter().enumerate() {
        let city = cities::code(city)?;
        let of = city.clone();
        let known = app.db.read(move |conn| by_telephone(conn, &of).map_err(ApiError::from)).await?;
        let head = Column::ALL.iter().map(|column| column.header()).collect::<Vec<_>>().join(",");
        let rows = known.iter().enumerate().map(|(n, child)| row(&city, n + 1, child, moment));
        let text = std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\r\n");
        take_in_as(app, (people::officer(n), city), "residents_v1.csv", text.into_bytes()).await?;
    }
    Ok(())
}

fn row(city: &MunicipalityCode, n: usize, (family, kana, born): &Known, moment: Moment) -> String {
    let field = |column: &Column| match column {
        Column::Form => FileKind::Residents.form().to_owned(),
        Column::Municipality => city.to_string(),
        Column::Key => format!("demo-{n:04}"),
        Column::Household => format!("household-{family}"),
        Column::Kana => kana.clone(),
        Column::Born => born.to_string(),
        Column::Since => days_before(moment.today, 400).max(*born).to_string(),
        _ => String::new(),
    };
    Column::ALL.iter().map(field).collect::<Vec<_>>().join(",")
}
