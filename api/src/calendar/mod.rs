//! National holidays: the days on which most facilities are closed.

pub mod store;

use shared::calendar::{Holidays, read_holidays};
use shared::facilities::reading::Rejection;
use shared::locale::Locale;
use shared::problem::{Datum, Reason};
use std::path::Path;

use crate::db::{Db, DbError};
use crate::tables::decode;

pub use store::HolidayCounts;

/// Why a file of holidays did not go in; nothing of it did.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read; every reason.
    #[error("the file of holidays cannot be read")]
    Unread(Vec<Reason>),
    /// The database did not do it.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Imports the Cabinet Office's file of holidays (CP932 or UTF-8), all or nothing. For the years that it covers it is the whole
/// truth: days of those years that it does not name are taken out.
pub async fn import_holidays(db: &Db, file: &Path) -> Result<HolidayCounts, ImportError> {
    let bytes = std::fs::read(file)
        .map_err(|error| ImportError::Unread(vec![Rejection::FileUnread.reason().with("cause", Datum::Text(error.to_string()))]))?;
    let (text, _) = decode(&bytes).map_err(|position| {
        ImportError::Unread(vec![Rejection::NotText.reason().with("byte", Datum::Count(i64::try_from(position).unwrap_or(i64::MAX)))])
    })?;
    let holidays: Holidays = read_holidays(&text).map_err(ImportError::Unread)?.into_iter().collect();
    Ok(db.write(move |conn| store::replace_holidays(conn, &holidays)).await?)
}

/// What an import of holidays did, as a person reads it in a terminal.
pub fn counts_text(counts: HolidayCounts, locale: Locale) -> String {
    let count = |n: u32| Datum::Count(i64::from(n));
    Reason::new("calendar.import.counts")
        .with("new", count(counts.new))
        .with("changed", count(counts.changed))
        .with("unchanged", count(counts.unchanged))
        .with("removed", count(counts.removed))
        .sentence(locale)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::Datelike;
    use shared::calendar::known_holidays;

    use super::*;

    /// The Cabinet Office's file, where the folder of data stands beside the project.
    #[test]
    fn the_cabinet_offices_file_is_read_and_says_what_we_know() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/syukujitsu_cp932.csv");
        let Ok(bytes) = std::fs::read(file) else { return };
        let (text, encoding) = decode(&bytes).unwrap();
        assert_eq!(encoding, shared::facilities::Encoding::Cp932);
        let holidays = read_holidays(&text).unwrap();
        assert_eq!(holidays.len(), text.lines().count() - 1);
        let recent: Vec<_> = holidays.into_iter().filter(|holiday| (2026..=2027).contains(&holiday.date.year())).collect();
        assert_eq!(recent, known_holidays());
    }
}
